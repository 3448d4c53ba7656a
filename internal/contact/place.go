package contact

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/field"
)

const (
	// longestPlace is a size in bytes that both engines can index.
	longestPlace = 1000
	// foldedAtOnce bounds the work of one transaction.
	foldedAtOnce = 500
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
	return shorten(place)
}

// FoldSome stores what some of the contacts are sorted and searched by that were
// stored before there was that, and tells whether that was all.
func FoldSome(ctx context.Context, tx *db.Tx) (done bool, err error) {
	set, err := field.Of(ctx, tx)
	if err != nil {
		return false, err
	}
	type old struct {
		number int64
		state  State
		values map[string]string
	}
	var list []old
	err = db.Each(ctx, tx, `SELECT id, state, fields FROM contact WHERE state = 1 AND place = ? ORDER BY id LIMIT ?`+tx.Dialect().ForUpdate(),
		[]any{blank, foldedAtOnce}, func(row db.Row) error {
			var o old
			var raw []byte
			err := row.Scan(&o.number, &o.state, &raw)
			if err == nil {
				o.values, err = decodeValues(raw)
			}
			list = append(list, o)
			return err
		})
	if err != nil {
		return false, fmt.Errorf("read values of contacts: %w", err)
	}
	var rows [][]any
	for _, o := range list {
		raw, err := encodeValues(set, o.values)
		if err != nil {
			return false, err
		}
		rows = append(rows, []any{o.number, int(o.state), 0, 0, 0, sortPlace(o.values), raw})
		telephone := func(f field.Field) bool { return f.Type == field.Tel && o.values[f.Alias] != "" }
		if !slices.ContainsFunc(set.All(), telephone) {
			continue
		}
		if err := tx.IndexText(ctx, "contact_search", o.number, searchText(set, o.values)); err != nil {
			return false, err
		}
	}
	err = tx.InsertOr(ctx, "contact", []string{"id", "state", "added", "points", "sample", "place", "fields"}, rows,
		`ON CONFLICT (id) DO UPDATE SET place = excluded.place, fields = excluded.fields`)
	if err != nil {
		return false, fmt.Errorf("write values of contacts: %w", err)
	}
	return len(rows) < foldedAtOnce, nil
}
