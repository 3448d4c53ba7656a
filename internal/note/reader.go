package note

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Reader moves notes with their contact when it is merged, back when that is taken
// back, and removes those of one that was erased.
func Reader(follow activity.Follow, kinds ...activity.Kind) activity.Reader {
	return activity.Follower("note.follow", follow, move, kinds...)
}

func move(ctx context.Context, tx *db.Tx, f activity.Fate) error {
	where, args := db.InIDs(tx.Dialect(), "contact_id", f.From)
	if f.Apart {
		own, err := numbers(ctx, tx, f.Into)
		if err != nil || len(own) == 0 {
			return err
		}
		among, more := db.InIDs(tx.Dialect(), "id", own)
		where, args = where+" AND "+among, append(args, more...)
	}
	if f.Into != 0 {
		_, err := tx.Exec(ctx, `INSERT INTO contact_note (contact_id, `+columns+`) SELECT CAST(? AS BIGINT), `+columns+` FROM contact_note WHERE `+where,
			append([]any{int64(f.Into)}, args...)...)
		if err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM contact_note WHERE `+where, args...)
	return err
}

// numbers are the notes that a thread tells of.
func numbers(ctx context.Context, q db.Q, contact id.Contact) ([]int64, error) {
	events, err := activity.All(ctx, q, contact, KindAdded)
	if err != nil {
		return nil, err
	}
	list := make([]int64, len(events))
	for i, e := range events {
		var n Noted
		if err := e.Decode(&n); err != nil {
			return nil, err
		}
		list[i] = n.Note
	}
	return list, nil
}
