package form

import (
	"context"
	"fmt"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
)

// Reader moves submissions with the contact that made them, when it is merged.
func Reader() activity.Reader {
	return activity.Reader{
		Name:   "form.merge",
		Kinds:  []activity.Kind{contact.KindMerged, contact.KindJoined},
		Reset:  func(context.Context, *db.Tx) error { return nil }, // moving again what has moved does nothing
		Handle: followMerges,
	}
}

func followMerges(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
	for _, e := range batch {
		var merged contact.Merged
		if err := e.Decode(&merged); err != nil {
			return err
		}
		survivor, err := contact.Resolve(ctx, tx, e.Contact)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO form_submission (contact_id, id, form_id, at, ip, page, referrer, answers, words)
			SELECT CAST(? AS BIGINT), id, form_id, at, ip, page, referrer, answers, words FROM form_submission WHERE contact_id = ?`, int64(survivor), int64(merged.Contact))
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM form_submission WHERE contact_id = ?`, int64(merged.Contact))
		}
		if err != nil {
			return fmt.Errorf("move submissions of contact %d to %d: %w", merged.Contact, survivor, err)
		}
	}
	return nil
}
