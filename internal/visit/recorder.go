package visit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
)

const (
	queueLength = 4096
	// batchLength is the most hits of one transaction.
	batchLength = 512
	// enough hits are stored while the batch before is still on its way to the
	// disk. Fewer wait for it: they would have to all the same, and those that join
	// them meanwhile cost no commit more.
	enough = 24
	// viewMemory is how long a view that arrives again is recognised.
	viewMemory      = 15 * time.Minute
	viewsKept       = 8
	devicesCached   = 100_000
	textsCached     = 50_000
	addressesCached = 20_000
)

// Hit is a request to a tracking address that is neither a bot's nor unwanted.
type Hit struct {
	// Token is the device token, made by us when it is not well formed.
	Token string
	// View is the random identifier of the page view, the same when it is sent
	// again; empty when the sender has none.
	View string

	URL, Title, Referrer, Language string
	UTM                            UTM
	// Code is the HTTP status of a page that was not there, zero for others.
	Code int
	// UserAgent, Resolution, Zone, Platform and Place describe the device.
	UserAgent, Resolution, Zone, Platform string
	Place                                 Place
	// LikelyZone is the time zone of a contact that has none.
	LikelyZone string
	// IP is the address to keep, empty for none.
	IP string

	// Values are cleaned values of contact fields that the page says of its
	// visitor. Those in Fill are written only where there is none.
	Values, Fill map[string]string
	// Tags and Untags are tags that the page puts on its visitor and takes off.
	Tags, Untags []string
	// From is where a link from another site came from; zero for nowhere.
	From Passage
}

// Answer says whose hit it was. Contact is zero when it was not recorded because
// the contact is not to be followed.
type Answer struct {
	Contact id.Contact
	Device  id.Device
	Token   string
	// View is the event, zero when the hit had been recorded before.
	View id.Event
}

// Recorder records hits. Many may call Record at once.
type Recorder struct {
	db    *db.DB
	queue chan *waiting
	// devices, texts and addresses hold only what is committed.
	devices   *devices
	texts     *memory[int64]
	addresses *memory[int64]
	sites     sites
	deaf      func()      // ends being told of changes to devices
	alone     atomic.Bool // no other process recorded when the last transaction began
	closing   chan struct{}
	done      sync.WaitGroup
	// written tells, after a batch, that the disk has all that was stored.
	written   chan struct{}
	unwritten atomic.Int32 // batches
	// Tally is what was counted.
	Tally *Tally
}

// browser is what is remembered of a device, without pointers.
type browser struct {
	contact id.Contact
	origin  id.Contact // as that of a contact.Visitor
	device  id.Device
	ip      digest
	views   recent
	place   digest
	// told is what its pages said last.
	told digest
	// zoned tells that the time zone was looked after.
	zoned bool
	// untracked tells that the contact is not to be followed.
	untracked bool
	// asOf is when views was complete, in milliseconds.
	asOf int64
	// found is how many changes there had been before it was looked up.
	found int64
}

// viewOf is a view of a contact.
type viewOf struct {
	contact id.Contact
	view    viewBits
}

type waiting struct {
	hit    Hit
	view   activity.Ref
	answer Answer
	err    error
	done   chan struct{}
}

// NewRecorder starts recording into a database, until Close.
func NewRecorder(d *db.DB) *Recorder {
	r := &Recorder{
		db: d, queue: make(chan *waiting, queueLength),
		devices: newDevices(), texts: newMemory[int64](textsCached), addresses: newMemory[int64](addressesCached),
		closing: make(chan struct{}), written: make(chan struct{}, 1), Tally: newTally(),
	}
	r.deaf = d.Topic(lookAgain).Hear(r.devices.heard)
	r.done.Go(r.run)
	return r
}

// Close records what is waiting and stops. Nothing may be recorded after it.
func (r *Recorder) Close() {
	close(r.closing)
	r.done.Wait()
	r.deaf()
}

// Waiting is the number of hits in the queue.
func (r *Recorder) Waiting() int { return len(r.queue) }

// Record stores one page view and returns once it is on the disk. When too many
// hits are waiting it returns an Unavailable fault at once.
func (r *Recorder) Record(ctx context.Context, h Hit) (Answer, error) {
	w := &waiting{hit: h.clean(), done: make(chan struct{})}
	select {
	case r.queue <- w:
	default:
		r.Tally.Hits.Add(outcomeOverload, 1)
		return Answer{}, fault.Unavailable(errors.New("too many hits are waiting"), fault.Text{})
	}
	select {
	case <-w.done:
		return w.answer, w.err
	case <-ctx.Done():
		// It will be stored all the same; nobody is there to be told.
		return Answer{}, ctx.Err()
	}
}

