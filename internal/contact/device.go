package contact

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// A device on which sharedBy people identified themselves within sharedWithin is
// shared. Two may be a couple, or one person with two addresses; three within a
// season are a till, a fair or a library.
const (
	sharedBy     = 3
	sharedWithin = 90 * 24 * time.Hour
	// turnsLooked bounds the turns of a device that are looked at, the latest.
	turnsLooked = 100
)

// deviceUse is what was found, or said by hand, about who uses a device.
type deviceUse struct {
	shared, said bool
	since        int64 // milliseconds
}

// useOf is the use of a device, zero where nothing was found yet.
func useOf(ctx context.Context, q db.Q, token string) (u deviceUse, err error) {
	if token == "" {
		return u, nil
	}
	var shared, said int
	err = q.QueryRow(ctx, `SELECT shared, said, since FROM device_use WHERE token = ?`, token).Scan(&shared, &said, &u.since)
	if errors.Is(err, sql.ErrNoRows) {
		return u, nil
	}
	if err != nil {
		return u, fmt.Errorf("find who uses a device: %w", err)
	}
	u.shared, u.said = shared == 1, said == 1
	return u, nil
}

// noteUse stores the use of a device. What was said stays until it is said otherwise.
func noteUse(ctx context.Context, tx *db.Tx, token string, u deviceUse) error {
	return tx.InsertOr(ctx, "device_use", []string{"token", "shared", "said", "since"}, [][]any{{token, db.Truth(u.shared), db.Truth(u.said), db.Millis(tx.Now())}},
		`ON CONFLICT (token) DO UPDATE SET shared = excluded.shared, said = excluded.said, since = excluded.since WHERE excluded.said >= device_use.said`)
}

// crowded tells whether a device is shared once somebody known is met there who
// does not have it.
func crowded(ctx context.Context, q db.Q, token string, now time.Time, more id.Contact) (bool, error) {
	recent := db.Millis(now.Add(-sharedWithin))
	var turns []id.Contact
	over := false // the turns that were over before
	err := db.Each(ctx, q, `SELECT contact_id, since FROM device_turn WHERE token = ? ORDER BY since DESC LIMIT ?`, []any{token, turnsLooked}, func(row db.Row) error {
		var c id.Contact
		var since int64
		err := row.Scan(&c, &since)
		if !over {
			turns = append(turns, c)
		}
		over = over || since < recent
		return err
	})
	if err != nil {
		return false, fmt.Errorf("list turns of a device: %w", err)
	}
	owners, err := Owners(ctx, q, []string{token})
	if err != nil {
		return false, err
	}
	turns = append(turns, owners[token].Contact)
	met := map[id.Contact]bool{}
	var others []id.Contact
	for _, c := range turns {
		if c, err = Resolve(ctx, q, c); err != nil {
			return false, err
		}
		if c != 0 && c != more && !met[c] {
			others = append(others, c)
		}
		met[c] = true
	}
	states, err := StatesOf(ctx, q, others)
	people := 1
	for _, s := range states {
		if s == Known {
			people++
		}
	}
	return people >= sharedBy, err
}

// meet tells whether a device becomes shared by somebody known who is met there. It
// says nothing of who that is then.
func meet(ctx context.Context, tx *db.Tx, use deviceUse, v Visitor, who id.Contact, source activity.Source) (bool, error) {
	if use.said || v.Token == "" || who == v.Contact {
		return false, nil
	}
	many, err := crowded(ctx, tx, v.Token, tx.Now(), who)
	if err != nil || !many {
		return false, err
	}
	return true, share(ctx, tx, v, deviceUse{shared: true}, source, By{})
}

// share notes that many people use a device. From now on it belongs to an
// anonymous contact of its own, which has no other: what is done there without
// saying who it is, is nobody's.
func share(ctx context.Context, tx *db.Tx, v Visitor, use deviceUse, source activity.Source, by By) error {
	if err := noteUse(ctx, tx, v.Token, use); err != nil {
		return err
	}
	owners, err := Owners(ctx, tx, []string{v.Token})
	if err != nil {
		return err
	}
	had, owned := owners[v.Token]
	states, err := StatesOf(ctx, tx, []id.Contact{had.Contact})
	if err != nil || !owned {
		return err
	}
	if state, found := states[had.Contact]; found && state == Anonymous {
		if keys, err := allKeys(ctx, tx, had.Contact); err != nil || len(keys) == 1 {
			return err
		}
	}
	own, err := Create(ctx, tx, New{Source: source, By: By{Object: "device"}})
	if err != nil {
		return err
	}
	return handOver(ctx, tx, handing{device: v, to: Visitor{Contact: own}, source: source, by: by, shared: true})
}

