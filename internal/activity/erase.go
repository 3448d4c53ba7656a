package activity

import (
	"context"
	"fmt"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Erase removes the oldest events of a contact for good, and tells how many. Of
// Slice there may be more: a long thread is erased in transactions of its own.
// Nothing moves to or from the contact any more. What this transaction appends is
// not touched.
func Erase(ctx context.Context, tx *db.Tx, contact id.Contact) (n int64, err error) {
	// First: who moves a slice at this moment is waited for.
	_, err = tx.Exec(ctx, `DELETE FROM event_move WHERE contact_id = ? OR into_id = ?`, int64(contact), int64(contact))
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM reader_fault WHERE contact_id = ?`, int64(contact))
	}
	var where string
	var args []any
	if err == nil {
		where, args, n, err = oldest(ctx, tx, contact)
	}
	if err == nil && n > 0 {
		_, err = tx.Exec(ctx, `DELETE FROM event WHERE `+where, args...)
	}
	if err != nil {
		return 0, fmt.Errorf("erase thread of contact %d: %w", contact, err)
	}
	return n, nil
}
