package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the database/sql driver "sqlite"
)

const readers = 4

// writer is the writing connection of SQLite with its prepared statements. Those
// that answer with rows go through database/sql; the others, by far the most, are
// the driver's own, with their arguments in one place.
type writer struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	execs map[string]driver.StmtExecContext
	args  []driver.NamedValue
}

func (w *writer) close() error {
	for _, s := range w.stmts {
		s.Close()
	}
	// The driver closes its own statements with the connection.
	return w.conn.Close()
}

// prepared keeps each statement: the texts are constants of the program, and
// bulk inserts use few sizes.
func (w *writer) prepared(query string) (*sql.Stmt, error) {
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	s, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	w.stmts[query] = s
	return s, nil
}

func (w *writer) exec(query string, args []any) (result sql.Result, err error) {
	err = w.conn.Raw(func(c any) error {
		s, ok := w.execs[query]
		if !ok {
			prepared, err := c.(driver.ConnPrepareContext).PrepareContext(context.Background(), query)
			if err != nil {
				return err
			}
			s = prepared.(driver.StmtExecContext)
			w.execs[query] = s
		}
		w.args = w.args[:0]
		for i, arg := range args {
			value, err := driver.DefaultParameterConverter.ConvertValue(arg)
			if err != nil {
				return fmt.Errorf("argument %d: %w", i+1, err)
			}
			w.args = append(w.args, driver.NamedValue{Ordinal: i + 1, Value: value})
		}
		result, err = s.ExecContext(context.Background(), w.args)
		return err
	})
	return result, err
}

func (w *writer) later(query string, args []any) error {
	_, err := w.exec(query, args)
	return err
}

func (w *writer) query(query string, args []any) (*sql.Rows, error) {
	s, err := w.prepared(query)
	if err != nil {
		return nil, err
	}
	return s.Query(args...)
}

func (w *writer) queryRow(query string, args []any) *sql.Row {
	s, err := w.prepared(query)
	if err != nil {
		return w.conn.QueryRowContext(context.Background(), query, args...)
	}
	return s.QueryRow(args...)
}

// openSQLite opens ariane.db in dir: one connection that writes, several that only
// read, and one that copies the log back into the file in the background. The
// writer commits without waiting for the disk (synchronous NORMAL); the log is
// brought there by disk, once for all commits that wait, while the next
// transaction runs.
func (d *DB) openSQLite(ctx context.Context, dir string) error {
	d.dialect, d.dir = SQLite, dir
	if err := registerRegexp(); err != nil {
		return fmt.Errorf("register REGEXP: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	path := filepath.Join(dir, File)
	// The folder may have been there, open to others. The log takes the mode of the file.
	// It stays open until the connections are closed: closing it would take the locks
	// of SQLite from this process.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	d.disk.close = file.Close
	// The busy timeout comes first: the other pragmas already need locks.
	common := []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)", "temp_store(MEMORY)"}
	d.write = sqliteDB(path, append(common, "wal_autocheckpoint(0)", "cache_size(-65536)"))
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	d.ahead = d.write
	// The log stays the same file until its last connection closes.
	wal, err := os.OpenFile(path+"-wal", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return errors.Join(fmt.Errorf("open log of %s: %w", path, err), conn.Close())
	}
	log := &walFile{file: wal, path: path}
	d.disk.sync, d.disk.close = log.sync, func() error { return errors.Join(wal.Close(), file.Close()) }
	d.writer = make(chan *writer, 1)
	d.writer <- &writer{conn: conn, stmts: map[string]*sql.Stmt{}, execs: map[string]driver.StmtExecContext{}}
	d.read = sqliteDB(path, append(common, "query_only(1)", "cache_size(-8192)"))
	d.read.SetMaxOpenConns(readers)
	d.read.SetMaxIdleConns(readers)

	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	d.done.Add(1)
	go func() {
		defer d.done.Done()
		d.checkpointer(file).run(background)
	}()
	return nil
}

func sqliteDB(path string, pragmas []string, more ...string) *sql.DB {
	q := url.Values{"_pragma": pragmas}
	// Open only parses the name; it fails for an unknown driver, which is imported above.
	handle, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+strings.Join(append(more, q.Encode()), "&"))
	if err != nil {
		panic(err)
	}
	return handle
}

// walFile is the log as it is brought to the disk.
type walFile struct {
	file *os.File
	path string
	// doubtful tells that the disk failed to store a part of the log. The system
	// has forgotten since that this part is not there.
	doubtful bool
}

// sync is called by one goroutine at a time. After a failure everything in the
// log has to be in the database file, on the disk, before it is believed again.
func (w *walFile) sync() error {
	if w.doubtful {
		handle := sqliteDB(w.path, []string{"busy_timeout(10000)", "synchronous(FULL)"})
		var busy, pages, copied int
		err := handle.QueryRow("PRAGMA wal_checkpoint(FULL)").Scan(&busy, &pages, &copied)
		if err == nil && (busy != 0 || pages != copied) {
			err = errors.New("the database is busy")
		}
		if err = errors.Join(err, handle.Close()); err != nil {
			return fmt.Errorf("store what the disk had failed to: %w", err)
		}
	}
	err := syncData(w.file)
	w.doubtful = err != nil
	return err
}

const lockName = File + "-lock"

// lock keeps other processes from serving the database.
func (d *DB) lock() error {
	file, err := os.OpenFile(filepath.Join(d.dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := lockFile(file); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", d.dir, err), file.Close())
	}
	d.locked = file
	return nil
}

func (d *DB) lastCheckpoint() error {
	_, err := d.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}
