package db

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// own is a database of its own, like dbtest.Options, which this package cannot use.
func own(t *testing.T) Options {
	o := Options{Log: slog.New(slog.DiscardHandler)}
	server := os.Getenv("ARIANE_TEST_POSTGRES")
	if server == "" {
		o.DataDir = t.TempDir()
		return o
	}
	schema := fmt.Sprintf("test_migrate_%d", time.Now().UnixNano())
	run := func(statement string) {
		t.Helper()
		d := &DB{}
		if err := d.openPostgres(server); err != nil {
			t.Fatal(err)
		}
		defer d.read.Close()
		if _, err := d.read.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE SCHEMA " + schema)
	t.Cleanup(func() { run("DROP SCHEMA " + schema + " CASCADE") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema+",public")
	u.RawQuery = q.Encode()
	o.URL = u.String()
	return o
}

// schema describes tables, columns and indexes.
func schema(t *testing.T, d *DB) []string {
	t.Helper()
	query := `SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'`
	if d.dialect == Postgres {
		query = `SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable FROM information_schema.columns WHERE table_schema = current_schema()
			UNION ALL SELECT 'index ' || replace(indexdef, current_schema(), '') FROM pg_indexes WHERE schemaname = current_schema()`
	}
	rows, err := d.Query(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s sql.NullString
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, strings.Join(strings.Fields(s.String), " "))
	}
	slices.Sort(list)
	return list
}

func TestEveryEarlierSchemaIsUpgraded(t *testing.T) {
	ctx := context.Background()
	open := func(o Options, version int64) *DB {
		t.Helper()
		d, err := openAt(ctx, o, version)
		if err != nil {
			t.Fatalf("schema %d: %v", version, err)
		}
		return d
	}
	fresh := open(own(t), latest)
	want := schema(t, fresh)
	if err := fresh.Close(); err != nil {
		t.Fatal(err)
	}
	steps, err := SQLite.steps()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		o := own(t)
		if err := open(o, step.Version).Close(); err != nil {
			t.Fatal(err)
		}
		d := open(o, latest)
		if diff := cmp.Diff(want, schema(t, d)); diff != "" {
			t.Errorf("from schema %d: %s", step.Version, diff)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A database that was used already meets only migrations with higher numbers
// than those it has: a new one takes a number above all others.
func TestMigrationsAreAddedAtTheEnd(t *testing.T) {
	added, err := os.ReadFile("testdata/migrations.txt")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for i := range names {
		names[i] = path.Base(names[i])
	}
	want := strings.Fields(string(added))
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("testdata/migrations.txt names the migrations in the order of their addition, a new one last: %s", diff)
	}
	steps, err := SQLite.steps()
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range steps[1:] {
		if s.Version <= steps[i].Version {
			t.Errorf("migration %d comes after %d", s.Version, steps[i].Version)
		}
	}
}

func TestPlaceholdersAreRebound(t *testing.T) {
	got := Postgres.rebind(`SELECT '?' || ? WHERE a = ? AND b = 'it''s ?'`)
	if want := `SELECT '?' || $1 WHERE a = $2 AND b = 'it''s ?'`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Searched texts that are there already get the beginnings of their words.
func TestSearchedTextsAreUpgraded(t *testing.T) {
	ctx, o := t.Context(), own(t)
	d, err := openAt(ctx, o, 121)
	if err != nil {
		t.Fatal(err)
	}
	const body = "\njean-paul\nd'artagnan \"le\" \\fou\nжанна\njp@x.example\n"
	err = d.Do(ctx, func(tx *Tx) error { return tx.IndexText(ctx, "contact_search", 7, body) })
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = openAt(ctx, o, latest); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var got string
	if err := d.QueryRow(ctx, `SELECT body FROM contact_search WHERE rowid = 7`).Scan(&got); err != nil {
		t.Fatal(err)
	}
	more, found := strings.CutPrefix(got, body)
	beginnings := strings.Split(strings.TrimSuffix(more, "\n"), "\x01\x01")[1:]
	slices.Sort(beginnings)
	if diff := cmp.Diff([]string{"ar", "d", "ex", "fo", "je", "jp", "le", "pa", "x", "жа"}, beginnings); !found || diff != "" {
		t.Errorf("%q: %s", got, diff)
	}
	text, args := d.dialect.MatchTexts("contact_search", []string{"\x01\x01x"})
	var n int
	if err := d.QueryRow(ctx, `SELECT count(*) FROM (`+text+`) AS found`, args...).Scan(&n); err != nil || n != 1 {
		t.Errorf("a search with one letter finds %d, %v", n, err)
	}
}

// An index is sorted beside the database, also where the folder has an odd name: in
// memory it may take more of it than there is.
func TestMigrationsSortInFiles(t *testing.T) {
	d, err := Open(t.Context(), Options{DataDir: path.Join(t.TempDir(), "it's here")})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	handle := d.migrating()
	defer handle.Close()
	var store int
	var folder string
	for pragma, into := range map[string]any{"temp_store": &store, "temp_store_directory": &folder} {
		if err := handle.QueryRow("PRAGMA " + pragma).Scan(into); err != nil {
			t.Fatal(err)
		}
	}
	if store != 1 || folder != d.dir {
		t.Errorf("sorted in %d of %q", store, folder)
	}
}
