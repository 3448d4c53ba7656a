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

	"ariane/internal/base/db"
	"ariane/internal/base/job"
	"ariane/internal/id"
)

// Slice is how many events one transaction moves or erases at most: on SQLite all
// others who write wait for it.
const Slice = 500

// Move puts the thread of a contact into that of another, with what this
// transaction appended to it. The events keep their identifier, lane and
// origin, so that readers notice nothing and the move can be undone. It tells
// how many events there were.
//
// Of a long thread only what this transaction appended moves with it. Its events
// follow in slices, by a job; whoever reads the thread of the other contact
// meanwhile finds them there all the same. What is on its way to a contact that is
// moved itself follows to where that goes.
func Move(ctx context.Context, tx *db.Tx, from, to id.Contact) (int64, error) {
	// What a reader meets again was moved when it read it first.
	if tx.Replaying() {
		return 0, nil
	}
	n, err := move(ctx, tx, from, to)
	if err != nil {
		return 0, fmt.Errorf("move thread of contact %d to %d: %w", from, to, err)
	}
	for _, r := range collected(tx).rows {
		if r.Contact == from {
			r.origin, r.Contact = r.recordedUnder(), to
			n++
		}
	}
	return n, nil
}

func move(ctx context.Context, tx *db.Tx, from, to id.Contact) (n int64, err error) {
	// First: who moves a slice to from at this moment is waited for.
	if _, err := tx.Exec(ctx, `UPDATE event_move SET into_id = ? WHERE into_id = ?`, int64(to), int64(from)); err != nil {
		return 0, err
	}
	if _, moving, err := moves(ctx, tx, from); err != nil || moving {
		return 0, err
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM event WHERE contact_id = ?`, int64(from)).Scan(&n); err != nil {
		return 0, err
	}
	if n <= Slice {
		_, err := moveSlice(ctx, tx, from, to)
		return n, err
	}
	if err := tx.Insert(ctx, "event_move", []string{"contact_id", "into_id", "events", "moved"}, [][]any{{int64(from), int64(to), n, 0}}); err != nil {
		return 0, err
	}
	_, err = job.Enqueue(ctx, tx, moving{From: from}, job.Unique(strconv.FormatInt(int64(from), 10)))
	return n, err
}

// moves tells where the events of a contact are on their way to. Nobody else
// moves one of them, or ends their move, before the end of the transaction.
func moves(ctx context.Context, tx *db.Tx, from id.Contact) (to id.Contact, moving bool, err error) {
	err = tx.QueryRow(ctx, `SELECT into_id FROM event_move WHERE contact_id = ?`+tx.Dialect().ForUpdate(), int64(from)).Scan(&to)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return to, err == nil, err
}

// moving is the job that moves the events of a contact.
type moving struct {
	From id.Contact `json:"from"`
}

// Kind implements job.Args.
func (moving) Kind() string { return "thread.move" }

// Moves runs the jobs that move long threads.
func Moves(d *db.DB) job.Handler {
	return job.Handle(func(ctx context.Context, m moving) error {
		err := job.Slices(ctx, d, func(ctx context.Context, tx *db.Tx) (bool, error) { return moveOn(ctx, tx, m.From) })
		if err != nil {
			return fmt.Errorf("move thread of contact %d: %w", m.From, err)
		}
		return nil
	}, job.Attempts(job.Untiring))
}

// moveOn moves the next slice, and tells whether there may be more.
func moveOn(ctx context.Context, tx *db.Tx, from id.Contact) (more bool, err error) {
	to, moving, err := moves(ctx, tx, from)
	if err != nil || !moving {
		return false, err
	}
	n, err := moveSlice(ctx, tx, from, to)
	if err == nil && n >= Slice {
		_, err = tx.Exec(ctx, `UPDATE event_move SET moved = moved + ? WHERE contact_id = ?`, n, int64(from))
		return err == nil, err
	}
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM event_move WHERE contact_id = ?`, int64(from))
	return false, err
}

// moveSlice moves the oldest events of a contact, and tells how many.
func moveSlice(ctx context.Context, tx *db.Tx, from, to id.Contact) (int64, error) {
	where, args, n, err := oldest(ctx, tx, from)
	if err != nil || n == 0 {
		return 0, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO event (contact_id, at, id, lane, kind, source, origin_id, device_id, recorded_at, cause_id, depth, data)
		SELECT CAST(? AS BIGINT), at, id, lane, kind, source, coalesce(origin_id, contact_id), device_id, recorded_at, cause_id, depth, data
		FROM event WHERE `+where, append([]any{int64(to)}, args...)...)
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM event WHERE `+where, args...)
	}
	return n, err
}

