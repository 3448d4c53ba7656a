package activity

import (
	"context"
	"fmt"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Homeward is which events of some threads belong to a contact that had been
// merged into theirs.
type Homeward struct {
	// From are the contacts in whose threads the events may be: the one that the
	// contact had been merged into first, then what that was merged into, and so on.
	From []id.Contact
	// To is whose they are. Within are To and those merged into it: what belongs to
	// one of them goes home.
	To     id.Contact
	Within []id.Contact
	// Passed is how far Next has come.
	Passed passed `json:",omitzero"`
	// Home is how many events have gone home.
	Home int64 `json:",omitzero"`
}

// passed is the thread that is looked at, and the place in it.
type passed struct {
	Thread int   `json:"thread,omitempty"`
	At     int64 `json:"at,omitempty"`
	ID     int64 `json:"id,omitempty"`
}

// Next lets go home what belongs to a contact among the next Slice events, the
// latest first, and returns what is left to do and whether there may be more. What
// has not left yet for where the contact was merged into stays.
func (h Homeward) Next(ctx context.Context, tx *db.Tx) (left Homeward, more bool, err error) {
	if h.Passed == (passed{}) {
		if err := h.turnBack(ctx, tx); err != nil {
			return h, false, fmt.Errorf("keep events of contact %d: %w", h.To, err)
		}
	}
	for n := Slice; n > 0 && h.Passed.Thread < len(h.From); {
		thread := h.From[h.Passed.Thread]
		s, err := h.look(ctx, tx, n)
		if err == nil && len(s.numbers) > 0 {
			err = h.bring(ctx, tx, thread, s)
		}
		if err != nil {
			return h, false, fmt.Errorf("bring events of contact %d home: %w", h.To, err)
		}
		n, h.Passed, h.Home = n-s.seen, s.end, h.Home+int64(len(s.numbers))
	}
	return h, h.Passed.Thread < len(h.From), nil
}

// turnBack lets events stay that have not moved yet, and those of contacts that
// were merged into this one go to it.
func (h Homeward) turnBack(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM event_move WHERE contact_id = ?`, int64(h.To)); err != nil {
		return err
	}
	within, args := db.InIDs(tx.Dialect(), "contact_id", h.Within)
	_, err := tx.Exec(ctx, `UPDATE event_move SET into_id = ? WHERE `+within, append([]any{int64(h.To)}, args...)...)
	return err
}

// stretch is some events of a thread that were looked at: those that go home, the
// earliest and the latest time of them, and where it ends.
type stretch struct {
	seen    int
	numbers []int64
	at      [2]int64
	end     passed
}

func (h Homeward) look(ctx context.Context, tx *db.Tx, most int) (s stretch, err error) {
	where, args := "", []any{int64(h.From[h.Passed.Thread])}
	if h.Passed.At != 0 {
		where, args = " AND (at, id) < (?, ?)", append(args, h.Passed.At, h.Passed.ID)
	}
	goes, more := db.InIDs(tx.Dialect(), "origin_id", h.Within)
	rows, err := tx.Query(ctx, `SELECT at, id, CASE WHEN `+goes+` THEN 1 ELSE 0 END FROM event WHERE contact_id = ?`+where+` ORDER BY at DESC, id DESC LIMIT ?`,
		append(append(more, args...), most)...)
	if err != nil {
		return s, err
	}
	defer rows.Close()
	for s.end = h.Passed; rows.Next(); s.seen++ {
		var home bool
		if err := rows.Scan(&s.end.At, &s.end.ID, &home); err != nil {
			return s, err
		}
		if !home {
			continue
		}
		if s.at[0] = s.end.At; len(s.numbers) == 0 {
			s.at[1] = s.end.At
		}
		s.numbers = append(s.numbers, s.end.ID)
	}
	if s.seen < most {
		s.end = passed{Thread: h.Passed.Thread + 1}
	}
	return s, rows.Err()
}

func (h Homeward) bring(ctx context.Context, tx *db.Tx, from id.Contact, s stretch) error {
	among, listed := db.InIDs(tx.Dialect(), "id", s.numbers)
	where, args := `contact_id = ? AND at >= ? AND at <= ? AND `+among, append([]any{int64(from), s.at[0], s.at[1]}, listed...)
	within, inside := db.InIDs(tx.Dialect(), "origin_id", h.Within)
	to := int64(h.To)
	_, err := tx.Exec(ctx, `INSERT INTO event (contact_id, at, id, lane, kind, source, origin_id, device_id, recorded_at, cause_id, depth, data)
		SELECT CAST(? AS BIGINT), at, id, lane, kind, source, CASE WHEN `+within+` AND origin_id <> ? THEN origin_id END, device_id, recorded_at, cause_id, depth, data
		FROM event WHERE `+where, append(append(append([]any{to}, inside...), to), args...)...)
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM event WHERE `+where, args...)
	}
	return err
}
