package contact

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

var activeColumns = []string{"contact_id", "state", "last_active"}

// touched moves on a row of contact_active.
const touched = `ON CONFLICT (contact_id) DO UPDATE SET state = excluded.state,
	last_active = CASE WHEN excluded.last_active > contact_active.last_active THEN excluded.last_active ELSE contact_active.last_active END`

// touch notes that a contact was active, unless it has been since.
func touch(ctx context.Context, tx *db.Tx, contact id.Contact, state State, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO contact_active (contact_id, state, last_active) VALUES (?, ?, ?) `+touched, int64(contact), int(state), db.Millis(at))
	if err != nil {
		return fmt.Errorf("note activity of contact %d: %w", contact, err)
	}
	return nil
}

// ActiveReader keeps the time of each contact's last activity, which events of
// the active kinds are. It reads all kinds to find strays, see noteActivity.
func ActiveReader(all []activity.Kind, active ...activity.Kind) activity.Reader {
	active = append(active, KindCreated)
	return activity.Reader{
		Name:  "contact.active",
		Kinds: all,
		Brief: true,
		Reset: func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM contact_active`)
			return err
		},
		Handle: func(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
			latest := map[id.Contact]time.Time{}
			for _, e := range batch {
				before := latest[e.Contact]
				if slices.Contains(active, e.Kind) && e.At.After(before) {
					before = e.At
				}
				latest[e.Contact] = before
			}
			if err := noteActivity(ctx, tx, latest); err != nil {
				return err
			}
			return renewActivity(ctx, tx, batch, active)
		},
		Parts: func(events []activity.Event) [][]activity.Event { return latestOfEach(events, active) },
	}
}

// activePart is how many contacts are noted in one transaction.
const activePart = 200

// partedKinds are the kinds after which a thread has fewer events than before, or others.
var partedKinds = []activity.Kind{KindUnmerged, KindVisitorUnmerged, KindParted}

// renewActivity looks for the last activity in the threads of contacts that were
// taken apart.
func renewActivity(ctx context.Context, tx *db.Tx, batch []activity.Event, active []activity.Kind) error {
	done := map[id.Contact]bool{}
	for _, e := range batch {
		if done[e.Contact] || !slices.Contains(partedKinds, e.Kind) {
			continue
		}
		done[e.Contact] = true
		last, err := activity.Thread(ctx, tx, e.Contact, activity.Page{Kinds: active, Limit: 1})
		if err == nil && len(last) > 0 {
			_, err = tx.Exec(ctx, `UPDATE contact_active SET last_active = ? WHERE contact_id = ?`, db.Millis(last[0].At), int64(e.Contact))
		}
		if err != nil {
			return fmt.Errorf("find last activity of contact %d: %w", e.Contact, err)
		}
	}
	return nil
}

// latestOfEach picks the last active event of each contact, or any where there is
// none, and those of contacts that were taken apart, in the order of the contacts.
func latestOfEach(events []activity.Event, active []activity.Kind) [][]activity.Event {
	latest := map[id.Contact]activity.Event{}
	var parted []activity.Event
	for _, e := range events {
		if slices.Contains(partedKinds, e.Kind) {
			parted = append(parted, e)
		}
		kept, met := latest[e.Contact]
		if !met || slices.Contains(active, e.Kind) && (e.At.After(kept.At) || !slices.Contains(active, kept.Kind)) {
			latest[e.Contact] = e
		}
	}
	list := slices.AppendSeq(parted, maps.Values(latest))
	slices.SortStableFunc(list, func(a, b activity.Event) int { return cmp.Compare(a.Contact, b.Contact) })
	return slices.Collect(slices.Chunk(list, activePart))
}

// noteActivity writes the latest time of each contact that has one, in the order of the
// contacts so that neighbours share pages. It gives a state only to contacts
// that have no row yet: from then on the state changes with the contact.
//
// An event that was on its way to a contact while that was merged is found
// here, and goes where the rest of the thread went.
func noteActivity(ctx context.Context, tx *db.Tx, latest map[id.Contact]time.Time) error {
	values, strays, err := latestRows(ctx, tx, latest)
	if err != nil {
		return err
	}
	for _, stray := range strays {
		survivor, err := Resolve(ctx, tx, stray)
		if err != nil {
			return err
		}
		if _, err := activity.Move(ctx, tx, stray, survivor); err != nil {
			return err
		}
		if latest[stray].IsZero() {
			continue
		}
		var state State
		if err := tx.QueryRow(ctx, `SELECT state FROM contact WHERE id = ?`, int64(survivor)).Scan(&state); err != nil {
			return fmt.Errorf("note activity of contact %d: %w", survivor, err)
		}
		if state > Known {
			continue
		}
		if err := touch(ctx, tx, survivor, state, latest[stray]); err != nil {
			return err
		}
	}
	return tx.InsertOr(ctx, "contact_active", activeColumns, values,
		`ON CONFLICT (contact_id) DO UPDATE SET last_active = excluded.last_active WHERE excluded.last_active > contact_active.last_active`)
}

// latestRows are the rows to write, and the contacts that are merged.
func latestRows(ctx context.Context, q db.Q, latest map[id.Contact]time.Time) (values [][]any, strays []id.Contact, err error) {
	contacts := slices.Sorted(maps.Keys(latest))
	states := make(map[id.Contact]State, len(contacts))
	// Nearly all have a row, which is written next and is to be there until then. The
	// contact itself lies elsewhere.
	if err := addStates(ctx, q, states, "contact_active", "contact_id", contacts, q.Dialect().ForUpdate()); err != nil {
		return nil, nil, err
	}
	fresh := slices.DeleteFunc(slices.Clone(contacts), func(c id.Contact) bool { _, found := states[c]; return found })
	if len(fresh) > 0 {
		if err := addStates(ctx, q, states, "contact", "id", fresh, ""); err != nil {
			return nil, nil, err
		}
	}
	for _, contact := range contacts {
		state, found := states[contact]
		if state == merged {
			strays = append(strays, contact)
		} else if found && state != deleted && !latest[contact].IsZero() {
			values = append(values, []any{int64(contact), int64(state), db.Millis(latest[contact])})
		}
	}
	return values, strays, nil
}

// addStates reads the states of contacts from a table.
func addStates(ctx context.Context, q db.Q, states map[id.Contact]State, table, key string, contacts []id.Contact, lock string) error {
	among, args := db.InIDs(q.Dialect(), key, contacts)
	err := db.Each(ctx, q, `SELECT `+key+`, state FROM `+table+` WHERE `+among+` ORDER BY `+key+lock, args, func(row db.Row) error {
		var contact id.Contact
		var state State
		err := row.Scan(&contact, &state)
		states[contact] = state
		return err
	})
	if err != nil {
		return fmt.Errorf("note activity: %w", err)
	}
	return nil
}
