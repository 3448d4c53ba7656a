package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"ariane/internal/base/clock"
	"ariane/internal/base/metric"
)

// Q reads from the database, in a transaction or outside of one.
type Q interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	Dialect() Dialect
}

// Options says which database to open.
type Options struct {
	// DataDir is the folder of the SQLite file; used when URL is empty.
	DataDir string
	// URL is a postgres:// address.
	URL string
	// Clock is the time given to transactions; the system's when nil.
	Clock clock.Clock
	// Lanes is the number of lanes of the thread in a database created now;
	// one when zero. An existing database keeps its own.
	Lanes int
	Log   *slog.Logger
}

// DB is an open, migrated database.
type DB struct {
	dialect Dialect
	clock   clock.Clock
	log     *slog.Logger
	lanes   int
	read    *sql.DB
	write   *sql.DB
	// ahead commits without waiting for the disk; disk waits for it.
	ahead *sql.DB
	disk  disk

	// dir is SQLite's folder, and locked the file that this process has while it
	// serves from it.
	dir    string
	locked *os.File

	// writer holds the only writing connection of SQLite while nobody writes.
	writer chan *writer

	// WriteTimes are how long transactions that write took from their beginning until
	// they were committed or undone, in seconds: on SQLite the others wait for that long.
	WriteTimes *metric.Histogram

	process int64
	// link, config and others are PostgreSQL's; others is nil before Join.
	link   *link
	config *pgx.ConnConfig
	others atomic.Pointer[others]

	topics   sync.Map // name -> *Topic
	types    sync.Map // table -> types of its columns, on PostgreSQL
	reserves sync.Map // sequence -> *reserve, on PostgreSQL
	held     sync.Map // what packages keep, see Held
	stop     context.CancelFunc
	done     sync.WaitGroup

	watch atomic.Pointer[func(query string, args []any)] // of tests, see Watch
}

// Open opens the database, creates it when it does not exist and brings its
// schema up to date. ErrNewer is returned for a schema this program does not know.
func Open(ctx context.Context, o Options) (*DB, error) {
	return openAt(ctx, o, latest)
}

func newDB(o Options) *DB {
	d := &DB{clock: o.Clock, log: o.Log, process: 1, WriteTimes: metric.NewHistogram(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)}
	if d.clock == nil {
		d.clock = clock.System
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	return d
}

func openAt(ctx context.Context, o Options, version int64) (*DB, error) {
	d := newDB(o)
	var err error
	if o.URL != "" {
		d.process = rand.Int64()
		err = d.openPostgres(o.URL)
	} else {
		err = d.openSQLite(ctx, o.DataDir)
	}
	if err == nil {
		err = d.bootstrap(ctx, o.Lanes, version)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Close waits for the running transaction and closes all connections.
func (d *DB) Close() error {
	if d.stop != nil {
		d.stop()
		d.done.Wait()
	}
	var errs []error
	if d.writer != nil {
		if w, ok := <-d.writer; ok {
			close(d.writer)
			errs = append(errs, w.close(), d.lastCheckpoint())
		}
	}
	if d.read != nil && d.read != d.write {
		errs = append(errs, d.read.Close())
	}
	if d.ahead != nil && d.ahead != d.write {
		errs = append(errs, d.ahead.Close())
	}
	if d.write != nil {
		errs = append(errs, d.write.Close())
	}
	if d.locked != nil {
		errs = append(errs, d.locked.Close())
	}
	if d.disk.close != nil {
		errs = append(errs, d.disk.close())
	}
	if d.link != nil {
		d.link.close()
	}
	return errors.Join(errs...)
}

// Lanes is the number of lanes of the thread, fixed when the database was created.
func (d *DB) Lanes() int { return d.lanes }

// Dialect tells which engine this is, for the few texts that differ.
func (d *DB) Dialect() Dialect { return d.dialect }

// Now is the time of the database's clock, in whole milliseconds.
func (d *DB) Now() time.Time { return d.clock().UTC().Truncate(time.Millisecond) }

// Ping tells whether the database answers, by reading something from it.
func (d *DB) Ping(ctx context.Context) error {
	var lanes string
	return d.QueryRow(ctx, `SELECT value FROM meta WHERE name = 'lanes'`).Scan(&lanes)
}

// Query runs a reading statement outside of any transaction.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	d.watched(query, args)
	return d.read.QueryContext(ctx, d.dialect.rebind(query), args...)
}

// QueryRow runs a reading statement of one row outside of any transaction.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	d.watched(query, args)
	return d.read.QueryRowContext(ctx, d.dialect.rebind(query), args...)
}

// Millis is how a time is stored.
func Millis(t time.Time) int64 { return t.UnixMilli() }

// Time is the time that was stored.
func Time(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// NullMillis stores the zero time as NULL.
func NullMillis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// NullTime is the time that NullMillis stored.
func NullTime(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return Time(ms.Int64)
}

// NullID stores zero as NULL.
func NullID[T ~int64](v T) any {
	if v == 0 {
		return nil
	}
	return int64(v)
}

func (d *DB) bootstrap(ctx context.Context, lanes int, version int64) error {
	if err := d.migrate(ctx, version); err != nil {
		return err
	}
	if lanes < 1 {
		lanes = 1
	}
	err := d.Do(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO meta (name, value) VALUES ('lanes', ?) ON CONFLICT (name) DO NOTHING`, fmt.Sprint(lanes))
		return err
	})
	if err != nil {
		return fmt.Errorf("set up database: %w", err)
	}
	return d.readLanes(ctx)
}

func (d *DB) readLanes(ctx context.Context) error {
	var value string
	if err := d.QueryRow(ctx, `SELECT value FROM meta WHERE name = 'lanes'`).Scan(&value); err != nil {
		return fmt.Errorf("read number of lanes: %w", err)
	}
	if _, err := fmt.Sscan(value, &d.lanes); err != nil || d.lanes < 1 {
		return fmt.Errorf("the database names %q lanes", value)
	}
	return nil
}
