package db_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
)

func TestDoCommitsOrUndoesAll(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	write := func(name string) func(*db.Tx) error {
		return func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO meta (name, value) VALUES (?, 'x')`, name)
			return err
		}
	}
	if err := d.Do(ctx, write("kept")); err != nil {
		t.Fatal(err)
	}
	published := false
	broken := errors.New("broken")
	err := d.Do(ctx, func(tx *db.Tx) error {
		tx.AfterCommit(func() { published = true })
		if err := write("undone")(tx); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) || published {
		t.Fatalf("error %v, published %v", err, published)
	}
	func() {
		defer func() { recover() }()
		d.Do(ctx, func(tx *db.Tx) error {
			write("panicked")(tx)
			panic("stop")
		})
	}()
	var n int
	if err := d.QueryRow(ctx, `SELECT count(*) FROM meta WHERE value = 'x'`).Scan(&n); err != nil || n != 1 {
		t.Fatalf("%d rows, error %v; want the one that was committed", n, err)
	}
}

type counter struct{ flushed *int }

func (c counter) Flush(context.Context, *db.Tx) error { *c.flushed++; return nil }

func TestAttachedWorkIsFlushedOnce(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	flushed := 0
	err := d.Do(ctx, func(tx *db.Tx) error {
		for range 3 {
			tx.Attach("key", func() db.Pending { return counter{&flushed} })
		}
		return nil
	})
	if err != nil || flushed != 1 {
		t.Fatalf("flushed %d times, error %v", flushed, err)
	}
}

func TestInsertManyRows(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	var rows [][]any
	for i := range 341 {
		rows = append(rows, []any{"row" + string(rune('a'+i%26)) + string(rune('a'+i/26)), "many"})
	}
	err := d.Do(ctx, func(tx *db.Tx) error {
		if err := tx.Insert(ctx, "meta", []string{"name", "value"}, rows); err != nil {
			return err
		}
		added, err := tx.InsertMissing(ctx, "meta", []string{"name", "value"}, append(rows[:70:70], []any{"fresh", "one"}))
		if err == nil && added != 1 {
			t.Errorf("added %d rows, want the fresh one", added)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := d.QueryRow(ctx, `SELECT count(*) FROM meta WHERE value = ?`, "many").Scan(&n); err != nil || n != len(rows) {
		t.Fatalf("%d rows, error %v", n, err)
	}
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	ctx := context.Background()
	o := dbtest.Options(t)
	d, err := db.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, ?)`, true)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = db.Open(ctx, o); !errors.Is(err, db.ErrNewer) {
		d.Close()
		t.Fatalf("error %v, want ErrNewer", err)
	}
}

func TestTopicMissesNothing(t *testing.T) {
	topic := dbtest.Open(t).Topic("x")
	woken := topic.Wait()
	topic.Publish()
	select {
	case <-woken:
	case <-time.After(10 * time.Second):
		t.Fatal("not woken")
	}
	select {
	case <-topic.Wait():
		t.Fatal("woken by what was published before waiting")
	default:
	}
}

func TestNumberOfLanesIsFixedAtCreation(t *testing.T) {
	o := dbtest.Options(t)
	o.Lanes = 4
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	o.Lanes = 2
	if d = dbtest.With(t, o); d.Lanes() != 4 {
		t.Fatalf("%d lanes, want those of the creation", d.Lanes())
	}
}

func TestSQLiteFileIsOnlyForItsOwner(t *testing.T) {
	if os.Getenv(dbtest.Variable) != "" {
		t.Skip("about the file of SQLite")
	}
	o := dbtest.Options(t)
	o.DataDir = filepath.Join(o.DataDir, "new")
	dbtest.With(t, o)
	info, err := os.Stat(o.DataDir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Fatalf("folder %v, error %v", info, err)
	}
	for _, name := range []string{"ariane.db", "ariane.db-wal"} {
		if info, err := os.Stat(filepath.Join(o.DataDir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, error %v", name, info, err)
		}
	}
}
