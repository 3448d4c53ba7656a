package form

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// counting is what a transaction changes about the numbers of submissions. They are
// written last, so that a form that many send is hardly ever waited for.
type counting struct{ more map[id.Form]int }

type countingKey struct{}

// count notes that there are so many submissions of a form more, or fewer. It is
// called after all that appends events: what is written at the end of a transaction
// is written in that order, the same in each.
func count(tx *db.Tx, form id.Form, more int) {
	c := tx.Attach(countingKey{}, func() db.Pending { return &counting{map[id.Form]int{}} }).(*counting)
	c.more[form] += more
}

// Flush writes the numbers in the order of the forms, so that two transactions wait
// for each other in one direction only.
func (c *counting) Flush(ctx context.Context, tx *db.Tx) error {
	var rows [][]any
	for _, form := range slices.Sorted(maps.Keys(c.more)) {
		rows = append(rows, []any{int64(form), c.more[form]})
	}
	err := tx.InsertOr(ctx, "form_count", []string{"form_id", "n"}, rows, `ON CONFLICT (form_id) DO UPDATE SET n = form_count.n + excluded.n`)
	if err != nil {
		return fmt.Errorf("count submissions: %w", err)
	}
	return nil
}

// deleteSubmissions deletes those that a condition is true of, and returns how many
// there were.
func deleteSubmissions(ctx context.Context, tx *db.Tx, where string, args ...any) (n int, err error) {
	rows, err := tx.Query(ctx, `DELETE FROM form_submission WHERE `+where+` RETURNING form_id`, args...)
	if err != nil {
		return 0, fmt.Errorf("delete submissions: %w", err)
	}
	defer rows.Close()
	gone := map[id.Form]int{}
	for rows.Next() {
		var form id.Form
		if err := rows.Scan(&form); err != nil {
			return 0, fmt.Errorf("delete submissions: %w", err)
		}
		gone[form]++
		n++
	}
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("delete submissions: %w", err)
	}
	for form, n := range gone {
		count(tx, form, -n)
	}
	return n, nil
}
