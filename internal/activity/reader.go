package activity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// topicName wakes readers after a commit that appended events.
const topicName = "activity"

// Reader is a consequence of events. It reads every event of its kinds in the
// order of each lane. What it writes to the database happens exactly once,
// because it is committed together with its place in the thread; what leaves
// the database is a job enqueued in the same transaction.
type Reader struct {
	// Name is stored: it is never changed or used again.
	Name  string
	Kinds []Kind
	// Brief readers are given the identifier, contact, time and kind of events
	// only, which costs a fraction.
	Brief bool
	// Reset removes what the reader has written, so that it can be made anew
	// from the thread. It is nil for a reader with effects that cannot be
	// repeated, which is never replayed.
	Reset func(ctx context.Context, tx *db.Tx) error
	// Handle reacts to a batch of events.
	Handle func(ctx context.Context, tx *db.Tx, batch []Event) error
	// Parts, where it is set, picks from many events what is to be handled, in one
	// transaction for each part: a reader that keeps only the last of what many
	// events change writes less so. Parts may be handled twice.
	Parts func(events []Event) [][]Event
}

const (
	// batchSize is how many events a reader takes in one transaction.
	batchSize = 2000
	// windowSize is how many events a reader looks at before it moves on.
	windowSize = 4 * batchSize
)

// attempts is how often an event is tried alone before it is set aside.
const attempts = 3

var (
	errMoved     = errors.New("another process has moved the reader")
	errElsewhere = errors.New("another process has the reader")
)

// place is where a reader stands in a lane. The program may have looked further
// than the database says, as long as there was nothing for the reader.
type place struct {
	at, replayUntil, stored id.Event
	// elsewhere tells that another process has the reader in this lane.
	elsewhere bool
	// checked is when the database was asked. Another process that moves the
	// reader is noticed by the next batch, or after placeAge.
	checked time.Time
}

// placeAge is how long a place counts without asking the database.
const placeAge = time.Second

// readerLease is how long a reader stays with the process that stored its place
// last, unless that stops. A process that dies loses it.
const readerLease = 10 * time.Second

// keepEvery is after how many events without one for the reader its place is
// stored all the same, so that a restart need not look at them again.
const keepEvery = 20_000

// step handles the next batch of one lane, and returns how many events it
// looked at. seen is the place of the step before.
func (r Reader) step(ctx context.Context, d *db.DB, lane int, seen *place, ahead *ahead) (int, error) {
	if err := r.stand(ctx, d, lane, seen); err != nil {
		return 0, err
	}
	if seen.elsewhere {
		return 0, errElsewhere
	}
	from := *seen
	w, err := ahead.look(ctx, d, lane, from)
	if err != nil {
		return 0, err
	}
	wanted := slices.ContainsFunc(r.Kinds, func(k Kind) bool { return w.kinds[k] })
	looked, last := len(w.events), w.last()
	if looked == 0 || !wanted && last-from.stored < keepEvery {
		if looked > 0 {
			seen.at = last
		}
		return looked, nil
	}
	var events []Event
	switch {
	case !wanted:
	case r.Brief:
		events = w.of(r.Kinds)
	default:
		if events, err = r.next(ctx, d, lane, from.at, last); err != nil {
			return 0, err
		}
	}
	*seen = place{} // until it is known that the events were handled
	if r.Parts != nil {
		err = r.parts(ctx, d, lane, &from, last, events)
	} else {
		err = r.batches(ctx, d, lane, &from, last, events)
	}
	if err == nil {
		*seen = from
	}
	return looked, err
}

// batches handles events up to last in batches, the place moving with each.
func (r Reader) batches(ctx context.Context, d *db.DB, lane int, from *place, last id.Event, events []Event) error {
	for {
		batch, to := events, last
		if len(events) > batchSize {
			batch, to = events[:batchSize], events[batchSize-1].ID
		}
		if err := r.whole(ctx, d, lane, from, to, batch, r.handle(ctx, d, lane, *from, to, batch)); err != nil {
			return err
		}
		if events = events[len(batch):]; len(events) == 0 {
			return nil
		}
	}
}

