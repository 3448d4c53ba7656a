package contact

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// tenure is a time in which a device was a contact's.
type tenure struct {
	From, Until time.Time // Until is zero while it lasts
	// Before and After are who had it then, zero for nobody and for somebody erased.
	Before, After id.Contact
}

// Use is who uses a device.
type Use struct {
	// Shared tells that many people do, Since when that was found, or Said by hand.
	Shared, Said bool
	Since        time.Time
	// Turns are those of the contact that was asked about, the latest first; none
	// where the device never changed hands.
	Turns []tenure
}

// holding is that a device was somebody's from a time on.
type holding struct {
	contact id.Contact
	since   int64
}

// Uses tells who uses these devices, as far as that is of interest to the contact:
// those that never changed hands, and of which nothing was found or said, are
// absent. Whoever was merged into another is that other.
func (c Contact) Uses(ctx context.Context, q db.Q, tokens []string) (map[string]Use, error) {
	held, err := holdings(ctx, q, tokens)
	if err != nil {
		return nil, fmt.Errorf("list turns of devices of contact %d: %w", c.ID, err)
	}
	uses := map[string]Use{}
	for token, list := range held {
		var u Use
		for i, h := range list {
			if h.contact != c.ID {
				continue
			}
			t := tenure{From: db.Time(h.since)}
			if i > 0 {
				t.Before = list[i-1].contact
			}
			if i+1 < len(list) {
				t.Until, t.After = db.Time(list[i+1].since), list[i+1].contact
			}
			u.Turns = append(u.Turns, t)
		}
		slices.Reverse(u.Turns)
		uses[token] = u
	}
	among, args := db.InTexts(q.Dialect(), "token", tokens)
	err = db.Each(ctx, q, `SELECT token, shared, said, since FROM device_use WHERE `+among, args, func(row db.Row) error {
		var token string
		var shared, said int
		var since int64
		err := row.Scan(&token, &shared, &said, &since)
		u := uses[token]
		u.Shared, u.Said, u.Since = shared == 1, said == 1, db.Time(since)
		uses[token] = u
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find who uses devices of contact %d: %w", c.ID, err)
	}
	return uses, nil
}

// holdings are who had devices that changed hands, the latest of them, in the order
// of time. What one contact had without a break is one.
func holdings(ctx context.Context, q db.Q, tokens []string) (map[string][]holding, error) {
	held := map[string][]holding{}
	if len(tokens) == 0 {
		return held, nil
	}
	among, args := db.InTexts(q.Dialect(), "token", tokens)
	err := db.Each(ctx, q, `SELECT token, since, contact_id FROM device_turn WHERE `+among+` ORDER BY since DESC LIMIT ?`, append(args, 5*turnsLooked), func(row db.Row) error {
		var token string
		var h holding
		err := row.Scan(&token, &h.since, &h.contact)
		held[token] = append(held[token], h)
		return err
	})
	if err != nil || len(held) == 0 {
		return held, err
	}
	have, args := db.InKeys(q.Dialect(), "kind", int(keyDevice), "value", tokens)
	now := map[string]holding{}
	err = db.Each(ctx, q, `SELECT value, contact_id, added FROM identity WHERE `+have, args, func(row db.Row) error {
		var token string
		var h holding
		err := row.Scan(&token, &h.contact, &h.since)
		now[token] = h
		return err
	})
	if err != nil {
		return nil, err
	}
	ends := map[id.Contact]id.Contact{}
	for token, list := range held {
		slices.Reverse(list)
		if last, has := now[token]; has {
			last.since = max(last.since, list[len(list)-1].since)
			list = append(list, last)
		}
		for i := range list {
			c := list[i].contact
			if _, known := ends[c]; !known {
				if ends[c], err = Resolve(ctx, q, c); err != nil {
					return nil, err
				}
			}
			list[i].contact = ends[c]
		}
		held[token] = slices.CompactFunc(list, func(a, b holding) bool { return a.contact == b.contact })
	}
	return held, nil
}
