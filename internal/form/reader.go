package form

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// Reader moves submissions with the contact that made them, when it is merged.
func Reader() activity.Reader {
	return activity.Follower("form.merge", contact.Follow, moveSubmissions, contact.KindMerged, contact.KindJoined)
}

// EraseReader erases the submissions of contacts that were erased.
func EraseReader() activity.Reader {
	return activity.Follower("form.erase", contact.Follow, eraseSubmissions, contact.KindErased)
}

func moveSubmissions(ctx context.Context, tx *db.Tx, from []id.Contact, into id.Contact) error {
	among, args := db.InIDs(tx.Dialect(), "contact_id", from)
	_, err := tx.Exec(ctx, `INSERT INTO form_submission (contact_id, id, form_id, at, ip, page, referrer, answers, words)
		SELECT CAST(? AS BIGINT), id, form_id, at, ip, page, referrer, answers, words FROM form_submission WHERE `+among, append([]any{int64(into)}, args...)...)
	if err == nil {
		// One that came since the rows were copied is not deleted.
		_, err = tx.Exec(ctx, `DELETE FROM form_submission WHERE `+among+` AND EXISTS (SELECT 1 FROM form_submission moved WHERE moved.contact_id = ? AND moved.id = form_submission.id)`,
			append(args, int64(into))...)
	}
	return err
}

func eraseSubmissions(ctx context.Context, tx *db.Tx, gone []id.Contact, _ id.Contact) error {
	among, args := db.InIDs(tx.Dialect(), "contact_id", gone)
	_, err := tx.Exec(ctx, `DELETE FROM form_submission_key WHERE (form_id, submission_id) IN (SELECT form_id, id FROM form_submission WHERE `+among+`)`, args...)
	if err == nil {
		_, err = deleteSubmissions(ctx, tx, among, args...)
	}
	return err
}
