package contact

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// touch notes that a contact was active, unless it has been since.
func touch(ctx context.Context, tx *db.Tx, contact id.Contact, state State, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO contact_active (contact_id, state, last_active) VALUES (?, ?, ?)
		ON CONFLICT (contact_id) DO UPDATE SET state = excluded.state,
			last_active = CASE WHEN excluded.last_active > contact_active.last_active THEN excluded.last_active ELSE contact_active.last_active END`,
		int64(contact), int(state), db.Millis(at))
	if err != nil {
		return fmt.Errorf("note activity of contact %d: %w", contact, err)
	}
	return nil
}

// ActiveReader keeps the time of each contact's last activity, which events of
// these kinds are.
func ActiveReader(kinds ...activity.Kind) activity.Reader {
	return activity.Reader{
		Name:  "contact.active",
		Kinds: append([]activity.Kind{KindCreated}, kinds...),
		Reset: func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM contact_active`)
			return err
		},
		Handle: noteActivity,
	}
}

// noteActivity writes the latest time of each contact, in the order of the
// contacts so that neighbours share pages. The state comes from the contact, in
// the same statement, so that it is never older than the row.
func noteActivity(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
	latest := map[id.Contact]time.Time{}
	for _, e := range batch {
		if e.At.After(latest[e.Contact]) {
			latest[e.Contact] = e.At
		}
	}
	for _, contact := range slices.Sorted(maps.Keys(latest)) {
		_, err := tx.Exec(ctx, `INSERT INTO contact_active (contact_id, state, last_active)
			SELECT id, state, CAST(? AS BIGINT) FROM contact WHERE id = ?
			ON CONFLICT (contact_id) DO UPDATE SET last_active = excluded.last_active WHERE excluded.last_active > contact_active.last_active`,
			db.Millis(latest[contact]), int64(contact))
		if err != nil {
			return fmt.Errorf("note activity of contact %d: %w", contact, err)
		}
	}
	return nil
}
