package activity

import (
	"context"
	"fmt"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Follow tells what became of contacts by an event: they were merged into one, or
// erased when that is zero.
type Follow func(ctx context.Context, q db.Q, e Event) (from []id.Contact, into id.Contact, err error)

// Follower is a reader that lets what a package keeps of contacts follow them. To
// move again what has moved, and to erase again, has to do nothing.
func Follower(name string, follow Follow, move func(ctx context.Context, tx *db.Tx, from []id.Contact, into id.Contact) error, kinds ...Kind) Reader {
	return Reader{
		Name:  name,
		Kinds: kinds,
		Reset: func(context.Context, *db.Tx) error { return nil },
		Handle: func(ctx context.Context, tx *db.Tx, batch []Event) error {
			for _, e := range batch {
				from, into, err := follow(ctx, tx, e)
				if err != nil {
					return err
				}
				if err := move(ctx, tx, from, into); err != nil {
					return fmt.Errorf("follow contacts %d to %d: %w", from, into, err)
				}
			}
			return nil
		},
	}
}
