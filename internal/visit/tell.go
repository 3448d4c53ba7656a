package visit

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/label"
)

// said is what a page says of its visitor, in one text to compare.
func (h *Hit) said() string {
	var b strings.Builder
	for _, values := range []map[string]string{h.Values, h.Fill} {
		for _, alias := range slices.Sorted(maps.Keys(values)) {
			b.WriteString(alias + "\x00" + values[alias] + "\x00")
		}
		b.WriteByte(1)
	}
	for _, tags := range [][]string{h.Tags, h.Untags} {
		b.WriteString(strings.Join(tags, "\x00"))
		b.WriteByte(1)
	}
	return b.String()
}

func (h *Hit) says() bool { return len(h.Values)+len(h.Fill)+len(h.Tags)+len(h.Untags) > 0 }

// tell passes on what a page says of its visitor, unless the same browser said
// the same before. The browser may be another contact's afterwards.
func (s *session) tell(ctx context.Context, h *Hit) error {
	b := s.browsers[h.Token]
	if !h.says() {
		return nil
	}
	said := digestOf(h.said())
	if said == b.told {
		return nil
	}
	b.told = said
	owner, origin := b.contact, b.origin
	if len(h.Values)+len(h.Fill) > 0 {
		who, _, err := contact.Identify(ctx, s.tx, contact.Submitted{
			Visitor: contact.Visitor{Contact: b.contact, Origin: b.origin, Device: b.device, Token: h.Token, IP: h.IP},
			Values:  h.Values, Fill: h.Fill, Source: activity.SourceTracking, By: contact.By{Object: "hit"},
		})
		if err != nil {
			return err
		}
		if err := s.lead(ctx, h.Token, who); err != nil {
			return err
		}
		owner, origin = who.Contact, who.Origin
	}
	if owner == b.contact && b.untracked {
		return nil
	}
	by := label.By{Source: activity.SourceTracking, Object: "hit", Origin: origin}
	if err := label.Add(ctx, s.tx, owner, h.Tags, by); err != nil {
		return err
	}
	return label.RemoveNamed(ctx, s.tx, owner, h.Untags, by)
}

// settle notes where the browsers of a batch are now.
func (s *session) settle(ctx context.Context, batch []*waiting) error {
	for _, w := range batch {
		b, place := s.browsers[w.hit.Token], w.hit.Place
		place.Zip = ""
		if b.untracked || place == (Place{}) || b.place == place.digest() {
			continue
		}
		b.place = place.digest()
		_, err := s.tx.Exec(ctx, `UPDATE device SET city = ?, region = ?, country = ? WHERE contact_id = ? AND id = ?`,
			db.NullText(place.City), db.NullText(place.Region), db.NullText(place.Country), int64(b.contact), int64(b.device))
		if err != nil {
			return fmt.Errorf("note place of device %d: %w", b.device, err)
		}
		if err := fillPlace(ctx, s.tx, b.contact, w.hit.Place); err != nil {
			return err
		}
	}
	return nil
}

// fillPlace writes a place to a contact of whom no part of one is known.
func fillPlace(ctx context.Context, tx *db.Tx, owner id.Contact, place Place) error {
	c, err := contact.Find(ctx, tx, owner)
	if err != nil {
		return err
	}
	values := map[string]string{"city": place.City, "state": place.Region, "country": place.Country, "zipcode": place.Zip}
	for alias := range values {
		if c.Fields[alias] != "" {
			return nil
		}
	}
	return contact.Complete(ctx, tx, owner, values)
}
