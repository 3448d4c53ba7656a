package activity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"
)

// searched is how many events one search goes through at most: nobody waits for
// the whole of a long thread.
const searched = 6000

// Found is what a search found, and how far it came.
type Found struct {
	Events []Event
	// Until is where the search stopped without having seen all; the zero Cursor
	// when nothing older is left.
	Until Cursor
}

// Search goes back through a thread until read has found p.Limit events. It
// calls read with p limited to one stretch after another, small ones first:
// what is asked for often is near, and what is rare costs a bounded effort.
func Search(ctx context.Context, q db.Q, contact id.Contact, p Page, read func(Page) ([]Event, error)) (Found, error) {
	var found Found
	stretch := 200
	for seen := 0; seen < searched; {
		end, err := further(ctx, q, contact, p.Before, stretch)
		if err != nil {
			return found, err
		}
		part := p
		part.Since, part.Limit = end, p.Limit-len(found.Events)
		events, err := read(part)
		if err != nil {
			return found, err
		}
		found.Events = append(found.Events, events...)
		found.Until = end
		if end.At.IsZero() || len(found.Events) >= p.Limit {
			break
		}
		p.Before = end
		seen += stretch
		stretch = min(5*stretch, 5000)
	}
	if n := len(found.Events); n >= p.Limit {
		last := found.Events[n-1]
		found.Until = Cursor{At: last.At, ID: last.ID}
	}
	return found, nil
}

// further is the place so many events back; the zero Cursor when there are not
// so many.
func further(ctx context.Context, q db.Q, contact id.Contact, from Cursor, events int) (Cursor, error) {
	all, err := whose(ctx, q, contact)
	if err != nil {
		return Cursor{}, err
	}
	where, args := Page{Before: from}.where(q.Dialect())
	query, args := part{columns: "at, id", order: "at DESC, id DESC", where: where, args: args, offset: events - 1, limit: 1}.query(all)
	var at, number int64
	err = q.QueryRow(ctx, query, args...).Scan(&at, &number)
	if errors.Is(err, sql.ErrNoRows) {
		return Cursor{}, nil
	}
	if err != nil {
		return Cursor{}, fmt.Errorf("go back in thread of contact %d: %w", contact, err)
	}
	return Cursor{At: db.Time(at), ID: id.Event(number)}, nil
}

// Place finds an event of a contact's thread by its number. An unknown one is a
// NotFound fault.
func Place(ctx context.Context, d *db.DB, contact id.Contact, event id.Event) (Cursor, error) {
	among, args := inLanes(d)
	all, err := whose(ctx, d, contact)
	if err != nil {
		return Cursor{}, err
	}
	of, contacts := db.InIDs(d.Dialect(), "contact_id", all)
	var at int64
	err = d.QueryRow(ctx, `SELECT at FROM event WHERE `+among+` AND id = ? AND `+of, append(append(args, int64(event)), contacts...)...).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return Cursor{}, fault.NotFound(fmt.Errorf("find event %d of contact %d: %w", event, contact, err))
	}
	if err != nil {
		return Cursor{}, fmt.Errorf("find event %d of contact %d: %w", event, contact, err)
	}
	return Cursor{At: db.Time(at), ID: event}, nil
}

// TallyLatest counts the latest events of a thread by kind, so many at most.
// all tells that there are no others.
func TallyLatest(ctx context.Context, q db.Q, contact id.Contact, most int) (counts map[Kind]int, all bool, err error) {
	whole, err := whose(ctx, q, contact)
	if err != nil {
		return nil, false, err
	}
	query, args := part{columns: "kind, at, id", order: "at DESC, id DESC", limit: most + 1}.query(whole)
	rows, err := q.Query(ctx, `SELECT kind, count(*) FROM (`+query+`) AS latest GROUP BY kind`, args...)
	if err != nil {
		return nil, false, fmt.Errorf("count thread of contact %d: %w", contact, err)
	}
	defer rows.Close()
	counts = map[Kind]int{}
	total := 0
	for rows.Next() {
		var k Kind
		var n int
		if err := rows.Scan(&k, &n); err != nil {
			return nil, false, err
		}
		counts[k] = n
		total += n
	}
	return counts, total <= most, rows.Err()
}

// Rhythm counts the events of a page of a thread by kind and by unit of time,
// numbered from 1970 in UTC.
func Rhythm(ctx context.Context, q db.Q, contact id.Contact, p Page, unit time.Duration) (map[int64]map[Kind]int, error) {
	where, args, err := p.among(ctx, q, contact)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, `SELECT at / `+strconv.FormatInt(unit.Milliseconds(), 10)+` AS unit, kind, count(*) FROM event WHERE `+where+` GROUP BY 1, 2`, args...)
	if err != nil {
		return nil, fmt.Errorf("count thread of contact %d by time: %w", contact, err)
	}
	defer rows.Close()
	counts := map[int64]map[Kind]int{}
	for rows.Next() {
		var at int64
		var k Kind
		var n int
		if err := rows.Scan(&at, &k, &n); err != nil {
			return nil, err
		}
		if counts[at] == nil {
			counts[at] = map[Kind]int{}
		}
		counts[at][k] = n
	}
	return counts, rows.Err()
}

