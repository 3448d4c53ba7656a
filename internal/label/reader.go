package label

import (
	"context"
	"fmt"
	"slices"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Follow tells what became of contacts by an event: they were merged into one,
// or erased when that is zero.
type Follow func(ctx context.Context, q db.Q, e activity.Event) (from []id.Contact, into id.Contact, err error)

// Reader moves tags with their contact when it is merged, and takes them off
// one that was erased.
func Reader(follow Follow, kinds ...activity.Kind) activity.Reader {
	return activity.Reader{
		Name:  "label.follow",
		Kinds: kinds,
		Reset: func(context.Context, *db.Tx) error { return nil }, // moving again what has moved does nothing
		Handle: func(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
			for _, e := range batch {
				from, into, err := follow(ctx, tx, e)
				if err != nil {
					return err
				}
				if err := move(ctx, tx, from, into); err != nil {
					return fmt.Errorf("move tags to contact %d: %w", into, err)
				}
			}
			return nil
		},
	}
}

func move(ctx context.Context, tx *db.Tx, from []id.Contact, into id.Contact) error {
	among, args := db.InIDs(tx.Dialect(), "contact_id", from)
	tags, err := Of(ctx, tx, from)
	if err != nil {
		return err
	}
	var lost []int64
	for _, list := range tags {
		for _, t := range list {
			lost = append(lost, t.ID)
		}
	}
	slices.Sort(lost)
	if into != 0 {
		_, err := tx.Exec(ctx, `INSERT INTO contact_tag (contact_id, tag_id, added) SELECT CAST(? AS BIGINT), tag_id, min(added) FROM contact_tag
			WHERE `+among+` GROUP BY tag_id ON CONFLICT DO NOTHING`, append([]any{int64(into)}, args...)...)
		if err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM contact_tag WHERE `+among, args...); err != nil {
		return err
	}
	return forget(ctx, tx, slices.Compact(lost))
}
