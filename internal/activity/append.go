package activity

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Kind is what sort of thing happened. Numbers are stored: they are never
// changed or used again.
type Kind int16

// Definition declares a kind. The package that declares it is the only one that
// appends it.
type Definition struct {
	Kind Kind
	// Name is the kind in our words, noun.verb: page.viewed.
	Name string
	// Protocol is the kind in the words of the public API: page.hit.
	Protocol string
	// Payload is the zero value of the type of the event's data, nil for none.
	Payload any
}

// Source is the door that an event came in by. Numbers are stored.
type Source int16

// The doors.
const (
	SourceSystem Source = iota
	SourceTracking
	SourceForm
	SourceUser
	SourceAPI
	SourceImport
)

// Event is one event of a thread.
type Event struct {
	ID      id.Event
	Contact id.Contact
	// Origin is the contact that the event was recorded under; it differs from
	// Contact after a merge.
	Origin id.Contact
	// At is when it happened, RecordedAt when we learned of it.
	At, RecordedAt time.Time
	Device         id.Device
	Kind           Kind
	Source         Source
	// Cause is the event that led to this one, zero for none, Depth the number
	// of causes before it.
	Cause id.Event
	Depth int
	// Data is the JSON of the kind's payload, nil for none.
	Data json.RawMessage
}

// Ref names this event as a cause.
func (e Event) Ref() Ref { return Ref{id: e.ID, depth: e.Depth} }

// Decode reads the data into the kind's payload type.
func (e Event) Decode(payload any) error {
	if len(e.Data) == 0 {
		return nil
	}
	if err := json.Unmarshal(e.Data, payload); err != nil {
		return fmt.Errorf("read data of event %d: %w", e.ID, err)
	}
	return nil
}

// Ref names an event, also one that is appended in this transaction and has no
// identifier yet. The zero Ref names none.
type Ref struct {
	id    id.Event
	depth int
	fresh *row
}

// ID is the number of the event; zero for none, and for one of this transaction
// until it is committed.
func (r Ref) ID() id.Event {
	if r.fresh != nil {
		return r.fresh.id
	}
	return r.id
}

// Entry is an event to append.
type Entry struct {
	Contact id.Contact
	// Origin is whom it belongs to when that was merged into Contact; Contact when
	// zero.
	Origin id.Contact
	// At is when it happened; the time of the transaction when zero.
	At     time.Time
	Kind   Kind
	Source Source
	Device id.Device
	Cause  Ref
	// Data is the kind's payload, nil for none.
	Data any
}

// MaxDepth is the longest chain of causes. A longer one is a loop.
const MaxDepth = 20

// ErrLoop says that an event has more than MaxDepth causes before it.
var ErrLoop = errors.New("the chain of causes is too long: events cause each other in a loop")

type row struct {
	Entry
	id id.Event
	// origin is the contact that the event belongs to, zero when it is Contact.
	origin id.Contact
	depth  int
	lane   int
	data   any
}

// pending collects what a transaction appends.
type pending struct {
	rows   []*row
	reader *Reader // whose reaction this is, nil for none
	err    error
	// past is set by History.
	past bool
}

type pendingKey struct{}

func collected(tx *db.Tx) *pending {
	return tx.Attach(pendingKey{}, func() db.Pending { return &pending{} }).(*pending)
}

// Append adds an event to the thread of a contact. It is inserted at the end of
// the transaction, which fails when the event is not allowed: data that has no
// JSON, ErrLoop, a reader that appends a kind it reads. While a reader replays,
// what it appends is discarded.
func Append(tx *db.Tx, e Entry) Ref {
	p := collected(tx)
	if e.At.IsZero() {
		e.At = tx.Now()
	}
	r := &row{Entry: e}
	if e.Origin != e.Contact {
		r.origin = e.Origin
	}
	if c := e.Cause; c.fresh != nil {
		r.depth = c.fresh.depth + 1
	} else if c.id != 0 {
		r.depth = c.depth + 1
	}
	if r.depth > MaxDepth {
		p.fail(fmt.Errorf("append kind %d to contact %d: %w", e.Kind, e.Contact, ErrLoop))
	}
	if p.reader != nil && slices.Contains(p.reader.Kinds, e.Kind) {
		p.fail(fmt.Errorf("reader %s reads kind %d and may not append it", p.reader.Name, e.Kind))
	}
	if e.Data != nil {
		data, err := json.Marshal(e.Data)
		if err != nil {
			p.fail(fmt.Errorf("append kind %d to contact %d: %w", e.Kind, e.Contact, err))
		}
		r.data = string(data)
	}
	if !tx.Replaying() {
		p.rows = append(p.rows, r)
	}
	return Ref{fresh: r}
}

// History makes the transaction one that writes the past of many contacts at
// once: all that it appends counts as recorded when it happened, and is numbered
// in that order, whatever the order of the calls.
func History(tx *db.Tx) { collected(tx).past = true }

func (p *pending) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

var columns = []string{"contact_id", "at", "id", "lane", "kind", "source", "origin_id", "device_id", "recorded_at", "cause_id", "depth", "data"}

// Flush inserts the events. Locks are taken in rising order and as late as
// possible, and identifiers only under them.
func (p *pending) Flush(ctx context.Context, tx *db.Tx) error {
	if p.err != nil || len(p.rows) == 0 {
		return p.err
	}
	if p.past {
		slices.SortStableFunc(p.rows, func(a, b *row) int { return a.At.Compare(b.At) })
	}
	lanes := make([][]*row, tx.DB().Lanes())
	for _, r := range p.rows {
		r.lane = laneOf(r.recordedUnder(), len(lanes))
		lanes[r.lane] = append(lanes[r.lane], r)
	}
	for lane, rows := range lanes {
		if len(rows) == 0 {
			continue
		}
		ids, err := tx.LockedIDs(ctx, "thread", lane, "event", len(rows))
		if err != nil {
			return err
		}
		for i, r := range rows {
			r.id = id.Event(ids[i])
		}
	}
	if p.past {
		// As they lie in the table: each page is written once.
		slices.SortStableFunc(p.rows, func(a, b *row) int { return cmp.Or(cmp.Compare(a.Contact, b.Contact), a.At.Compare(b.At)) })
	}
	values := make([][]any, len(p.rows))
	for i, r := range p.rows {
		recorded := tx.Now()
		if p.past {
			recorded = r.At
		}
		values[i] = r.values(recorded)
	}
	if err := tx.Insert(ctx, "event", columns, values); err != nil {
		return err
	}
	tx.AfterCommit(tx.DB().Topic(topicName).Publish)
	return nil
}

func (r *row) recordedUnder() id.Contact {
	if r.origin != 0 {
		return r.origin
	}
	return r.Contact
}

func (r *row) values(recordedAt time.Time) []any {
	cause := r.Cause.id
	if r.Cause.fresh != nil {
		cause = r.Cause.fresh.id
	}
	var recorded any
	if !r.At.Equal(recordedAt) {
		recorded = db.Millis(recordedAt)
	}
	return []any{int64(r.Contact), db.Millis(r.At), int64(r.id), r.lane, int64(r.Kind), int64(r.Source),
		db.NullID(r.origin), db.NullID(r.Device), recorded, db.NullID(cause), db.NullID(int64(r.depth)), r.data}
}

// laneOf spreads contacts over lanes. The result is stored, so it never changes.
func laneOf(origin id.Contact, lanes int) int {
	if lanes == 1 {
		return 0
	}
	h := uint64(origin) * 0x9E3779B97F4A7C15
	return int((h >> 32) % uint64(lanes))
}
