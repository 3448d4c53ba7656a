package backup_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/id"
	"ariane/internal/tool/backup"
	"ariane/internal/tool/crash"
)

const (
	browsers = 16
	// early is what has to be acknowledged before the backup begins.
	early = 800
)

// A backup taken while the server works holds each page view and submission that
// was acknowledged before it began, once, and nothing that nobody sent. What the
// readers keep in it is what they make of its thread.
func TestBackupUnderLoad(t *testing.T) {
	o := dbtest.Options(t)
	stage, err := crash.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	binary, err := crash.Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	server, err := crash.Start(binary, stage.Flags)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	list := stage.Browsers(browsers)
	traffic := crash.Drive(list)
	traffic.Serve(server.Address)
	reach(t, traffic, early)
	var before []*crash.Browser
	for _, b := range list {
		before = append(before, b.SoFar())
	}
	restore := take(t, o)
	reach(t, traffic, traffic.Acknowledged.Load()+100)
	if err := errors.Join(traffic.Stop(), server.Stop()); err != nil {
		t.Fatal(err)
	}
	d := dbtest.With(t, restore())
	seen, later := 0, 0
	for i, b := range before {
		pages, notes, err := crash.Thread(t.Context(), d, b.Contact)
		if err != nil {
			t.Fatal(err)
		}
		holds(t, b.Contact, pages, b.Seen, list[i].Seen)
		holds(t, b.Contact, notes, b.Sent, list[i].Sent)
		seen += len(pages) + len(notes)
		later += len(list[i].Seen) + len(list[i].Sent)
	}
	if seen < early || seen >= later {
		t.Errorf("%d things are in the copy, %d in the end: it shows nothing", seen, later)
	}
	t.Logf("%d acknowledged before the backup, %d in it, %d in the end", early, seen, later)
	sameAgain(t, d)
}

// holds tells whether what was acknowledged early is there once, and all that is
// there was sent.
func holds(t *testing.T, contact id.Contact, stored map[string]int, early, sent []string) {
	t.Helper()
	for _, a := range early {
		if stored[a] != 1 {
			t.Errorf("contact %d: %s, acknowledged before, is in the copy %d times", contact, a, stored[a])
		}
	}
	for a, times := range stored {
		if times != 1 || !slices.Contains(sent, a) {
			t.Errorf("contact %d: %s is in the copy %d times", contact, a, times)
		}
	}
}

func reach(t *testing.T, traffic *crash.Traffic, enough int64) {
	t.Helper()
	for patience := time.After(30 * time.Second); traffic.Acknowledged.Load() < enough; {
		select {
		case <-patience:
			t.Fatalf("%d things are acknowledged after a while", traffic.Acknowledged.Load())
		case <-time.After(time.Millisecond):
		}
	}
}

