package job

import (
	"context"
	"fmt"
	"time"

	"ariane/internal/base/db"
)

// Tally is how many jobs there are that are not done.
type Tally struct {
	Waiting, Running, Failed int
	// Late is how long the job that should have begun first has been waiting.
	Late time.Duration
	// Abandoned are running ones whose process has not shown for a while that it is alive.
	Abandoned int
}

// Count counts the jobs that wait, run, or failed and are kept.
func Count(ctx context.Context, q db.Q, now time.Time) (Tally, error) {
	var t Tally
	var first int64
	err := q.QueryRow(ctx, openCount, int(Running), int(Waiting), int(Waiting), int(Running), db.Millis(now)).Scan(&t.Running, &t.Waiting, &first, &t.Abandoned)
	if err == nil {
		err = q.QueryRow(ctx, failedCount, int(Failure)).Scan(&t.Failed)
	}
	if err != nil {
		return t, fmt.Errorf("count jobs: %w", err)
	}
	if first > 0 {
		t.Late = max(now.Sub(db.Time(first)), 0)
	}
	return t, nil
}

// Each says what the index it wants is about.
const (
	openCount = `SELECT count(CASE WHEN state = ? THEN 1 END), count(CASE WHEN state = ? THEN 1 END), coalesce(min(CASE WHEN state = ? THEN run_at END), 0),
		count(CASE WHEN state = ? AND run_at < ? THEN 1 END) FROM job WHERE state < 2`
	failedCount = `SELECT count(*) FROM job WHERE state > 1 AND state = ?`
)
