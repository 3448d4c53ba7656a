package visit

import (
	"context"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// heed forgets the devices while nobody would tell of changes to them, and when a
// process that recorded beside this one is gone.
func (r *Recorder) heed() {
	alone := r.db.Alone()
	if r.alone.Swap(alone) != alone && alone || !r.db.Hears() {
		r.devices.changed()
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
