package duplicate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
)

// handledAtOnce is how many events one transaction looks at.
const handledAtOnce = 25

// Reader keeps the candidates up to date.
func Reader() activity.Reader {
	return activity.Reader{
		Name: "duplicate.pair",
		Kinds: []activity.Kind{contact.KindIdentified, contact.KindUpdated, contact.KindMerged, contact.KindJoined, contact.KindUnmerged, contact.KindVisitorUnmerged, contact.KindParted,
			contact.KindDeleted, contact.KindRestored, contact.KindErased},
		Reset: reset,
		Parts: func(events []activity.Event) [][]activity.Event {
			return slices.Collect(slices.Chunk(events, handledAtOnce))
		},
		Handle: handle,
	}
}

// reset forgets all but what people said.
func reset(ctx context.Context, tx *db.Tx) error {
	if _, err := hold(ctx, tx); err != nil {
		return err
	}
	for _, text := range []string{`DELETE FROM duplicate_pair`, `DELETE FROM duplicate_key`, `DELETE FROM duplicate_contact`} {
		if _, err := tx.Exec(ctx, text); err != nil {
			return fmt.Errorf("forget candidates: %w", err)
		}
	}
	return nil
}

func handle(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
	f, err := hold(ctx, tx)
	if err != nil {
		return err
	}
	set, err := field.Of(ctx, tx)
	if err != nil {
		return err
	}
	changed := map[id.Contact]bool{}
	for _, e := range batch {
		switch e.Kind {
		case contact.KindErased:
			fate, err := contact.Follow(ctx, tx, e)
			if err == nil {
				err = forget(ctx, tx, fate.From)
			}
			if err != nil {
				return err
			}
			for _, c := range fate.From {
				changed[c] = true
			}
		case contact.KindIdentified, contact.KindUpdated:
			changed[e.Contact] = changed[e.Contact] || tx.Replaying()
		default:
			// Who merged, parted or came back has others to be the same as. The data
			// of all of them names the other contact alike.
			var with struct {
				Contact id.Contact `json:"contact"`
			}
			if err := e.Decode(&with); err != nil {
				return err
			}
			changed[e.Contact] = true
			if with.Contact != 0 {
				changed[with.Contact] = true
			}
		}
	}
	if err := follow(ctx, tx, changed); err != nil {
		return err
	}
	maps.DeleteFunc(changed, func(c id.Contact, _ bool) bool { return f.ahead(c) })
	return refresh(ctx, tx, set, changed)
}

// follow adds the contacts into which others were merged meanwhile: the events may
// be of either.
func follow(ctx context.Context, q db.Q, changed map[id.Contact]bool) error {
	all := slices.Collect(maps.Keys(changed))
	there, err := contact.StatesOf(ctx, q, all)
	if err != nil {
		return err
	}
	for _, c := range all {
		if _, is := there[c]; is {
			continue
		}
		end, err := contact.Resolve(ctx, q, c)
		if err != nil {
			return err
		}
		changed[end] = changed[end] || changed[c]
	}
	return nil
}

// forget removes what was said of contacts that are erased.
func forget(ctx context.Context, tx *db.Tx, contacts []id.Contact) error {
	var err error
	for _, column := range []string{"contact_id", "other_id"} {
		among, args := db.InIDs(tx.Dialect(), column, contacts)
		_, failed := tx.Exec(ctx, `DELETE FROM duplicate_apart WHERE `+among, args...)
		err = errors.Join(err, failed)
	}
	return err
}
