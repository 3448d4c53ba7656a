package contact

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// differing is a field that two contacts both have a value of, not the same.
type differing struct {
	Field    string
	To, From string
	// ToAt and FromAt are when each was given its value.
	ToAt, FromAt time.Time
}

// Later tells that the absorbed one's value is the later.
func (d differing) Later() bool { return d.FromAt.After(d.ToAt) }

// Differences compares two contacts that are to be merged, field by field, by the
// last explicit change of each.
func Differences(ctx context.Context, q db.Q, to, from Contact) ([]differing, error) {
	toAt, err := changedAt(ctx, q, to)
	if err != nil {
		return nil, err
	}
	fromAt, err := changedAt(ctx, q, from)
	if err != nil {
		return nil, err
	}
	var list []differing
	for alias, value := range to.Fields {
		other := from.Fields[alias]
		if value == "" || other == "" || other == value {
			continue
		}
		d := differing{Field: alias, To: value, From: other, ToAt: to.Added, FromAt: from.Added}
		if at, changed := toAt[alias]; changed {
			d.ToAt = at
		}
		if at, changed := fromAt[alias]; changed {
			d.FromAt = at
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b differing) int { return cmp.Compare(a.Field, b.Field) })
	return list, nil
}

// changedAt is when the fields of a contact were changed last.
func changedAt(ctx context.Context, q db.Q, c Contact) (map[string]time.Time, error) {
	events, err := activity.All(ctx, q, c.ID, KindIdentified, KindUpdated)
	if err != nil {
		return nil, err
	}
	at := map[string]time.Time{}
	for _, e := range events {
		var u Updated // the data of contact.identified names its changes alike
		if err := e.Decode(&u); err != nil {
			return nil, err
		}
		for _, change := range u.Changes {
			at[change.Field] = e.At
		}
	}
	return at, nil
}

// Joined is a contact that was merged into another, as it is told on its page.
type Joined struct {
	Contact id.Contact
	Name    string // empty for a visitor without
	Known   bool
	At      time.Time
	By      By
	Events  int64
	// Merge is the event.
	Merge id.Event
}

// Merges lists who was merged into a contact and can be taken out, the latest first.
func Merges(ctx context.Context, q db.Q, contact id.Contact) ([]Joined, error) {
	into, err := Absorbed(ctx, q, []id.Contact{contact})
	if err != nil || len(into[contact]) == 0 {
		return nil, err
	}
	events, err := activity.All(ctx, q, contact, KindMerged, KindJoined)
	if err != nil {
		return nil, err
	}
	seen := map[id.Contact]bool{}
	var list []Joined
	for _, e := range slices.Backward(events) {
		var m Merged
		if err := e.Decode(&m); err != nil {
			return nil, err
		}
		if seen[m.Contact] || !slices.Contains(into[contact], m.Contact) {
			continue
		}
		seen[m.Contact] = true
		list = append(list, Joined{Contact: m.Contact, Name: m.Name, Known: m.State == Known, At: e.At, By: m.By, Events: m.Events, Merge: e.ID})
	}
	return list, nil
}
