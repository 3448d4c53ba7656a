package job

import (
	"context"
	"database/sql"
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
}

// Turns lists the tasks that runners know or knew, by name.
func Turns(ctx context.Context, q db.Q) ([]Turn, error) {
	rows, err := q.Query(ctx, `SELECT name, run_at, ran_at, error FROM job_task ORDER BY name`)
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
		if err := rows.Scan(&t.Name, &runAt, &ranAt, &message); err != nil {
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
			rows[i] = []any{t.Name, db.Millis(tx.Now())}
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
	due := map[string]time.Time{}
	for _, t := range turns {
		due[t.Name] = t.RunAt
	}
	now, next := r.db.Now(), poll
	for _, t := range r.tasks {
		if wait := due[t.Name].Sub(now); wait > 0 {
			next = min(next, wait)
			continue
		}
		until := db.Millis(now.Add(lease))
		mine, err := r.change(ctx, `UPDATE job_task SET run_at = ? WHERE name = ? AND run_at <= ?`, until, t.Name, db.Millis(now))
		if err != nil {
			return 0, fmt.Errorf("take task %s: %w", t.Name, err)
		}
		if mine {
			r.running.Go(func() { r.task(work, t, until) })
		}
	}
	return next, nil
}

// task runs one task. The end of its lease guards every write.
func (r *Runner) task(work context.Context, t Task, until int64) {
	const set = `UPDATE job_task SET run_at = ?`
	const where = ` WHERE name = ? AND run_at = ?`
	err := r.hold(work, func(ctx context.Context, end time.Time) (bool, error) {
		held, err := r.change(ctx, set+where, db.Millis(end), t.Name, until)
		if held {
			until = db.Millis(end)
		}
		return held, err
	}, t.Run)
	var message any
	if err != nil {
		r.log.Error("task failed", "task", t.Name, "error", err)
		message = short(err)
	}
	now := r.db.Now()
	_, err = r.change(context.WithoutCancel(work), set+`, ran_at = ?, error = ?`+where,
		db.Millis(now.Add(t.Every)), db.Millis(now), message, t.Name, until)
	if err != nil {
		r.log.Error("noting the end of a task failed", "task", t.Name, "error", err)
	}
}
