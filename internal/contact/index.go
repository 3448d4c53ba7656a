package contact

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/id"
)

var indexColumns = []string{"contact_id", "field_id", "text", "number"}

// indexRows are the rows of field_index for a value.
func indexRows(contact id.Contact, f field.Field, value string) [][]any {
	if value == "" {
		return nil
	}
	texts := []string{value}
	if f.Type == field.Multiselect {
		texts = strings.Split(value, field.Between)
	}
	var number any
	switch f.Type {
	case field.Number, field.Boolean:
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			number = n
		}
	}
	var rows [][]any
	seen := map[string]bool{}
	for _, text := range texts {
		switch {
		case f.Type == field.Tel:
			text = dialled(text)
		case f.Type.Folded():
			text = shorten(field.Fold(text))
		}
		if !seen[text] {
			seen[text] = true
			rows = append(rows, []any{int64(contact), f.ID, text, number})
		}
	}
	return rows
}

// shorten brings a text down to what both engines can index.
func shorten(text string) string {
	if len(text) <= longestPlace {
		return text
	}
	end := longestPlace
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// reindex brings the index of a contact's values up to date with their changes, and
// returns the rows to add.
func reindex(ctx context.Context, tx *db.Tx, set *field.Set, contact id.Contact, changes []Change) ([][]any, error) {
	if len(set.Indexed()) == 0 {
		return nil, nil
	}
	var rows [][]any
	for _, c := range changes {
		f, found := set.ByAlias(c.Field)
		if !found || !f.Indexed() {
			continue
		}
		if c.Old != "" {
			if _, err := tx.Exec(ctx, `DELETE FROM field_index WHERE contact_id = ? AND field_id = ?`, int64(contact), f.ID); err != nil {
				return nil, err
			}
		}
		rows = append(rows, indexRows(contact, f, c.New)...)
	}
	return rows, nil
}

// allRows are the rows of field_index of a contact.
func allRows(set *field.Set, contact id.Contact, values map[string]string) [][]any {
	var rows [][]any
	for _, f := range set.Indexed() {
		rows = append(rows, indexRows(contact, f, values[f.Alias])...)
	}
	return rows
}