// hasShared tells whether a contact is the one of a device that many people use.
func hasShared(ctx context.Context, q db.Q, contact id.Contact) (bool, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT count(*) FROM identity JOIN device_use ON device_use.token = identity.value AND device_use.shared = 1
		WHERE identity.contact_id = ? AND identity.kind = ?`, int64(contact), int(keyDevice)).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for shared devices of contact %d: %w", contact, err)
	}
	return n > 0, nil
}

// SetShared says by hand whether many people use the device. One that they do not
// share is the contact's from now on.
func (v Visitor) SetShared(ctx context.Context, tx *db.Tx, shared bool, by By) error {
	use := deviceUse{shared: shared, said: true}
	if shared {
		return share(ctx, tx, v, use, activity.SourceUser, by)
	}
	if err := noteUse(ctx, tx, v.Token, use); err != nil {
		return err
	}
	owners, err := Owners(ctx, tx, []string{v.Token})
	if err != nil || owners[v.Token].Contact == v.Contact {
		return err
	}
	return handOver(ctx, tx, handing{device: v, to: Visitor{Contact: v.Contact}, source: activity.SourceUser, by: by})
}

// handing is a device that is another's from now on.
type handing struct {
	// device has its token, and its number with whoever had it where that is known.
	device Visitor
	to     Visitor
	source activity.Source
	by     By
	shared bool // because many use it
}

// handOver makes a device lead to a contact from now on. Both threads tell it,
// unless they are one.
func handOver(ctx context.Context, tx *db.Tx, h handing) error {
	token := h.device.Token
	var had, origin id.Contact
	var added int64
	err := tx.QueryRow(ctx, `DELETE FROM identity WHERE kind = ? AND value = ? RETURNING contact_id, coalesce(origin_id, 0), added`, int(keyDevice), token).Scan(&had, &origin, &added)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("hand device over to contact %d: %w", h.to.Contact, err)
	}
	if _, err := claim(ctx, tx, Key{Kind: keyDevice, Value: token, Source: h.source, Origin: h.to.Origin}, h.to.Contact); err != nil {
		return err
	}
	if had == 0 {
		return nil
	}
	if err := noteTurn(ctx, tx, token, added, cmp.Or(origin, had), cmp.Or(h.to.Origin, h.to.Contact)); err != nil {
		return err
	}
	if had != h.to.Contact {
		left := activity.Append(tx, activity.Entry{Contact: had, Origin: origin, Device: h.device.Device, Kind: KindHandedOver, Source: h.source,
			Data: HandedOver{By: h.by, Contact: h.to.Contact, Left: true, Shared: h.shared}})
		activity.Append(tx, activity.Entry{Contact: h.to.Contact, Origin: h.to.Origin, Kind: KindHandedOver, Source: h.source, Cause: left,
			Data: HandedOver{By: h.by, Contact: had, Shared: h.shared}})
	}
	return tx.Publish(mergedTopic, int64(had))
}

// noteTurn notes that a device, which was somebody's since a time, goes to another.
func noteTurn(ctx context.Context, tx *db.Tx, token string, since int64, from, to id.Contact) error {
	if from == to {
		return nil
	}
	columns := []string{"token", "since", "contact_id"}
	if _, err := tx.InsertMissing(ctx, "device_turn", columns, [][]any{{token, since, int64(from)}}); err != nil {
		return err
	}
	return tx.InsertOr(ctx, "device_turn", columns, [][]any{{token, db.Millis(tx.Now()), int64(to)}}, `ON CONFLICT (token, since) DO UPDATE SET contact_id = excluded.contact_id`)
}

// Attach makes a device lead to a contact that proved it is the same person's.
// A visitor behind the device who owns no strong key is absorbed. A shared device
// stays as it is; one that somebody comes from to this one makes it shared too.
func Attach(ctx context.Context, tx *db.Tx, v, to Visitor, source activity.Source, by By) error {
	end, err := Resolve(ctx, tx, to.Contact)
	if err != nil || v.Contact == end {
		return err
	}
	to.Contact = end
	owner, err := Find(ctx, tx, end)
	if err != nil {
		return err
	}
	use, err := useOf(ctx, tx, v.Token)
	if err != nil || use.shared {
		return err
	}
	before, err := useOf(ctx, tx, to.Token)
	if err != nil {
		return err
	}
	same := before.shared && !use.said && v.Token != "" // the same browser
	if same {
		if err := noteUse(ctx, tx, v.Token, deviceUse{shared: true}); err != nil {
			return err
		}
	} else if !owner.Anonymous() {
		if many, err := meet(ctx, tx, use, v, end, source); err != nil || many {
			return err
		}
	}
	if v.Contact != 0 && !same {
		if _, err := absorb(ctx, tx, to, v.Contact, source, by); err != nil {
			return err
		}
	}
	if v.Token == "" {
		return nil
	}
	return handOver(ctx, tx, handing{device: v, to: to, source: source, by: by})
}
