package contact

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Submitted is what somebody said of themselves, by a form or a tracked page.
type Submitted struct {
	Visitor Visitor
	// Values are cleaned, non-empty values by alias. Fill are those to write only
	// where the contact has none; they identify all the same.
	Values, Fill map[string]string
	Source       activity.Source
	By           By
}

// Identify finds or creates the contact that submitted values belong to, writes
// them, and makes the device lead to it (tracking specification, section 9). The
// visitor is absorbed by the contact found when it owns no strong key. A visitor
// who owns one is never changed by another's: the device is handed over. A shared
// device says nothing of who is at it: its visitor is let alone, and it leads to
// nobody who is met there; the token of who it is is empty then. Identify
// always returns who it is, an anonymous contact when nothing identifies it, and the
// event that the values led to.
func Identify(ctx context.Context, tx *db.Tx, s Submitted) (Visitor, activity.Ref, error) {
	nobody, none := Visitor{}, activity.Ref{}
	use, err := useOf(ctx, tx, s.Visitor.Token)
	if err != nil {
		return nobody, none, err
	}
	if use.shared {
		if named, err := s.named(ctx, tx); err != nil || !named {
			return s.Visitor, none, err
		}
		s.Visitor = Visitor{IP: s.Visitor.IP}
	}
	contact, origin, err := target(ctx, tx, s)
	if err != nil {
		return nobody, none, err
	}
	many, err := meet(ctx, tx, use, s.Visitor, contact, s.Source)
	if err != nil {
		return nobody, none, err
	}
	if many {
		s.Visitor = Visitor{IP: s.Visitor.IP}
	}
	who := Visitor{Contact: contact, Origin: origin, Device: s.Visitor.Device, Token: s.Visitor.Token, IP: s.Visitor.IP}
	if contact != s.Visitor.Contact {
		who.Device = 0 // it is handed over, and gets another number with its next view
	}
	if v := s.Visitor; v.Contact != 0 && v.Contact != contact {
		if _, err := absorb(ctx, tx, who, v.Contact, s.Source, s.By); err != nil {
			return nobody, none, err
		}
	}
	values, err := s.writable(ctx, tx, contact)
	if err != nil {
		return nobody, none, err
	}
	ref, err := apply(ctx, tx, contact, edit{values: values, source: s.Source, by: s.By, origin: origin})
	if err != nil {
		return nobody, none, err
	}
	if err := s.arrive(ctx, tx, who); err != nil {
		return nobody, none, err
	}
	if s.Visitor.IP != "" {
		if err := AddIPs(ctx, tx, []Seen{{Contact: contact, Origin: origin, Address: s.Visitor.IP}}, s.Source); err != nil {
			return nobody, none, err
		}
	}
	return who, ref, nil
}

// named tells whether what was said names somebody, rather than being about
// whoever is there: a form does, a page only with a key.
func (s Submitted) named(ctx context.Context, q db.Q) (bool, error) {
	if s.Source != activity.SourceTracking {
		return true, nil
	}
	set, err := field.Of(ctx, q)
	if err != nil {
		return false, err
	}
	given := s.given()
	for _, f := range set.Keyed() {
		if normalise(given[f.Alias]) != "" {
			return true, nil
		}
	}
	return false, nil
}

// arrive makes the device lead to who it is, unless it does.
func (s Submitted) arrive(ctx context.Context, tx *db.Tx, who Visitor) error {
	if s.Visitor.Token == "" {
		return nil
	}
	if who.Contact == s.Visitor.Contact {
		had, err := originOf(ctx, tx, keyDevice, s.Visitor.Token)
		if err != nil || had == who.Origin {
			return err
		}
	}
	return handOver(ctx, tx, handing{device: s.Visitor, to: who, source: s.Source, by: s.By})
}

// given are all values, those to fill in too.
func (s Submitted) given() map[string]string {
	if len(s.Fill) == 0 {
		return s.Values
	}
	all := maps.Clone(s.Fill)
	maps.Copy(all, s.Values)
	return all
}

// writable are the values to write to a contact: not those to fill in where it
// has one, nor an address that differs in capitals only.
func (s Submitted) writable(ctx context.Context, q db.Q, contact id.Contact) (map[string]string, error) {
	if len(s.Values)+len(s.Fill) == 0 {
		return nil, nil
	}
	c, err := Find(ctx, q, contact)
	if err != nil {
		return nil, err
	}
	set, err := field.Of(ctx, q)
	if err != nil {
		return nil, err
	}
	values := maps.Clone(s.given())
	for alias, value := range values {
		_, always := s.Values[alias]
		has := c.Fields[alias]
		if !always && has != "" || set.Unique(alias) && strings.EqualFold(has, value) {
			delete(values, alias)
		}
	}
	return values, nil
}

