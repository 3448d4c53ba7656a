package consent

import (
	"context"
	"fmt"
	"slices"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// Reader brings what was said of contacts to the one that lives on, and removes what
// was said of those that were erased.
func Reader() activity.Reader {
	move := func(ctx context.Context, tx *db.Tx, f activity.Fate) error {
		if f.Into == 0 {
			return erase(ctx, tx, f.From)
		}
		return settle(ctx, tx, append(slices.Clone(f.From), f.Into))
	}
	return activity.Follower("consent.follow", contact.Follow, move, contact.Fates()...)
}

func erase(ctx context.Context, tx *db.Tx, contacts []id.Contact) error {
	for _, column := range []string{"contact_id", "origin_id"} {
		among, args := db.InIDs(tx.Dialect(), column, contacts)
		for _, text := range []string{
			`DELETE FROM contact_block WHERE `,
			`DELETE FROM contact_wish WHERE `,
			`DELETE FROM contact_consent WHERE `,
		} {
			if _, err := tx.Exec(ctx, text+among, args...); err != nil {
				return fmt.Errorf("forget what was said of contacts: %w", err)
			}
		}
	}
	return nil
}

// settle brings rows to the contact that lives on, as far as they lie elsewhere. It asks
// how things are now, not how they were at the event: merges and their undoing may
// follow one another faster than they are read.
func settle(ctx context.Context, tx *db.Tx, contacts []id.Contact) error {
	at, args := db.InIDs(tx.Dialect(), "contact_id", contacts)
	type place struct{ at, origin id.Contact }
	var places []place
	err := db.Each(ctx, tx, `SELECT contact_id, origin_id FROM contact_block WHERE `+at+` UNION SELECT contact_id, origin_id FROM contact_wish WHERE `+at+
		` UNION SELECT contact_id, origin_id FROM contact_consent WHERE `+at+` ORDER BY contact_id, origin_id`, slices.Concat(args, args, args), func(row db.Row) error {
		var p place
		err := row.Scan(&p.at, &p.origin)
		places = append(places, p)
		return err
	})
	if err != nil {
		return fmt.Errorf("find what was said of contacts: %w", err)
	}
	for _, p := range places {
		kin, err := contact.HoldKin(ctx, tx, p.origin)
		if err != nil {
			return err
		}
		if len(kin) == 0 || kin[0] == p.at {
			continue
		}
		if err := bring(ctx, tx, p.at, p.origin, kin[0]); err != nil {
			return err
		}
		if err := level(ctx, tx, p.origin); err != nil {
			return err
		}
	}
	return nil
}

// bring moves what was said of one contact.
func bring(ctx context.Context, tx *db.Tx, from, origin, to id.Contact) error {
	const block, wish, entry = "channel, origin_id, id, reason, comment, about_id, added, source, said_by",
		"channel, origin_id, most, per, preferred, pause_from, pause_to, changed, over_id",
		"id, origin_id, purpose_id, given, basis, at, shown, version, place, ip, source, said_by"
	for _, t := range []struct{ copy, drop string }{
		{`INSERT INTO contact_block (contact_id, ` + block + `) SELECT CAST(? AS BIGINT), ` + block + ` FROM contact_block WHERE contact_id = ? AND origin_id = ?`,
			`DELETE FROM contact_block WHERE contact_id = ? AND origin_id = ?`},
		{`INSERT INTO contact_wish (contact_id, ` + wish + `) SELECT CAST(? AS BIGINT), ` + wish + ` FROM contact_wish WHERE contact_id = ? AND origin_id = ?`,
			`DELETE FROM contact_wish WHERE contact_id = ? AND origin_id = ?`},
		{`INSERT INTO contact_consent (contact_id, ` + entry + `) SELECT CAST(? AS BIGINT), ` + entry + ` FROM contact_consent WHERE contact_id = ? AND origin_id = ?`,
			`DELETE FROM contact_consent WHERE contact_id = ? AND origin_id = ?`},
	} {
		_, err := tx.Exec(ctx, t.copy+` ON CONFLICT DO NOTHING`, int64(to), int64(from), int64(origin))
		if err == nil {
			_, err = tx.Exec(ctx, t.drop, int64(from), int64(origin))
		}
		if err != nil {
			return fmt.Errorf("bring what was said of contact %d to %d: %w", origin, to, err)
		}
	}
	return nil
}

// level lets the wishes of a contact no longer count before those of one that it is not
// merged into any more, should it be again.
func level(ctx context.Context, tx *db.Tx, origin id.Contact) error {
	list, err := wishedBy(ctx, tx, []id.Contact{origin})
	if err != nil {
		return err
	}
	for _, w := range list {
		if w.over == 0 || w.over == origin {
			continue
		}
		absorbed, err := contact.Absorbed(ctx, tx, []id.Contact{w.over})
		if err != nil {
			return err
		}
		if slices.Contains(absorbed[w.over], origin) {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE contact_wish SET over_id = 0 WHERE origin_id = ? AND channel = ?`, int64(origin), string(w.channel)); err != nil {
			return fmt.Errorf("level the wishes of contact %d: %w", origin, err)
		}
	}
	return nil
}

// AddressReader lets contacts be contacted again by a channel that bounced, once it
// leads elsewhere.
func AddressReader() activity.Reader {
	return activity.Reader{
		Name:  "consent.address",
		Kinds: []activity.Kind{contact.KindUpdated, contact.KindIdentified},
		Reset: func(context.Context, *db.Tx) error { return nil },
		Handle: func(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
			for _, e := range batch {
				if err := elsewhere(ctx, tx, e); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func elsewhere(ctx context.Context, tx *db.Tx, e activity.Event) error {
	var d contact.Updated // the data of contact.identified has what is needed of it alike
	if err := e.Decode(&d); err != nil {
		return err
	}
	for _, channel := range Channels() {
		moved := slices.ContainsFunc(d.Changes, func(c contact.Change) bool { return slices.Contains(channel.addresses(), c.Field) })
		if !moved {
			continue
		}
		kin, err := contact.Kin(ctx, tx, e.Contact)
		if err != nil {
			return err
		}
		all, err := said(ctx, tx, kin)
		if err != nil {
			return err
		}
		// Most contacts never bounced: only for the others is anything held.
		if !slices.ContainsFunc(all, func(b Block) bool { return b.bouncedBefore(channel, e) }) {
			continue
		}
		s, err := hold(ctx, tx, e.Contact)
		if err != nil {
			return gone(err)
		}
		by := By{Source: activity.SourceSystem, Cause: e.Ref(), Object: "address"}
		if err := s.free(ctx, tx, channel, []Reason{Bounced}, e.At, by); err != nil {
			return err
		}
	}
	return nil
}

// bouncedBefore tells that it is about an address that an event replaced.
func (b Block) bouncedBefore(channel Channel, e activity.Event) bool {
	return b.Channel == channel && b.Reason == Bounced && !b.Added.After(e.At)
}
