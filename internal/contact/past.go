package contact

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/id"
)

// past is what made a contact that others were merged into what it is, as its
// thread tells: changes of values and merges. What would be without one of the
// merges follows from it.
type past struct {
	turns []turn // oldest first
	rows  map[id.Contact]side
	// into is where each contact was merged into.
	into map[id.Contact]id.Contact
	set  *field.Set
	// parts says which merge is left out, nil for none.
	parts *parting
}

// turn is one event of a past.
type turn struct {
	id      id.Event
	cause   id.Event
	under   id.Contact // whom it belongs to
	at      int64
	changes []Change
	becomes bool    // known
	merge   *Merged // nil for none
	parted  *Parted // nil for none
}

// readPast reads the past of a contact and of those merged into it.
func readPast(ctx context.Context, q db.Q, set *field.Set, contact id.Contact) (*past, error) {
	events, err := activity.All(ctx, q, contact, KindIdentified, KindUpdated, KindMerged, KindJoined, KindUnmerged, KindVisitorUnmerged, KindParted)
	if err != nil {
		return nil, err
	}
	p := &past{set: set, into: map[id.Contact]id.Contact{}}
	for _, e := range events {
		t := turn{id: e.ID, cause: e.Cause, under: e.Origin, at: db.Millis(e.At), becomes: e.Kind == KindIdentified}
		switch e.Kind {
		case KindMerged, KindJoined:
			t.merge = &Merged{}
			err = e.Decode(t.merge)
		case KindUnmerged, KindVisitorUnmerged, KindParted:
			t.parted = &Parted{}
			err = e.Decode(t.parted)
		default:
			var d Updated // the data of contact.identified has what is needed of it alike
			err = e.Decode(&d)
			t.changes = d.Changes
		}
		if err != nil {
			return nil, err
		}
		p.turns = append(p.turns, t)
	}
	return p, nil
}

// hold reads the rows of the contact and of those merged into it, and holds them
// until the end of the transaction.
func (p *past) hold(ctx context.Context, tx *db.Tx, contact id.Contact) error {
	all := []id.Contact{contact}
	for _, t := range p.turns {
		if t.merge != nil {
			all = append(all, t.merge.Contact)
		}
	}
	slices.Sort(all)
	var err error
	if p.rows, err = sides(ctx, tx, slices.Compact(all)...); err != nil {
		return err
	}
	among, args := db.InIDs(tx.Dialect(), "id", all)
	err = db.Each(ctx, tx, `SELECT id, merged_into FROM contact WHERE merged_into IS NOT NULL AND `+among, args, func(row db.Row) error {
		var from, into id.Contact
		err := row.Scan(&from, &into)
		p.into[from] = into
		return err
	})
	if err != nil {
		return fmt.Errorf("find what was merged into contact %d: %w", contact, err)
	}
	return nil
}

// merging finds the merge that a contact was absorbed by.
func (p *past) merging(absorbed id.Contact) (turn, bool) {
	for _, t := range slices.Backward(p.turns) {
		if t.merge != nil && t.merge.Contact == absorbed {
			return t, true
		}
	}
	return turn{}, false
}

// counts tells whether the contact that a merge absorbed still is by that merge.
func (p *past) counts(t turn) bool {
	last, found := p.merging(t.merge.Contact)
	return found && last.id == t.id && p.into[t.merge.Contact] == t.under && (p.parts == nil || p.parts.merge.id != t.id)
}

// of are the turns that changed one contact. Those that were part of a merge that
// does not count are left out unless all are asked for.
func (p *past) of(contact id.Contact, all bool) []turn {
	void := map[id.Event]bool{}
	into := map[id.Contact]id.Contact{} // so far
	var list []turn
	for _, t := range p.turns {
		host := t.under
		for next, merged := into[host]; merged; next, merged = into[host] {
			host = next
		}
		if t.merge != nil {
			if void[t.id] = !p.counts(t); !void[t.id] {
				into[t.merge.Contact] = host
			}
		}
		if host == contact && (all || t.parted == nil && !void[t.id] && !void[t.cause]) {
			list = append(list, t)
		}
	}
	return list
}

// pastOwner is the owner among values; no field has that name.
const pastOwner = " owner"

// shape is what a contact is: what its row says, but for what is different without
// the merge that is left out.
func (p *past) shape(contact id.Contact) shape {
	if p.parts == nil {
		return p.reckon(contact)
	}
	// Of each in a long chain of merges it is asked several times.
	s, known := p.parts.shapes[contact]
	if !known {
		s = p.reckon(contact)
		p.parts.shapes[contact] = s
	}
	return s
}