// take makes a backup in the way of the engine, and returns how to restore it.
func take(t *testing.T, o db.Options) func() db.Options {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ariane.backup")
	if o.URL != "" {
		return takePostgres(t, o, file)
	}
	size, err := backup.Take(t.Context(), o.DataDir, file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Size() != size || info.Mode() != 0o600 {
		t.Errorf("%d bytes are said to be written; there are %v, %v", size, info, err)
	}
	return func() db.Options {
		to := filepath.Join(t.TempDir(), "new")
		if err := backup.Restore(t.Context(), file, to); err != nil {
			t.Fatal(err)
		}
		return db.Options{DataDir: to}
	}
}

// takePostgres does what Ariane tells people to do. The copy takes the name of
// the first schema, which is moved away.
func takePostgres(t *testing.T, o db.Options, file string) func() db.Options {
	t.Helper()
	u, err := url.Parse(o.URL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	schema, _, _ := strings.Cut(q.Get("search_path"), ",")
	q.Del("search_path")
	u.RawQuery = q.Encode()
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	run("pg_dump", "--format=custom", "--schema="+schema, "--file="+file, u.String())
	return func() db.Options {
		handle, err := sql.Open("pgx", u.String())
		if err != nil {
			t.Fatal(err)
		}
		defer handle.Close()
		if _, err := handle.Exec("ALTER SCHEMA " + schema + " RENAME TO " + schema + "_first"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { run("psql", "--quiet", "--command=DROP SCHEMA "+schema+"_first CASCADE", u.String()) })
		run("pg_restore", "--no-owner", "--exit-on-error", "--dbname="+u.String(), file)
		return o
	}
}

// sameAgain lets the readers go on where they were, and compares what they keep
// with what they make of the whole thread.
func sameAgain(t *testing.T, d *db.DB) {
	t.Helper()
	ctx := context.Background()
	free(t, d)
	runner := activity.NewRunner(d, slog.New(slog.DiscardHandler), app.Readers()...)
	if err := runner.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	before := kept(t, d)
	for _, r := range app.Readers() {
		if r.Reset == nil {
			continue
		}
		if err := runner.Replay(ctx, r.Name); err != nil {
			t.Fatal(err)
		}
	}
	if err := runner.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	if after := kept(t, d); !slices.Equal(before, after) || len(before) < browsers {
		t.Errorf("the readers kept\n%q\nand made of it\n%q", before, after)
	}
}

// free waits until the leases are over that the server had on its readers when the
// copy was taken.
func free(t *testing.T, d *db.DB) {
	t.Helper()
	tick, late := time.NewTicker(50*time.Millisecond), time.After(time.Minute)
	defer tick.Stop()
	for held := 1; held > 0; {
		err := d.QueryRow(t.Context(), `SELECT count(*) FROM reader_cursor WHERE holder <> ? AND held_until > ?`, d.Process(), db.Millis(d.SharedNow())).Scan(&held)
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%d readers are still another process's", held)
		}
	}
}

func kept(t *testing.T, d *db.DB) (list []string) {
	t.Helper()
	for _, query := range []string{
		`SELECT 'active', contact_id, state, last_active FROM contact_active ORDER BY contact_id`,
		`SELECT 'day', kind, day, events FROM report_day ORDER BY kind, day`,
		`SELECT 'submission', id, contact_id, form_id FROM form_submission ORDER BY id`,
	} {
		err := db.Each(context.Background(), d, query, nil, func(row db.Row) error {
			var what string
			var a, b, c int64
			err := row.Scan(&what, &a, &b, &c)
			list = append(list, fmt.Sprint(what, " ", a, " ", b, " ", c))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// made is a small database in a folder, closed.
func made(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	d, err := db.Open(t.Context(), db.Options{DataDir: dir})
	if err == nil {
		err = d.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestBackupRefuses(t *testing.T) {
	t.Parallel()
	dir, folder := made(t), t.TempDir()
	taken := filepath.Join(folder, "taken")
	if err := os.WriteFile(taken, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Take(t.Context(), dir, taken); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("over another file: %v", err)
	}
	if got, err := os.ReadFile(taken); err != nil || string(got) != "precious" {
		t.Errorf("the other file holds %q now, %v", got, err)
	}
	empty := t.TempDir()
	if _, err := backup.Take(t.Context(), empty, filepath.Join(folder, "new")); !errors.Is(err, db.ErrNoDatabase) {
		t.Errorf("of an empty folder: %v", err)
	}
	if _, err := backup.Take(t.Context(), dir, filepath.Join(folder, "missing", "new")); err == nil {
		t.Error("into a folder that is not there")
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := backup.Take(stopped, dir, filepath.Join(folder, "new")); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	lies(t, empty)
	lies(t, folder, "taken")
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	dir, folder := made(t), t.TempDir()
	good := filepath.Join(folder, "good")
	if _, err := backup.Take(t.Context(), dir, good); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	damaged := slices.Clone(content)
	for i := 3 * 4096; i < 8*4096; i++ {
		damaged[i] ^= 0x5a
	}
	other := filepath.Join(folder, "other")
	change(t, other, `CREATE TABLE something (id INTEGER)`)
	newer := filepath.Join(folder, "newer")
	write(t, newer, content)
	change(t, newer, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`)
	write(t, filepath.Join(folder, "damaged"), damaged)
	write(t, filepath.Join(folder, "half"), content[:len(content)/2])
	write(t, filepath.Join(folder, "text"), []byte(strings.Repeat("This is not a database. ", 1000)))
	write(t, filepath.Join(folder, "empty"), nil)
	write(t, filepath.Join(folder, "part"), content)
	write(t, filepath.Join(folder, "part-wal"), []byte("what was written last"))
	for name, want := range map[string]string{"damaged": "", "half": "", "text": "not a database", "empty": "no database of Ariane", "other": "no database of Ariane",
		"newer": "newer version of Ariane", "part": "not a backup", "missing": "no such file"} {
		to := t.TempDir()
		err := backup.Restore(t.Context(), filepath.Join(folder, name), to)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
		lies(t, to)
	}
	if err := backup.Restore(t.Context(), good, dir); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("over a database: %v", err)
	}
	log := t.TempDir()
	write(t, filepath.Join(log, "ariane.db-wal"), []byte("x"))
	if err := backup.Restore(t.Context(), good, log); err == nil {
		t.Error("beside the log of another database")
	}
	to := filepath.Join(t.TempDir(), "a", "b")
	if err := backup.Restore(t.Context(), good, to); err != nil {
		t.Fatal(err)
	}
	lies(t, to, "ariane.db")
	dbtest.With(t, db.Options{DataDir: to})
}

// A copy made while somebody is writing is of the moment before.
func TestCopyIsOfOneMoment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := dbtest.With(t, db.Options{DataDir: dir})
	file := filepath.Join(t.TempDir(), "copy")
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Exec(t.Context(), `INSERT INTO meta (name, value) VALUES ('half', 'done')`); err != nil {
			return err
		}
		_, err := backup.Take(t.Context(), dir, file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	if err := backup.Restore(t.Context(), file, to); err != nil {
		t.Fatal(err)
	}
	var half int
	if err := dbtest.With(t, db.Options{DataDir: to}).QueryRow(t.Context(), `SELECT count(*) FROM meta WHERE name = 'half'`).Scan(&half); err != nil || half != 0 {
		t.Errorf("the copy holds %d of what was not committed, %v", half, err)
	}
}

func change(t *testing.T, file, statement string) {
	t.Helper()
	handle, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handle.Exec(statement); err != nil {
		t.Fatal(err)
	}
	if err := handle.Close(); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// lies fails unless a folder holds these files and no others.
func lies(t *testing.T, dir string, want ...string) {
	t.Helper()
	var names []string
	list, err := os.ReadDir(dir)
	for _, e := range list {
		names = append(names, e.Name())
	}
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("%s holds %q, %v", dir, names, err)
	}
}
