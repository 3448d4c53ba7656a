package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
)

// File is the database in a data folder.
const File = "ariane.db"

// copiedPages are copied before looking whether somebody wants to stop.
const copiedPages = 4096

// ErrNoDatabase says that there is none where one was looked for.
var ErrNoDatabase = errors.New("there is no database of Ariane")

// CopyFile writes the SQLite database in dir, as it is at this moment, to the
// file to, which has to be empty. Others may go on writing to the database; what
// is committed when CopyFile begins is in the copy, what is committed later is
// not. The copy is on the disk when it returns.
func CopyFile(ctx context.Context, dir, to string) error {
	path := filepath.Join(dir, File)
	// Opening would create it.
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w in %s", ErrNoDatabase, dir)
	}
	source := sqliteDB(path, []string{"busy_timeout(10000)", "query_only(1)"})
	defer source.Close()
	conn, err := source.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer conn.Close()
	// A transaction that has read holds the moment. Without one, a copy in pieces
	// begins anew whenever somebody commits.
	for _, s := range []string{"BEGIN", "SELECT count(*) FROM sqlite_schema"} {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
	}
	if err := conn.Raw(func(c any) error { return copyPages(ctx, c, to) }); err != nil {
		return fmt.Errorf("copy %s to %s: %w", path, to, err)
	}
	file, err := os.OpenFile(to, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

func copyPages(ctx context.Context, source any, to string) (err error) {
	b, err := source.(interface {
		NewBackup(to string) (*sqlite.Backup, error)
	}).NewBackup("file:" + (&url.URL{Path: to}).EscapedPath())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Finish()) }()
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if more, err = b.Step(copiedPages); err != nil {
			return err
		}
	}
	return nil
}

// CheckFile reads a whole SQLite file that nobody writes to, and tells why it
// cannot be the database of this program: ErrNoDatabase, ErrNewer, or what is
// damaged in it. It changes nothing.
func CheckFile(ctx context.Context, path string) error {
	handle, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&immutable=1&_pragma=cache_size(-65536)")
	if err != nil {
		return err
	}
	defer handle.Close()
	var found string
	if err := handle.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&found); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if found != "ok" {
		return fmt.Errorf("%s is damaged: %s", path, found)
	}
	var tables int
	if err := handle.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name IN ('goose_db_version', 'meta', 'sequence')`).Scan(&tables); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if tables != 3 {
		return fmt.Errorf("%w in %s", ErrNoDatabase, path)
	}
	var version int64
	if err := handle.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&version); err != nil {
		return fmt.Errorf("read the version of the schema in %s: %w", path, err)
	}
	steps, err := SQLite.steps()
	if err != nil {
		return err
	}
	if last := steps[len(steps)-1].Version; version > last {
		return fmt.Errorf("schema %d, this program knows %d: %w", version, last, ErrNewer)
	}
	return nil
}
