package label

import (
	"context"
	"slices"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Reader moves tags with their contact when it is merged, and takes them off
// one that was erased.
func Reader(follow activity.Follow, kinds ...activity.Kind) activity.Reader {
	return activity.Follower("label.follow", follow, move, kinds...)
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
