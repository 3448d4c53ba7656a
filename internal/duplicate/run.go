package duplicate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
)

// MostAtOnce is how many pairs one run merges.
const MostAtOnce = 5000

// Survivor tells which of two contacts stays when nobody chose: who is known, else
// who is older.
func Survivor(a, b contact.Contact) (stays, goes contact.Contact) {
	later := b.Added.Before(a.Added) || b.Added.Equal(a.Added) && b.ID < a.ID
	if a.State != b.State {
		later = a.Anonymous()
	}
	if later {
		return b, a
	}
	return a, b
}

// Joining is what a run would make of candidates.
type Joining struct {
	Pairs, Contacts int // before
	Left            int // contacts after
}

// Joined tells what merging all of these would make of their contacts.
func Joined(list []Candidate) Joining {
	top := map[id.Contact]id.Contact{}
	find := func(c id.Contact) id.Contact {
		for top[c] != 0 && top[c] != c {
			c = top[c]
		}
		return c
	}
	j := Joining{Pairs: len(list)}
	for _, c := range list {
		for _, one := range []id.Contact{c.Contact, c.Other} {
			if top[one] == 0 {
				top[one] = one
				j.Contacts++
				j.Left++
			}
		}
		if a, b := find(c.Contact), find(c.Other); a != b {
			top[b] = a
			j.Left--
		}
	}
	return j
}

// Outcome is what became of a pair of a run. Numbers are stored.
type Outcome int

// The outcomes. The last ones are reasons for which a pair was left alone.
const (
	Waiting Outcome = iota
	Merged
	One // they had become one contact before
	Gone
	NotSame // somebody said so
	Unlike  // they are less alike than they were
	Busy    // one is being taken apart
)

// Step is a pair of a run.
type Step struct {
	Contact, Other id.Contact
	Outcome        Outcome
}

// Run is a merge of many pairs that somebody asked for. Times that are zero are not yet.
type Run struct {
	ID                int64
	User              id.User
	UserName          string
	Started, Finished time.Time
	Stopped           bool // somebody stopped it
	Least             int  // the score that the pairs had to have
	Steps, Done       int
	Outcomes          map[Outcome]int // set by FindRun
}

// merging is the job of a run.
type merging struct {
	Run int64 `json:"run"`
}

// Kind implements job.Args.
func (merging) Kind() string { return "duplicate.merge" }

// Start begins a run that merges these candidates, in their order, in the name of a
// user.
func (r Run) Start(ctx context.Context, tx *db.Tx, list []Candidate) (int64, error) {
	if len(list) == 0 || len(list) > MostAtOnce {
		return 0, fault.Refused(nil, fault.Say("duplicate.how_many|Choose between 1 and %d pairs.", MostAtOnce))
	}
	number, err := tx.NextID(ctx, "duplicate_run")
	if err != nil {
		return 0, err
	}
	err = tx.Insert(ctx, "duplicate_run", []string{"id", "user_id", "user_name", "started", "stopped", "least", "steps", "done"},
		[][]any{{number, db.NullID(r.User), db.NullText(r.UserName), db.Millis(tx.Now()), 0, r.Least, len(list), 0}})
	if err != nil {
		return 0, err
	}
	rows := make([][]any, len(list))
	for i, c := range list {
		rows[i] = []any{number, i, int64(c.Contact), int64(c.Other)}
	}
	if err := tx.Insert(ctx, "duplicate_step", []string{"run_id", "place", "one_id", "other_id"}, rows); err != nil {
		return 0, err
	}
	_, err = job.Enqueue(ctx, tx, merging{number}, job.Unique(strconv.FormatInt(number, 10)))
	return number, err
}

// Stop ends a run after the pair that it is at. What it merged stays merged.
func Stop(ctx context.Context, tx *db.Tx, run int64) error {
	_, err := tx.Exec(ctx, `UPDATE duplicate_run SET stopped = 1, finished = ? WHERE id = ? AND finished IS NULL`, db.Millis(tx.Now()), run)
	if err != nil {
		return fmt.Errorf("stop run %d: %w", run, err)
	}
	return nil
}

const runColumns = `SELECT id, coalesce(user_id, 0), coalesce(user_name, ''), started, finished, stopped, least, steps, done FROM duplicate_run `

func scanRun(row db.Row) (r Run, err error) {
	var started int64
	var finished sql.NullInt64
	err = row.Scan(&r.ID, &r.User, &r.UserName, &started, &finished, &r.Stopped, &r.Least, &r.Steps, &r.Done)
	r.Started, r.Finished = db.Time(started), db.NullTime(finished)
	return r, err
}

// FindRun reads a run, with what became of its pairs.
func FindRun(ctx context.Context, q db.Q, run int64) (Run, error) {
	r, err := scanRun(q.QueryRow(ctx, runColumns+`WHERE id = ?`, run))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.NotFound(fmt.Errorf("find run %d: %w", run, err))
	}
	if err == nil {
		r.Outcomes = map[Outcome]int{}
		err = db.Each(ctx, q, `SELECT coalesce(outcome, 0), count(*) FROM duplicate_step WHERE run_id = ? GROUP BY 1`, []any{run}, func(row db.Row) error {
			var o Outcome
			var n int
			err := row.Scan(&o, &n)
			r.Outcomes[o] = n
			return err
		})
	}
	if err != nil {
		return r, fmt.Errorf("find run %d: %w", run, err)
	}
	return r, nil
}