// parts handles events up to last in parts, the place moving with the last part.
func (r Reader) parts(ctx context.Context, d *db.DB, lane int, from *place, last id.Event, events []Event) error {
	parts := r.Parts(events)
	var err error
	for len(parts) > 1 && err == nil {
		err = d.DoRelaxed(ctx, func(tx *db.Tx) error { return r.react(ctx, tx, *from, parts[0]) })
		parts = parts[1:]
	}
	if err == nil {
		err = r.handle(ctx, d, lane, *from, last, slices.Concat(parts...))
	}
	return r.whole(ctx, d, lane, from, last, events, err)
}

// whole moves the place on when a batch was handled, and handles each of its
// events alone when that failed.
func (r Reader) whole(ctx context.Context, d *db.DB, lane int, from *place, to id.Event, batch []Event, err error) error {
	if err == nil {
		from.at, from.stored = to, to
	}
	if err == nil || len(batch) == 0 || errors.Is(err, errMoved) || ctx.Err() != nil {
		return err
	}
	for _, e := range batch {
		if err := r.alone(ctx, d, lane, *from, e); err != nil {
			return err
		}
		from.at, from.stored = e.ID, e.ID
	}
	return nil
}

// stand asks the database where the reader stands, unless that is known.
func (r Reader) stand(ctx context.Context, d *db.DB, lane int, seen *place) error {
	if time.Since(seen.checked) < placeAge {
		return nil
	}
	from, err := r.place(ctx, d, lane)
	if err != nil {
		return err
	}
	if seen.stored == from.stored && seen.replayUntil == from.replayUntil && seen.at > from.at {
		from.at = seen.at
	}
	*seen = from
	return nil
}

// handle reacts to a batch and moves the cursor to last, in one transaction. It
// does not wait for the disk: what is lost with the power is read again.
func (r Reader) handle(ctx context.Context, d *db.DB, lane int, from place, last id.Event, batch []Event) error {
	return d.DoRelaxed(ctx, func(tx *db.Tx) error {
		if err := r.move(ctx, tx, lane, from.stored, last); err != nil {
			return err
		}
		return r.react(ctx, tx, from, batch)
	})
}

func (r Reader) react(ctx context.Context, tx *db.Tx, from place, batch []Event) error {
	if len(batch) == 0 {
		return nil
	}
	collected(tx).reader = &r
	tx.SetReplaying(from.at < from.replayUntil)
	if err := r.Handle(ctx, tx, batch); err != nil {
		return fmt.Errorf("reader %s, events %d to %d: %w", r.Name, batch[0].ID, batch[len(batch)-1].ID, err)
	}
	return nil
}

// alone handles one event and sets it aside when it keeps failing.
func (r Reader) alone(ctx context.Context, d *db.DB, lane int, from place, e Event) error {
	var err error
	for range attempts {
		err = r.handle(ctx, d, lane, from, e.ID, []Event{e})
		if err == nil || errors.Is(err, errMoved) || ctx.Err() != nil {
			return err
		}
	}
	return d.Do(ctx, func(tx *db.Tx) error {
		if err := r.move(ctx, tx, lane, from.stored, e.ID); err != nil {
			return err
		}
		_, failed := tx.Exec(ctx, `INSERT INTO reader_fault (contact_id, at, event_id, reader, failed_at, error) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (contact_id, at, event_id, reader) DO UPDATE SET failed_at = excluded.failed_at, error = excluded.error`,
			int64(e.Contact), db.Millis(e.At), int64(e.ID), r.Name, db.Millis(tx.Now()), err.Error())
		return failed
	})
}

