package activity_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/id"
)

// fetch reads from a channel of a watcher until it has so many events.
func fetch(t *testing.T, fresh <-chan []activity.Event, n int) []activity.Event {
	t.Helper()
	var events []activity.Event
	patience := time.After(20 * time.Second)
	for len(events) < n {
		select {
		case more, open := <-fresh:
			if !open {
				t.Fatal("the channel is closed")
			}
			events = append(events, more...)
		case <-patience:
			t.Fatalf("%d events of %d", len(events), n)
		}
	}
	return events
}

func TestWatcherTellsWhatIsAppended(t *testing.T) {
	for _, lanes := range []int{1, 4} {
		t.Run(fmt.Sprintf("%d lanes", lanes), func(t *testing.T) {
			t.Parallel()
			o := dbtest.Options(t)
			o.Lanes = lanes
			d := dbtest.With(t, o)
			say(t, d, 1, "before")
			w := activity.NewWatcher(d, o.Log)
			everybody, away := w.Subscribe(0)
			defer away()
			first, leave := w.Subscribe(1)
			var writers sync.WaitGroup
			for contact := range 8 {
				writers.Go(func() {
					for range 5 {
						say(t, d, id.Contact(contact+1), "word")
					}
				})
			}
			events := fetch(t, everybody, 40)
			writers.Wait()
			seen := map[id.Event]bool{}
			for _, e := range events {
				if seen[e.ID] || e.Kind != said || e.At.IsZero() {
					t.Errorf("%+v", e)
				}
				seen[e.ID] = true
			}
			if len(seen) != 40 {
				t.Errorf("%d different events", len(seen))
			}
			own := fetch(t, first, 5)
			if len(own) != 5 || slices.ContainsFunc(own, func(e activity.Event) bool { return e.Contact != 1 }) {
				t.Errorf("%+v", own)
			}
			leave()
			away()
			again, away := w.Subscribe(2)
			defer away()
			say(t, d, 2, "after a pause")
			if late := fetch(t, again, 1); len(late) != 1 || late[0].Contact != 2 {
				t.Errorf("after a pause: %+v", late)
			}
			w.Stop()
		})
	}
}

// Another process has the same database, and other topics.
func TestWatcherSeesOtherProcesses(t *testing.T) {
	t.Parallel()
	o := dbtest.Options(t)
	d, other := dbtest.With(t, o), dbtest.With(t, o)
	w := activity.NewWatcher(d, o.Log)
	fresh, away := w.Subscribe(0)
	defer away()
	say(t, other, 7, "hello")
	if events := fetch(t, fresh, 1); events[0].Contact != 7 {
		t.Errorf("%+v", events)
	}
	w.Stop()
}

func TestWatcherKeepsTheLatestForTheSlow(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	w := activity.NewWatcher(d, dbtest.Options(t).Log)
	slow, away := w.Subscribe(1)
	defer away()
	marker, leave := w.Subscribe(2)
	defer leave()
	for range 3 {
		words := make([]string, 300)
		say(t, d, 1, words...)
		say(t, d, 2, "mark")
		fetch(t, marker, 1)
	}
	events := <-slow
	if n := len(events); n < 300 || n > 500 {
		t.Errorf("%d events are kept", n)
	}
	if !slices.IsSortedFunc(events, func(a, b activity.Event) int { return int(a.ID - b.ID) }) {
		t.Error("not in order")
	}
	w.Stop()
}

func TestWatcherStops(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	w := activity.NewWatcher(d, dbtest.Options(t).Log)
	fresh, away := w.Subscribe(0)
	var lookers sync.WaitGroup
	for contact := range 20 {
		lookers.Go(func() {
			own, leave := w.Subscribe(id.Contact(contact))
			defer leave()
			for range own {
			}
		})
	}
	w.Stop()
	if _, open := <-fresh; open {
		t.Error("the channel goes on")
	}
	lookers.Wait()
	away()
	if late, leave := w.Subscribe(0); true {
		if _, open := <-late; open {
			t.Error("a stopped watcher watches")
		}
		leave()
	}
	w.Stop()
	if err := d.Ping(context.Background()); err != nil {
		t.Error(err)
	}
}
