package activity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// rest is how long a reader waits when it has come to the end. It costs a little
// delay, and saves most commits where events keep arriving; the more there were,
// the more it saves.
func rest(found int) time.Duration {
	return 100*time.Millisecond + time.Duration(found)*time.Second/(2*windowSize)
}

// pollPeriod is how often readers look for events committed by other processes.
const pollPeriod = 2 * time.Second

// Runner runs readers, each in a goroutine of its own.
type Runner struct {
	db      *db.DB
	log     *slog.Logger
	readers []Reader
	mu      sync.Mutex
	places  map[string][]place // by reader, one for each lane
	ahead   ahead
	stop    context.CancelFunc
	done    sync.WaitGroup
}

// NewRunner prepares to run readers; Start starts them.
func NewRunner(d *db.DB, log *slog.Logger, readers ...Reader) *Runner {
	r := &Runner{db: d, log: log, readers: readers, places: map[string][]place{}, ahead: ahead{latest: map[int]window{}}}
	for _, reader := range readers {
		r.places[reader.Name] = make([]place, d.Lanes())
	}
	return r
}

// Start runs the readers until Stop. A reader that is new to the database has its
// place in the thread when Start returns, so that it sees all that happens from
// then on.
func (r *Runner) Start(ctx context.Context) error {
	for _, reader := range r.readers {
		for lane := range r.db.Lanes() {
			if _, err := reader.place(ctx, r.db, lane); err != nil {
				return err
			}
		}
	}
	ctx, r.stop = context.WithCancel(context.WithoutCancel(ctx))
	for _, reader := range r.readers {
		r.done.Add(1)
		go func() {
			defer r.done.Done()
			r.run(ctx, reader)
		}()
	}
	return nil
}

// Stop lets every reader finish its batch, and leaves it to other processes.
func (r *Runner) Stop() {
	r.stop()
	r.done.Wait()
	ctx := context.Background()
	err := r.db.DoRelaxed(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE reader_cursor SET held_until = 0 WHERE holder = ? AND held_until > 0`, r.db.Process())
		return err
	})
	if err != nil {
		r.log.Error("leaving the readers to others failed", "error", err)
	}
}

func (r *Runner) run(ctx context.Context, reader Reader) {
	topic := r.db.Topic(topicName)
	poll := time.NewTicker(pollPeriod)
	defer poll.Stop()
	for ctx.Err() == nil {
		woken := topic.Wait()
		found, err := r.round(ctx, reader)
		switch {
		case errors.Is(err, errElsewhere):
			woken = nil
		case err != nil && !errors.Is(err, errMoved) && ctx.Err() == nil:
			r.log.Error("reader failed", "reader", reader.Name, "error", err)
			// Wait for the next tick rather than for new events: the fault may be the database's.
			woken = nil
		case found >= windowSize:
			continue
		case found > 0:
			select {
			case <-time.After(rest(found)):
			case <-ctx.Done():
			}
		}
		select {
		case <-woken:
		case <-poll.C:
		case <-ctx.Done():
		}
	}
}

// round takes one batch of each lane, and returns the length of the longest. It
// fails with errElsewhere when other processes have the reader in all lanes.
func (r *Runner) round(ctx context.Context, reader Reader) (longest int, err error) {
	here := false
	for lane := range r.db.Lanes() {
		seen := r.seen(reader.Name, lane)
		found, err := reader.step(ctx, r.db, lane, &seen, &r.ahead)
		r.mu.Lock()
		r.places[reader.Name][lane] = seen
		r.mu.Unlock()
		if errors.Is(err, errElsewhere) {
			continue
		}
		if here = true; err != nil {
			return longest, err
		}
		longest = max(longest, found)
	}
	if !here {
		return 0, errElsewhere
	}
	return longest, nil
}

func (r *Runner) seen(reader string, lane int) place {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.places[reader][lane]
}

// CatchUp runs all readers in this goroutine until each has read the whole
// thread. Use it where no runner is started.
func (r *Runner) CatchUp(ctx context.Context) error {
	for again := true; again; {
		again = false
		for _, reader := range r.readers {
			found, err := r.round(ctx, reader)
			if err != nil && !errors.Is(err, errElsewhere) {
				return err
			}
			again = again || found > 0
		}
	}
	return nil
}

func (r *Runner) find(name string) (Reader, error) {
	for _, reader := range r.readers {
		if reader.Name == name {
			return reader, nil
		}
	}
	return Reader{}, fmt.Errorf("there is no reader %q", name)
}

// Replay empties what a reader keeps and lets it read the thread again from the
// start. It goes on after a restart. Events and jobs that the reader would
// create for what it has read before are discarded.
func (r *Runner) Replay(ctx context.Context, name string) error {
	reader, err := r.find(name)
	if err != nil {
		return err
	}
	if reader.Reset == nil {
		return fmt.Errorf("reader %s has effects and cannot be replayed", name)
	}
	err = r.db.Do(ctx, func(tx *db.Tx) error {
		for lane := range r.db.Lanes() {
			var at int64
			err := tx.QueryRow(ctx, `UPDATE reader_cursor SET replay_until = CASE WHEN event_id > replay_until THEN event_id ELSE replay_until END
				WHERE reader = ? AND lane = ? RETURNING event_id`, name, lane).Scan(&at)
			if err != nil {
				return fmt.Errorf("replay reader %s: %w", name, err)
			}
			if _, err := tx.Exec(ctx, `UPDATE reader_cursor SET event_id = 0 WHERE reader = ? AND lane = ?`, name, lane); err != nil {
				return fmt.Errorf("replay reader %s: %w", name, err)
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM reader_fault WHERE reader = ?`, name); err != nil {
			return err
		}
		tx.AfterCommit(r.db.Topic(topicName).Publish)
		return reader.Reset(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("replay reader %s: %w", name, err)
	}
	r.mu.Lock()
	clear(r.places[name])
	r.mu.Unlock()
	return nil
}

