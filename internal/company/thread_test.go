package company_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/company"
	"ariane/internal/contact"
	"ariane/internal/id"

	"pgregory.net/rapid"
)

// The joint thread is what all threads together would be in order, page by page,
// whatever happened at the same moment.
func TestJointThreadIsAllThreadsInOrder(t *testing.T) {
	o := newOffice(t)
	var crew []id.Contact
	for i := range 12 {
		crew = append(crew, o.person(fmt.Sprint("P", i), "Acme"))
	}
	other := o.person("Other", "Beta")
	o.settle()
	acme := o.named("Acme").ID
	begun := o.Now().Add(-24 * time.Hour)
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(0, 10).Draw(r, "events")
		o.do(func(tx *db.Tx) error {
			for range n {
				c := rapid.SampledFrom(append(crew, other)).Draw(r, "who")
				at := begun.Add(time.Duration(rapid.IntRange(0, 40).Draw(r, "when")) * time.Second)
				activity.Append(tx, activity.Entry{Contact: c, At: at, Kind: contact.KindIPAdded, Data: contact.IPAdded{IP: "192.0.2.1"}})
			}
			return nil
		})
		if err := o.CatchUp(t.Context()); err != nil {
			r.Fatal(err)
		}
		var want []activity.Event
		for _, c := range crew {
			events, err := activity.Thread(t.Context(), o.DB, c, activity.Page{Limit: 10_000})
			if err != nil {
				r.Fatal(err)
			}
			want = append(want, events...)
		}
		slices.SortFunc(want, func(a, b activity.Event) int {
			return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Contact, a.Contact), cmp.Compare(b.ID, a.ID))
		})
		size := rapid.IntRange(1, 20).Draw(r, "page")
		var got []activity.Event
		place := company.Place{}
		for {
			part, err := company.Thread(t.Context(), o.DB, acme, place, size)
			if err != nil {
				r.Fatal(err)
			}
			if got = append(got, part...); len(part) < size {
				break
			}
			place = company.PlaceOf(part[size-1])
		}
		if len(got) != len(want) {
			r.Fatalf("%d events, want %d", len(got), len(want))
		}
		for i := range want {
			if got[i].ID != want[i].ID {
				r.Fatalf("event %d is %d, want %d", i, got[i].ID, want[i].ID)
			}
		}
	})
}
