package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

const (
	lease      = 30 * time.Second
	poll       = 2 * time.Second // for jobs that other processes add
	longError  = 1000
	keepDone   = 3 * 24 * time.Hour
	keepFailed = 30 * 24 * time.Hour
	forgotten  = 500 // jobs deleted in one transaction
)

var (
	errStopped = errors.New("the process stopped")
	errLost    = errors.New("another process took the work over")
)

// Options says what a Runner runs.
type Options struct {
	Workers  int // jobs at the same time; 4 when zero
	Handlers []Handler
	Tasks    []Task
	// Grace is how long running work may go on after the end of Run's context;
	// 20 seconds when zero.
	Grace time.Duration
}

// Runner runs jobs and tasks in this process.
type Runner struct {
	db       *db.DB
	log      *slog.Logger
	handlers map[string]Handler
	tasks    []Task
	slots    chan struct{}
	grace    time.Duration
	freed    chan struct{}
	running  sync.WaitGroup
	mine     mine // what runs here
	ending   <-chan struct{}
}

// NewRunner prepares a runner; Run starts it.
func NewRunner(d *db.DB, log *slog.Logger, o Options) *Runner {
	if o.Workers == 0 {
		o.Workers = 4
	}
	if o.Grace == 0 {
		o.Grace = 20 * time.Second
	}
	r := &Runner{db: d, log: log, grace: o.Grace, handlers: map[string]Handler{}, freed: make(chan struct{}, 1), slots: make(chan struct{}, o.Workers), mine: mine{held: map[any]bool{}}}
	for _, h := range o.Handlers {
		r.handlers[h.kind] = h
	}
	forget := Task{"forget_jobs", "Delete finished jobs after a while", time.Hour, r.forget}
	r.tasks = append(slices.Clone(o.Tasks), forget)
	return r
}

// Run works until ctx ends, and returns when what was running then has ended or
// its grace has.
func (r *Runner) Run(ctx context.Context) error {
	if err := r.addTasks(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	r.ending = ctx.Done()
	work, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	var freed time.Time
	for ctx.Err() == nil {
		wake := r.db.Topic(topic).Wait()
		var err error
		if time.Since(freed) > lease {
			err = r.free(ctx, freed.IsZero() && r.db.Only())
			freed = time.Now()
		}
		next := poll
		if err == nil {
			next, err = r.start(ctx, work)
		}
		if err != nil && ctx.Err() == nil {
			r.log.Error("looking for jobs failed", "error", err)
		}
		timer := time.NewTimer(next)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-r.freed:
		case <-timer.C:
		}
		timer.Stop()
	}
	grace := time.AfterFunc(r.grace, func() { stop(errStopped) })
	defer grace.Stop()
	r.running.Wait()
	return nil
}

// start begins all that is due as far as there are workers, and returns how long
// it may take until there is more.
func (r *Runner) start(ctx, work context.Context) (time.Duration, error) {
	next, err := r.startTasks(ctx, work)
	if err != nil {
		return poll, err
	}
	free := cap(r.slots) - len(r.slots)
	if free == 0 || len(r.handlers) == 0 {
		return next, nil
	}
	kinds := slices.Sorted(maps.Keys(r.handlers))
	due, err := r.firstDue(ctx, kinds)
	if err != nil {
		return poll, err
	}
	if due > 0 {
		return min(next, due), nil
	}
	taken, err := r.take(ctx, kinds, free)
	if err != nil {
		return poll, err
	}
	for _, t := range taken {
		r.slots <- struct{}{}
		r.mine.add(t.id)
		r.running.Go(func() {
			defer func() {
				r.mine.remove(t.id)
				<-r.slots
				select {
				case r.freed <- struct{}{}:
				default:
				}
			}()
			r.job(work, t)
		})
	}
	if len(taken) > 0 && len(taken) == free {
		return next, nil
	}
	return min(next, poll), nil
}

func kindList(kinds []string) (string, []any) {
	args := make([]any, len(kinds))
	for i, k := range kinds {
		args[i] = k
	}
	return `kind IN (` + db.Marks(len(kinds)) + `)`, args
}

// free lets jobs be taken whose lease ends later than any lease can: it was given
// while a clock was wrong. With dead, whoever has a lease is dead.
func (r *Runner) free(ctx context.Context, dead bool) error {
	now := r.db.SharedNow()
	longest := db.Millis(now.Add(2 * lease))
	if dead {
		longest = db.Millis(now)
	}
	var stuck []id.Job
	err := db.Each(ctx, r.db, `SELECT id FROM job WHERE state = 1 AND run_at > ?`, []any{longest}, func(row db.Row) error {
		var one id.Job
		err := row.Scan(&one)
		stuck = append(stuck, one)
		return err
	})
	for _, one := range stuck {
		if err == nil && !r.mine.has(one) {
			_, err = r.change(ctx, `UPDATE job SET run_at = ? WHERE id = ? AND state = 1 AND run_at > ?`, db.Millis(now), int64(one), longest)
		}
	}
	if err != nil {
		return fmt.Errorf("free jobs: %w", err)
	}
	return nil
}

// firstDue looks without writing: an idle process does not touch the disk.
func (r *Runner) firstDue(ctx context.Context, kinds []string) (time.Duration, error) {
	in, args := kindList(kinds)
	var at int64
	err := r.db.QueryRow(ctx, `SELECT run_at FROM job WHERE state < 2 AND `+r.db.Dialect().Unindexed(in)+` ORDER BY run_at, id LIMIT 1`, args...).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return poll, nil
	}
	if err != nil {
		return poll, err
	}
	return min(poll, db.Time(at).Sub(r.db.Now())), nil
}

