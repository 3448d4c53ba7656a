package visit_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/visit"

	"pgregory.net/rapid"
)

// deed is one thing that happens: a browser views a page, or sends a form with
// an address. Browser 0 has no device.
type deed struct {
	Browser int
	Address int // 0 for a page view
	Named   bool
}

func drawDeeds(t *rapid.T) []deed {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) deed {
		d := deed{Browser: rapid.IntRange(0, 4).Draw(t, "browser"), Address: rapid.IntRange(0, 3).Draw(t, "address")}
		if d.Address == 0 {
			d.Browser = max(d.Browser, 1)
			d.Named = rapid.IntRange(0, 9).Draw(t, "named") == 0
		}
		return d
	}), 1, 25).Draw(t, "deeds")
}

// world plays deeds on a database of its own.
type world struct {
	t    *rapid.T
	d    *db.DB
	r    *visit.Recorder
	met  map[id.Contact]bool // every number ever answered
	own  map[int]id.Contact  // address -> contact
	seen int                 // page views answered
}

func (w *world) do(n int, d deed) {
	ctx := context.Background()
	if d.Address == 0 && !d.Named {
		h := hit(d.Browser, n+1)
		a, err := w.r.Record(ctx, h)
		if err != nil {
			w.t.Fatal(err)
		}
		w.met[a.Contact] = true
		w.seen++
		return
	}
	values := map[string]string{"lastname": fmt.Sprintf("Browser%d", d.Browser)}
	if d.Address > 0 {
		values = map[string]string{"email": fmt.Sprintf("Person%d@example.test", d.Address), "company": fmt.Sprintf("Company %d", d.Address)}
	}
	var got id.Contact
	err := w.d.Do(ctx, func(tx *db.Tx) error {
		v := contact.Visitor{IP: "192.0.2.9"}
		if d.Browser > 0 {
			var err error
			if v, err = w.r.Visitor(token(d.Browser), hit(d.Browser, 0))(ctx, tx); err != nil {
				return err
			}
			w.met[v.Contact] = true
		}
		who, _, err := contact.Identify(ctx, tx, contact.Submitted{Visitor: v, Values: values, Source: activity.SourceForm})
		got = who.Contact
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.met[got] = true
	if d.Address == 0 {
		return
	}
	if before := w.own[d.Address]; before != 0 && before != got {
		w.t.Fatalf("person %d was %d and is now %d", d.Address, before, got)
	}
	w.own[d.Address] = got
}

// check looks at what must be true after any deeds.
func (w *world) check() (people map[string]string) {
	ctx := context.Background()
	people = map[string]string{}
	owners := map[id.Contact]int{}
	for address, owner := range w.own {
		if other, taken := owners[owner]; taken {
			w.t.Fatalf("persons %d and %d are one contact", address, other)
		}
		owners[owner] = address
		c, err := contact.Find(ctx, w.d, owner)
		if err != nil || c.ID != owner || c.State != contact.Known {
			w.t.Fatalf("person %d: contact %+v, error %v", address, c, err)
		}
		people[c.Fields["email"]] = c.Fields["company"]
	}
	threads, views := map[id.Event]id.Contact{}, 0
	for n := range w.met {
		c, err := contact.Find(ctx, w.d, n)
		if err != nil {
			w.t.Fatalf("number %d leads nowhere: %v", n, err)
		}
		if c.State > contact.Known {
			w.t.Fatalf("number %d leads to %d, which is merged itself", n, c.ID)
		}
		events, err := activity.Thread(ctx, w.d, c.ID, activity.Page{Limit: 1000})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, e := range events {
			if on, taken := threads[e.ID]; taken && on != c.ID {
				w.t.Fatalf("event %d is on the threads of %d and %d", e.ID, on, c.ID)
			} else if !taken && e.Kind == visit.KindPageViewed {
				views++
			}
			threads[e.ID] = c.ID
		}
		if c.ID != n {
			if left, err := activity.Thread(ctx, w.d, n, activity.Page{Limit: 1}); err != nil || len(left) > 0 {
				w.t.Fatalf("merged contact %d still has events, error %v", n, err)
			}
		}
	}
	if views != w.seen {
		w.t.Fatalf("%d page views are on threads, %d were answered", views, w.seen)
	}
	return people
}

// play runs deeds in a fresh database and returns the people there are then.
func play(t *rapid.T, outer *testing.T, deeds []deed) map[string]string {
	d, err := db.Open(context.Background(), dbtest.Options(outer))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() // at once: there are many
	r := visit.NewRecorder(d)
	defer r.Close()
	w := &world{t: t, d: d, r: r, met: map[id.Contact]bool{}, own: map[int]id.Contact{}}
	for i, one := range deeds {
		w.do(i, one)
	}
	return w.check()
}

// Whatever happens, nobody is mixed up with anybody, nothing is lost, every
// number leads somewhere for ever, and the order makes no other people.
func TestWhoIsWhoWhateverHappens(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		deeds := drawDeeds(r)
		people := play(r, t, deeds)
		shuffled := rapid.Permutation(deeds).Draw(r, "shuffled")
		if others := play(r, t, shuffled); !maps.Equal(people, others) {
			r.Fatalf("in one order %v, in another %v", people, others)
		}
	})
}

func TestUnknownNumbersLeadNowhere(t *testing.T) {
	d := dbtest.Open(t)
	r := recorder(t, d)
	a := record(t, r, hit(1, 1))
	r.Close()
	for _, n := range []id.Contact{a.Contact + 1, -1, 1 << 60} {
		if _, err := contact.Find(context.Background(), d, n); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("number %d: %v", n, err)
		}
	}
	neighbours := []string{token(0), token(2), token(1)[:31] + "f"}
	for _, forged := range slices.Concat(neighbours, []string{"", "1", fmt.Sprint(a.Contact)}) {
		if v, err := visit.Known(context.Background(), d, forged); err != nil || v.Contact != 0 {
			t.Errorf("token %q is somebody's: %+v, %v", forged, v, err)
		}
	}
}
