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
// contacts so that neighbours share pages. It gives a state only to contacts
// that have no row yet: from then on the state changes with the contact.
func noteActivity(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
	latest := map[id.Contact]time.Time{}
	for _, e := range batch {
		if e.At.After(latest[e.Contact]) {
			latest[e.Contact] = e.At
		}
	}
	contacts := slices.Sorted(maps.Keys(latest))
	among, args := db.InIDs(tx.Dialect(), "id", contacts)
	rows, err := tx.Query(ctx, `SELECT id, state FROM contact WHERE `+among+` ORDER BY id`, args...)
	if err != nil {
		return fmt.Errorf("note activity: %w", err)
	}
	defer rows.Close()
	var values [][]any
	for rows.Next() {
		var contact, state int64
		if err := rows.Scan(&contact, &state); err != nil {
			return err
		}
		values = append(values, []any{contact, state, db.Millis(latest[id.Contact(contact)])})
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return tx.InsertOr(ctx, "contact_active", []string{"contact_id", "state", "last_active"}, values,
		`ON CONFLICT (contact_id) DO UPDATE SET last_active = excluded.last_active WHERE excluded.last_active > contact_active.last_active`)
}
