package note

import (
	"context"
	"fmt"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Follow tells what became of contacts by an event: they were merged into one,
// or erased when that is zero.
type Follow func(ctx context.Context, q db.Q, e activity.Event) (from []id.Contact, into id.Contact, err error)

// Reader moves notes with their contact when it is merged, and removes those of
// one that was erased.
func Reader(follow Follow, kinds ...activity.Kind) activity.Reader {
	return activity.Reader{
		Name:  "note.follow",
		Kinds: kinds,
		Reset: func(context.Context, *db.Tx) error { return nil }, // moving again what has moved does nothing
		Handle: func(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
			for _, e := range batch {
				from, into, err := follow(ctx, tx, e)
				if err != nil {
					return err
				}
				if err := move(ctx, tx, from, into); err != nil {
					return fmt.Errorf("move notes to contact %d: %w", into, err)
				}
			}
			return nil
		},
	}
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
