package job

import (
	"context"
	"fmt"
	"time"

	"ariane/internal/base/db"
)

// Tally is how many jobs there are in each state.
type Tally struct {
	Waiting, Running, Done, Failed int
	// Late is how long the job that should have begun first has been waiting.
	Late time.Duration
}

// Count counts the jobs that are kept.
func Count(ctx context.Context, q db.Q, now time.Time) (Tally, error) {
	var t Tally
	counts := map[State]*int{Waiting: &t.Waiting, Running: &t.Running, Done: &t.Done, Failure: &t.Failed}
	err := db.Each(ctx, q, `SELECT state, count(*) FROM job GROUP BY state`, nil, func(row db.Row) error {
		var state State
		var n int
		if err := row.Scan(&state, &n); err != nil {
			return err
		}
		if count, ok := counts[state]; ok {
			*count = n
		}
		return nil
	})
	if err != nil {
		return t, fmt.Errorf("count jobs: %w", err)
	}
	var first int64
	if err := q.QueryRow(ctx, `SELECT coalesce(min(run_at), 0) FROM job WHERE state = 0`).Scan(&first); err != nil {
		return t, fmt.Errorf("find the oldest job: %w", err)
	}
	if first > 0 {
		t.Late = max(now.Sub(db.Time(first)), 0)
	}
	return t, nil
}
