package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// pgTx is a transaction on a connection of its own. Statements whose result
// nobody waits for, BEGIN among them, travel with the next one that somebody does.
type pgTx struct {
	conn   *sql.Conn
	queued *pgx.Batch
	begun  bool // BEGIN was sent
	failed error
}

// errLost says that the connection failed before the commit was sent: nothing
// of the transaction remains.
var errLost = errors.New("the connection to the database was lost")

// ErrUnclear says that the connection failed while the commit was under way, or
// the disk after it: the transaction may be stored, or not.
var ErrUnclear = errors.New("it is not known whether this was stored")

func beginPipeline(ctx context.Context, pool *sql.DB) (*pgTx, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	t := &pgTx{conn: conn, queued: &pgx.Batch{}}
	t.queued.Queue("begin")
	return t, nil
}

func (t *pgTx) later(query string, args []any) error {
	t.queued.Queue(query, args...)
	return nil
}

func (t *pgTx) exec(query string, args []any) (sql.Result, error) {
	t.queued.Queue(query, args...)
	tag, err := t.send()
	return driver.RowsAffected(tag.RowsAffected()), err
}

func (t *pgTx) query(query string, args []any) (*sql.Rows, error) {
	if _, err := t.send(); err != nil {
		return nil, err
	}
	return t.conn.QueryContext(context.Background(), query, args...)
}

// queryRow tells of a statement before it that failed in what cause returns.
func (t *pgTx) queryRow(query string, args []any) *sql.Row {
	_, t.failed = t.send()
	return t.conn.QueryRowContext(context.Background(), query, args...)
}

// cause adds to an error what it may have come of.
func (t *pgTx) cause(err error) error {
	if t.failed == nil {
		return err
	}
	return errors.Join(t.failed, err)
}

// each is query that waits for nothing before it.
func (t *pgTx) each(query string, args []any, f func(Row) error) error {
	t.queued.Queue(query, args...)
	_, err := t.run(func(results pgx.BatchResults) (tag pgconn.CommandTag, err error) {
		rows, err := results.Query()
		if err != nil {
			return tag, err
		}
		defer rows.Close()
		for rows.Next() {
			if err := f(rows); err != nil {
				return tag, err
			}
		}
		return tag, rows.Err()
	})
	return err
}

// send sends what is queued, and returns the outcome of the last statement.
func (t *pgTx) send() (tag pgconn.CommandTag, err error) {
	if t.queued.Len() == 0 {
		return tag, nil
	}
	return t.run(pgx.BatchResults.Exec)
}

// run sends what is queued, and reads the last result with last.
func (t *pgTx) run(last func(pgx.BatchResults) (pgconn.CommandTag, error)) (tag pgconn.CommandTag, err error) {
	batch := t.queued
	t.queued, t.begun = &pgx.Batch{}, true
	err = t.conn.Raw(func(c any) error {
		native := c.(*stdlib.Conn).Conn()
		results := native.SendBatch(context.Background(), batch)
		for range batch.Len() - 1 {
			if _, err = results.Exec(); err != nil {
				break
			}
		}
		if err == nil {
			tag, err = last(results)
		}
		if closed := results.Close(); err == nil {
			err = closed
		}
		if native.IsClosed() {
			err = errors.Join(errLost, err)
		}
		return err
	})
	return tag, err
}

func (t *pgTx) commit() error {
	if !t.begun && t.queued.Len() == 1 {
		return t.conn.Close()
	}
	t.queued.Queue("commit")
	tag, err := t.send()
	if errors.Is(err, errLost) && !idled(err) {
		return fmt.Errorf("%w: %v", ErrUnclear, err)
	}
	if err == nil && tag.String() != "COMMIT" {
		err = fmt.Errorf("the database answered %s", tag)
	}
	if err != nil {
		return err
	}
	return t.conn.Close()
}

// idled tells that the server ended the transaction because nothing came for too
// long, as when this process was made to stand still.
func idled(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "25P03"
}

func (t *pgTx) rollback() error {
	if !t.begun {
		return t.conn.Close()
	}
	t.queued = &pgx.Batch{}
	if _, err := t.exec("rollback", nil); err != nil {
		// The connection is thrown away, and the transaction with it.
		return t.conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	return t.conn.Close()
}
