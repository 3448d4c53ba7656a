package visit_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/visit"
)

// two are recorders of two processes on one database.
func two(t *testing.T) (d *db.DB, first, second *visit.Recorder) {
	t.Helper()
	o := dbtest.Options(t)
	if o.URL == "" {
		t.Skip("SQLite serves one process")
	}
	var all [2]*visit.Recorder
	for i := range all {
		d = dbtest.With(t, o)
		join(t, d)
		all[i] = recorder(t, d)
		t.Cleanup(all[i].Close)
	}
	return d, all[0], all[1]
}

// join lets a process believe what it remembers.
func join(t *testing.T, d *db.DB) {
	t.Helper()
	if err := d.Join(t.Context()); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); !d.Hears(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("hears nothing")
		}
	}
}

// A page view that is sent again, to another process than before, is one.
func TestViewThatIsSentToAnotherProcess(t *testing.T) {
	d, first, second := two(t)
	at := record(t, first, hit(1, 1))
	record(t, second, hit(1, 2))
	for view := 3; view < 9; view++ {
		record(t, first, hit(1, view))
		record(t, second, hit(1, view))
		record(t, second, hit(1, view-1))
	}
	if n := len(views(t, d, at.Contact)); n != 8 {
		t.Errorf("%d page views on the thread, want 8", n)
	}
}

// A process that stood still comes late with a page view that another has stored
// meanwhile, and many after it.
func TestViewThatComesLate(t *testing.T) {
	d, first, second := two(t)
	at := record(t, first, hit(1, 1))
	for view := 2; view < 40; view++ {
		record(t, second, hit(1, view))
	}
	record(t, first, hit(1, 2))
	if n := len(views(t, d, at.Contact)); n != 39 {
		t.Errorf("%d page views on the thread, want 39", n)
	}
}

// What is decided in one process counts in the others.
func TestNobodyIsFollowedByAnotherProcess(t *testing.T) {
	d, first, second := two(t)
	at := record(t, first, hit(1, 1))
	record(t, second, hit(1, 2))
	set := func(followed bool) {
		t.Helper()
		err := d.Do(t.Context(), func(tx *db.Tx) error {
			return visit.SetFollowed(t.Context(), tx, at.Contact, followed, contact.By{})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	is := func(want bool) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); (record(t, first, hit(1, 0)).Contact != 0) != want; {
			if time.Now().After(end) {
				t.Fatalf("the other process has not heard of it (followed: %t)", want)
			}
		}
	}
	set(false)
	is(false)
	set(true)
	is(true)
}

// A browser that became another contact's in one process is that contact's in
// the others, and nothing recorded meanwhile is lost.
func TestBrowserIsMergedByAnotherProcess(t *testing.T) {
	d, first, second := two(t)
	at := record(t, first, hit(1, 1))
	record(t, second, hit(1, 2))
	const others = 20
	for browser := range others {
		record(t, second, hit(100+browser, 1000+browser))
	}
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		known, err := contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"email": "ada@example.test"}})
		if err != nil {
			return err
		}
		at.Contact = known
		visitor, err := first.Visitor(token(1), hit(1, 0))(t.Context(), tx)
		if err != nil {
			return err
		}
		return contact.Attach(t.Context(), tx, visitor, contact.Visitor{Contact: known}, activity.SourceForm, contact.By{})
	})
	if err != nil {
		t.Fatal(err)
	}
	view := 3
	for end := time.Now().Add(10 * time.Second); record(t, second, hit(1, view)).Contact != at.Contact; view++ {
		if time.Now().After(end) {
			t.Fatal("the other process has not heard of it")
		}
	}
	d.Watch(func(query string, _ []any) {
		if strings.Contains(query, "FROM identity") || strings.Contains(query, "FROM device") {
			t.Errorf("browsers of contacts that are not concerned are looked for again: %s", query)
		}
	})
	for browser := range others {
		record(t, second, hit(100+browser, 2000+browser))
	}
	d.Watch(func(string, []any) {})
	r := activity.NewRunner(d, dbtest.Options(t).Log, contact.ActiveReader([]activity.Kind{visit.KindPageViewed}, visit.KindPageViewed), visit.MergeReader())
	if err := r.CatchUp(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := len(views(t, d, at.Contact)); n != view {
		t.Errorf("%d page views on the thread, want %d", n, view)
	}
}
