package activity

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Fate is what became of contacts: they were merged into one, or erased when Into
// is zero. Apart tells that Into is a contact again that had been merged into
// those: what its thread tells of goes to it.
type Fate struct {
	From  []id.Contact
	Into  id.Contact
	Apart bool
}

// Follow tells what became of contacts by an event; nothing, when From is empty.
type Follow func(ctx context.Context, q db.Q, e Event) (Fate, error)

// Follower is a reader that lets what a package keeps of contacts follow them. To
// move again what has moved, and to erase again, has to do nothing.
func Follower(name string, follow Follow, move func(ctx context.Context, tx *db.Tx, f Fate) error, kinds ...Kind) Reader {
	return Reader{
		Name:  name,
		Kinds: kinds,
		Reset: func(context.Context, *db.Tx) error { return nil },
		Handle: func(ctx context.Context, tx *db.Tx, batch []Event) error {
			for _, e := range batch {
				f, err := follow(ctx, tx, e)
				if err == nil && len(f.From) > 0 {
					err = move(ctx, tx, f)
				}
				if err != nil {
					return fmt.Errorf("follow contacts %d to %d: %w", f.From, f.Into, err)
				}
			}
			return nil
		},
	}
}

// All reads all events of some kinds of a contact, in the order in which they
// were recorded. It reads no others of a long thread, where none of the kinds is the
// most frequent one.
func All(ctx context.Context, q db.Q, contact id.Contact, kinds ...Kind) ([]Event, error) {
	where, args, err := Page{Kinds: kinds}.among(ctx, q, contact)
	if err != nil {
		return nil, err
	}
	from := ` FROM event WHERE `
	if !slices.ContainsFunc(kinds, Kind.Frequent) {
		from = ` FROM event` + q.Dialect().IndexedBy("event_kind") + ` WHERE ` + rare + ` AND `
	}
	rows, err := q.Query(ctx, `SELECT `+eventColumns+from+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read thread of contact %d: %w", contact, err)
	}
	all, err := scanEvents(rows)
	for i := range all {
		all[i].Contact = contact
	}
	slices.SortFunc(all, func(a, b Event) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}
