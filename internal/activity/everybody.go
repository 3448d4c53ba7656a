package activity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

const (
	// lookedBack is how many events of each lane one look at everybody goes
	// through at most.
	lookedBack = 20_000
	// firstStretch and longestStretch are how far it goes at a time: what is
	// asked for often is near.
	firstStretch, longestStretch = 200, 5000
)

// Crowd says which events of everybody to read, the latest recorded first.
type Crowd struct {
	// Before limits to events recorded before that one; zero for none.
	Before id.Event
	// Kinds limits to these kinds, all when empty.
	Kinds []Kind
	// Keep picks among events, whose data it is not given; nil keeps all.
	Keep  func(ctx context.Context, events []Event) ([]Event, error)
	Limit int
}

// Passage is a part of what everybody did.
type Passage struct {
	Events []Event
	// Older is where to go on; zero when nothing is left.
	Older id.Event
	// Full tells that there are as many events as asked for. Otherwise the look
	// back ended early: what is rare costs a bounded effort.
	Full bool
}

// Everybody reads events of all contacts in the order in which they were
// recorded, the latest first.
func Everybody(ctx context.Context, d *db.DB, c Crowd) (Passage, error) {
	var p Passage
	p.Older = c.Before
	if p.Older == 0 {
		p.Older = 1<<63 - 1
	}
	stretch := firstStretch
	for looked := 0; looked < lookedBack && !p.Full && p.Older != 0; looked += stretch {
		if looked > 0 {
			stretch = min(5*stretch, longestStretch)
		}
		end, err := crowdEnd(ctx, d, p.Older, stretch)
		if err != nil {
			return p, err
		}
		events, err := c.between(ctx, d, end, p.Older)
		if err == nil && c.Keep != nil && len(events) > 0 {
			events, err = c.Keep(ctx, events)
		}
		if err != nil {
			return p, err
		}
		p.Events = append(p.Events, events...)
		p.Older = end
		if n := len(p.Events); n > c.Limit || n == c.Limit && end != 0 {
			p.Events = p.Events[:c.Limit]
			p.Older, p.Full = p.Events[c.Limit-1].ID, true
		}
	}
	var err error
	p.Events, err = whole(ctx, d, p.Events)
	return p, err
}

// crowdEnd is so many events back in the fullest lanes, the same place in all;
// zero when there are not so many.
func crowdEnd(ctx context.Context, d *db.DB, before id.Event, events int) (id.Event, error) {
	var end id.Event
	for lane := range d.Lanes() {
		var there id.Event
		err := d.QueryRow(ctx, `SELECT id FROM event WHERE lane = ? AND id < ? ORDER BY id DESC LIMIT 1 OFFSET ?`, lane, int64(before), events-1).Scan(&there)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, fmt.Errorf("go back in lane %d: %w", lane, err)
		}
		end = max(end, there)
	}
	return end, nil
}

// between reads the events of all lanes from end on and before another, the
// latest first, without their data. Those after which nobody will ask may be
// missing.
func (c Crowd) between(ctx context.Context, d *db.DB, end, before id.Event) ([]Event, error) {
	where, among := "lane = ? AND id >= ? AND id < ?", []any(nil)
	if len(c.Kinds) > 0 {
		kinds, args := db.InIDs(d.Dialect(), "kind", wide(c.Kinds))
		where, among = where+" AND "+kinds, args
	}
	limit := longestStretch
	if c.Keep == nil {
		limit = c.Limit + 1
	}
	var all []Event
	for lane := range d.Lanes() {
		args := append([]any{lane, int64(end), int64(before)}, among...)
		rows, err := d.Query(ctx, `SELECT `+briefColumns+` FROM event WHERE `+where+` ORDER BY id DESC LIMIT ?`, append(args, limit)...)
		if err != nil {
			return nil, fmt.Errorf("read lane %d backwards: %w", lane, err)
		}
		events, err := scanEvents(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, events...)
	}
	slices.SortFunc(all, func(a, b Event) int { return int(b.ID - a.ID) })
	return all, nil
}

// addMoved adds those that moved to another contact since they were found.
func addMoved(ctx context.Context, d *db.DB, brief []Event, whole map[id.Event]Event) error {
	var missing []id.Event
	for _, e := range brief {
		if _, ok := whole[e.ID]; !ok {
			missing = append(missing, e.ID)
		}
	}
	for part := range slices.Chunk(missing, 500) {
		lanes, args := inLanes(d)
		among, numbers := db.InIDs(d.Dialect(), "id", part)
		rows, err := d.Query(ctx, `SELECT `+eventColumns+` FROM event WHERE `+lanes+` AND `+among, append(args, numbers...)...)
		if err != nil {
			return fmt.Errorf("read events that moved: %w", err)
		}
		events, err := scanEvents(rows)
		if err != nil {
			return err
		}
		for _, e := range events {
			whole[e.ID] = e
		}
	}
	return nil
}

// inLanes is the condition for an event of any lane.
func inLanes(d *db.DB) (string, []any) {
	lanes := make([]int64, d.Lanes())
	for i := range lanes {
		lanes[i] = int64(i)
	}
	return db.InIDs(d.Dialect(), "lane", lanes)
}

// whole reads events again that were given without their data, and keeps their
// order. Those that are gone are left out.
func whole(ctx context.Context, d *db.DB, brief []Event) ([]Event, error) {
	if len(brief) == 0 {
		return nil, nil
	}
	whole := make(map[id.Event]Event, len(brief))
	for part := range slices.Chunk(brief, 500) {
		var args []any
		for _, e := range part {
			args = append(args, int64(e.Contact), db.Millis(e.At), int64(e.ID))
		}
		const key = "(CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT)), "
		marks := strings.TrimSuffix(strings.Repeat(key, len(part)), ", ")
		rows, err := d.Query(ctx, `SELECT `+eventColumns+` FROM event WHERE (contact_id, at, id) IN (VALUES `+marks+`)`, args...)
		if err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
		events, err := scanEvents(rows)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			whole[e.ID] = e
		}
	}
	if err := addMoved(ctx, d, brief, whole); err != nil {
		return nil, err
	}
	var list []Event
	for _, e := range brief {
		if found, ok := whole[e.ID]; ok {
			list = append(list, found)
		}
	}
	return list, nil
}
