package db

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const postgresConnections = 12

type pgTx struct{ tx *sql.Tx }

func (t pgTx) exec(query string, args []any) (sql.Result, error) {
	return t.tx.ExecContext(context.Background(), query, args...)
}

func (t pgTx) query(query string, args []any) (*sql.Rows, error) {
	return t.tx.QueryContext(context.Background(), query, args...)
}

func (t pgTx) queryRow(query string, args []any) *sql.Row {
	return t.tx.QueryRowContext(context.Background(), query, args...)
}

func (d *DB) openPostgres(address string) error {
	d.dialect = Postgres
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("read database address: %w", err)
	}
	d.read = stdlib.OpenDB(*config)
	d.read.SetMaxOpenConns(postgresConnections)
	d.read.SetMaxIdleConns(postgresConnections)
	d.write = d.read
	return nil
}