// oldest is the condition for a slice of the events of a contact, the oldest, and
// how many those are. It names each: between two statements others may append
// events that are older.
func oldest(ctx context.Context, q db.Q, contact id.Contact) (where string, args []any, n int64, err error) {
	rows, err := q.Query(ctx, `SELECT at, id FROM event WHERE contact_id = ? ORDER BY at, id LIMIT ?`, int64(contact), Slice)
	if err != nil {
		return "", nil, 0, err
	}
	defer rows.Close()
	var at, first int64
	var numbers []int64
	for rows.Next() {
		var number int64
		if err := rows.Scan(&at, &number); err != nil {
			return "", nil, 0, err
		}
		if len(numbers) == 0 {
			first = at
		}
		numbers = append(numbers, number)
	}
	among, listed := db.InIDs(q.Dialect(), "id", numbers)
	return `contact_id = ? AND at >= ? AND at <= ? AND ` + among, append([]any{int64(contact), first, at}, listed...), int64(len(numbers)), rows.Err()
}

// arrival is how far the events of From have come on their way to a contact.
type arrival struct {
	From       id.Contact
	Moved, All int64
}

// Arrivals are the events that are on their way to a contact.
func Arrivals(ctx context.Context, q db.Q, to id.Contact) ([]arrival, error) {
	var list []arrival
	err := db.Each(ctx, q, `SELECT contact_id, moved, events FROM event_move WHERE into_id = ? ORDER BY contact_id`, []any{int64(to)}, func(row db.Row) error {
		var a arrival
		err := row.Scan(&a.From, &a.Moved, &a.All)
		list = append(list, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find what arrives at contact %d: %w", to, err)
	}
	return list, nil
}

// onTheirWay are the contacts whose events are on their way to some, with where
// each goes.
func onTheirWay(ctx context.Context, q db.Q, to []id.Contact) (map[id.Contact]id.Contact, error) {
	among, args := db.InIDs(q.Dialect(), "into_id", to)
	rows, err := q.Query(ctx, `SELECT contact_id, into_id FROM event_move WHERE `+among, args...)
	if err != nil {
		return nil, fmt.Errorf("find what moves to %d contacts: %w", len(to), err)
	}
	defer rows.Close()
	var moving map[id.Contact]id.Contact
	for rows.Next() {
		var from, to id.Contact
		if err := rows.Scan(&from, &to); err != nil {
			return nil, err
		}
		if moving == nil {
			moving = map[id.Contact]id.Contact{}
		}
		moving[from] = to
	}
	return moving, rows.Err()
}

// whose are the contacts whose events are the thread of one: itself, and those
// whose events are on their way to it.
func whose(ctx context.Context, q db.Q, contact id.Contact) ([]id.Contact, error) {
	moving, err := onTheirWay(ctx, q, []id.Contact{contact})
	return slices.AppendSeq([]id.Contact{contact}, maps.Keys(moving)), err
}

// among is the condition for the events of a page of a thread.
func (p Page) among(ctx context.Context, q db.Q, contact id.Contact) (string, []any, error) {
	all, err := whose(ctx, q, contact)
	if err != nil {
		return "", nil, err
	}
	of, args := db.InIDs(q.Dialect(), "contact_id", all)
	where, more := p.where(q.Dialect())
	return of + where, append(args, more...), nil
}

// part is a query for some rows of a thread in an order that an index has.
type part struct {
	columns, order string
	where          string // after the contact
	args           []any
	offset, limit  int
}

// query is the statement for the events of some contacts: as many of each as are
// asked for, brought into the order.
func (p part) query(of []id.Contact) (string, []any) {
	where := ` FROM event WHERE contact_id = ?` + p.where + ` ORDER BY ` + p.order + ` LIMIT ?`
	end, last := ``, []any{p.limit}
	if p.offset > 0 {
		end, last = ` OFFSET ?`, append(last, p.offset)
	}
	if len(of) == 1 {
		return `SELECT ` + p.columns + where + end, append(append([]any{int64(of[0])}, p.args...), last...)
	}
	var each []string
	var args []any
	for _, contact := range of {
		each = append(each, `SELECT * FROM (SELECT `+p.columns+where+`) AS one`)
		args = append(append(append(args, int64(contact)), p.args...), p.offset+p.limit)
	}
	return `SELECT * FROM (` + strings.Join(each, ` UNION ALL `) + `) AS thread ORDER BY ` + p.order + ` LIMIT ?` + end, append(args, last...)
}
