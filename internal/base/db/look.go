package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Look opens a database that exists to read it, also while others work with it:
// nothing is created, upgraded or written, and every transaction fails. Where
// there is none it returns ErrNoDatabase. Its schema may be another than this
// program's, see Schema.
func Look(ctx context.Context, o Options) (*DB, error) {
	d := newDB(o)
	var err error
	if o.URL != "" {
		err = d.lookPostgres(o.URL)
	} else {
		err = d.lookSQLite(o.DataDir)
	}
	if err == nil {
		err = d.found(ctx)
	}
	if err == nil {
		err = d.readLanes(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *DB) lookPostgres(address string) error {
	d.dialect = Postgres
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("read database address: %w", err)
	}
	d.link = newLink(config, d.log)
	config.RuntimeParams["default_transaction_read_only"] = "on"
	planFew(config)
	d.read = stdlib.OpenDB(*config)
	d.read.SetMaxOpenConns(readers)
	d.write, d.ahead = d.read, d.read
	return nil
}

func (d *DB) lookSQLite(dir string) error {
	d.dialect, d.dir = SQLite, dir
	path := filepath.Join(dir, File)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w in %s", ErrNoDatabase, dir)
	} else if err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	// A connection that may write copies the log into the file when it is the last to close.
	d.read = sqliteDB(path, []string{"busy_timeout(10000)", "query_only(1)", "cache_size(-8192)", "temp_store(MEMORY)"}, "mode=ro")
	d.read.SetMaxOpenConns(readers)
	d.writer = make(chan *writer)
	close(d.writer)
	return nil
}

// found tells whether the database is one of Ariane.
func (d *DB) found(ctx context.Context) error {
	query := `SELECT count(*) FROM sqlite_schema WHERE name = 'goose_db_version'`
	if d.dialect == Postgres {
		query = `SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'goose_db_version'`
	}
	var n int
	if err := d.QueryRow(ctx, query).Scan(&n); err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	if n == 0 {
		return ErrNoDatabase
	}
	return nil
}

// Schema tells the number of the schema's last step in the database, and of that
// which this program knows.
func (d *DB) Schema(ctx context.Context) (has, knows int64, err error) {
	steps, err := d.dialect.steps()
	if err != nil {
		return 0, 0, err
	}
	var last sql.NullInt64
	if err := d.QueryRow(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&last); err != nil {
		return 0, 0, fmt.Errorf("read the version of the schema: %w", err)
	}
	return last.Int64, steps[len(steps)-1].Version, nil
}

// Damage reads the whole SQLite file and tells what is wrong with it, empty for
// nothing. PostgreSQL looks after that itself.
func (d *DB) Damage(ctx context.Context) (string, error) {
	if d.dialect == Postgres {
		return "", nil
	}
	var found string
	if err := d.QueryRow(ctx, `PRAGMA quick_check(1)`).Scan(&found); err != nil {
		return "", fmt.Errorf("check the database: %w", err)
	}
	if found == "ok" {
		found = ""
	}
	return found, nil
}
