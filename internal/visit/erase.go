package visit

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
)

// EraseReader forgets the devices of contacts that were erased.
func EraseReader() activity.Reader {
	return activity.Follower("visit.erase", contact.Follow, eraseDevices, contact.KindErased)
}

func eraseDevices(ctx context.Context, tx *db.Tx, f activity.Fate) error {
	among, args := db.InIDs(tx.Dialect(), "contact_id", f.From)
	for _, text := range []string{`DELETE FROM device WHERE `, `DELETE FROM untracked WHERE `} {
		if _, err := tx.Exec(ctx, text+among, args...); err != nil {
			return err
		}
	}
	return nil
}
