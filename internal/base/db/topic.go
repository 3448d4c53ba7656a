package db

// Topic wakes goroutines after a commit.
type Topic struct {
	name string
	db   *DB
	ch   chan chan struct{}
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

// Publish wakes all who wait in this process, and soon those in others. They are
// not woken when this process dies first; Tx.Publish is for what they must not miss.
func (t *Topic) Publish() {
	t.wake()
	if o := t.db.others.Load(); o != nil {
		o.tell(t.name)
	}
}

func (t *Topic) wake() {
	close(<-t.ch)
	t.ch <- make(chan struct{})
}

// Publish wakes all who wait for a topic, in this process and in the others,
// once the transaction is committed. On PostgreSQL such commits wait for each
// other: it is for what is rare.
func (tx *Tx) Publish(topic string) error {
	tx.AfterCommit(tx.db.Topic(topic).wake)
	if tx.db.dialect == SQLite {
		return nil
	}
	return tx.conn.later(`SELECT pg_notify(`+channel+`, $1)`, []any{message(tx.db.process, topic)})
}
