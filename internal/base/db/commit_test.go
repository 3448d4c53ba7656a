package db_test

import (
	"context"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
)

var metaColumns = []string{"name", "value"}

func names(t *testing.T, d *db.DB) int {
	t.Helper()
	var n int
	if err := d.QueryRow(t.Context(), `SELECT count(*) FROM meta WHERE value = 'x'`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// An insert may fail after Insert has returned, but the transaction does too.
func TestFailedInsertUndoesItsTransaction(t *testing.T) {
	ctx := t.Context()
	d := dbtest.Open(t)
	insert := func(names ...string) func(tx *db.Tx) error {
		return func(tx *db.Tx) error {
			for _, name := range names {
				if err := tx.Insert(ctx, "meta", metaColumns, [][]any{{name, "x"}}); err != nil {
					return err
				}
			}
			return nil
		}
	}
	thenRead := func(tx *db.Tx) error {
		if err := insert("b", "a")(tx); err != nil {
			return err
		}
		var n int
		return tx.QueryRow(ctx, `SELECT count(*) FROM meta`).Scan(&n)
	}
	if err := d.Do(ctx, insert("a")); err != nil {
		t.Fatal(err)
	}
	if err := d.Do(ctx, insert("b", "a")); err == nil {
		t.Error("a key exists twice, and nobody was told")
	}
	if err := d.Do(ctx, thenRead); err == nil {
		t.Error("a key exists twice, and nobody was told before a statement that reads")
	}
	if n := names(t, d); n != 1 {
		t.Errorf("%d rows, want the one that was committed", n)
	}
	if err := d.Do(ctx, insert("c")); err != nil || names(t, d) != 2 {
		t.Errorf("after a failure: %v", err)
	}
}

// Others see a commit at once, whether or not its caller waits for the disk.
func TestCommitsAreSeenInTheirOrder(t *testing.T) {
	ctx := t.Context()
	d := dbtest.Open(t)
	ways := map[string]func(f func(tx *db.Tx) error) error{
		"do":      func(f func(tx *db.Tx) error) error { return d.Do(ctx, f) },
		"relaxed": func(f func(tx *db.Tx) error) error { return d.DoRelaxed(ctx, f) },
		"ahead": func(f func(tx *db.Tx) error) error {
			durable, err := d.DoAhead(ctx, f)
			if err != nil {
				return err
			}
			if n := names(t, d); n == 0 {
				t.Error("not seen before it is on the disk")
			}
			return durable()
		},
	}
	n := 0
	for name, do := range ways {
		told := false
		err := do(func(tx *db.Tx) error {
			tx.AfterCommit(func() { told = true })
			return tx.Insert(ctx, "meta", metaColumns, [][]any{{name, "x"}})
		})
		if n++; err != nil || !told || names(t, d) != n {
			t.Errorf("%s: %v, told %v, %d rows", name, err, told, names(t, d))
		}
	}
}

// Do waits for the disk, DoAhead and DoRelaxed do not.
func TestWhoWaitsForTheDisk(t *testing.T) {
	ctx := t.Context()
	d := dbtest.Open(t)
	if d.Dialect() != db.Postgres {
		t.Skip("SQLite waits by itself, see disk")
	}
	var set string
	read := func(tx *db.Tx) error { return tx.QueryRow(ctx, `SHOW synchronous_commit`).Scan(&set) }
	if err := d.Do(ctx, read); err != nil || set != "on" {
		t.Errorf("Do commits with synchronous_commit %s, %v", set, err)
	}
	if err := d.DoRelaxed(ctx, read); err != nil || set != "off" {
		t.Errorf("DoRelaxed commits with synchronous_commit %s, %v", set, err)
	}
}

// A server that restarts ends all connections; the next transaction gets another.
func TestLostConnectionIsReplaced(t *testing.T) {
	ctx := t.Context()
	d := dbtest.Open(t)
	if d.Dialect() != db.Postgres {
		t.Skip("SQLite has no connections to lose")
	}
	attempts := 0
	err := d.Do(ctx, func(tx *db.Tx) error {
		if err := tx.Insert(ctx, "meta", metaColumns, [][]any{{"a", "x"}}); err != nil {
			return err
		}
		var backend int
		if err := tx.QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&backend); err != nil {
			return err
		}
		if attempts++; attempts == 1 {
			var ended bool
			if err := d.QueryRow(context.Background(), `SELECT pg_terminate_backend(?)`, backend).Scan(&ended); err != nil || !ended {
				t.Fatalf("end connection: %v %v", ended, err)
			}
			_, err := tx.Exec(ctx, `DELETE FROM meta WHERE name = 'nobody'`)
			return err
		}
		return nil
	})
	if err != nil || attempts != 2 || names(t, d) != 1 {
		t.Errorf("%v after %d attempts, %d rows", err, attempts, names(t, d))
	}
}

// What Do has committed is on the disk when it returns; only those who ask for
// less get less.
func TestOnlyRelaxedCommitsLeaveTheDiskBehind(t *testing.T) {
	ctx, d := t.Context(), dbtest.Open(t)
	if d.Dialect() != db.Postgres {
		t.Skip("SQLite's log is brought to the disk by us: see disk_test.go")
	}
	waits := func(do func(context.Context, func(*db.Tx) error) error) (how string) {
		t.Helper()
		err := do(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, `SHOW synchronous_commit`).Scan(&how) })
		if err != nil {
			t.Fatal(err)
		}
		return how
	}
	if how := waits(d.Do); how != "on" {
		t.Errorf("Do commits with synchronous_commit %s", how)
	}
	if how := waits(d.DoRelaxed); how != "off" {
		t.Errorf("DoRelaxed commits with synchronous_commit %s", how)
	}
}
