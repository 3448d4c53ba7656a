package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"
)

// State is where a job stands.
type State int

// The states, as stored.
const (
	Waiting State = iota
	Running
	Done
	Failure
)

// Job is one piece of work.
type Job struct {
	ID       id.Job
	Kind     string
	Args     json.RawMessage
	State    State
	Attempts int // started so far
	RunAt    time.Time
	Added    time.Time
	Finished time.Time // zero while it waits or runs
	Error    string    // of the last attempt
}

// Args is what a job needs to know, as JSON. Kind names the kind of work and
// must not change while jobs of it are stored.
type Args interface{ Kind() string }

type adding struct {
	unique string
	at     time.Time
}

// Option changes how a job is added.
type Option func(*adding)

// Unique keeps the job out while another of this kind and key waits or runs.
func Unique(key string) Option { return func(a *adding) { a.unique = key } }

// At lets the job wait until a time.
func At(t time.Time) Option { return func(a *adding) { a.at = t } }

const topic = "job"

// Enqueue adds a job that runs after the transaction has been committed. It
// returns zero when the same unique key waits or runs already, and in a
// transaction that replays.
func Enqueue(ctx context.Context, tx *db.Tx, args Args, options ...Option) (id.Job, error) {
	if tx.Replaying() {
		return 0, nil
	}
	a := adding{at: tx.Now()}
	for _, o := range options {
		o(&a)
	}
	data, err := json.Marshal(args)
	if err != nil {
		return 0, fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	next, err := tx.NextID(ctx, "job")
	if err != nil {
		return 0, fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	key := sql.NullString{String: a.unique, Valid: a.unique != ""}
	result, err := tx.Exec(ctx, `
		INSERT INTO job (id, kind, args, unique_key, state, attempts, run_at, added)
		VALUES (?, ?, ?, ?, 0, 0, ?, ?)
		ON CONFLICT (kind, unique_key) WHERE state < 2 DO NOTHING`,
		next, args.Kind(), string(data), key, db.Millis(a.at), db.Millis(tx.Now()))
	if err != nil {
		return 0, fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return 0, err
	}
	tx.AfterCommit(tx.DB().Topic(topic).Publish)
	return id.Job(next), nil
}

const columns = `SELECT id, kind, args, state, attempts, run_at, added, finished, error FROM job `

// Recent lists the jobs added last.
func Recent(ctx context.Context, q db.Q, limit int) ([]Job, error) {
	return list(ctx, q, columns+`ORDER BY id DESC LIMIT ?`, limit)
}

// Failed lists the jobs that will not be tried again by themselves, the last first.
func Failed(ctx context.Context, q db.Q, limit int) ([]Job, error) {
	return list(ctx, q, columns+`WHERE state > 1 AND state = 3 ORDER BY finished DESC, id DESC LIMIT ?`, limit)
}

func list(ctx context.Context, q db.Q, query string, args ...any) ([]Job, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	defer rows.Close()
	var jobs []Job
	for rows.Next() {
		var j Job
		var args string
		var runAt, added int64
		var finished sql.NullInt64
		var message sql.NullString
		if err := rows.Scan(&j.ID, &j.Kind, &args, &j.State, &j.Attempts, &runAt, &added, &finished, &message); err != nil {
			return nil, fmt.Errorf("list jobs: %w", err)
		}
		j.Args, j.RunAt, j.Added = json.RawMessage(args), db.Time(runAt), db.Time(added)
		j.Finished, j.Error = db.NullTime(finished), message.String
		jobs = append(jobs, j)
	}
	return jobs, rows.Err()
}

// Retry gives a failed job all its attempts again.
func Retry(ctx context.Context, tx *db.Tx, job id.Job) error {
	result, err := tx.Exec(ctx, `
		UPDATE job SET state = 0, attempts = 0, run_at = ?, finished = NULL
		WHERE id = ? AND state = 3 AND NOT EXISTS (
			SELECT 1 FROM job other
			WHERE other.kind = job.kind AND other.unique_key = job.unique_key AND other.state < 2)`,
		db.Millis(tx.Now()), int64(job))
	if err != nil {
		return fmt.Errorf("retry job %d: %w", job, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, fault.NotFound(fmt.Errorf("job %d has not failed, or another took its place", job)))
	}
	tx.AfterCommit(tx.DB().Topic(topic).Publish)
	return nil
}
