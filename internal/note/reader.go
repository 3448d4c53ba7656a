package note

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Reader moves notes with their contact when it is merged, and removes those of
// one that was erased.
func Reader(follow activity.Follow, kinds ...activity.Kind) activity.Reader {
	return activity.Follower("note.follow", follow, move, kinds...)
}

func move(ctx context.Context, tx *db.Tx, from []id.Contact, into id.Contact) error {
	among, args := db.InIDs(tx.Dialect(), "contact_id", from)
	if into != 0 {
		_, err := tx.Exec(ctx, `INSERT INTO contact_note (contact_id, `+columns+`) SELECT CAST(? AS BIGINT), `+columns+` FROM contact_note WHERE `+among,
			append([]any{int64(into)}, args...)...)
		if err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM contact_note WHERE `+among, args...)
	return err
}
