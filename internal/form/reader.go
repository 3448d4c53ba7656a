package form

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// Reader moves submissions with the contact that made them, when it is merged, and
// back when that is taken back.
func Reader() activity.Reader {
	return activity.Follower("form.merge", contact.Follow, moveSubmissions, contact.KindMerged, contact.KindJoined, contact.KindUnmerged, contact.KindVisitorUnmerged)
}

// EraseReader erases the submissions of contacts that were erased.
func EraseReader() activity.Reader {
	return activity.Follower("form.erase", contact.Follow, eraseSubmissions, contact.KindErased)
}

func moveSubmissions(ctx context.Context, tx *db.Tx, f activity.Fate) error {
	into := f.Into
	among, args := db.InIDs(tx.Dialect(), "contact_id", f.From)
	if f.Apart {
		own, err := submissionsIn(ctx, tx, into)
		if err != nil || len(own) == 0 {
			return err
		}
		these, more := db.InIDs(tx.Dialect(), "id", own)
		among, args = among+" AND "+these, append(args, more...)
	}
	_, err := tx.Exec(ctx, `INSERT INTO form_submission (contact_id, id, form_id, at, ip, page, referrer, answers, words)
		SELECT CAST(? AS BIGINT), id, form_id, at, ip, page, referrer, answers, words FROM form_submission WHERE `+among, append([]any{int64(into)}, args...)...)
	if err == nil {
		// One that came since the rows were copied is not deleted.
		_, err = tx.Exec(ctx, `DELETE FROM form_submission WHERE `+among+` AND EXISTS (SELECT 1 FROM form_submission moved WHERE moved.contact_id = ? AND moved.id = form_submission.id)`,
			append(args, int64(into))...)
	}
	return err
}

// submissionsIn are the submissions that a thread tells of.
func submissionsIn(ctx context.Context, q db.Q, who id.Contact) ([]id.Submission, error) {
	events, err := activity.All(ctx, q, who, KindSubmitted)
	if err != nil {
		return nil, err
	}
	list := make([]id.Submission, len(events))
	for i, e := range events {
		var s Submitted
		if err := e.Decode(&s); err != nil {
			return nil, err
		}
		list[i] = s.Submission
	}
	return list, nil
}

func eraseSubmissions(ctx context.Context, tx *db.Tx, f activity.Fate) error {
	among, args := db.InIDs(tx.Dialect(), "contact_id", f.From)
	_, err := tx.Exec(ctx, `DELETE FROM form_submission_key WHERE (form_id, submission_id) IN (SELECT form_id, id FROM form_submission WHERE `+among+`)`, args...)
	if err == nil {
		_, err = deleteSubmissions(ctx, tx, among, args...)
	}
	return err
}
