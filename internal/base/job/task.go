package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ariane/internal/base/db"
)

// Turn is when a task ran and will run.
type Turn struct {
	Name  string
	RunAt time.Time
	RanAt time.Time // zero when it has not
	Error string    // of the last run

	number int64 // of its turn
}

// Turns lists the tasks that runners know or knew, by name.
func Turns(ctx context.Context, q db.Q) ([]Turn, error) {
	rows, err := q.Query(ctx, `SELECT name, run_at, ran_at, error, turn FROM job_task ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	defer rows.Close()
	var turns []Turn
	for rows.Next() {
		var t Turn
		var runAt int64
		var ranAt sql.NullInt64
		var message sql.NullString
		if err := rows.Scan(&t.Name, &runAt, &ranAt, &message, &t.number); err != nil {
			return nil, fmt.Errorf("list tasks: %w", err)
		}
		t.RunAt, t.RanAt, t.Error = db.Time(runAt), db.NullTime(ranAt), message.String
		turns = append(turns, t)
	}
	return turns, rows.Err()
}

func (r *Runner) addTasks(ctx context.Context) error {
	return r.db.Do(ctx, func(tx *db.Tx) error {
		rows := make([][]any, len(r.tasks))
		for i, t := range r.tasks {
			rows[i] = []any{t.Name, db.Millis(r.db.SharedNow())}
		}
		_, err := tx.InsertMissing(ctx, "job_task", []string{"name", "run_at"}, rows)
		return err
	})
}

// startTasks starts each task whose turn has come and that no other process runs.
func (r *Runner) startTasks(ctx, work context.Context) (time.Duration, error) {
	turns, err := Turns(ctx, r.db)
	if err != nil {
		return 0, err
	}
	due := map[string]Turn{}
	for _, t := range turns {
		due[t.Name] = t
	}
	now, next := r.db.SharedNow(), poll
	for _, t := range r.tasks {
		// A turn that is further away than any can be was set while a clock was wrong.
		if wait := due[t.Name].RunAt.Sub(now); wait > 0 && wait <= t.Every+2*lease {
			next = min(next, wait)
			continue
		}
		if r.mine.has(t.Name) {
			continue
		}
		turn, err := r.takeTask(ctx, due[t.Name], now.Add(lease))
		if err != nil {
			return 0, fmt.Errorf("take task %s: %w", t.Name, err)
		}
		if turn > 0 {
			r.mine.add(t.Name)
			r.running.Go(func() {
				defer r.mine.remove(t.Name)
				r.task(work, t, turn)
			})
		}
	}
	return next, nil
}

// takeTask returns the number of the new turn, zero when another process was
// quicker.
func (r *Runner) takeTask(ctx context.Context, last Turn, until time.Time) (turn int64, err error) {
	err = r.db.Do(ctx, func(tx *db.Tx) error {
		err := tx.QueryRow(ctx, `UPDATE job_task SET run_at = ?, turn = turn + 1 WHERE name = ? AND turn = ? AND run_at = ? RETURNING turn`,
			db.Millis(until), last.Name, last.number, db.Millis(last.RunAt)).Scan(&turn)
		if errors.Is(err, sql.ErrNoRows) {
			turn, err = 0, nil
		}
		return err
	})
	return turn, err
}

// task runs one task. The number of the turn guards every write.
func (r *Runner) task(work context.Context, t Task, turn int64) {
	renew := func(ctx context.Context, until time.Time) (bool, error) {
		return r.change(ctx, `UPDATE job_task SET run_at = ? WHERE name = ? AND turn = ?`, db.Millis(until), t.Name, turn)
	}
	held := func(ctx context.Context, tx *db.Tx) *sql.Row {
		return tx.QueryRow(ctx, `SELECT 1 FROM job_task WHERE name = ? AND turn = ?`+tx.Dialect().ForUpdate(), t.Name, turn)
	}
	err := r.hold(work, &holding{renew: renew, row: held}, t.Run)
	var message any
	now := r.db.SharedNow()
	next := now.Add(t.Every)
	switch {
	case errors.Is(err, errStopped):
		next = now
	case err != nil:
		r.log.Error("task failed", "task", t.Name, "error", err)
		message = short(err)
	}
	_, err = r.change(context.WithoutCancel(work), `UPDATE job_task SET run_at = ?, turn = turn + 1, ran_at = ?, error = ? WHERE name = ? AND turn = ?`,
		db.Millis(next), db.Millis(now), message, t.Name, turn)
	if err != nil {
		r.log.Error("noting the end of a task failed", "task", t.Name, "error", err)
	}
}
