package crash_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/bulk"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/label"
)

// write does something while no server runs.
func write(t *testing.T, o db.Options, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Do(t.Context(), func(tx *db.Tx) error { return f(t.Context(), tx) })
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
}

// tagging begins to put a tag on so many contacts.
func tagging(t *testing.T, o db.Options, many int) (run int64) {
	t.Helper()
	write(t, o, func(ctx context.Context, tx *db.Tx) error {
		contacts := make([]id.Contact, many)
		for i := range contacts {
			var err error
			if contacts[i], err = contact.Create(ctx, tx, contact.New{Values: map[string]string{"lastname": "Moreau"}}); err != nil {
				return err
			}
		}
		var err error
		run, err = bulk.Start(ctx, tx, bulk.Change{Kind: bulk.Tag, Tags: []string{"client"}}, bulk.Selection{Contacts: contacts}, bulk.By{Zone: time.UTC})
		return err
	})
	return run
}

// A server that is killed while it changes many contacts, or takes that back, goes on
// where it stopped: each contact is changed once, and once back.
func TestKilledWhileManyAreChanged(t *testing.T) {
	t.Parallel()
	o := dbtest.Options(t)
	kills := 4
	if o.URL != "" {
		kills = 1 // the lease of who was killed ends first, each time
	}
	s := prepare(t, o)
	const many = 12_000
	run := tagging(t, o, many)
	look, err := db.Look(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer look.Close()
	number := func(query string, args ...any) (n int) {
		if err := look.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	tagged := func() int { return number(`SELECT count(*) FROM contact_tag`) }
	find := func() bulk.Run {
		r, err := bulk.Find(t.Context(), look, run)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	// go on until all is done, killed at random points on the way.
	goOn := func(what string, done func() int, state bulk.State) {
		for range kills {
			at := done() + 1 + rand.IntN(max((many-done())/2, 1))
			server := start(t, s)
			for end := time.Now().Add(2 * time.Minute); done() < at; <-time.After(time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("%s: %d of %d contacts", what, done(), at)
				}
			}
			server.Kill()
			n := done()
			t.Logf("%s: killed after %d contacts", what, n)
			if r := find(); r.Changed-r.Undone != tagged() {
				t.Errorf("%s: %d are told, %d are undone, and %d are tagged", what, r.Changed, r.Undone, tagged())
			}
		}
		server := start(t, s)
		for end := time.Now().Add(2 * time.Minute); find().State != state; <-time.After(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: %+v does not end", what, find())
			}
		}
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}
	goOn("change", tagged, bulk.Done)
	if n := tagged(); n != many || find().Changed != many {
		t.Errorf("%d are tagged, %+v", n, find())
	}
	write(t, o, func(ctx context.Context, tx *db.Tx) error { return bulk.Undo(ctx, tx, run) })
	goOn("undo", func() int { return many - tagged() }, bulk.Undone)
	if n := tagged(); n != 0 || find().Undone != many || find().Kept != 0 {
		t.Errorf("%d are tagged, %+v", n, find())
	}
	told := number(`SELECT count(*) FROM event WHERE kind = ?`, int(label.KindAdded))
	back := number(`SELECT count(*) FROM event WHERE kind = ?`, int(label.KindRemoved))
	if told != many || back != many {
		t.Errorf("told %d times that a tag was put on, and %d times that it was taken off", told, back)
	}
}