// target finds the contact to write to, or creates it, and whom the values belong
// to when that was merged into it. The contact is held: nobody merges it, or takes it
// apart, before the end of the transaction.
func target(ctx context.Context, tx *db.Tx, s Submitted) (contact, origin id.Contact, err error) {
	for {
		if contact, origin, err = settle(ctx, tx, s); err != nil {
			return 0, 0, err
		}
		if contact == 0 {
			var created bool
			if contact, created, err = createFor(ctx, tx, s); err != nil || created {
				return contact, 0, err
			}
			continue
		}
		if _, err := hold(ctx, tx, contact); err != nil {
			return 0, 0, err
		}
		if _, err := claimAll(ctx, tx, contact, origin, s); err != nil {
			return 0, 0, err
		}
		// What the values lead to may have changed until it was held.
		is, from, err := settle(ctx, tx, s)
		if err != nil || is == contact && from == origin {
			return contact, origin, err
		}
	}
}

// createFor creates a contact with the keys that are submitted, unless a transaction
// beside this one was the first to take one of them.
func createFor(ctx context.Context, tx *db.Tx, s Submitted) (contact id.Contact, created bool, err error) {
	number, err := tx.NextID(ctx, "contact")
	if err != nil {
		return 0, false, err
	}
	contact = id.Contact(number)
	owner, err := claimAll(ctx, tx, contact, 0, s)
	if err == nil && owner != contact {
		_, err = tx.Exec(ctx, `DELETE FROM identity WHERE contact_id = ?`, int64(contact))
		return 0, false, err
	}
	if err != nil {
		return 0, false, err
	}
	return contact, true, create(ctx, tx, []id.Contact{contact}, []New{{IP: s.Visitor.IP, Source: s.Source, By: s.By}})
}

// settle decides which existing contact the values belong to, zero for none, and
// whose the key was that says so.
func settle(ctx context.Context, q db.Q, s Submitted) (contact, origin id.Contact, err error) {
	given := s.given()
	set, err := field.Of(ctx, q)
	if err != nil {
		return 0, 0, err
	}
	for _, f := range set.Keyed() {
		value := normalise(given[f.Alias])
		if value == "" {
			continue
		}
		owner, err := ownerOf(ctx, q, keyOf(f), value)
		if err != nil {
			return 0, 0, err
		}
		if owner != 0 {
			origin, err := originOf(ctx, q, keyOf(f), value)
			return owner, origin, err
		}
	}
	if s.Visitor.Contact == 0 {
		return 0, 0, nil
	}
	visitor, err := Find(ctx, q, s.Visitor.Contact)
	if fault.Is(err, fault.KindNotFound) {
		return 0, 0, nil // deleted since the browser was recognised
	}
	if err != nil {
		return 0, 0, err
	}
	if conflicts(set, visitor.Fields, given) {
		return 0, 0, nil
	}
	origin, err = originOf(ctx, q, keyDevice, s.Visitor.Token)
	return visitor.ID, origin, err
}

// conflicts tells whether a unique field has a different value on both sides.
func conflicts(set *field.Set, stored, given map[string]string) bool {
	for alias, value := range given {
		if old := stored[alias]; set.Unique(alias) && old != "" && value != "" && !strings.EqualFold(old, value) {
			return true
		}
	}
	return false
}

// claimAll takes the keys of the values for a contact, and returns the owner of
// the first one that another contact has.
func claimAll(ctx context.Context, tx *db.Tx, contact, origin id.Contact, s Submitted) (id.Contact, error) {
	set, err := field.Of(ctx, tx)
	if err != nil {
		return 0, err
	}
	given := s.given()
	for _, f := range set.Keyed() {
		value := normalise(given[f.Alias])
		if value == "" {
			continue
		}
		owner, err := claim(ctx, tx, Key{Kind: keyOf(f), Value: value, Source: s.Source, Origin: origin}, contact)
		if err != nil {
			return 0, fmt.Errorf("claim key for contact %d: %w", contact, err)
		}
		if owner != contact {
			return owner, nil
		}
	}
	return contact, nil
}
