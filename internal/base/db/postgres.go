package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	postgresConnections      = 12
	postgresAheadConnections = 4
)

func (d *DB) openPostgres(address string) error {
	d.dialect = Postgres
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("read database address: %w", err)
	}
	d.link = newLink(config, d.log)
	d.config = d.link.config.Copy()
	// A process that stands still in the middle of a transaction holds locks that
	// all others wait for.
	config.RuntimeParams["idle_in_transaction_session_timeout"] = idleInTransaction.String()
	planFew(config)
	// The handles share the parameters of the configuration that they are given.
	d.read = stdlib.OpenDB(*config.Copy())
	d.read.SetMaxOpenConns(postgresConnections)
	d.read.SetMaxIdleConns(postgresConnections)
	d.write = d.read
	config = config.Copy()
	config.RuntimeParams["synchronous_commit"] = "off"
	d.ahead = stdlib.OpenDB(*config)
	d.ahead.SetMaxOpenConns(postgresAheadConnections)
	d.ahead.SetMaxIdleConns(postgresAheadConnections)
	d.syncPostgres()
	return nil
}

// planFew has statements planned as those that touch few rows are.
func planFew(config *pgx.ConnConfig) {
	// A connection keeps its plans. Those made while a table is empty would go on
	// reading it whole, until the server has looked at its size again.
	config.RuntimeParams["enable_seqscan"] = "off"
	// Both begin where the server expects many rows, also of a statement that ends
	// after the first ones: compiling takes longer than most of them do, and several
	// processes read more rows than one would have.
	config.RuntimeParams["jit"] = "off"
	config.RuntimeParams["max_parallel_workers_per_gather"] = "0"
}

// syncPostgres prepares to wait for the disk: a commit that does takes all earlier
// ones with it. It has to write something for that, and this touches no table. The
// connection is one of its own, which ends with the server: another might be to
// the server after a crash, in which earlier commits were lost.
func (d *DB) syncPostgres() {
	ctx := context.Background()
	var conn *sql.Conn
	end := func() (err error) {
		if conn != nil {
			err = conn.Close()
			conn = nil
		}
		return err
	}
	d.disk.sync = func() (err error) {
		if conn == nil {
			if conn, err = d.write.Conn(ctx); err != nil {
				return err
			}
		}
		if _, err = conn.ExecContext(ctx, `SELECT pg_logical_emit_message(true, 'ariane', '')`); err != nil {
			// Numbers held in reserve may be given again by a server that crashed.
			d.reserves.Clear()
			return errors.Join(err, end())
		}
		return nil
	}
	d.disk.close = end
}
