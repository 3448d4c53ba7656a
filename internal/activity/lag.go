package activity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Lag is how late a reader is, as the database knows it.
type Lag struct {
	Reader string
	// New tells that the reader has not begun yet.
	New bool
	// Since is when the oldest event was recorded that it has yet to handle; zero
	// when there is none.
	Since time.Time
	// Replaying tells that it reads again what it had read before.
	Replaying bool
	// Held tells that a process has it, or had it a moment ago.
	Held   bool
	Faults int
}

// Lags tells how late each reader is. It writes nothing.
func (r *Runner) Lags(ctx context.Context) ([]Lag, error) {
	var list []Lag
	for _, reader := range r.readers {
		l := Lag{Reader: reader.Name}
		for lane := range r.db.Lanes() {
			if err := reader.lag(ctx, r.db, lane, &l); err != nil {
				return nil, err
			}
		}
		if err := r.db.QueryRow(ctx, `SELECT count(*) FROM reader_fault WHERE reader = ?`, reader.Name).Scan(&l.Faults); err != nil {
			return nil, fmt.Errorf("count faults of reader %s: %w", reader.Name, err)
		}
		list = append(list, l)
	}
	return list, nil
}

func (r Reader) lag(ctx context.Context, d *db.DB, lane int, l *Lag) error {
	p, held, err := r.stored(ctx, d, lane)
	if errors.Is(err, sql.ErrNoRows) {
		l.New = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("find place of reader %s: %w", r.Name, err)
	}
	l.Held = l.Held || held
	l.Replaying = l.Replaying || p.at < p.replayUntil
	of, args := r.kindsIn(d)
	var recorded int64
	err = d.QueryRow(ctx, `SELECT coalesce(recorded_at, at) FROM event WHERE lane = ? AND id > ? AND `+of+` ORDER BY id LIMIT 1`,
		append([]any{lane, int64(p.at)}, args...)...).Scan(&recorded)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find what reader %s has to handle: %w", r.Name, err)
	}
	if since := db.Time(recorded); l.Since.IsZero() || since.Before(l.Since) {
		l.Since = since
	}
	return nil
}

// Clock is what the last events tell of the clock by which they were recorded.
type Clock struct {
	// Last is the latest time that one was recorded at; zero where there is none.
	Last time.Time
	// Back is how far the clock went back, at most, between two events that follow
	// each other, and To the time it then was.
	Back time.Duration
	To   time.Time
}

// watchedClock is how many events of each lane tell of the clock.
const watchedClock = 2000

// LastClock reads what the last events of each lane tell of the clock.
func LastClock(ctx context.Context, d *db.DB) (Clock, error) {
	var c Clock
	for lane := range d.Lanes() {
		var next time.Time // of the event after
		err := db.Each(ctx, d, `SELECT coalesce(recorded_at, at) FROM event WHERE lane = ? ORDER BY id DESC LIMIT ?`, []any{lane, watchedClock}, func(row db.Row) error {
			var ms int64
			if err := row.Scan(&ms); err != nil {
				return err
			}
			at := db.Time(ms)
			if at.After(c.Last) {
				c.Last = at
			}
			if back := at.Sub(next); !next.IsZero() && back > c.Back {
				c.Back, c.To = back, next
			}
			next = at
			return nil
		})
		if err != nil {
			return c, fmt.Errorf("read the times of lane %d: %w", lane, err)
		}
	}
	return c, nil
}

// stored is the place that the database knows, and whether a process holds it.
func (r Reader) stored(ctx context.Context, d *db.DB, lane int) (p place, held bool, err error) {
	var holder, until int64
	err = d.QueryRow(ctx, `SELECT event_id, replay_until, holder, held_until FROM reader_cursor WHERE reader = ? AND lane = ?`, r.Name, lane).
		Scan(&p.at, &p.replayUntil, &holder, &until)
	// A lease that ends later than any can was given under another clock.
	left := db.Time(until).Sub(d.SharedNow())
	held = left > 0 && left <= 2*readerLease
	p.stored, p.checked = p.at, time.Now()
	p.elsewhere = held && holder != d.Process()
	return p, held, err
}

// start is where a reader that is new to the database begins.
func (r Reader) start(ctx context.Context, q db.Q, lane int) (id.Event, error) {
	if r.Reset == nil {
		// It has effects: it starts with what happens from now on.
		return head(ctx, q, lane)
	}
	return 0, nil
}
