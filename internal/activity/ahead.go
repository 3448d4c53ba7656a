package activity

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// window is a stretch of a lane that was passed over: its events, of which only
// what Brief readers are given is known. It never changes.
type window struct {
	from   id.Event // the event before it
	events []Event
	kinds  map[Kind]bool
}

// last is the last event, zero where there is none.
func (w window) last() id.Event {
	if len(w.events) == 0 {
		return 0
	}
	return w.events[len(w.events)-1].ID
}

// of picks the events of some kinds.
func (w window) of(kinds []Kind) []Event {
	list := make([]Event, 0, len(w.events))
	for _, e := range w.events {
		if slices.Contains(kinds, e.Kind) {
			list = append(list, e)
		}
	}
	return list
}

// ahead passes over the events that readers come to, once for all who come to
// the same place.
type ahead struct {
	mu     sync.Mutex
	latest map[int]window // by lane
}

// look passes over the events after a place, in the index alone. It never looks
// past the end of a replay.
func (a *ahead) look(ctx context.Context, q db.Q, lane int, from place) (window, error) {
	if from.at < from.replayUntil {
		return pass(ctx, q, lane, from.at, from.replayUntil)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if w, ok := a.latest[lane]; ok && w.from == from.at && len(w.events) > 0 {
		return w, nil
	}
	w, err := pass(ctx, q, lane, from.at, 1<<63-1)
	if err == nil {
		a.latest[lane] = w
	}
	return w, err
}

func pass(ctx context.Context, q db.Q, lane int, from, until id.Event) (window, error) {
	w := window{from: from, kinds: map[Kind]bool{}}
	err := db.Each(ctx, q, `SELECT id, contact_id, at, kind FROM event WHERE lane = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?`,
		[]any{lane, int64(from), int64(until), windowSize}, func(row db.Row) error {
			var number, contact, at, kind int64
			if err := row.Scan(&number, &contact, &at, &kind); err != nil {
				return err
			}
			w.events = append(w.events, Event{ID: id.Event(number), Contact: id.Contact(contact), At: db.Time(at), Kind: Kind(kind)})
			w.kinds[Kind(kind)] = true
			return nil
		})
	if err != nil {
		return w, fmt.Errorf("look ahead in lane %d: %w", lane, err)
	}
	return w, nil
}
