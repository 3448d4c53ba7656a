package activity

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Cursor is a place in a thread: just before that event in the order of the
// screen, which is newest first. The zero Cursor is the top.
type Cursor struct {
	At time.Time
	ID id.Event
}

// Page says which events of a thread to read.
type Page struct {
	// Before limits to what is older than that place.
	Before Cursor
	// Since limits to that place and what is newer.
	Since Cursor
	// From and To limit to From <= at < To; zero means no limit.
	From, To time.Time
	// Kinds limits to these kinds, all when empty. Few tells that the thread has few
	// of them, which are found by the index by kind: none of them is Frequent.
	Kinds []Kind
	Few   bool
	// Origin limits to what belongs to one of the contacts that live on as this one.
	Origin id.Contact
	// Holding limits to what has one of these numbers in its data.
	Holding *Holding
	// Limit is the number of events at most.
	Limit int
	// Oldest turns the order round; Before then means after.
	Oldest bool
}

// Thread reads events of one contact, newest first.
func Thread(ctx context.Context, q db.Q, contact id.Contact, p Page) ([]Event, error) {
	all, err := whose(ctx, q, contact)
	if err != nil {
		return nil, err
	}
	query, args := p.part(q.Dialect(), eventColumns, p.Limit).query(all)
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read thread of contact %d: %w", contact, err)
	}
	events, err := scanEvents(rows)
	for i := range events {
		events[i].Contact = contact
	}
	return events, err
}

// Since reads the events of a kind of several contacts from a time on, oldest
// first for each.
func Since(ctx context.Context, q db.Q, contacts []id.Contact, from time.Time, kind Kind) ([]Event, error) {
	moving, err := onTheirWay(ctx, q, contacts)
	if err != nil {
		return nil, err
	}
	among, args := db.InIDs(q.Dialect(), "contact_id", slices.AppendSeq(slices.Clone(contacts), maps.Keys(moving)))
	rows, err := q.Query(ctx, `SELECT `+eventColumns+` FROM event WHERE `+among+` AND at >= ? AND kind = ? ORDER BY contact_id, at, id`,
		append(args, db.Millis(from), int64(kind))...)
	if err != nil {
		return nil, fmt.Errorf("read threads of %d contacts: %w", len(contacts), err)
	}
	events, err := scanEvents(rows)
	if err != nil || len(moving) == 0 {
		return events, err
	}
	for i, e := range events {
		if to, is := moving[e.Contact]; is {
			events[i].Contact = to
		}
	}
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.Contact, b.Contact), a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	return events, nil
}

// part is the query for the first events of a page.
func (p Page) part(d db.Dialect, columns string, limit int) part {
	order := "at DESC, id DESC"
	if p.Oldest {
		order = "at ASC, id ASC"
	}
	if p.Few { // not in the order of the thread, which leads through all of it
		order = "+" + strings.Replace(order, ", ", ", +", 1)
	}
	where, args := p.where(d)
	return part{columns: columns, order: order, where: where, args: args, limit: limit}
}

// where is what is asked of the events of a page in SQL, after that for their contact.
func (p Page) where(d db.Dialect) (string, []any) {
	where, args := []string{""}, []any(nil)
	than := "<"
	if p.Oldest {
		than = ">"
	}
	if !p.Before.At.IsZero() {
		where = append(where, "(at, id) "+than+" (?, ?)")
		args = append(args, db.Millis(p.Before.At), int64(p.Before.ID))
	}
	if !p.Since.At.IsZero() {
		where = append(where, "(at, id) >= (?, ?)")
		args = append(args, db.Millis(p.Since.At), int64(p.Since.ID))
	}
	if !p.From.IsZero() {
		where = append(where, "at >= ?")
		args = append(args, db.Millis(p.From))
	}
	if !p.To.IsZero() {
		where = append(where, "at < ?")
		args = append(args, db.Millis(p.To))
	}
	if len(p.Kinds) > 0 {
		where = append(where, "kind IN ("+db.Marks(len(p.Kinds))+")")
		for _, k := range p.Kinds {
			args = append(args, int64(k))
		}
	}
	if p.Few {
		where = append(where, rare)
	}
	if p.Origin != 0 {
		where = append(where, "coalesce(origin_id, contact_id) = ?")
		args = append(args, int64(p.Origin))
	}
	if p.Holding != nil {
		held, numbers := p.Holding.where(d)
		where, args = append(where, held), append(args, numbers...)
	}
	return strings.Join(where, " AND "), args
}

// talliedWhole is up to how many events of a thread are counted one by one.
const talliedWhole = 500

// Tally counts the events of a contact's thread by kind. Where it is told which kinds
// there are, it counts those of a long thread in the indexes: the events themselves
// may lie on a page each.
func Tally(ctx context.Context, q db.Q, contact id.Contact, kinds ...Kind) (map[Kind]int, error) {
	if len(kinds) > 0 {
		counts, whole, err := TallyLatest(ctx, q, contact, talliedWhole)
		if err != nil || whole {
			return counts, err
		}
	}
	all, err := whose(ctx, q, contact)
	if err != nil {
		return nil, err
	}
	among, args := db.InIDs(q.Dialect(), "contact_id", all)
	if len(kinds) == 0 {
		return tally(ctx, q, among, args)
	}
	total := 0
	if err := q.QueryRow(ctx, `SELECT count(*) FROM event WHERE `+among, args...).Scan(&total); err != nil {
		return nil, fmt.Errorf("count thread of contact %d: %w", contact, err)
	}
	for _, kind := range kinds {
		args = append(args, int64(kind))
	}
	counts, err := tally(ctx, q, among+` AND `+rare+` AND kind IN (`+db.Marks(len(kinds))+`)`, args)
	for _, n := range counts {
		total -= n
	}
	if total > 0 && err == nil {
		counts[frequent] = total
	}
	return counts, err
}

// tally counts events by kind.
func tally(ctx context.Context, q db.Q, where string, args []any) (map[Kind]int, error) {
	counts := map[Kind]int{}
	err := db.Each(ctx, q, `SELECT kind, count(*) FROM event WHERE `+where+` GROUP BY kind`, args, func(row db.Row) error {
		var k Kind
		var n int
		err := row.Scan(&k, &n)
		counts[k] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count events by kind: %w", err)
	}
	return counts, nil
}

const eventColumns = `id, contact_id, origin_id, at, recorded_at, device_id, kind, source, cause_id, depth, data`

// briefColumns are those of eventColumns that tell what happened to whom and when,
// which the index of a lane has.
const briefColumns = `id, contact_id, NULL, at, NULL, NULL, kind, 0, NULL, NULL, NULL`

func scanEvents(rows *sql.Rows) ([]Event, error) {
	defer rows.Close()
	var list []Event
	for rows.Next() {
		var e Event
		var at int64
		var origin, recorded, device, cause, depth sql.NullInt64
		if err := rows.Scan(&e.ID, &e.Contact, &origin, &at, &recorded, &device, &e.Kind, &e.Source, &cause, &depth, (*[]byte)(&e.Data)); err != nil {
			return nil, err
		}
		e.At, e.RecordedAt, e.Origin = db.Time(at), db.Time(at), e.Contact
		if recorded.Valid {
			e.RecordedAt = db.Time(recorded.Int64)
		}
		if origin.Valid {
			e.Origin = id.Contact(origin.Int64)
		}
		e.Device, e.Cause, e.Depth = id.Device(device.Int64), id.Event(cause.Int64), int(depth.Int64)
		list = append(list, e)
	}
	return list, rows.Err()
}
