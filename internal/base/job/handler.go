package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// Handler runs the jobs of one kind.
type Handler struct {
	kind     string
	attempts int
	run      func(ctx context.Context, args json.RawMessage) error
}

// HandlerOption changes how a kind of job is run.
type HandlerOption func(*Handler)

// Attempts is how often a job is tried; 12 without it, over about half a day.
func Attempts(n int) HandlerOption { return func(h *Handler) { h.attempts = n } }

// Untiring are the attempts of what must not be left half done: each goes on where
// the last one ended.
const Untiring = math.MaxInt32

// Handle runs the jobs whose arguments are an A. The context ends when the
// process stops without waiting any longer or has lost the job.
func Handle[A Args](f func(ctx context.Context, args A) error, options ...HandlerOption) Handler {
	var none A
	h := Handler{kind: none.Kind(), attempts: 12, run: func(ctx context.Context, data json.RawMessage) error {
		var args A
		if err := json.Unmarshal(data, &args); err != nil {
			return Permanent(fmt.Errorf("read arguments: %w", err))
		}
		return f(ctx, args)
	}}
	for _, o := range options {
		o(&h)
	}
	return h
}

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error that another attempt would meet again: the job fails
// at once.
func Permanent(err error) error { return permanent{err} }

func isPermanent(err error) bool {
	_, ok := errors.AsType[permanent](err)
	return ok
}

// Task is work that comes back.
type Task struct {
	Name        string // stored; must not change
	Description string
	Every       time.Duration
	Run         func(ctx context.Context) error
}

// backoff is the wait after that many attempts: 1 s, 16 s, 81 s, 4 min, 10 min…
func backoff(attempts int) time.Duration {
	n := time.Duration(min(attempts, 12))
	return n * n * n * n * time.Second
}
