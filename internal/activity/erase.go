package activity

import (
	"context"
	"fmt"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Erase removes the whole thread of a contact for good. What this transaction
// appends is not touched.
func Erase(ctx context.Context, tx *db.Tx, contact id.Contact) error {
	if _, err := tx.Exec(ctx, `DELETE FROM event WHERE contact_id = ?`, int64(contact)); err != nil {
		return fmt.Errorf("erase thread of contact %d: %w", contact, err)
	}
	return nil
}