func (h Hit) clean() Hit {
	cut := func(s string, most int) string {
		s = field.Printable(s)
		if len(s) <= most {
			return s
		}
		if runes := []rune(s); len(runes) > most {
			s = string(runes[:most])
		}
		return s
	}
	h.URL, h.Referrer, h.UserAgent = cut(h.URL, 2000), cut(h.Referrer, 2000), cut(h.UserAgent, 500)
	h.Title, h.Language, h.Resolution = cut(h.Title, 255), cut(h.Language, 20), cut(h.Resolution, 20)
	h.Zone, h.Platform = cut(h.Zone, 50), cut(h.Platform, 20)
	for _, n := range h.UTM.texts() {
		*n.text = cut(*n.text, 255)
	}
	if !WellFormed(h.Token) {
		h.Token = NewToken()
	}
	if !WellFormed(h.View) {
		h.View = ""
	}
	return h
}

// WellFormed tells whether s could be a device token: 32 lower-case
// hexadecimal digits.
func WellFormed(s string) bool {
	if len(s) != 32 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// NewToken makes a device token.
func NewToken() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// run commits the hits that wait together.
func (r *Recorder) run() {
	for {
		select {
		case w := <-r.queue:
			for r.unwritten.Load() > 0 && len(r.queue) < enough {
				<-r.written
			}
			r.commit(r.gather(w))
		case <-r.closing:
			for len(r.queue) > 0 {
				r.commit(r.gather(<-r.queue))
			}
			return
		}
	}
}

// gather takes all hits that wait. It lets requests that have arrived, but whose
// goroutines have not run yet, join first: their answers cost no commit more.
func (r *Recorder) gather(first *waiting) []*waiting {
	batch := []*waiting{first}
	for before := 0; before < len(batch) && len(batch) < batchLength; {
		before = len(batch)
		runtime.Gosched()
		for len(r.queue) > 0 && len(batch) < batchLength {
			batch = append(batch, <-r.queue)
		}
	}
	return batch
}

// commit stores a batch, and answers it once it is on the disk, while the next
// one is stored. If the batch fails, each hit is tried alone, so that none fails
// because of another, unless that could store it a second time, or the database
// does not work at all.
func (r *Recorder) commit(batch []*waiting) {
	begun := r.Tally.begin()
	durable, err := r.store(batch)
	unclear := errors.Is(err, db.ErrUnclear)
	if unclear {
		r.devices.changed() // what they sent last may be stored
	}
	if err != nil && len(batch) > 1 && !db.Unavailable(err) {
		r.Tally.end()
		for _, w := range batch {
			r.commit([]*waiting{w})
		}
		return
	}
	r.unwritten.Add(1)
	stored := time.Now()
	r.done.Go(func() {
		if err == nil {
			if err = durable(); err != nil {
				r.doubt()
			}
		}
		r.unwritten.Add(-1)
		select {
		case r.written <- struct{}{}:
		default:
		}
		r.Tally.answered(batch, begun, stored, err)
		if err != nil {
			err = fault.Unavailable(fmt.Errorf("record hit: %w", err), fault.Text{})
		}
		for _, w := range batch {
			w.err = err
			close(w.done)
		}
	})
}

func (r *Recorder) store(batch []*waiting) (durable func() error, err error) {
	ctx := context.Background()
	var s *session
	durable, err = r.db.DoAhead(ctx, func(tx *db.Tx) error {
		s = r.session(tx, len(batch))
		return s.record(ctx, batch)
	})
	if err != nil {
		return nil, err
	}
	for body, n := range s.texts.fresh {
		r.texts.set(body, n)
	}
	for ip, n := range s.addresses {
		r.addresses.set(ip, n)
	}
	r.heed()
	for token, b := range s.browsers {
		r.devices.set(token, *b, s.begun)
	}
	for _, w := range batch {
		b := s.browsers[w.hit.Token]
		if w.answer = (Answer{Token: w.hit.Token}); !b.untracked {
			w.answer.Contact, w.answer.Device, w.answer.View = b.contact, b.device, w.view.ID()
		}
	}
	return durable, nil
}

// RecordIn stores page views in a transaction, at its time.
func (r *Recorder) RecordIn(ctx context.Context, tx *db.Tx, hits ...Hit) error {
	var batch []*waiting
	for _, h := range hits {
		h = h.clean()
		batch = append(batch, &waiting{hit: h})
		tx.AfterCommit(func() { r.devices.forget(h.Token) })
	}
	s := r.session(tx, len(batch))
	s.uncached = true
	return s.record(ctx, batch)
}

// Visitor returns a function that finds the visitor of a device token, or
// creates it, inside a transaction. An empty token gives a visitor that is
// nobody.
func (r *Recorder) Visitor(token string, h Hit) func(ctx context.Context, tx *db.Tx) (contact.Visitor, error) {
	return func(ctx context.Context, tx *db.Tx) (contact.Visitor, error) {
		if !WellFormed(token) {
			return contact.Visitor{IP: h.IP}, nil
		}
		h.Token = token
		h = h.clean()
		s := r.session(tx, 1)
		s.uncached, s.agents[token] = true, &h
		if err := s.know(ctx); err != nil {
			return contact.Visitor{}, err
		}
		if err := s.settle(ctx, []*waiting{{hit: h}}); err != nil {
			return contact.Visitor{}, err
		}
		b := s.browsers[token]
		// The submission may hand the device over: let the next hit look again.
		tx.AfterCommit(func() { r.devices.changed(b.contact) })
		return contact.Visitor{Contact: b.contact, Device: b.device, Token: token, IP: h.IP}, nil
	}
}

// doubt forgets all that the database may have lost.
func (r *Recorder) doubt() {
	r.devices.changed()
	r.texts.clear()
	r.addresses.clear()
}

// session is the work of one transaction: the browsers it meets, by token.
type session struct {
	r        *Recorder
	tx       *db.Tx
	uncached bool
	// recalled are the views that recall read: many, when others recorded for long.
	recalled map[viewOf]bool
	beside   bool  // other processes may record at the same time
	begun    int64 // how many changes to devices there had been before
	browsers map[string]*browser
	agents   map[string]*Hit // a hit of each token, for what a new device needs
	texts    texts
	// addresses are the numbers of those that new visitors came from and that
	// were not remembered.
	addresses map[string]int64
}

// session begins the work of a transaction with so many hits.
func (r *Recorder) session(tx *db.Tx, hits int) *session {
	r.heed()
	return &session{r: r, tx: tx, beside: !r.alone.Load(), begun: r.devices.begin(), browsers: make(map[string]*browser, hits), agents: make(map[string]*Hit, hits), addresses: map[string]int64{}, recalled: map[viewOf]bool{},
		texts: texts{ids: map[string]int64{"": 0}, fresh: map[string]int64{}}}
}

func (s *session) record(ctx context.Context, batch []*waiting) error {
	if s.beside {
		if err := s.tx.Lock("hits"); err != nil {
			return err
		}
	}
	for _, w := range batch {
		if _, met := s.agents[w.hit.Token]; !met {
			s.agents[w.hit.Token] = &w.hit
		}
		for _, body := range w.hit.bodies() {
			s.texts.want(s.r, body)
		}
	}
	if err := s.know(ctx); err != nil {
		return err
	}
	if err := s.catchUp(ctx, batch); err != nil {
		return err
	}
	if err := s.moveIPs(ctx, batch); err != nil {
		return err
	}
	for _, w := range batch {
		h, b := &w.hit, s.browsers[w.hit.Token]
		if w.view = (activity.Ref{}); b.untracked {
			continue
		}
		if view := bitsOf(h.View); view != 0 {
			if b.views.has(view) || s.recalled[viewOf{b.contact, view}] {
				continue
			}
			b.views.add(view)
		}
		if err := s.arrive(ctx, h); err != nil {
			return err
		}
		if err := s.tell(ctx, h); err != nil {
			return err
		}
		if err := s.settleZone(ctx, h); err != nil {
			return err
		}
		if b.untracked {
			continue
		}
		w.view = activity.Append(s.tx, activity.Entry{Contact: b.contact, Origin: b.origin, Device: b.device, Kind: KindPageViewed, Source: activity.SourceTracking,
			Data: s.stored(h)})
	}
	if err := s.settle(ctx, batch); err != nil {
		return err
	}
	return s.noteSites(ctx, batch)
}

// moveIPs notes the addresses that browsers are seen at for the first time.
func (s *session) moveIPs(ctx context.Context, batch []*waiting) error {
	var seen []contact.Seen
	for _, w := range batch {
		if b := s.browsers[w.hit.Token]; w.hit.IP != "" && b.ip != digestOf(w.hit.IP) && !b.untracked {
			b.ip = digestOf(w.hit.IP)
			seen = append(seen, contact.Seen{Contact: b.contact, Origin: b.origin, Address: w.hit.IP})
		}
	}
	return contact.AddIPs(ctx, s.tx, seen, activity.SourceTracking)
}
