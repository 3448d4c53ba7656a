package stage

import (
	"context"
	"fmt"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Fates are the kinds of events that Reader is about.
type Fates struct {
	// Follow is for the kinds Moved: merges, separations and erasures.
	Follow activity.Follow
	Moved  []activity.Kind
	// Deleted put a contact into the recycle bin, Restored took it out.
	Deleted, Restored []activity.Kind
}

// Reader lets the stage of a contact follow it: who is merged goes where the later
// change of the two led, who is separated where its own thread leads. Those in the
// recycle bin are at none until they are restored.
func Reader(f Fates) activity.Reader {
	fate := map[activity.Kind]int{}
	for _, k := range f.Deleted {
		fate[k] = deleted
	}
	for _, k := range f.Restored {
		fate[k] = restored
	}
	kinds := append(append(append([]activity.Kind(nil), f.Moved...), f.Deleted...), f.Restored...)
	return activity.Reader{
		Name: "stage.follow", Kinds: kinds,
		Reset: func(context.Context, *db.Tx) error { return nil },
		Handle: func(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
			for _, e := range batch {
				var err error
				switch fate[e.Kind] {
				case deleted:
					err = put(ctx, tx, []id.Contact{e.Contact}, nil)
				case restored:
					err = settle(ctx, tx, e.Contact)
				default:
					err = follow(ctx, tx, f.Follow, e)
				}
				if err != nil {
					return fmt.Errorf("let stages follow event %d: %w", e.ID, err)
				}
			}
			return nil
		},
	}
}

const (
	deleted = iota + 1
	restored
)

func follow(ctx context.Context, tx *db.Tx, follow activity.Follow, e activity.Event) error {
	f, err := follow(ctx, tx, e)
	if err != nil || len(f.From) == 0 {
		return err
	}
	if f.Apart {
		for _, c := range append([]id.Contact{f.Into}, f.From...) {
			if err := settle(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	}
	if f.Into == 0 {
		return put(ctx, tx, f.From, nil)
	}
	is, err := Of(ctx, tx, append([]id.Contact{f.Into}, f.From...))
	if err != nil {
		return err
	}
	last, known := is[f.Into]
	for _, c := range f.From {
		if at, there := is[c]; there && (!known || at.later(last)) {
			last, known = at, true
		}
	}
	now := map[id.Contact]At{}
	if known {
		now[f.Into] = last
	}
	return put(ctx, tx, f.From, now)
}

// settle puts a contact where its thread leads.
func settle(ctx context.Context, tx *db.Tx, contact id.Contact) error {
	last, err := latest(ctx, tx, contact)
	if err != nil {
		return err
	}
	if last == (At{}) {
		return put(ctx, tx, []id.Contact{contact}, nil)
	}
	return put(ctx, tx, nil, map[id.Contact]At{contact: last})
}

// put stores where contacts are now, and forgets others.
func put(ctx context.Context, tx *db.Tx, gone []id.Contact, now map[id.Contact]At) error {
	all := append([]id.Contact(nil), gone...)
	for c := range now {
		all = append(all, c)
	}
	was, err := read(ctx, tx, all, tx.Dialect().ForUpdate())
	if err != nil {
		return err
	}
	less := map[int64]int64{}
	for _, c := range gone {
		less[was[c].Stage]--
	}
	if len(gone) > 0 {
		among, args := db.InIDs(tx.Dialect(), "contact_id", gone)
		if _, err := tx.Exec(ctx, `DELETE FROM contact_stage WHERE `+among, args...); err != nil {
			return err
		}
	}
	if err := count(ctx, tx, less); err != nil {
		return err
	}
	return write(ctx, tx, was, now)
}
