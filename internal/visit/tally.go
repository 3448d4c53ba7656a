package visit

import (
	"sync/atomic"
	"time"

	"ariane/internal/base/metric"
)

// Tally is what a recorder counts, from the start of the program on.
type Tally struct {
	// Hits counts by what became of them: stored, repeated, contact (one who is not
	// followed), overload, failed, and the reasons of the doors.
	Hits metric.Counters
	// Size is the number of hits of a commit; Time its duration and Disk that of
	// waiting for the disk after it, in seconds.
	Size, Time, Disk *metric.Histogram

	// open are the commits whose hits are not answered yet, moved is when one of
	// them was, or the first began. failed is when a commit last failed, unless
	// one succeeded since; zero for never. Times are nanoseconds.
	open, moved, failed atomic.Int64
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
	t := &Tally{Size: metric.NewHistogram(1, 2, 4, 8, 16, 32, 64, 128, 256, 512), Time: metric.NewHistogram(seconds...), Disk: metric.NewHistogram(seconds...)}
	for _, outcome := range []string{outcomeStored, outcomeRepeated, outcomeUnfollowed, outcomeOverload, outcomeFailed} {
		t.Hits.Add(outcome, 0)
	}
	return t
}

// begin notes that a commit begins, and returns the time.
func (t *Tally) begin() time.Time {
	now := time.Now()
	if t.open.Add(1) == 1 {
		t.moved.Store(now.UnixNano())
	}
	return now
}

// end notes that a commit is over.
func (t *Tally) end() {
	t.moved.Store(time.Now().UnixNano())
	t.open.Add(-1)
}

// answered counts the hits of a commit, which are on the disk unless err tells
// otherwise.
func (t *Tally) answered(batch []*waiting, begun, stored time.Time, err error) {
	defer t.end()
	t.Size.Observe(float64(len(batch)))
	t.Time.Observe(stored.Sub(begun).Seconds())
	t.Disk.Observe(time.Since(stored).Seconds())
	if err != nil {
		t.failed.Store(time.Now().UnixNano())
		t.Hits.Add(outcomeFailed, len(batch))
		return
	}
	t.failed.Store(0)
	var repeated, unfollowed int
	for _, w := range batch {
		switch {
		case w.answer.Contact == 0:
			unfollowed++
		case w.answer.View == 0:
			repeated++
		}
	}
	t.Hits.Add(outcomeStored, len(batch)-repeated-unfollowed)
	t.Hits.Add(outcomeRepeated, repeated)
	t.Hits.Add(outcomeUnfollowed, unfollowed)
}

// patience is how long hits may wait for their answer before recording counts as
// stuck, and how long a failure is remembered.
const patience = 10 * time.Second

// Trouble tells in a word why hits cannot be recorded at present: "full" when too
// many wait, "stuck" when none was answered for long, "failing" when the last
// commit failed a moment ago. It is empty when all is well.
func (r *Recorder) Trouble() string {
	t, now := r.Tally, time.Now()
	switch {
	case len(r.queue) == cap(r.queue):
		return "full"
	case t.open.Load() > 0 && now.Sub(time.Unix(0, t.moved.Load())) > patience:
		return "stuck"
	case t.failed.Load() != 0 && now.Sub(time.Unix(0, t.failed.Load())) < patience:
		return "failing"
	}
	return ""
}
