package form

import (
	"context"
	"fmt"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// EraseReader erases the submissions of contacts that were erased.
func EraseReader() activity.Reader {
	return activity.Reader{
		Name:   "form.erase",
		Kinds:  []activity.Kind{contact.KindErased},
		Reset:  func(context.Context, *db.Tx) error { return nil }, // erasing again does nothing
		Handle: followErasures,
	}
}

func followErasures(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
	for _, e := range batch {
		var erased contact.Erased
		if err := e.Decode(&erased); err != nil {
			return err
		}
		among, args := db.InIDs(tx.Dialect(), "contact_id", append([]id.Contact{e.Contact}, erased.Absorbed...))
		_, err := tx.Exec(ctx, `DELETE FROM form_submission_key WHERE (form_id, submission_id) IN (SELECT form_id, id FROM form_submission WHERE `+among+`)`, args...)
		if err == nil {
			_, err = deleteSubmissions(ctx, tx, among, args...)
		}
		if err != nil {
			return fmt.Errorf("erase submissions of contact %d: %w", e.Contact, err)
		}
	}
	return nil
}