// Retry handles an event that was set aside, and forgets the fault on success.
func (r *Runner) Retry(ctx context.Context, f Fault) error {
	reader, err := r.find(f.Reader)
	if err != nil {
		return err
	}
	return r.db.Do(ctx, func(tx *db.Tx) error {
		result, err := tx.Exec(ctx, `DELETE FROM reader_fault WHERE contact_id = ? AND at = ? AND event_id = ? AND reader = ?`,
			int64(f.Event.Contact), db.Millis(f.Event.At), int64(f.Event.ID), f.Reader)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		// It may have moved to another contact since.
		lanes, args := inLanes(r.db)
		rows, err := tx.Query(ctx, `SELECT `+eventColumns+` FROM event WHERE `+lanes+` AND id = ?`, append(args, int64(f.Event.ID))...)
		if err != nil {
			return err
		}
		events, err := scanEvents(rows)
		if err != nil || len(events) == 0 {
			return err
		}
		return reader.react(ctx, tx, place{}, events)
	})
}

// Progress is how far a reader has come.
type Progress struct {
	Reader     string
	Replayable bool
	// Behind is the number of identifiers, an upper bound for events, that are
	// still to be read.
	Behind int64
	// Replaying tells that it reads again what it had read before.
	Replaying bool
	Faults    int
}

// Progress tells how far each reader has come.
func (r *Runner) Progress(ctx context.Context) ([]Progress, error) {
	var list []Progress
	for _, reader := range r.readers {
		p := Progress{Reader: reader.Name, Replayable: reader.Reset != nil}
		for lane := range r.db.Lanes() {
			at, err := reader.place(ctx, r.db, lane)
			if err != nil {
				return nil, err
			}
			last, err := head(ctx, r.db, lane)
			if err != nil {
				return nil, err
			}
			if seen := r.seen(reader.Name, lane); seen.stored == at.stored && seen.at > at.at {
				at.at = seen.at
			}
			p.Behind += int64(max(last-at.at, id.Event(0)))
			p.Replaying = p.Replaying || at.at < at.replayUntil
		}
		err := r.db.QueryRow(ctx, `SELECT count(*) FROM reader_fault WHERE reader = ?`, reader.Name).Scan(&p.Faults)
		if err != nil {
			return nil, fmt.Errorf("count faults of reader %s: %w", reader.Name, err)
		}
		list = append(list, p)
	}
	return list, nil
}

// KeepMonths prepares the thread's storage for the month of now and the two
// after it, so that old months can be removed without touching the others.
func KeepMonths(ctx context.Context, tx *db.Tx) error {
	now := tx.Now()
	for i := range 3 {
		month := time.Date(now.Year(), now.Month()+time.Month(i), 1, 0, 0, 0, 0, time.UTC)
		if err := tx.AddMonth(ctx, "event", month); err != nil {
			return err
		}
	}
	return nil
}
