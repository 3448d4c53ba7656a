package db_test

import (
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
)

// A statement that takes long is waited for while the server works on it.
func TestLongStatement(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	if d.Dialect() != db.Postgres {
		t.Skip("for PostgreSQL")
	}
	var slept string
	if err := d.QueryRow(t.Context(), `SELECT CAST(pg_sleep(14) AS TEXT)`).Scan(&slept); err != nil {
		t.Error(err)
	}
}
