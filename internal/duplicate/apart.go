package duplicate

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
)

// saidApart finds which pairs of contacts somebody said are not the same, of them or
// of contacts that were merged into them.
func saidApart(ctx context.Context, q db.Q, contacts []id.Contact) (map[pair]bool, error) {
	found := map[pair]bool{}
	if len(contacts) == 0 {
		return found, nil
	}
	absorbed, err := contact.Absorbed(ctx, q, contacts)
	if err != nil {
		return nil, err
	}
	end := map[id.Contact]id.Contact{}
	all := make([]id.Contact, 0, len(contacts))
	for _, c := range contacts {
		for _, of := range append(absorbed[c], c) {
			end[of] = c
			all = append(all, of)
		}
	}
	among, args := db.InIDs(q.Dialect(), "contact_id", all)
	err = db.Each(ctx, q, `SELECT contact_id, other_id FROM duplicate_apart WHERE `+among, args, func(row db.Row) error {
		var p pair
		err := row.Scan(&p.contact, &p.other)
		if a, b := end[p.contact], end[p.other]; a != 0 && b != 0 {
			found[pairOf(a, b)] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find who was said not to be the same: %w", err)
	}
	return found, nil
}

// Said is a pair that somebody said is not the same. The contacts are those of then.
type Said struct {
	Contact, Other id.Contact
	At             time.Time
	User           id.User
	UserName       string
}

// Apart remembers that two contacts are not the same: they are candidates no more,
// whatever else either of them is merged with.
func Apart(ctx context.Context, tx *db.Tx, a, b id.Contact, user id.User, name string) error {
	p, err := resolved(ctx, tx, a, b)
	if err != nil {
		return err
	}
	set, err := field.Of(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := hold(ctx, tx); err != nil {
		return err
	}
	_, err = tx.InsertMissing(ctx, "duplicate_apart", []string{"contact_id", "other_id", "said", "user_id", "user_name"},
		[][]any{{int64(p.contact), int64(p.other), db.Millis(tx.Now()), db.NullID(user), db.NullText(name)}})
	if err != nil {
		return err
	}
	return pairs{p: true}.weigh(ctx, tx, set)
}

// resolved are two contacts that are there, and not one.
func resolved(ctx context.Context, q db.Q, a, b id.Contact) (pair, error) {
	one, err := contact.Find(ctx, q, a)
	if err != nil {
		return pair{}, err
	}
	other, err := contact.Find(ctx, q, b)
	if err != nil {
		return pair{}, err
	}
	if one.ID == other.ID {
		return pair{}, fault.Conflict(nil, fault.Say("duplicate.one|The two are one contact already."))
	}
	return pairOf(one.ID, other.ID), nil
}

// TakeBack forgets that two contacts, as they were then, are not the same.
func TakeBack(ctx context.Context, tx *db.Tx, a, b id.Contact) error {
	p := pairOf(a, b)
	if _, err := hold(ctx, tx); err != nil {
		return err
	}
	set, err := field.Of(ctx, tx)
	if err != nil {
		return err
	}
	result, err := tx.Exec(ctx, `DELETE FROM duplicate_apart WHERE contact_id = ? AND other_id = ?`, int64(p.contact), int64(p.other))
	if err != nil {
		return fmt.Errorf("take back that contacts are not the same: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return fault.NotFound(err)
	}
	if p.contact, err = contact.Resolve(ctx, tx, a); err != nil {
		return err
	}
	if p.other, err = contact.Resolve(ctx, tx, b); err != nil || p.contact == p.other {
		return err
	}
	return pairs{pairOf(p.contact, p.other): true}.weigh(ctx, tx, set)
}

// AllApart lists the pairs that were said not to be the same, the latest first,
// before those of a page.
func AllApart(ctx context.Context, q db.Q, before Said, limit int) ([]Said, error) {
	at := int64(1) << 62
	if !before.At.IsZero() {
		at = db.Millis(before.At)
	}
	var list []Said
	err := db.Each(ctx, q, `SELECT contact_id, other_id, said, user_id, user_name FROM duplicate_apart WHERE (said, contact_id, other_id) < (?, ?, ?)
		ORDER BY said DESC, contact_id DESC, other_id DESC LIMIT ?`, []any{at, int64(before.Contact), int64(before.Other), limit}, func(row db.Row) error {
		var s Said
		var said int64
		var user sql.NullInt64
		var name sql.NullString
		err := row.Scan(&s.Contact, &s.Other, &said, &user, &name)
		s.At, s.User, s.UserName = db.Time(said), id.User(user.Int64), name.String
		list = append(list, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list pairs that are not the same: %w", err)
	}
	return list, nil
}
