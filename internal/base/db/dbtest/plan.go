package dbtest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ariane/internal/base/db"
)

// Plan explains how the database would run a query, and tells whether it would
// sort rows rather than read them in the order of an index.
func Plan(t testing.TB, d *db.DB, query string, args ...any) (plan string, sorts bool) {
	t.Helper()
	ctx := context.Background()
	if d.Dialect() == db.Postgres {
		return planPostgres(t, d, query, args)
	}
	rows, err := d.Query(ctx, "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var step, parent, unused int
		var detail string
		if err := rows.Scan(&step, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, detail)
	}
	return b.String(), strings.Contains(b.String(), "TEMP B-TREE")
}

// planPostgres leaves the planner no choice between an index and a sort of a
// table that is small in a test.
func planPostgres(t testing.TB, d *db.DB, query string, args []any) (plan string, sorts bool) {
	t.Helper()
	ctx := context.Background()
	var b strings.Builder
	err := d.Do(ctx, func(tx *db.Tx) error {
		for _, s := range []string{"SET LOCAL enable_sort = off", "SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off",
			"SET LOCAL enable_hashjoin = off", "SET LOCAL enable_mergejoin = off"} {
			if _, err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, "EXPLAIN "+query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				return err
			}
			fmt.Fprintln(&b, line)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), strings.Contains(b.String(), "Sort  (") || strings.Contains(b.String(), "Incremental Sort")
}
