package visit

import (
	"context"
	"fmt"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// EraseReader forgets the devices of contacts that were erased.
func EraseReader() activity.Reader {
	return activity.Reader{
		Name:   "visit.erase",
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
		for _, text := range []string{`DELETE FROM device WHERE `, `DELETE FROM untracked WHERE `} {
			if _, err := tx.Exec(ctx, text+among, args...); err != nil {
				return fmt.Errorf("erase devices of contact %d: %w", e.Contact, err)
			}
		}
	}
	return nil
}
