package activity

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

const (
	// watchRest is the least time between two looks of a watcher.
	watchRest = 500 * time.Millisecond
	// watchedAtOnce bounds one look at a lane. Of more, the latest count.
	watchedAtOnce = 500
)

// Watcher tells those who look on what is appended, by whatever process. Nothing
// is kept of it: who was not there reads the thread. While nobody looks on it
// reads nothing.
type Watcher struct {
	db  *db.DB
	log *slog.Logger

	mu       sync.Mutex
	watching map[*watching]struct{}
	cancel   context.CancelFunc // of the loop, nil while there is none
	stopped  bool
	loops    sync.WaitGroup
}

// watching is one who looks on. Its channel holds what is not yet fetched.
type watching struct {
	contact id.Contact
	fresh   chan []Event
}

// NewWatcher prepares to watch; Subscribe begins.
func NewWatcher(d *db.DB, log *slog.Logger) *Watcher {
	return &Watcher{db: d, log: log, watching: map[*watching]struct{}{}}
}

// Subscribe lets somebody look on at one contact, or at everybody for zero. The
// channel brings the identifiers, contacts, times and kinds of new events in
// the order of each lane; to who fetches slowly, only the latest. It is closed
// when the watcher stops. Call the function to look away.
func (w *Watcher) Subscribe(contact id.Contact) (<-chan []Event, func()) {
	one := &watching{contact: contact, fresh: make(chan []Event, 1)}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		close(one.fresh)
		return one.fresh, func() {}
	}
	w.watching[one] = struct{}{}
	if w.cancel == nil {
		ctx, cancel := context.WithCancel(context.Background())
		w.cancel = cancel
		// Here and not in the loop: what is committed once this returns is new.
		ends, err := w.ends(ctx)
		if err != nil {
			w.log.Error("watching the thread failed", "error", err)
		}
		w.loops.Go(func() { w.loop(ctx, ends) })
	}
	return one.fresh, func() { w.leave(one) }
}

func (w *Watcher) leave(one *watching) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.watching, one)
	if len(w.watching) == 0 && w.cancel != nil {
		w.cancel()
		w.cancel = nil
	}
}

// Stop closes the channels of all who look on.
func (w *Watcher) Stop() {
	w.mu.Lock()
	w.stopped = true
	if w.cancel != nil {
		w.cancel()
		w.cancel = nil
	}
	for one := range w.watching {
		delete(w.watching, one)
		close(one.fresh)
	}
	w.mu.Unlock()
	w.loops.Wait()
}

// loop follows the lanes from their ends on. It looks again after every period
// too, for what other processes commit.
func (w *Watcher) loop(ctx context.Context, ends []id.Event) {
	topic := w.db.Topic(topicName)
	poll := time.NewTicker(pollPeriod)
	defer poll.Stop()
	for {
		woken := topic.Wait()
		events, err := w.look(ctx, &ends)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			w.log.Error("watching the thread failed", "error", err)
		}
		w.tell(ctx, events)
		select {
		case <-time.After(watchRest):
		case <-ctx.Done():
			return
		}
		select {
		case <-woken:
		case <-poll.C:
		case <-ctx.Done():
			return
		}
	}
}

// ends finds the last event of each lane.
func (w *Watcher) ends(ctx context.Context) ([]id.Event, error) {
	found := make([]id.Event, w.db.Lanes())
	for lane := range found {
		var err error
		if found[lane], err = head(ctx, w.db, lane); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// look reads what the lanes have got since their ends, and moves those on. Ends
// that could not be found at first are now.
func (w *Watcher) look(ctx context.Context, ends *[]id.Event) ([]Event, error) {
	if *ends == nil {
		var err error
		*ends, err = w.ends(ctx)
		return nil, err
	}
	var fresh []Event
	for lane, end := range *ends {
		events, err := w.since(ctx, lane, end)
		if err != nil {
			return fresh, err
		}
		if n := len(events); n > 0 {
			(*ends)[lane] = events[n-1].ID
			fresh = append(fresh, events...)
		}
	}
	return fresh, nil
}

// since lists the latest events of a lane after one, in their order.
func (w *Watcher) since(ctx context.Context, lane int, after id.Event) ([]Event, error) {
	rows, err := w.db.Query(ctx, `SELECT `+briefColumns+` FROM
		(SELECT id, contact_id, at, kind FROM event WHERE lane = ? AND id > ? ORDER BY id DESC LIMIT ?) AS latest ORDER BY id`,
		lane, int64(after), watchedAtOnce)
	if err != nil {
		return nil, err
	}
	return scanEvents(rows)
}

// tell puts events where they are fetched, beside what still lies there. A loop
// that was cancelled says nothing: another may run already.
func (w *Watcher) tell(ctx context.Context, events []Event) {
	if len(events) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	for one := range w.watching {
		var theirs []Event
		for _, e := range events {
			if one.contact == 0 || one.contact == e.Contact {
				theirs = append(theirs, e)
			}
		}
		if len(theirs) == 0 {
			continue
		}
		select {
		case unread := <-one.fresh:
			theirs = append(unread, theirs...)
		default:
		}
		one.fresh <- theirs[max(0, len(theirs)-watchedAtOnce):]
	}
}
