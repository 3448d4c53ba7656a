package company

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"
)

// Person is a contact that belongs to a company.
type Person struct {
	Contact id.Contact
	// Last is when its latest event happened.
	Last time.Time
}

// Crew is a part of the people of a company.
type Crew struct {
	People []Person
	// Next is where the next part begins, zero after the last.
	Next Person
}

// People lists who belongs to a company, whose latest event is the latest first: those
// after a place, the zero Person for the first.
func People(ctx context.Context, q db.Q, company id.Company, after Person, limit int) (Crew, error) {
	list, err := peopleBefore(ctx, q, company, after, limit+1)
	if err != nil || len(list) <= limit {
		return Crew{People: list}, err
	}
	return Crew{People: list[:limit], Next: list[limit-1]}, nil
}

func peopleBefore(ctx context.Context, q db.Q, company id.Company, after Person, limit int) ([]Person, error) {
	where, args := "", []any{int64(company)}
	if after.Contact != 0 {
		where, args = " AND (last_at, contact_id) < (?, ?)", append(args, db.Millis(after.Last), int64(after.Contact))
	}
	var list []Person
	err := db.Each(ctx, q, `SELECT contact_id, last_at FROM company_member WHERE company_id = ? AND gone = 0`+where+` GROUP BY last_at, contact_id ORDER BY last_at DESC, contact_id DESC LIMIT ?`,
		append(args, limit), func(row db.Row) error {
			var p Person
			var last int64
			err := row.Scan(&p.Contact, &last)
			p.Last = db.Time(last)
			list = append(list, p)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("list the people of company %d: %w", company, err)
	}
	return list, nil
}

// Place is a place on the joint thread of a company: before that event. What happened
// at the same moment is in the order of the contacts.
type Place struct {
	At      time.Time
	Contact id.Contact
	Event   id.Event
}

// PlaceOf is the place before an event.
func PlaceOf(e activity.Event) Place { return Place{e.At, e.Contact, e.ID} }

// on is the place on the thread of one contact.
func (p Place) on(c id.Contact) activity.Cursor {
	switch {
	case p.At.IsZero():
		return activity.Cursor{}
	case c < p.Contact:
		return activity.Cursor{At: p.At, ID: math.MaxInt64}
	case c == p.Contact:
		return activity.Cursor{At: p.At, ID: p.Event}
	}
	return activity.Cursor{At: p.At}
}

// Thread reads what happened to all people of a company before a place, the zero Place
// for the latest, the latest first. The latest events of all lie on the threads of those
// whose latest event is the latest: for the first part these are as many as events are
// asked for. For what is older, those who have something newer too are asked what they
// have before.
func Thread(ctx context.Context, q db.Q, company id.Company, before Place, limit int) ([]activity.Event, error) {
	people, err := reached(ctx, q, company, before, limit)
	if err != nil {
		return nil, err
	}
	latest := func(a, b activity.Event) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Contact, a.Contact), cmp.Compare(b.ID, a.ID))
	}
	var events []activity.Event
	for _, p := range people {
		if len(events) == limit && events[limit-1].At.After(p.Last) {
			break // nobody who comes has anything as late
		}
		more, err := activity.Thread(ctx, q, p.Contact, activity.Page{Before: before.on(p.Contact), Limit: limit})
		if err != nil {
			return nil, err
		}
		events = append(events, more...)
		slices.SortFunc(events, latest)
		events = events[:min(len(events), limit)]
	}
	return events, nil
}

// reached are those on whose threads the latest events before a place lie, each with
// the time of the latest.
func reached(ctx context.Context, q db.Q, company id.Company, before Place, limit int) ([]Person, error) {
	if before.At.IsZero() {
		return peopleBefore(ctx, q, company, Person{}, limit)
	}
	people, err := peopleBefore(ctx, q, company, Person{Contact: before.Contact, Last: before.At}, limit)
	if err != nil {
		return nil, err
	}
	since := map[id.Contact]activity.Cursor{}
	err = db.Each(ctx, q, `SELECT contact_id FROM company_member WHERE company_id = ? AND gone = 0 AND (last_at, contact_id) >= (?, ?)`,
		[]any{int64(company), db.Millis(before.At), int64(before.Contact)}, func(row db.Row) error {
			var c id.Contact
			err := row.Scan(&c)
			since[c] = before.on(c)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("list the people of company %d: %w", company, err)
	}
	latest, err := activity.LatestBefore(ctx, q, since)
	if err != nil {
		return nil, err
	}
	for c, at := range latest {
		people = append(people, Person{c, at})
	}
	slices.SortFunc(people, func(a, b Person) int { return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(b.Contact, a.Contact)) })
	return people[:min(len(people), limit)], nil
}

// Belongs tells whether a contact belongs to a company.
func Belongs(ctx context.Context, q db.Q, c id.Contact, company id.Company) (bool, error) {
	var one int
	err := q.QueryRow(ctx, `SELECT 1 FROM company_member WHERE contact_id = ? AND company_id = ? LIMIT 1`, int64(c), int64(company)).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// place is where a page of a list begins.
type place struct {
	Back bool   `json:"b,omitempty"`
	Key  string `json:"k,omitempty"`
	N    int64  `json:"n,omitempty"`
	ID   int64  `json:"i"`
}

func misplaced(text string, err error) error {
	return fault.Refused(fmt.Errorf("read place in the list of companies %q: %w", text, err), fault.Text{})
}
