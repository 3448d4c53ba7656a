package db

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A log that was copied whole begins anew, without a transaction that waits for
// one who reads.
func TestLogBeginsAnew(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	d, err := Open(ctx, Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(dir, File))
	if err != nil {
		t.Fatal(err)
	}
	c := d.checkpointer(file)
	t.Cleanup(func() {
		// Closing the file takes the locks of the connections.
		if err := errors.Join(c.handle.Close(), d.Close(), file.Close()); err != nil {
			t.Error(err)
		}
	})
	d.stop()
	d.done.Wait()
	letter := byte('a')
	write := func() {
		t.Helper()
		letter++ // SQLite leaves out what is written already
		err := d.Do(ctx, func(tx *Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO meta (name, value) VALUES ('long', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, strings.Repeat(string(letter), 200*pageSize))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	pages := func() int {
		t.Helper()
		n, _, err := c.copy(ctx, "PASSIVE")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	pages()
	write() // begins the log anew
	reading, err := d.read.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reading.Rollback()
	var value string
	if err := reading.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'long'`).Scan(&value); err != nil {
		t.Fatal(err)
	}
	write()
	if err := c.shorten(ctx); err != nil {
		t.Fatal(err)
	}
	write()
	if n := pages(); n < 600 {
		t.Fatalf("the log has %d pages after 600 written while the first were read", n)
	}
	if err := reading.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := c.shorten(ctx); err != nil {
		t.Fatal(err)
	}
	write()
	if n := pages(); n > 300 {
		t.Fatalf("the log has %d pages after it was copied whole and 200 written", n)
	}
}
