package db

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"text/template"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

const latest = math.MaxInt64

// ErrNewer says that a newer Ariane has used this database.
var ErrNewer = errors.New("the database was last used by a newer version of Ariane: install that version or a later one, or restore a backup made before the upgrade")

// migrate brings the schema to version. Each step is one transaction, so a
// start that was interrupted goes on where it stopped.
func (d *DB) migrate(ctx context.Context, version int64) error {
	steps, err := d.dialect.steps()
	if err != nil {
		return err
	}
	dialect := goose.DialectSQLite3
	if d.dialect == Postgres {
		dialect = goose.DialectPostgres
	}
	handle, giveBack, err := d.handOver(ctx)
	if err != nil {
		return err
	}
	defer giveBack()
	provider, err := goose.NewProvider(dialect, handle, nil, goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	now, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read version of the schema: %w", err)
	}
	last := steps[len(steps)-1].Version
	if now > last {
		return fmt.Errorf("schema %d, this program knows %d: %w", now, last, ErrNewer)
	}
	if _, err := provider.UpTo(ctx, min(version, last)); err != nil {
		return fmt.Errorf("upgrade the database: %w", err)
	}
	return nil
}

// handOver lends the writing side to the migrations, to those of one process
// at a time.
func (d *DB) handOver(ctx context.Context) (handle *sql.DB, giveBack func(), err error) {
	if d.dialect == SQLite {
		w := <-d.writer
		handle := d.migrating()
		return handle, func() {
			if err := handle.Close(); err != nil {
				d.log.Error("close after migrations", "error", err)
			}
			d.writer <- w
		}, nil
	}
	conn, err := d.write.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, `SELECT pg_advisory_lock(hashtext(current_schema()), 0)`)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("wait for the database: %w", err)
	}
	return d.write, func() {
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtext(current_schema()), 0)`); err != nil {
			d.log.Error("unlock after migrations", "error", err)
		}
		conn.Close()
	}, nil
}

// migrating is a connection to SQLite that sorts in files beside the database: to
// make an index in memory takes as much of it as the index is long. There may be no
// folder for temporary files but this one.
func (d *DB) migrating() *sql.DB {
	folder := strings.ReplaceAll(d.dir, "'", "''")
	return sqliteDB(filepath.Join(d.dir, File), []string{"busy_timeout(10000)", "synchronous(NORMAL)", "foreign_keys(1)", "wal_autocheckpoint(0)",
		"temp_store(FILE)", "temp_store_directory('" + folder + "')", "cache_size(-16384)"})
}

// steps reads the migrations of this engine from the one set of texts.
func (d Dialect) steps() ([]*goose.Migration, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var steps []*goose.Migration
	for _, name := range names {
		base := path.Base(name)
		version, err := strconv.ParseInt(base[:strings.IndexByte(base, '_')], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", base, err)
		}
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		statements, err := d.statements(string(text))
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", base, err)
		}
		steps = append(steps, goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			for _, s := range statements {
				if _, err := tx.ExecContext(ctx, s); err != nil {
					return fmt.Errorf("%s: %s: %w", base, s, err)
				}
			}
			return nil
		}}, nil))
	}
	return steps, nil
}

var (
	sequenceLine = regexp.MustCompile(`(?m)^-- sequence: (\w+)$`)
	commentLine  = regexp.MustCompile(`(?m)--.*$`)
)

// statements fills in the template words of a migration and cuts it at its
// semicolons; the texts hold no triggers or procedures.
func (d Dialect) statements(text string) ([]string, error) {
	t, err := template.New("").Funcs(d.words()).Parse(text)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, nil); err != nil {
		return nil, err
	}
	sequence := `INSERT INTO sequence (name, value) VALUES ('$1', 0);`
	if d == Postgres {
		sequence = `CREATE SEQUENCE ${1}_seq;`
	}
	filled := sequenceLine.ReplaceAllString(b.String(), sequence)
	filled = commentLine.ReplaceAllString(filled, "")
	var list []string
	for s := range strings.SplitSeq(filled, ";") {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, s)
		}
	}
	return list, nil
}

// words are what differs between the engines in a schema:
//
//	{{id}}         64-bit primary key of one column
//	{{text}}       text compared byte by byte
//	{{json}}       a JSON value
//	{{blob}}       bytes
//	{{clustered}}  after the closing bracket: rows lie in the order of the primary key
//	{{monthly}}    after the closing bracket: cut by month of the column at (PostgreSQL)
//	{{months "t"}} the parts of such a table that exist from the start
//	{{search "t"}} a table of searchable texts, see IndexText
//	{{if sqlite}}   for what only one engine needs
func (d Dialect) words() template.FuncMap {
	pick := func(sqlite, postgres string) func() string {
		return func() string {
			if d == SQLite {
				return sqlite
			}
			return postgres
		}
	}
	return template.FuncMap{
		"id":        pick("INTEGER", "BIGINT"),
		"text":      pick("TEXT", `TEXT COLLATE "C"`),
		"json":      pick("TEXT", "JSONB"),
		"blob":      pick("BLOB", "BYTEA"),
		"clustered": pick("WITHOUT ROWID", ""),
		"monthly":   pick("WITHOUT ROWID", "PARTITION BY RANGE (at)"),
		"sqlite":    func() bool { return d == SQLite },
		"months": func(table string) string {
			return pick("", "CREATE TABLE "+table+"_other PARTITION OF "+table+" DEFAULT;")()
		},
		"search": func(table string) string {
			return pick(
				"CREATE VIRTUAL TABLE "+table+" USING fts5(body, tokenize = 'trigram');",
				`CREATE TABLE `+table+` (rowid BIGINT PRIMARY KEY, body TEXT COLLATE "C" NOT NULL);
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE INDEX `+table+`_body ON `+table+` USING gin (body public.gin_trgm_ops);`)()
		},
	}
}
