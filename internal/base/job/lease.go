package job

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"ariane/internal/base/db"
)

// holding is the lease of what runs.
type holding struct {
	db    *db.DB
	until atomic.Int64 // milliseconds of the shared clock
	renew func(context.Context, time.Time) (bool, error)
	// row is there while the lease is held, and cannot be taken before the end of
	// the transaction.
	row func(context.Context, *db.Tx) *sql.Row
	// ending is closed when the process is to stop.
	ending <-chan struct{}
}

type holdingKey struct{}

// Held returns an error when the process stood still for so long that another may
// have taken over what runs under this context. Ask right before something leaves
// the machine.
func Held(ctx context.Context) error {
	if h, ok := ctx.Value(holdingKey{}).(*holding); ok && db.Millis(h.db.SharedNow()) >= h.until.Load() {
		return errLost
	}
	return ctx.Err()
}

// HeldIn makes a transaction one of the process that holds what runs under this
// context: it fails where another has taken over, and keeps others from doing so
// until it ends. It fails too where the process is to stop: what is done in many
// transactions goes on in the next one.
func HeldIn(ctx context.Context, tx *db.Tx) error {
	h, ok := ctx.Value(holdingKey{}).(*holding)
	if !ok {
		return nil
	}
	select {
	case <-h.ending:
		return errStopped
	default:
	}
	var one int
	err := h.row(ctx, tx).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return errLost
	}
	return err
}

// mine is what runs in this process: numbers of jobs and names of tasks.
type mine struct {
	mu   sync.Mutex
	held map[any]bool
}

func (m *mine) add(one any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held[one] = true
}

func (m *mine) remove(one any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.held, one)
}

func (m *mine) has(one any) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held[one]
}

func (m *mine) len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.held)
}

// Slices does work in short transactions, in a job that still has its lease, until none
// is left: another process may go on after any. A slice that is lost with the power is
// found undone.
func Slices(ctx context.Context, d *db.DB, do func(ctx context.Context, tx *db.Tx) (more bool, err error)) error {
	for more := true; more; {
		err := d.DoRelaxed(ctx, func(tx *db.Tx) (err error) {
			if err := HeldIn(ctx, tx); err != nil {
				return err
			}
			more, err = do(ctx, tx)
			return err
		})
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}
