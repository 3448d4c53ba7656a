package activity_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/job"
	"ariane/internal/id"

	"pgregory.net/rapid"
)

// says appends so many events to a contact, a second apart, and returns them.
func says(t fataler, d *db.DB, contact id.Contact, n int, from time.Time) (ids []id.Event) {
	ctx := context.Background()
	var refs []activity.Ref
	err := d.Do(ctx, func(tx *db.Tx) error {
		refs = nil
		for i := range n {
			refs = append(refs, activity.Append(tx, activity.Entry{Contact: contact, At: from.Add(time.Duration(i) * time.Second), Kind: said + activity.Kind(i%2)}))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range refs {
		ids = append(ids, r.ID())
	}
	return ids
}

type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func moves(t fataler, d *db.DB, from, to id.Contact) (n int64) {
	t.Helper()
	err := d.Do(context.Background(), func(tx *db.Tx) (err error) {
		n, err = activity.Move(context.Background(), tx, from, to)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// slice moves the next slice of a contact's events.
func slice(t fataler, d *db.DB, from id.Contact) {
	t.Helper()
	err := d.Do(context.Background(), func(tx *db.Tx) error {
		_, err := activity.MoveOn(context.Background(), tx, from)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// held counts the events that have not left a contact.
func held(t fataler, d *db.DB, contact id.Contact) (n int) {
	t.Helper()
	if err := d.QueryRow(context.Background(), `SELECT count(*) FROM event WHERE contact_id = ?`, int64(contact)).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// on lists the events of a thread, as who pages through it sees them.
func on(t fataler, d *db.DB, contact id.Contact, limit int) (ids []id.Event) {
	t.Helper()
	p := activity.Page{Limit: limit}
	for {
		events, err := activity.Thread(context.Background(), d, contact, p)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range events {
			if e.Contact != contact {
				t.Fatalf("event %d of contact %d is said to be of %d", e.ID, contact, e.Contact)
			}
			if i > 0 && events[i-1].At.Before(e.At) {
				t.Fatalf("event %d is not in order", e.ID)
			}
			ids = append(ids, e.ID)
		}
		if len(events) < limit {
			return ids
		}
		last := events[len(events)-1]
		p.Before = activity.Cursor{At: last.At, ID: last.ID}
	}
}

// whole compares all that can be asked of a thread with the events it has.
func whole(t fataler, d *db.DB, contact id.Contact, want []id.Event) {
	t.Helper()
	ctx := context.Background()
	got := on(t, d, contact, 300)
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Fatalf("contact %d has %d events, want %d", contact, len(got), len(want))
	}
	counts, err := activity.Tally(ctx, d, contact)
	if n := counts[said] + counts[echoed]; err != nil || n != len(want) {
		t.Fatalf("contact %d: %d events counted, want %d, %v", contact, n, len(want), err)
	}
	if known, err := activity.Tally(ctx, d, contact, said, echoed, ignored, 10); err != nil || !maps.Equal(known, counts) {
		t.Fatalf("contact %d: %v counted of the kinds there are, want %v, %v", contact, known, counts, err)
	}
	few, err := activity.Thread(ctx, d, contact, activity.Page{Kinds: []activity.Kind{echoed}, Few: true, Limit: counts[echoed] + 1})
	if err != nil || len(few) != counts[echoed] {
		t.Fatalf("contact %d: %d of one kind read, want %d, %v", contact, len(few), counts[echoed], err)
	}
	latest, all, err := activity.TallyLatest(ctx, d, contact, 700)
	if n := latest[said] + latest[echoed]; err != nil || n != min(len(want), 701) || all != (len(want) <= 700) {
		t.Fatalf("contact %d: %d of the latest counted, all %v, %v", contact, n, all, err)
	}
	rhythm, err := activity.Rhythm(ctx, d, contact, activity.Page{}, time.Hour)
	n := 0
	for _, kinds := range rhythm {
		n += kinds[said] + kinds[echoed]
	}
	if err != nil || n != len(want) {
		t.Fatalf("contact %d: %d events counted by hour, want %d, %v", contact, n, len(want), err)
	}
	since, err := activity.Since(ctx, d, []id.Contact{contact}, time.Time{}, said)
	if err != nil || len(since) != counts[said] || !slices.IsSortedFunc(since, func(a, b activity.Event) int { return a.At.Compare(b.At) }) {
		t.Fatalf("contact %d: %d events since ever, want %d, %v", contact, len(since), counts[said], err)
	}
	if len(want) == 0 {
		return
	}
	newest := on(t, d, contact, 5000)
	for _, back := range []int{1, len(want) / 2, len(want)} {
		if back == 0 {
			continue
		}
		if at, err := activity.Back(ctx, d, contact, back); err != nil || at.ID != newest[back-1] {
			t.Fatalf("contact %d: event %d is %d back, want %d, %v", contact, at.ID, back, newest[back-1], err)
		}
		if at, err := activity.Place(ctx, d, contact, newest[back-1]); err != nil || at.ID != newest[back-1] {
			t.Fatalf("contact %d: event %d is not found: %v", contact, newest[back-1], err)
		}
	}
}

// work runs the jobs that move threads until nothing is on its way.
func work(t *testing.T, d *db.DB) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- job.NewRunner(d, dbtest.Options(t).Log, job.Options{Handlers: []job.Handler{activity.Moves(d)}}).Run(ctx)
	}()
	for {
		var n int
		if err := d.QueryRow(ctx, `SELECT (SELECT count(*) FROM event_move) + (SELECT count(*) FROM job WHERE state < 2)`).Scan(&n); err != nil {
			t.Error(err)
		}
		if n == 0 || t.Failed() {
			break
		}
		<-time.After(time.Millisecond)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Whoever reads a thread that gets another, long one, finds all of it from the
// merge on, while its events move and when the contact is merged again.
func TestLongThreadIsWholeWhileItMoves(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	now := d.Now().Add(-24 * time.Hour)
	all := slices.Concat(says(t, d, 1, 1700, now), says(t, d, 2, 1200, now.Add(5*time.Minute)))
	if n := moves(t, d, 1, 2); n != 1700 {
		t.Errorf("%d events, want 1700", n)
	}
	whole(t, d, 2, all)
	if n := held(t, d, 1); n != 1700 {
		t.Errorf("the merge itself moved %d events", 1700-n)
	}
	slice(t, d, 1)
	if n := held(t, d, 1); n != 1700-activity.Slice {
		t.Errorf("a slice moved %d events", 1700-n)
	}
	looking, stop := context.WithCancel(t.Context())
	looked := make(chan int)
	go func() {
		n := 0
		for ; looking.Err() == nil; n++ {
			if got := on(t, d, 2, 5000); len(got) != len(all) || len(slices.Compact(slices.Sorted(slices.Values(got)))) != len(all) {
				t.Errorf("%d events are seen, want %d", len(got), len(all))
				break
			}
		}
		looked <- n
	}()
	work(t, d)
	stop()
	t.Logf("looked %d times", <-looked)
	whole(t, d, 2, all)
	whole(t, d, 1, nil)

	all = append(all, says(t, d, 3, 900, now.Add(time.Hour))...)
	all = append(all, says(t, d, 4, 10, now)...)
	moves(t, d, 3, 2)
	moves(t, d, 2, 4) // before anything of 3 has moved
	whole(t, d, 4, all)
	all = append(all, says(t, d, 2, 1, now)...) // a stray: it goes the way of the others
	whole(t, d, 4, all)
	work(t, d)
	whole(t, d, 4, all)
}

// An event that was set aside can be tried again after it moved.
func TestEventSetAsideIsFoundAfterAMove(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), dbtest.Open(t)
	fails, handled := true, 0
	r := activity.NewRunner(d, dbtest.Options(t).Log, activity.Reader{Name: "test.reader", Kinds: []activity.Kind{said},
		Handle: func(_ context.Context, _ *db.Tx, batch []activity.Event) error {
			if fails {
				return fmt.Errorf("cannot handle %d events", len(batch))
			}
			handled += len(batch)
			return nil
		}})
	if err := r.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	says(t, d, 1, 1, d.Now())
	if err := r.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	moves(t, d, 1, 2)
	fails = false
	faults, err := activity.Faults(ctx, d, 10)
	if err != nil || len(faults) != 1 || faults[0].Event.Kind != said {
		t.Fatalf("%+v, %v", faults, err)
	}
	if err := r.Retry(ctx, faults[0]); err != nil || handled != 1 {
		t.Errorf("%d events are handled, %v", handled, err)
	}
}

// crew is a model of who was merged into whom, and whose events are whose.
type crew struct {
	t      *rapid.T
	d      *db.DB
	first  id.Contact
	into   map[id.Contact]id.Contact
	events map[id.Contact][]id.Event // by who they were said by
}

func (c *crew) resolve(one id.Contact) id.Contact {
	for c.into[one] != 0 {
		one = c.into[one]
	}
	return one
}

func (c *crew) draw(what string) id.Contact {
	return c.first + id.Contact(rapid.IntRange(0, 4).Draw(c.t, what))
}

// step is one thing that happens.
func (c *crew) step() {
	one := c.draw("one")
	switch what := rapid.SampledFrom([]string{"say", "merge", "merge", "slice", "slice", "stray"}).Draw(c.t, "what"); what {
	case "say":
		n := rapid.SampledFrom([]int{1, 3, 520, 1100}).Draw(c.t, "events")
		live := c.resolve(one)
		c.events[one] = append(c.events[one], says(c.t, c.d, live, n, time.UnixMilli(rapid.Int64Range(1e12, 1e12+1e6).Draw(c.t, "at")).UTC())...)
	case "merge":
		if from, to := c.resolve(one), c.resolve(c.draw("other")); from != to {
			moves(c.t, c.d, from, to)
			c.into[from] = to
		}
	case "slice":
		slice(c.t, c.d, one)
	case "stray": // a reader finds at once what was on its way to a contact that is merged
		if c.into[one] != 0 {
			c.events[one] = append(c.events[one], says(c.t, c.d, one, 2, time.UnixMilli(1e12).UTC())...)
			moves(c.t, c.d, one, c.resolve(one))
		}
	}
}

func (c *crew) check() {
	want := map[id.Contact][]id.Event{}
	for one, events := range c.events {
		live := c.resolve(one)
		want[live] = append(want[live], events...)
	}
	for i := range id.Contact(5) {
		if one := c.first + i; c.into[one] == 0 {
			whole(c.t, c.d, one, want[one])
		}
	}
}

// In whatever order contacts are merged, slices move and strays arrive: each
// thread is whole at any moment, and nothing is on two.
func TestThreadsAreWholeWhateverMoves(t *testing.T) {
	d := dbtest.Open(t)
	first := id.Contact(1)
	rapid.Check(t, func(r *rapid.T) {
		c := &crew{t: r, d: d, first: first, into: map[id.Contact]id.Contact{}, events: map[id.Contact][]id.Event{}}
		first += 5
		for range rapid.IntRange(2, 14).Draw(r, "steps") {
			c.step()
			c.check()
		}
	})
}

// A long thread is erased in slices, and leaves nothing on its way.
func TestLongThreadIsErasedInSlices(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	says(t, d, 1, 1100, d.Now())
	says(t, d, 2, 1000, d.Now())
	says(t, d, 3, 5, d.Now())
	moves(t, d, 1, 2)
	var taken []int64
	for _, contact := range []id.Contact{2, 1} {
		for n := int64(activity.Slice); n >= activity.Slice; {
			err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
				n, err = activity.Erase(t.Context(), tx, contact)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			taken = append(taken, n)
		}
	}
	if !slices.Equal(taken, []int64{500, 500, 0, 500, 500, 100}) {
		t.Errorf("%v", taken)
	}
	work(t, d) // finds nothing to do
	for contact, want := range map[id.Contact]int{1: 0, 2: 0, 3: 5} {
		if n := len(on(t, d, contact, 100)); n != want {
			t.Errorf("contact %d: %d events, want %d", contact, n, want)
		}
	}
}
