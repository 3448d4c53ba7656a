package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Tx is one write transaction. It belongs to the goroutine that runs the
// function given to Do, and is dead when that function has returned.
//
// Statements of a transaction are not cut short when the context of their
// caller ends: a transaction is short, and is either committed or rolled back.
type Tx struct {
	db      *DB
	conn    executor
	now     time.Time
	pending []attached
	after   []func()
	replay  bool
}

type executor interface {
	exec(query string, args []any) (sql.Result, error)
	// later runs a statement before the next one; whether it failed may be told then.
	later(query string, args []any) error
	query(query string, args []any) (*sql.Rows, error)
	queryRow(query string, args []any) *sql.Row
}

// Pending is work that a package collects during a transaction and that is done
// once, after the function given to Do has returned and before the commit.
type Pending interface {
	Flush(ctx context.Context, tx *Tx) error
}

type attached struct {
	key  any
	work Pending
}

// Attach returns the work attached under key, made by create the first time in
// this transaction. Works are flushed in the order of their keys' first use.
func (tx *Tx) Attach(key any, create func() Pending) Pending {
	for _, a := range tx.pending {
		if a.key == key {
			return a.work
		}
	}
	w := create()
	tx.pending = append(tx.pending, attached{key, w})
	return w
}

// Attached tells whether work is attached under key.
func (tx *Tx) Attached(key any) bool {
	return slices.ContainsFunc(tx.pending, func(a attached) bool { return a.key == key })
}

// AfterCommit runs f once the transaction is committed, and never otherwise.
// What it did is then seen by others, but may not be on the disk yet.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// Now is the time of this transaction, in whole milliseconds.
func (tx *Tx) Now() time.Time { return tx.now }

// SetReplaying marks the transaction as one that makes state anew from what
// happened before. Events and jobs are then discarded: they exist already.
func (tx *Tx) SetReplaying(yes bool) { tx.replay = yes }

// Replaying tells whether SetReplaying was called with true.
func (tx *Tx) Replaying() bool { return tx.replay }

// SetNow moves the transaction to another time, for history that is written
// afterwards.
func (tx *Tx) SetNow(t time.Time) { tx.now = t.UTC().Truncate(time.Millisecond) }

// DB is the database this transaction belongs to.
func (tx *Tx) DB() *DB { return tx.db }

// Dialect tells which engine this is.
func (tx *Tx) Dialect() Dialect { return tx.db.dialect }

// Exec runs a statement.
func (tx *Tx) Exec(_ context.Context, query string, args ...any) (sql.Result, error) {
	tx.db.watched(query, args)
	return tx.conn.exec(tx.db.dialect.rebind(query), args)
}

// Query runs a reading statement that sees what the transaction wrote.
func (tx *Tx) Query(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	tx.db.watched(query, args)
	return tx.conn.query(tx.db.dialect.rebind(query), args)
}

// QueryRow runs a reading statement of one row.
func (tx *Tx) QueryRow(_ context.Context, query string, args ...any) *sql.Row {
	tx.db.watched(query, args)
	return tx.conn.queryRow(tx.db.dialect.rebind(query), args)
}

// Do runs f in one write transaction and commits it when f returns nil; it
// returns once that is on the disk. Whatever f did is undone when it returns an
// error or panics. On PostgreSQL f may run again: after a deadlock, when the
// connection was lost, when a transaction beside it added the same key, which f
// then finds. It must have no effect outside the transaction other than through
// AfterCommit.
func (d *DB) Do(ctx context.Context, f func(tx *Tx) error) error {
	if d.dialect == Postgres {
		return d.retry(ctx, d.write, f)
	}
	durable, err := d.DoAhead(ctx, f)
	if err != nil {
		return err
	}
	return durable()
}

// DoAhead is Do for a caller that has more to do meanwhile. It returns once the
// changes are committed; durable waits until they are on the disk, together with
// all that was committed before. Nobody outside may be told of them earlier.
func (d *DB) DoAhead(ctx context.Context, f func(tx *Tx) error) (durable func() error, err error) {
	if err := d.retry(ctx, d.ahead, f); err != nil {
		return nil, err
	}
	return d.disk.wait, nil
}

// DoRelaxed is Do without waiting for the disk: for work that is done again where
// it is found undone. A crash of the program loses none of it. A failure of power
// may, unless something committed later is on the disk.
func (d *DB) DoRelaxed(ctx context.Context, f func(tx *Tx) error) error {
	return d.retry(ctx, d.ahead, f)
}

func (d *DB) retry(ctx context.Context, pool *sql.DB, f func(tx *Tx) error) error {
	for attempt := 0; ; attempt++ {
		err := d.once(ctx, pool, f)
		if err == nil || attempt == 3 || !again(err) {
			return err
		}
	}
}

// again tells the errors that another attempt may not meet.
func again(err error) bool {
	if errors.Is(err, errLost) {
		return true
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	switch pg.Code {
	case "40P01", "40001", "23505", // deadlock, serialization failure, unique violation
		"25P03", "57P01": // the server ended the connection: idle for too long in a transaction, shutdown
		return true
	}
	return false
}

func (d *DB) once(ctx context.Context, pool *sql.DB, f func(tx *Tx) error) error {
	tx := &Tx{db: d, now: d.Now()}
	commit, rollback, err := d.begin(ctx, pool, tx)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	done, begun := false, time.Now()
	defer func() {
		if !done {
			rollback()
			d.WriteTimes.Observe(time.Since(begun).Seconds())
		}
	}()
	err = f(tx)
	for i := 0; err == nil && i < len(tx.pending); i++ {
		err = tx.pending[i].work.Flush(ctx, tx)
	}
	if err != nil {
		if t, ok := tx.conn.(*pgTx); ok {
			err = t.cause(err)
		}
		return err
	}
	if err := commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	d.WriteTimes.Observe(time.Since(begun).Seconds())
	done = true
	for _, f := range tx.after {
		f()
	}
	return nil
}

func (d *DB) begin(ctx context.Context, pool *sql.DB, tx *Tx) (commit func() error, rollback func(), err error) {
	if d.writer == nil {
		return d.beginPostgres(ctx, pool, tx)
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	var w *writer
	var open bool
	select {
	case w, open = <-d.writer:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	if !open {
		return nil, nil, errors.New("the database is closed")
	}
	if _, err := w.exec("BEGIN IMMEDIATE", nil); err != nil {
		d.writer <- w
		return nil, nil, err
	}
	tx.conn = w
	rollback = func() {
		if _, err := w.exec("ROLLBACK", nil); err != nil {
			d.log.Error("rollback failed", "error", err)
		}
		d.writer <- w
	}
	commit = func() error {
		if _, err := w.exec("COMMIT", nil); err != nil {
			return err
		}
		d.writer <- w
		return nil
	}
	return commit, rollback, nil
}

func (d *DB) beginPostgres(ctx context.Context, pool *sql.DB, tx *Tx) (commit func() error, rollback func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	t, err := beginPipeline(context.WithoutCancel(ctx), pool)
	if err != nil {
		return nil, nil, err
	}
	tx.conn = t
	rollback = func() {
		if err := t.rollback(); err != nil && !errors.Is(err, driver.ErrBadConn) {
			d.log.Error("rollback failed", "error", err)
		}
	}
	return t.commit, rollback, nil
}
