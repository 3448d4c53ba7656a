package activity

import (
	"context"
	"fmt"
	"sync"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// window is a stretch of a lane that was passed over: how many events there are,
// the last of them, and of which kinds. It never changes.
type window struct {
	from   id.Event // the event before it
	looked int
	last   id.Event
	kinds  map[Kind]bool
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
	if w, ok := a.latest[lane]; ok && w.from == from.at && w.looked > 0 {
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
	err := db.Each(ctx, q, `SELECT kind, count(*), max(id) FROM
		(SELECT id, kind FROM event WHERE lane = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?) AS ahead GROUP BY kind`,
		[]any{lane, int64(from), int64(until), batchSize}, func(row db.Row) error {
			var kind Kind
			var n int
			var last id.Event
			err := row.Scan(&kind, &n, &last)
			w.kinds[kind] = true
			w.looked += n
			w.last = max(w.last, last)
			return err
		})
	if err != nil {
		return w, fmt.Errorf("look ahead in lane %d: %w", lane, err)
	}
	return w, nil
}
