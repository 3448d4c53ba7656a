package db

import (
	"context"
	"fmt"
	"slices"
)

// Numbers finds the numbers of texts in a table of these columns, and gives new ones
// of the table's sequence to those that have none. The empty text has none. On
// PostgreSQL it asks once, and what would have been given to the others is lost.
func (tx *Tx) Numbers(ctx context.Context, table, text, number string, texts []string) (map[string]int64, error) {
	numbers := make(map[string]int64, len(texts))
	read := func(texts []string) error {
		among, args := InTexts(tx.db.dialect, text, texts)
		return Each(ctx, tx, `SELECT `+text+`, `+number+` FROM `+table+` WHERE `+among, args, func(row Row) error {
			var s string
			var n int64
			err := row.Scan(&s, &n)
			numbers[s] = n
			return err
		})
	}
	// In one order, so that two transactions do not wait for each other.
	missing := slices.Compact(slices.Sorted(slices.Values(texts)))
	missing = slices.DeleteFunc(missing, func(s string) bool { return s == "" })
	if tx.db.dialect == SQLite && len(missing) > 0 {
		if err := read(missing); err != nil {
			return nil, fmt.Errorf("find numbers in %s: %w", table, err)
		}
		missing = slices.DeleteFunc(missing, func(s string) bool { return numbers[s] != 0 })
	}
	if len(missing) == 0 {
		return numbers, nil
	}
	fresh, err := tx.NextIDs(ctx, table, len(missing))
	if err != nil {
		return nil, err
	}
	rows := make([][]any, len(missing))
	for i, s := range missing {
		rows[i] = []any{s, fresh[i]}
	}
	err = tx.InsertOr(ctx, table, []string{text, number}, rows, "ON CONFLICT DO NOTHING")
	if err == nil {
		err = read(missing)
	}
	if err != nil {
		return nil, fmt.Errorf("give numbers in %s: %w", table, err)
	}
	return numbers, nil
}
