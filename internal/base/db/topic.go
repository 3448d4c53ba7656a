package db

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Topic wakes goroutines after a commit.
type Topic struct {
	name string
	db   *DB
	ch   chan chan struct{}

	mu      sync.Mutex
	hearers []*func(about []int64)
}

// Topic returns the topic of that name, the same for every caller.
func (d *DB) Topic(name string) *Topic {
	if t, ok := d.topics.Load(name); ok {
		return t.(*Topic)
	}
	t := &Topic{name: name, db: d, ch: make(chan chan struct{}, 1)}
	t.ch <- make(chan struct{})
	got, _ := d.topics.LoadOrStore(name, t)
	return got.(*Topic)
}

// Wait returns a channel that is closed at the next Publish, of another process
// too once this one has joined them. Take it before looking for work, so that
// nothing published in between is missed.
func (t *Topic) Wait() <-chan struct{} {
	c := <-t.ch
	t.ch <- c
	return c
}

// Hear has f told at each Publish what it is about: nothing where that was not
// said or some may have been missed, so it may be anything. It ends with stop. f
// may not wait.
func (t *Topic) Hear(f func(about []int64)) (stop func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hearers = append(slices.Clone(t.hearers), &f)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.hearers = slices.DeleteFunc(slices.Clone(t.hearers), func(other *func([]int64)) bool { return other == &f })
	}
}

// Publish wakes all who wait in this process, and soon those in others. They are
// not woken when this process dies first; Tx.Publish is for what they must not miss.
func (t *Topic) Publish() {
	t.wake(nil)
	if o := t.db.others.Load(); o != nil {
		o.tell(t.name)
	}
}

func (t *Topic) wake(about []int64) {
	t.mu.Lock()
	hearers := t.hearers
	t.mu.Unlock()
	for _, f := range hearers {
		(*f)(about)
	}
	close(<-t.ch)
	t.ch <- make(chan struct{})
}

// Publish wakes all who wait for a topic, in this process and in the others,
// once the transaction is committed, and tells those who hear it what it is about:
// a few numbers, none for anything. On PostgreSQL such commits wait for each other:
// it is for what is rare.
func (tx *Tx) Publish(topic string, about ...int64) error {
	tx.AfterCommit(func() { tx.db.Topic(topic).wake(about) })
	if tx.db.dialect == SQLite {
		return nil
	}
	return tx.conn.later(`SELECT pg_notify(`+channel+`, $1)`, []any{message(tx.db.process, withNumbers(topic, about))})
}

// withNumbers is how a topic and what was published is about are sent.
func withNumbers(topic string, about []int64) string {
	parts := []string{topic}
	for _, n := range about {
		parts = append(parts, strconv.FormatInt(n, 36))
	}
	return strings.Join(parts, ":")
}

// numbersOf undoes withNumbers. What cannot be read may be about anything.
func numbersOf(sent string) (topic string, about []int64) {
	parts := strings.Split(sent, ":")
	for _, part := range parts[1:] {
		n, err := strconv.ParseInt(part, 36, 64)
		if err != nil {
			return parts[0], nil
		}
		about = append(about, n)
	}
	return parts[0], about
}