// move advances the cursor, and holds it until the end of the transaction. Where
// another process moved it since it was read, this one is late and does nothing.
func (r Reader) move(ctx context.Context, tx *db.Tx, lane int, from, to id.Event) error {
	result, err := tx.Exec(ctx, `UPDATE reader_cursor SET event_id = ?, holder = ?, held_until = ? WHERE reader = ? AND lane = ? AND event_id = ?`,
		int64(to), tx.DB().Process(), db.Millis(tx.DB().SharedNow().Add(readerLease)), r.Name, lane, int64(from))
	if err != nil {
		return fmt.Errorf("move reader %s: %w", r.Name, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errMoved, err)
	}
	return nil
}

// place asks the database where the reader stands, which begins where it is new.
func (r Reader) place(ctx context.Context, d *db.DB, lane int) (place, error) {
	p, _, err := r.stored(ctx, d, lane)
	if errors.Is(err, sql.ErrNoRows) {
		err = d.Do(ctx, func(tx *db.Tx) error {
			start, err := r.start(ctx, tx, lane)
			if err != nil {
				return err
			}
			_, err = tx.InsertMissing(ctx, "reader_cursor", []string{"reader", "lane", "event_id", "replay_until"},
				[][]any{{r.Name, lane, int64(start), 0}})
			return err
		})
		if err == nil {
			p, _, err = r.stored(ctx, d, lane)
		}
	}
	if err != nil {
		return p, fmt.Errorf("find place of reader %s: %w", r.Name, err)
	}
	return p, nil
}

func (r Reader) kindsIn(q db.Q) (string, []any) { return db.InIDs(q.Dialect(), "kind", wide(r.Kinds)) }

// wide are kinds as numbers of 64 bits.
func wide(kinds []Kind) []int64 {
	list := make([]int64, len(kinds))
	for i, k := range kinds {
		list[i] = int64(k)
	}
	return list
}

// next reads the events for the reader after one and up to another.
func (r Reader) next(ctx context.Context, q db.Q, lane int, after, last id.Event) ([]Event, error) {
	of, kinds := r.kindsIn(q)
	rows, err := q.Query(ctx, `SELECT `+eventColumns+` FROM event WHERE lane = ? AND id > ? AND id <= ? AND `+of+` ORDER BY id`,
		append([]any{lane, int64(after), int64(last)}, kinds...)...)
	if err != nil {
		return nil, fmt.Errorf("read lane %d: %w", lane, err)
	}
	return scanEvents(rows)
}

// head is the last event of a lane.
func head(ctx context.Context, q db.Q, lane int) (id.Event, error) {
	var last id.Event
	err := q.QueryRow(ctx, `SELECT id FROM event WHERE lane = ? ORDER BY id DESC LIMIT 1`, lane).Scan(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("find end of lane %d: %w", lane, err)
	}
	return last, nil
}

// Fault is an event that a reader could not handle and set aside.
type Fault struct {
	Reader   string
	Event    Event
	FailedAt time.Time
	Error    string
}

// Faults lists the events set aside, the latest first.
func Faults(ctx context.Context, d *db.DB, limit int) ([]Fault, error) {
	// The event may have moved to another contact since.
	lanes, args := inLanes(d)
	rows, err := d.Query(ctx, `SELECT f.reader, f.failed_at, f.error, f.contact_id, f.at, f.event_id, e.kind
		FROM reader_fault f LEFT JOIN event e ON e.id = f.event_id AND `+lanes+`
		ORDER BY f.failed_at DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("list events set aside: %w", err)
	}
	defer rows.Close()
	var list []Fault
	for rows.Next() {
		var f Fault
		var failed, at int64
		var kind sql.NullInt64
		if err := rows.Scan(&f.Reader, &failed, &f.Error, &f.Event.Contact, &at, &f.Event.ID, &kind); err != nil {
			return nil, err
		}
		f.FailedAt, f.Event.At, f.Event.Kind = db.Time(failed), db.Time(at), Kind(kind.Int64)
		list = append(list, f)
	}
	return list, rows.Err()
}