// Back is the place so many events before the end of a thread; the zero Cursor
// when there are not so many. It bounds what is read of a long one.
func Back(ctx context.Context, q db.Q, contact id.Contact, events int) (Cursor, error) {
	return further(ctx, q, contact, Cursor{}, events)
}

// Slot is where the data of an event has a number: under a name in an object, at
// an index in a list. Both are the program's, never from outside.
type Slot struct {
	Name  string
	Index int
}

func (s Slot) text(d db.Dialect) string { return d.JSONText("data", s.Name, s.Index) }

// Holding asks for one of these numbers in one of these slots of the data of an
// event.
type Holding struct {
	Slots   []Slot
	Numbers []int64
}

func (h Holding) where(d db.Dialect) (string, []any) {
	if len(h.Numbers) == 0 {
		return "1 = 0", nil
	}
	texts := make([]string, len(h.Numbers))
	for i, n := range h.Numbers {
		texts[i] = strconv.FormatInt(n, 10)
	}
	var either []string
	var args []any
	for _, slot := range h.Slots {
		among, more := db.InTexts(d, slot.text(d), texts)
		either, args = append(either, among), append(args, more...)
	}
	return "(" + strings.Join(either, " OR ") + ")", args
}

// Numbers lists the different numbers that the events of a page of a thread have
// in one of these slots of their data.
func Numbers(ctx context.Context, q db.Q, contact id.Contact, p Page, slots ...Slot) ([]int64, error) {
	values, texts := make([]string, len(slots)), make([]sql.NullString, len(slots))
	into := make([]any, len(slots))
	for i, slot := range slots {
		values[i], into[i] = slot.text(q.Dialect()), &texts[i]
	}
	where, args, err := p.among(ctx, q, contact)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, `SELECT DISTINCT `+strings.Join(values, ", ")+` FROM event WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list numbers in thread of contact %d: %w", contact, err)
	}
	defer rows.Close()
	found := map[int64]bool{}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		for _, text := range texts {
			if n, err := strconv.ParseInt(text.String, 10, 64); text.Valid && err == nil {
				found[n] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), rows.Err()
}

// Newest is the event of a contact's thread that was recorded last, zero for none.
func Newest(ctx context.Context, q db.Q, contact id.Contact) (id.Event, error) {
	all, err := whose(ctx, q, contact)
	if err != nil {
		return 0, err
	}
	among, args := db.InIDs(q.Dialect(), "contact_id", all)
	var newest sql.NullInt64
	if err := q.QueryRow(ctx, `SELECT max(id) FROM event WHERE `+among, args...).Scan(&newest); err != nil {
		return 0, fmt.Errorf("find the newest event of contact %d: %w", contact, err)
	}
	return id.Event(newest.Int64), nil
}

// probedAtOnce bounds the threads that one statement asks.
const probedAtOnce = 1000

// LatestBefore is when the latest event before a place happened, of each of these
// contacts that has one.
func LatestBefore(ctx context.Context, q db.Q, places map[id.Contact]Cursor) (map[id.Contact]time.Time, error) {
	contacts := slices.Sorted(maps.Keys(places))
	found := make(map[id.Contact]time.Time, len(contacts))
	moving, err := onTheirWay(ctx, q, contacts)
	if err != nil {
		return nil, err
	}
	all := slices.AppendSeq(slices.Clone(contacts), maps.Keys(moving))
	for part := range slices.Chunk(all, probedAtOnce) {
		const one = "(CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT)), "
		var args []any
		for _, c := range part {
			p, own := places[c]
			if !own {
				p = places[moving[c]]
			}
			args = append(args, int64(c), db.Millis(p.At), int64(p.ID))
		}
		err := db.Each(ctx, q, `WITH asked (contact_id, at, id) AS (VALUES `+strings.TrimSuffix(strings.Repeat(one, len(part)), ", ")+`)
			SELECT a.contact_id, (SELECT e.at FROM event e WHERE e.contact_id = a.contact_id AND (e.at, e.id) < (a.at, a.id) ORDER BY e.at DESC, e.id DESC LIMIT 1) FROM asked a`, args, func(row db.Row) error {
			var c id.Contact
			var at sql.NullInt64
			err := row.Scan(&c, &at)
			if to, is := moving[c]; is {
				c = to
			}
			if at.Valid && db.Time(at.Int64).After(found[c]) {
				found[c] = db.Time(at.Int64)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("find the latest events of %d contacts: %w", len(part), err)
		}
	}
	return found, nil
}
