package label

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Reader moves tags with their contact when it is merged, divides them when that
// is taken back, and takes them off one that was erased.
func Reader(follow activity.Follow, kinds ...activity.Kind) activity.Reader {
	move := func(ctx context.Context, tx *db.Tx, f activity.Fate) error {
		if f.Apart {
			return part(ctx, tx, follow, kinds, f.From[0], f.Into)
		}
		return move(ctx, tx, f.From, f.Into)
	}
	return activity.Follower("label.follow", follow, move, kinds...)
}

func move(ctx context.Context, tx *db.Tx, from []id.Contact, into id.Contact) error {
	among, args := db.InIDs(tx.Dialect(), "contact_id", from)
	tags, err := Of(ctx, tx, from)
	if err != nil {
		return err
	}
	more := map[int64]int64{}
	for _, list := range tags {
		for _, t := range list {
			more[t.ID]--
		}
	}
	lost := slices.Sorted(maps.Keys(more))
	if into != 0 {
		had, err := Of(ctx, tx, []id.Contact{into})
		if err != nil {
			return err
		}
		for _, tag := range lost {
			if !slices.ContainsFunc(had[into], func(t Tag) bool { return t.ID == tag }) {
				more[tag]++
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO contact_tag (contact_id, tag_id, added) SELECT CAST(? AS BIGINT), tag_id, min(added) FROM contact_tag
			WHERE `+among+` GROUP BY tag_id ON CONFLICT DO NOTHING`, append([]any{int64(into)}, args...)...)
		if err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM contact_tag WHERE `+among, args...); err != nil {
		return err
	}
	if err := countAll(ctx, tx, more); err != nil {
		return err
	}
	return forget(ctx, tx, lost)
}

// part gives a contact the tags that its thread tells of, and takes from the one
// that it had been merged into those that only this one has.
func part(ctx context.Context, tx *db.Tx, follow activity.Follow, kinds []activity.Kind, from, to id.Contact) error {
	own, err := told(ctx, tx, follow, kinds, to)
	if err != nil || len(own) == 0 {
		return err
	}
	others, err := told(ctx, tx, follow, kinds, from)
	if err != nil {
		return err
	}
	more := map[int64]int64{}
	for _, key := range slices.Sorted(maps.Keys(own)) {
		t := own[key]
		tag, err := ensure(ctx, tx, t.name, key)
		if err != nil {
			return err
		}
		fresh, err := tx.InsertMissing(ctx, "contact_tag", []string{"contact_id", "tag_id", "added"}, [][]any{{int64(to), tag.ID, t.at}})
		if err != nil {
			return err
		}
		more[tag.ID] += fresh
		if _, has := others[key]; has {
			continue
		}
		result, err := tx.Exec(ctx, `DELETE FROM contact_tag WHERE contact_id = ? AND tag_id = ?`, int64(from), tag.ID)
		if err != nil {
			return fmt.Errorf("take tag %d off contact %d: %w", tag.ID, from, err)
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		more[tag.ID] -= n
	}
	return countAll(ctx, tx, more)
}

// put is a tag that a thread tells of, since when in milliseconds.
type put struct {
	name string
	at   int64
}

// told are the tags by key that a contact has as its thread tells: its own, and
// those of the contacts merged into it. One that was taken off after a merge was
// taken off all.
func told(ctx context.Context, q db.Q, follow activity.Follow, kinds []activity.Kind, contact id.Contact) (map[string]put, error) {
	events, err := activity.All(ctx, q, contact, append([]activity.Kind{KindAdded, KindRemoved}, kinds...)...)
	if err != nil {
		return nil, err
	}
	former, err := formers(ctx, q)
	if err != nil {
		return nil, err
	}
	of := map[id.Contact]map[string]put{}
	absorbed := map[id.Contact][]id.Contact{}
	for _, e := range events {
		if e.Kind != KindAdded && e.Kind != KindRemoved {
			f, err := follow(ctx, q, e)
			if err != nil {
				return nil, err
			}
			if !f.Apart && f.Into != 0 {
				absorbed[e.Origin] = append(absorbed[e.Origin], f.From...)
			}
			continue
		}
		var t Tagged
		if err := e.Decode(&t); err != nil {
			return nil, err
		}
		key := field.Fold(t.Name)
		if now, renamed := former[key]; renamed {
			t.Name, key = now, field.Fold(now)
		}
		if e.Kind == KindAdded {
			if of[e.Origin] == nil {
				of[e.Origin] = map[string]put{}
			}
			of[e.Origin][key] = put{t.Name, db.Millis(e.At)}
			continue
		}
		for all := []id.Contact{e.Origin}; len(all) > 0; all = all[1:] {
			delete(of[all[0]], key)
			all = append(all, absorbed[all[0]]...)
		}
	}
	has := map[string]put{}
	for _, tags := range of {
		for key, t := range tags {
			if had, known := has[key]; !known || t.at < had.at {
				has[key] = t
			}
		}
	}
	return has, nil
}
