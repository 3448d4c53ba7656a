package contact_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/job"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// seen gives a contact a past of so many events.
func (b bench) seen(c id.Contact, events int) {
	b.Helper()
	for left := events; left > 0; left -= 5000 {
		b.do(func(_ context.Context, tx *db.Tx) error {
			activity.History(tx)
			for i := range min(left, 5000) {
				activity.Append(tx, activity.Entry{Contact: c, At: tx.Now().Add(-time.Duration(left-i) * time.Minute), Kind: contact.KindIPAdded, Data: contact.IPAdded{IP: "192.0.2.1"}})
			}
			return nil
		})
	}
}

// events counts the thread of a contact.
func (b bench) events(c id.Contact) (n int) {
	b.Helper()
	counts, err := activity.Tally(b.Context(), b.d, c)
	if err != nil {
		b.Fatal(err)
	}
	for _, of := range counts {
		n += of
	}
	return n
}

// settles runs readers and jobs until nothing is left to do.
func (b bench) settles(done func() bool) {
	b.Helper()
	log := dbtest.Options(b.T).Log
	runner := activity.NewRunner(b.d, log, contact.ActiveReader([]activity.Kind{contact.KindIPAdded}))
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error)
	go func() {
		ended <- job.NewRunner(b.d, log, job.Options{Handlers: []job.Handler{activity.Moves(b.d)}}).Run(ctx)
	}()
	for left := 1; left > 0 || !done(); <-time.After(time.Millisecond) {
		if err := runner.CatchUp(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := b.d.QueryRow(ctx, `SELECT (SELECT count(*) FROM event_move) + (SELECT count(*) FROM job WHERE state < 2)`).Scan(&left); err != nil {
			b.Fatal(err)
		}
	}
	stop()
	if err := <-ended; err != nil {
		b.Error(err)
	}
	if err := runner.CatchUp(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// While a long thread moves, and is erased, others write, some to the contact that
// was merged because they have not heard of it. None waits for long, and nothing
// is lost or doubled.
func TestOthersWriteWhileALongThreadMoves(t *testing.T) {
	b := open(t)
	const past = 50_000
	v := b.visitor(1)
	ada := b.submit(contact.Visitor{}, "email", "ada@example.test")
	b.seen(v.Contact, past)
	before := b.events(v.Contact) + b.events(ada)
	var longest, wrote atomic.Int64
	writing, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for range 3 {
		writers.Go(func() {
			for writing.Err() == nil {
				begun := time.Now()
				err := b.d.DoRelaxed(t.Context(), func(tx *db.Tx) error {
					activity.Append(tx, activity.Entry{Contact: v.Contact, Kind: contact.KindIPAdded, Data: contact.IPAdded{IP: "192.0.2.2"}})
					return nil
				})
				if err != nil {
					t.Error(err)
				}
				wrote.Add(1)
				for took := int64(time.Since(begun)); ; {
					if most := longest.Load(); took <= most || longest.CompareAndSwap(most, took) {
						break
					}
				}
				<-time.After(time.Millisecond)
			}
		})
	}
	measure := func(what string) {
		t.Logf("%s: %d transactions beside it, the longest took %s", what, wrote.Load(), time.Duration(longest.Swap(0)))
	}
	begun := time.Now()
	if got := b.submit(v, "email", "ada@example.test"); got != ada {
		t.Fatalf("contact %d, want %d", got, ada)
	}
	t.Logf("merged in %s", time.Since(begun))
	measure("merge")
	if n := b.events(ada); n < before {
		t.Errorf("%d events are seen right after the merge, want %d", n, before)
	}
	b.settles(func() bool { return true })
	t.Logf("all in %s", time.Since(begun))
	measure("move")
	stop()
	writers.Wait()
	b.settles(func() bool { return b.events(v.Contact) == 0 })
	// The merge appended that it happened.
	if n, want := b.events(ada), before+int(wrote.Load())+1; n != want {
		t.Errorf("%d events, want %d", n, want)
	}

	b.remove(ada)
	writing, stop = context.WithCancel(t.Context())
	other := b.visitor(2)
	writers.Go(func() {
		for writing.Err() == nil {
			begun := time.Now()
			b.do(func(_ context.Context, tx *db.Tx) error {
				activity.Append(tx, activity.Entry{Contact: other.Contact, Kind: contact.KindIPAdded, Data: contact.IPAdded{IP: "192.0.2.2"}})
				return nil
			})
			longest.Store(max(longest.Load(), int64(time.Since(begun))))
		}
	})
	if err := contact.EraseOld(t.Context(), b.d, b.d.Now().Add(contact.KeptFor)); err != nil {
		t.Fatal(err)
	}
	stop()
	writers.Wait()
	measure("erasure")
	if n := b.events(ada); n != 1 {
		t.Errorf("%d events are left, want the one that tells of the erasure", n)
	}
}

// An erasure that was interrupted goes on, and its contact cannot be restored with
// half a thread.
func TestErasureGoesOn(t *testing.T) {
	b := open(t)
	ada := b.submit(contact.Visitor{}, "email", "ada@example.test")
	b.seen(ada, 1700)
	b.remove(ada)
	interrupted, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var over atomic.Bool
	watched := make(chan struct{})
	// The context ends with the first slice.
	go func() {
		defer close(watched)
		for !over.Load() && b.events(ada) > 1300 {
			<-time.After(100 * time.Microsecond)
		}
		interrupt()
	}()
	err := contact.EraseOld(interrupted, b.d, b.d.Now().Add(contact.KeptFor))
	over.Store(true)
	<-watched
	if err == nil {
		t.Log("it was not interrupted; the test shows less")
	} else {
		if n := b.events(ada); n == 0 || n >= 1700 {
			t.Errorf("%d events are left", n)
		}
		if bin, err := contact.Bin(t.Context(), b.d, 10); len(bin) > 0 || err != nil {
			t.Errorf("the bin still shows %+v, %v", bin, err)
		}
		if err := b.d.Do(t.Context(), func(tx *db.Tx) error { return contact.Restore(t.Context(), tx, ada, byHand(nil)) }); err == nil {
			t.Error("it is restored with half a thread")
		}
	}
	if err := contact.EraseOld(t.Context(), b.d, b.d.Now().Add(contact.KeptFor)); err != nil {
		t.Fatal(err)
	}
	if n := b.events(ada); n != 1 {
		t.Errorf("%d events are left", n)
	}
}
