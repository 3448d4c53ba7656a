package visit_test

import (
	"context"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/visit"

	"github.com/google/go-cmp/cmp"
)

func TestPageSaysWhoItsVisitorIs(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	r := recorder(t, d)
	defer r.Close()
	first := record(t, r, hit(1, 1))
	said := hit(1, 2)
	said.Values, said.Fill = map[string]string{"email": "ada@example.test"}, map[string]string{"city": "Paris"}
	if got := record(t, r, said); got != first {
		t.Fatalf("the visitor became %+v, was %+v", got, first)
	}
	said = hit(1, 3)
	said.Fill = map[string]string{"city": "Rome", "country": "France"}
	record(t, r, said)
	c, err := contact.Find(ctx, d, first.Contact)
	if err != nil || c.Anonymous() {
		t.Fatal(c, err)
	}
	if diff := cmp.Diff(map[string]string{"email": "ada@example.test", "city": "Paris", "country": "France"}, c.Fields); diff != "" {
		t.Error(diff)
	}
	// Another person on the same browser is another contact from this view on.
	said = hit(1, 4)
	said.Values = map[string]string{"email": "bob@example.test"}
	second := record(t, r, said)
	if second.Contact == first.Contact || second.Device == first.Device {
		t.Fatalf("bob is %+v, ada %+v", second, first)
	}
	if n := len(views(t, d, second.Contact)); n != 1 {
		t.Errorf("%d views of bob", n)
	}
	if next := record(t, r, hit(1, 5)); next != second {
		t.Errorf("then %+v", next)
	}
}

func TestSayingTheSameAgainCostsNothing(t *testing.T) {
	d := dbtest.Open(t)
	r := recorder(t, d)
	defer r.Close()
	said := hit(1, 1)
	said.Values = map[string]string{"city": "Paris"}
	a := record(t, r, said)
	said.View = token(99)
	record(t, r, said)
	tally, err := activity.Tally(t.Context(), d, a.Contact)
	if diff := cmp.Diff(map[activity.Kind]int{contact.KindCreated: 1, contact.KindUpdated: 1, visit.KindPageViewed: 2}, tally); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestUntrackedContact(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	r := recorder(t, d)
	a := record(t, r, hit(1, 1))
	follow := func(yes bool) {
		t.Helper()
		if err := d.Do(ctx, func(tx *db.Tx) error { return visit.SetFollowed(ctx, tx, a.Contact, yes, contact.By{}) }); err != nil {
			t.Fatal(err)
		}
		if got, err := visit.Followed(ctx, d, a.Contact); got != yes || err != nil {
			t.Fatal(got, err)
		}
	}
	follow(false)
	follow(false)
	said := hit(1, 2)
	said.Values, said.IP = map[string]string{"email": "ada@example.test"}, "198.51.100.1"
	if got := record(t, r, said); got.Contact != 0 || got.Device != 0 {
		t.Errorf("answered %+v", got)
	}
	r.Close()
	r = recorder(t, d)
	if got := record(t, r, hit(1, 3)); got.Contact != 0 {
		t.Errorf("after a restart: %+v", got)
	}
	c, err := contact.Find(ctx, d, a.Contact)
	if err != nil || len(views(t, d, a.Contact)) != 1 || !c.Anonymous() || len(c.IPs) != 1 {
		t.Errorf("%+v %v", c, err)
	}
	follow(true)
	if got := record(t, r, hit(1, 4)); got != a {
		t.Errorf("followed again: %+v", got)
	}
	r.Close()
}

func TestPlaceOfADevice(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	r := recorder(t, d)
	defer r.Close()
	h := hit(1, 1)
	h.Place, h.Zone, h.Platform = visit.Place{City: "London", Region: "England", Country: "United Kingdom", Zip: "SW1"}, "Europe/London", "Windows"
	a := record(t, r, h)
	h.View, h.Place = token(7), visit.Place{City: "Milton", Country: "United States"}
	record(t, r, h)
	devices, err := visit.Devices(ctx, d, a.Contact)
	if err != nil || len(devices) != 1 || devices[0].Place != h.Place || devices[0].Zone != "Europe/London" || devices[0].Platform != "Windows" {
		t.Errorf("%+v %v", devices, err)
	}
	c, err := contact.Find(ctx, d, a.Contact)
	if diff := cmp.Diff(map[string]string{"city": "London", "state": "England", "country": "United Kingdom", "zipcode": "SW1"}, c.Fields); diff != "" || err != nil || !c.Anonymous() {
		t.Error(diff, err)
	}
}

func TestUTMAndTimeOnPage(t *testing.T) {
	d := dbtest.Open(t)
	r := recorder(t, d)
	defer r.Close()
	first := hit(1, 1)
	first.UTM = visit.UTM{Campaign: "spring & autumn", Source: "newsletter"}
	a := record(t, r, first)
	record(t, r, hit(1, 2))
	events, err := activity.Thread(t.Context(), d, a.Contact, activity.Page{Kinds: []activity.Kind{visit.KindPageViewed}, Limit: 10})
	if err != nil || len(events) != 2 {
		t.Fatal(events, err)
	}
	got, err := visit.PageViews(t.Context(), d, events)
	if err != nil {
		t.Fatal(err)
	}
	if v := got[events[1].ID]; v.UTM != first.UTM || !v.Left.Equal(events[0].At) {
		t.Errorf("%+v", v)
	}
	if v := got[events[0].ID]; v.UTM != (visit.UTM{}) || !v.Left.IsZero() {
		t.Errorf("%+v", v)
	}
	later := events[0]
	later.At = events[1].At.Add(visit.SessionGap)
	if got, err = visit.PageViews(t.Context(), d, []activity.Event{later, events[1]}); err != nil || !got[events[1].ID].Left.IsZero() {
		t.Errorf("half an hour is one session: %+v %v", got, err)
	}
}

func TestSites(t *testing.T) {
	d := dbtest.Open(t)
	r := recorder(t, d)
	for i, address := range []string{"https://www.Example.test/a", "https://www.example.test/b", "http://localhost:8080/", "about:blank", "javascript:alert(1)", ""} {
		h := hit(1, i+1)
		h.URL = address
		record(t, r, h)
	}
	r.Close()
	sites, err := visit.Sites(t.Context(), d)
	if err != nil || len(sites) != 2 || time.Since(sites["www.example.test"]) > time.Minute || sites["localhost:8080"].IsZero() {
		t.Errorf("%v %v", sites, err)
	}
}

// What was recorded for another time does not keep the present from being noted.
func TestSitesAfterHistoryWasWritten(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	r := recorder(t, d)
	defer r.Close()
	if err := d.Do(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		tx.SetNow(now.Add(-time.Hour))
		h := hit(1, 1)
		h.URL = "https://www.example.test/"
		err := r.RecordIn(ctx, tx, h)
		tx.SetNow(now)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	h := hit(2, 2)
	h.URL = "https://www.example.test/b"
	record(t, r, h)
	if sites, err := visit.Sites(ctx, d); err != nil || time.Since(sites["www.example.test"]) > time.Minute {
		t.Errorf("%v %v", sites, err)
	}
}
