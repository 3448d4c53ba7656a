package visit

import (
	"context"
	"fmt"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// SetFollowed says whether a contact is followed from now on. What is stored
// stays.
func SetFollowed(ctx context.Context, tx *db.Tx, owner id.Contact, followed bool, by contact.By) error {
	was, err := Followed(ctx, tx, owner)
	if err != nil || was == followed {
		return err
	}
	if followed {
		_, err = tx.Exec(ctx, `DELETE FROM untracked WHERE contact_id = ?`, int64(owner))
	} else {
		_, err = tx.InsertMissing(ctx, "untracked", []string{"contact_id", "since"}, [][]any{{int64(owner), db.Millis(tx.Now())}})
	}
	if err != nil {
		return fmt.Errorf("follow contact %d (%t): %w", owner, followed, err)
	}
	activity.Append(tx, activity.Entry{Contact: owner, Kind: KindFollowing, Source: activity.SourceUser, Data: Following{By: by, Followed: followed}})
	return tx.Publish(lookAgain, int64(owner))
}

// Followed tells whether a contact is followed.
func Followed(ctx context.Context, q db.Q, owner id.Contact) (bool, error) {
	var n int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM untracked WHERE contact_id = ?`, int64(owner)).Scan(&n); err != nil {
		return false, fmt.Errorf("read whether contact %d is followed: %w", owner, err)
	}
	return n == 0, nil
}
