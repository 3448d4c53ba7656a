package visit

import (
	"time"

	"ariane/internal/base/metric"
)

// Tally is what a recorder counts, from the start of the program on.
type Tally struct {
	// Hits counts by what became of them: stored, repeated, unfollowed, overload, failed, and
	// the reasons of the doors.
	Hits metric.Counters
	// Size is the number of hits of a commit; Time its duration and Disk that of
	// waiting for the disk, in seconds.
	Size, Time, Disk *metric.Histogram
}

// The outcomes of hits that reached the recorder.
const (
	outcomeStored     = "stored"
	outcomeRepeated   = "repeated"
	outcomeUnfollowed = "contact"
	outcomeOverload   = "overload"
	outcomeFailed     = "failed"
)

func newTally() *Tally {
	seconds := []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5}
	return &Tally{Size: metric.NewHistogram(1, 2, 4, 8, 16, 32, 64, 128, 256, 512), Time: metric.NewHistogram(seconds...), Disk: metric.NewHistogram(seconds...)}
}

// answered counts the hits of a batch, which were stored unless err tells otherwise.
func (t *Tally) answered(batch []*waiting, err error) {
	if err != nil {
		t.Hits.Add(outcomeFailed, len(batch))
		return
	}
	var stored, repeated, unfollowed int
	for _, w := range batch {
		switch {
		case w.answer.Contact == 0:
			unfollowed++
		case w.answer.View == 0:
			repeated++
		default:
			stored++
		}
	}
	t.Hits.Add(outcomeStored, stored)
	t.Hits.Add(outcomeRepeated, repeated)
	t.Hits.Add(outcomeUnfollowed, unfollowed)
}

// patience is how long a commit may take before recording counts as stuck, and
// how long a failure is remembered.
const patience = 10 * time.Second

// Trouble tells in a word why hits cannot be recorded at present: "full" when too
// many wait, "stuck" when a commit takes very long, "failing" when the last one
// failed a moment ago. It is empty when all is well.
func (r *Recorder) Trouble() string {
	switch {
	case len(r.queue) == cap(r.queue):
		return "full"
	case since(r.began.Load()) > patience:
		return "stuck"
	case r.failed.Load() != 0 && since(r.failed.Load()) < patience:
		return "failing"
	}
	return ""
}

// since is how long ago a moment in nanoseconds was; zero is never.
func since(moment int64) time.Duration {
	if moment == 0 {
		return 0
	}
	return time.Since(time.Unix(0, moment))
}