// Runs lists the runs that were started last.
func Runs(ctx context.Context, q db.Q, limit int) ([]Run, error) {
	var list []Run
	err := db.Each(ctx, q, runColumns+`ORDER BY id DESC LIMIT ?`, []any{limit}, func(row db.Row) error {
		r, err := scanRun(row)
		list = append(list, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	return list, nil
}

// Left lists pairs of a run that were left alone, and why.
func Left(ctx context.Context, q db.Q, run int64, limit int) ([]Step, error) {
	var list []Step
	err := db.Each(ctx, q, `SELECT one_id, other_id, outcome FROM duplicate_step WHERE run_id = ? AND outcome >= ? ORDER BY place LIMIT ?`, []any{run, int(Gone), limit}, func(row db.Row) error {
		var s Step
		err := row.Scan(&s.Contact, &s.Other, &s.Outcome)
		list = append(list, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list pairs left alone: %w", err)
	}
	return list, nil
}

// Merges runs the jobs that merge many pairs, each in a transaction of its own.
func Merges(d *db.DB) job.Handler {
	return job.Handle(func(ctx context.Context, m merging) error {
		for more := true; more; {
			err := d.Do(ctx, func(tx *db.Tx) (err error) {
				if err := job.HeldIn(ctx, tx); err != nil {
					return err
				}
				more, err = m.next(ctx, tx)
				return err
			})
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("run %d: %w", m.Run, err)
			}
		}
		return nil
	})
}

// next merges the next pair, and tells whether there may be more.
func (m merging) next(ctx context.Context, tx *db.Tx) (more bool, err error) {
	r, err := scanRun(tx.QueryRow(ctx, runColumns+`WHERE id = ?`+tx.Dialect().ForUpdate(), m.Run))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !r.Finished.IsZero() {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if r.Done >= r.Steps {
		_, err = tx.Exec(ctx, `UPDATE duplicate_run SET finished = ? WHERE id = ?`, db.Millis(tx.Now()), r.ID)
		return false, err
	}
	var one, other id.Contact
	if err := tx.QueryRow(ctx, `SELECT one_id, other_id FROM duplicate_step WHERE run_id = ? AND place = ?`, r.ID, r.Done).Scan(&one, &other); err != nil {
		return false, err
	}
	outcome, err := r.merge(ctx, tx, one, other)
	if err != nil {
		return false, fmt.Errorf("contacts %d and %d: %w", one, other, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE duplicate_step SET outcome = ? WHERE run_id = ? AND place = ?`, int(outcome), r.ID, r.Done); err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE duplicate_run SET done = ? WHERE id = ?`, r.Done+1, r.ID)
	return true, err
}

// merge merges two contacts as the run was asked to, unless something speaks against
// it by now.
func (r Run) merge(ctx context.Context, tx *db.Tx, one, other id.Contact) (Outcome, error) {
	a, err := contact.Resolve(ctx, tx, one)
	if err != nil {
		return 0, err
	}
	b, err := contact.Resolve(ctx, tx, other)
	if err != nil {
		return 0, err
	}
	if a == b {
		return One, nil
	}
	found, err := contact.Some(ctx, tx, []id.Contact{a, b})
	if err != nil {
		return 0, err
	}
	if len(found) < 2 {
		return Gone, nil
	}
	if _, err := hold(ctx, tx); err != nil { // against who says that they are not the same
		return 0, err
	}
	apart, err := saidApart(ctx, tx, []id.Contact{a, b})
	if err != nil || len(apart) > 0 {
		return NotSame, err
	}
	if a == one && b == other {
		set, err := field.Of(ctx, tx)
		if err != nil {
			return 0, err
		}
		is, err := entriesOf(ctx, tx, set, []contact.Contact{found[a], found[b]})
		if err != nil {
			return 0, err
		}
		if _, score := compare(is[a].profile, is[b].profile); score < max(r.Least, LowestScore) {
			return Unlike, nil
		}
	}
	stays, goes := Survivor(found[a], found[b])
	u := contact.Union{Survivor: stays.ID, Absorbed: goes.ID, Source: activity.SourceUser, By: contact.By{Object: "user", ID: int64(r.User), Name: r.UserName}}
	differing, err := contact.Differences(ctx, tx, stays, goes)
	if err != nil {
		return 0, err
	}
	for _, d := range differing {
		if d.Later() {
			u.Take = append(u.Take, d.Field)
		}
	}
	switch err := contact.Merge(ctx, tx, u); {
	case fault.Is(err, fault.KindConflict):
		return Gone, nil
	case refused(err):
		return Busy, nil
	default:
		return Merged, err
	}
}

// refused tells an error that another attempt may not meet. Merge says so before it
// writes anything.
func refused(err error) bool {
	_, is := fault.Of(err)
	return is
}
