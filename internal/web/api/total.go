package api

import (
	"sync"
	"time"
)

const (
	totalAge  = 5 * time.Second
	totalWide = 10_000 // from here on counting takes long enough to be remembered
	totalMany = 100
)

// totals remembers for a moment how many contacts a search finds, where
// counting them takes long.
type totals struct {
	mu    sync.Mutex
	known map[string]total
}

type total struct {
	n  int
	at time.Time
}

func (t *totals) count(text string, count func() (int, error)) (int, error) {
	t.mu.Lock()
	known, ok := t.known[text]
	t.mu.Unlock()
	if ok && time.Since(known.at) < totalAge {
		return known.n, nil
	}
	n, err := count()
	if err != nil || n < totalWide {
		return n, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil || len(t.known) >= totalMany {
		t.known = map[string]total{}
	}
	t.known[text] = total{n, time.Now()}
	return n, nil
}
