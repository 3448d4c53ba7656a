package contact

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/field"
)

const (
	// longestPlace is a size in bytes that both engines can index.
	longestPlace = 1000
	// placedAtOnce bounds the work of one transaction.
	placedAtOnce = 500
)

// sortPlace orders contacts by city, then region, then country, each as it is
// stored.
func sortPlace(values map[string]string) string {
	var parts []string
	for _, alias := range []string{"city", "state", "country"} {
		if part := field.Fold(values[alias]); part != "" {
			parts = append(parts, part)
		}
	}
	place := strings.Join(parts, "\n") // lower than what a longer name goes on with
	if len(place) <= longestPlace {
		return place
	}
	cut := longestPlace
	for !utf8.RuneStart(place[cut]) {
		cut--
	}
	return place[:cut]
}

// PlaceSome gives their place in the order to some of the contacts that were stored
// before there was one, and tells whether that was all.
func PlaceSome(ctx context.Context, tx *db.Tx) (done bool, err error) {
	var rows [][]any
	err = db.Each(ctx, tx, `SELECT id, state, fields FROM contact WHERE state = 1 AND place = ? ORDER BY id LIMIT ?`+tx.Dialect().ForUpdate(),
		[]any{blank, placedAtOnce}, func(row db.Row) error {
			var number int64
			var state State
			var raw []byte
			var values map[string]string
			err := row.Scan(&number, &state, &raw)
			if err == nil {
				values, err = decodeValues(raw)
			}
			rows = append(rows, []any{number, int(state), 0, 0, 0, sortPlace(values)})
			return err
		})
	if err == nil {
		err = tx.InsertOr(ctx, "contact", []string{"id", "state", "added", "points", "sample", "place"}, rows, `ON CONFLICT (id) DO UPDATE SET place = excluded.place`)
	}
	if err != nil {
		return false, fmt.Errorf("write places of contacts: %w", err)
	}
	return len(rows) < placedAtOnce, nil
}