// reckon is shape, found anew.
func (p *past) reckon(contact id.Contact) shape {
	whole := *p
	whole.parts = nil
	is, with, without := p.rows[contact].shape, whole.fold(contact), p.fold(contact)
	is.values = maps.Clone(is.values)
	for alias, value := range without.values {
		if value == with.values[alias] {
			continue
		}
		if alias == pastOwner {
			n, _ := strconv.ParseInt(value, 10, 64) // what number wrote
			is.owner = id.User(n)
			continue
		}
		is.values[alias] = value
		if value == "" {
			delete(is.values, alias)
		}
	}
	is.points += without.points - with.points
	for _, of := range []struct {
		is            *int64
		with, without int64
	}{{&is.added, with.added, without.added}, {&is.identified, with.identified, without.identified}, {&is.ip, with.ip, without.ip}} {
		if of.with != of.without {
			*of.is = of.without
		}
	}
	return is
}

// fold tells what a contact is from what happened to it. Of values it knows those
// that ever changed.
func (p *past) fold(contact id.Contact) shape {
	s := p.begin(contact)
	for _, t := range p.of(contact, false) {
		if t.merge != nil {
			s.take(p.child(t.merge.Contact), replaced(t.merge.Replaced))
			continue
		}
		s.change(p.set, t)
	}
	return s
}

// change applies the changes of an event.
func (s *shape) change(set *field.Set, t turn) {
	for _, c := range t.changes {
		switch c.Field {
		case changedPoints:
			old, _ := strconv.Atoi(c.Old) // what Update wrote
			is, _ := strconv.Atoi(c.New)
			s.points += is - old
		case changedOwner:
			s.values[pastOwner] = c.New
		default:
			s.values[c.Field] = c.New
		}
	}
	// Who was merged into somebody known did not become known by it.
	if s.identified == 0 && (t.becomes || identified(set, s.values)) {
		s.identified = t.at
	}
}

// child is what a merge joins of the contact that it absorbs.
func (p *past) child(absorbed id.Contact) shape {
	s := p.rows[absorbed].shape
	if p.parts != nil && slices.Contains(p.parts.chain, absorbed) {
		s = p.shape(absorbed)
	}
	s.values = maps.Clone(s.values)
	s.values[pastOwner], s.owner = number(s.owner), 0
	return s
}

// beginning is what begin found when the past was last changed: turns that went home
// with another tell no longer what there was before them.
func (p *past) beginning(contact id.Contact) *began {
	s := p.begin(contact)
	return &began{Values: s.values, Added: s.added, Identified: s.identified, IP: s.ip}
}

// begin is a contact before all that is known of its past. Of values it has those
// that ever change.
func (p *past) begin(contact id.Contact) shape {
	whole := *p
	whole.parts = nil
	row := p.rows[contact]
	s := shape{values: map[string]string{}, points: row.points, added: row.added, identified: row.identified, ip: row.ip}
	note := func(alias, value string) {
		if _, noted := s.values[alias]; !noted {
			s.values[alias] = value
		}
	}
	var known *began
	for _, t := range slices.Backward(p.turns) {
		if t.parted == nil || t.under != contact || t.parted.Began == nil {
			continue
		}
		for alias, value := range t.parted.Began.Values {
			note(alias, value)
		}
		if known == nil {
			known = t.parted.Began
		}
	}
	joined, became := false, false
	for _, t := range whole.of(contact, true) {
		became = became || t.becomes
		for _, c := range t.changes {
			switch c.Field {
			case changedPoints:
			case changedOwner:
				note(pastOwner, c.Old)
			default:
				note(c.Field, c.Old)
			}
		}
		if t.merge == nil {
			continue
		}
		before := t.merge.Before
		note(pastOwner, number(id.User(before.Owner)))
		for _, alias := range t.merge.Filled {
			note(alias, "")
		}
		for _, c := range t.merge.Replaced {
			note(c.Field, c.Old)
		}
		if !joined {
			joined = true
			s.added, s.ip, s.identified = before.Added, before.IP, before.Identified
		}
	}
	if became {
		s.identified = 0
	}
	if known != nil {
		s.added, s.ip, s.identified = known.Added, known.IP, known.Identified
	}
	// Without the merge, turns may speak of more.
	for _, t := range p.of(contact, false) {
		for _, c := range t.changes {
			if c.Field != changedPoints {
				note(c.Field, row.values[c.Field])
			}
		}
		if t.merge == nil {
			continue
		}
		for alias := range p.child(t.merge.Contact).values {
			note(alias, row.values[alias])
		}
	}
	return s
}

func replaced(changes []Change) []string {
	var fields []string
	for _, c := range changes {
		fields = append(fields, c.Field)
	}
	return fields
}