type taken struct {
	id       id.Job
	kind     string
	args     string
	attempts int
	lost     bool // the process that ran it before ended in the middle
}

// take leases jobs whose turn has come, those of dead processes too. What runs
// here is never taken again, whatever the clock says.
func (r *Runner) take(ctx context.Context, kinds []string, limit int) ([]taken, error) {
	var list []taken
	err := r.db.Do(ctx, func(tx *db.Tx) error {
		list = nil
		in, args := kindList(kinds)
		now, shared := db.Millis(tx.Now()), db.Millis(r.db.SharedNow())
		rows, err := tx.Query(ctx, `SELECT id, kind, args, attempts + 1, state FROM job
			WHERE state < 2 AND run_at <= ? AND run_at <= CASE WHEN state = 1 THEN CAST(? AS BIGINT) ELSE ? END AND `+in+
			` ORDER BY run_at, id LIMIT ?`+tx.Dialect().SkipLocked(), append(append([]any{max(now, shared), shared, now}, args...), limit+r.mine.len())...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t taken
			var state State
			if err := rows.Scan(&t.id, &t.kind, &t.args, &t.attempts, &state); err != nil {
				return err
			}
			t.lost = state == Running
			if len(list) < limit && !r.mine.has(t.id) {
				list = append(list, t)
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		rows.Close()
		for _, t := range list {
			_, err := tx.Exec(ctx, `UPDATE job SET state = 1, attempts = ?, run_at = ? WHERE id = ?`, t.attempts, shared+lease.Milliseconds(), int64(t.id))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take jobs: %w", err)
	}
	return list, nil
}

// job runs one job and notes how it went. The number of the attempt guards
// every write: a process that lost the job changes nothing.
func (r *Runner) job(work context.Context, t taken) {
	h := r.handlers[t.kind]
	log := r.log.With("job_id", int64(t.id), "kind", t.kind, "attempt", t.attempts)
	var err error
	if t.lost && t.attempts > h.attempts {
		err = Permanent(errors.New("the process ended while it ran"))
	} else {
		renew := func(ctx context.Context, until time.Time) (bool, error) {
			return r.change(ctx, `UPDATE job SET run_at = ? WHERE id = ? AND attempts = ? AND state = 1`, db.Millis(until), int64(t.id), t.attempts)
		}
		held := func(ctx context.Context, tx *db.Tx) *sql.Row {
			return tx.QueryRow(ctx, `SELECT 1 FROM job WHERE id = ? AND attempts = ? AND state = 1`+tx.Dialect().ForUpdate(), int64(t.id), t.attempts)
		}
		err = r.hold(work, &holding{renew: renew, row: held}, func(ctx context.Context) error { return h.run(ctx, json.RawMessage(t.args)) })
	}
	now := r.db.Now()
	where := ` WHERE id = ? AND attempts = ? AND state = 1`
	set, args := `state = 2, finished = ?, error = NULL`, []any{db.Millis(now)}
	switch {
	case errors.Is(err, errLost):
		log.Warn("job lost")
		return
	case errors.Is(err, errStopped):
		set, args = `state = 0, run_at = ?, error = ?`, []any{db.Millis(now), short(err)}
	case err != nil && (isPermanent(err) || t.attempts >= h.attempts):
		log.Error("job failed", "error", err)
		set, args = `state = 3, finished = ?, error = ?`, []any{db.Millis(now), short(err)}
	case err != nil:
		log.Warn("job will be tried again", "error", err)
		set, args = `state = 0, run_at = ?, error = ?`, []any{db.Millis(now.Add(backoff(t.attempts))), short(err)}
	}
	if _, err := r.change(context.WithoutCancel(work), `UPDATE job SET `+set+where, append(args, int64(t.id), t.attempts)...); err != nil {
		log.Error("noting the end of a job failed", "error", err)
	}
}

// change runs one statement and tells whether it met a row.
func (r *Runner) change(ctx context.Context, query string, args ...any) (bool, error) {
	met := false
	err := r.db.Do(ctx, func(tx *db.Tx) error {
		result, err := tx.Exec(ctx, query, args...)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		met = n > 0
		return err
	})
	return met, err
}

// hold runs f while renewing a lease. A panic becomes an error.
func (r *Runner) hold(ctx context.Context, h *holding, f func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	h.db, h.ending = r.db, r.ending
	h.until.Store(db.Millis(r.db.SharedNow().Add(lease)))
	ctx = context.WithValue(ctx, holdingKey{}, h)
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		done <- f(ctx)
	}()
	tick := time.NewTicker(lease / 4)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			if err != nil && errors.Is(err, context.Canceled) && context.Cause(ctx) != nil {
				return context.Cause(ctx)
			}
			return err
		case <-tick.C:
			until := r.db.SharedNow().Add(lease)
			held, err := h.renew(ctx, until)
			switch {
			case err == nil && held:
				h.until.Store(db.Millis(until))
			case err == nil:
				cancel(errLost)
			}
		}
	}
}

func short(err error) string {
	text := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "")
	if len(text) > longError {
		text = strings.ToValidUTF8(text[:longError], "")
	}
	return text
}

func (r *Runner) forget(ctx context.Context) error {
	for {
		now := r.db.Now()
		met, err := r.change(ctx, `
			DELETE FROM job WHERE id IN (
				SELECT id FROM job
				WHERE state > 1 AND state = 2 AND finished < ? OR state > 1 AND state = 3 AND finished < ?
				LIMIT ?)`,
			db.Millis(now.Add(-keepDone)), db.Millis(now.Add(-keepFailed)), forgotten)
		if err != nil {
			return fmt.Errorf("forget jobs: %w", err)
		}
		if !met {
			return nil
		}
	}
}
