package visit

import (
	"context"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// lookAgain is published once any device may be another contact's: by package
// contact after a merge, and by SetFollowed.
const lookAgain = "contact.merged"

// heed forgets the devices when they have to be looked up again: when one may be
// another contact's, when nobody would tell, and when a process that recorded
// beside this one is gone.
func (r *Recorder) heed() {
	if alone := r.db.Alone(); r.alone.Swap(alone) != alone && alone {
		r.forget()
	}
	heard := r.merged.Load()
	select {
	case <-*heard:
		next := r.merges.Wait()
		r.merged.CompareAndSwap(heard, &next)
		r.forget()
	default:
		if !r.db.Hears() {
			r.forget()
		}
	}
}

// clocksApart is how far the clocks of machines that record may differ.
const clocksApart = time.Minute

// catchUp adds to the browsers of a batch the views that other processes recorded
// of them. The lock on hits is held: none of these records before this
// transaction ends.
func (s *session) catchUp(ctx context.Context, batch []*waiting) error {
	now := db.Millis(s.tx.Now())
	since := s.tx.Now()
	ours := map[id.Contact][]*browser{}
	for _, w := range batch {
		b := s.browsers[w.hit.Token]
		if s.beside && b.asOf > 0 && b.asOf < now && w.hit.View != "" {
			ours[b.contact] = append(ours[b.contact], b)
			if at := db.Time(b.asOf).Add(-clocksApart); at.Before(since) {
				since = at
			}
		}
		b.asOf = now
	}
	if oldest := s.tx.Now().Add(-viewMemory); since.Before(oldest) {
		since = oldest
	}
	return s.recall(ctx, ours, since)
}
