package ops

import (
	"context"
	"sync"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/job"
	"ariane/internal/web/layout"
)

const (
	// told is how long a state is shown again: it stands on every page.
	told = 5 * time.Second
	// busy is how many hits or events may wait without a word.
	busy = 1000
)

// Health tells those who look after the program how it does.
type Health struct {
	Deps
	// Problems tells what else needs attention.
	Problems func(ctx context.Context) []string

	mu    sync.Mutex
	asked time.Time
	last  layout.Health
}

// Now is the state, as it was a few seconds ago at most.
func (h *Health) Now(ctx context.Context) layout.Health {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.asked) < told {
		return h.last
	}
	h.asked = time.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hurry)
	defer cancel()
	found, err := h.look(ctx)
	if err != nil {
		h.Log.WarnContext(ctx, "state of the system", "error", err)
		found.Problems++
	}
	h.last = found
	return found
}

func (h *Health) look(ctx context.Context) (layout.Health, error) {
	var s layout.Health
	s.Problems = len(h.Problems(ctx))
	jobs, err := job.Count(ctx, h.DB, h.DB.Now())
	if err != nil {
		return s, err
	}
	s.Problems += jobs.Failed
	readers, err := h.Runner.Progress(ctx)
	if err != nil {
		return s, err
	}
	s.Waiting = h.Recorder.Waiting() + waiting(readers)
	for _, r := range readers {
		s.Problems += r.Faults
	}
	turns, err := job.Turns(ctx, h.DB)
	for _, t := range turns {
		if t.Error != "" {
			s.Problems++
		}
	}
	if s.Waiting < busy {
		s.Waiting = 0
	}
	return s, err
}

// waiting is what the reader that is furthest behind has to read.
func waiting(readers []activity.Progress) int {
	most := int64(0)
	for _, r := range readers {
		most = max(most, r.Behind)
	}
	return int(most)
}
