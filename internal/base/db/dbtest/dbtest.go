// Package dbtest gives tests a fresh, migrated database of their own: SQLite in
// a temporary folder, or a schema of the PostgreSQL server named by
// ARIANE_TEST_POSTGRES.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"log/slog"
	"net/url"
	"os"
	"testing"

	"ariane/internal/base/db"

	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver "pgx"
)

// Variable names the environment variable that chooses PostgreSQL.
const Variable = "ARIANE_TEST_POSTGRES"

// Open returns a fresh database that is closed at the end of the test.
func Open(t testing.TB) *db.DB {
	t.Helper()
	return With(t, Options(t))
}

// With opens the database that o names, usually Options with something changed.
func With(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// Options names a database that does not exist yet. Opening it twice gives the
// same one.
func Options(t testing.TB) db.Options {
	t.Helper()
	o := db.Options{Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	server := os.Getenv(Variable)
	if server == "" {
		o.DataDir = t.TempDir()
		return o
	}
	handle, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer handle.Close()
	random := make([]byte, 8)
	rand.Read(random)
	schema := "test_" + hex.EncodeToString(random)
	for _, s := range []string{
		"SELECT pg_advisory_lock(4242)",
		"CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public",
		"SELECT pg_advisory_unlock_all()",
		"CREATE SCHEMA " + schema,
	} {
		handle.SetMaxOpenConns(1)
		if _, err := handle.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	t.Cleanup(func() {
		handle, err := sql.Open("pgx", server)
		if err == nil {
			_, err = handle.Exec("DROP SCHEMA " + schema + " CASCADE")
			handle.Close()
		}
		if err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema+",public")
	u.RawQuery = q.Encode()
	o.URL = u.String()
	return o
}
