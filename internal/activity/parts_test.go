package activity_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/id"

	"github.com/google/go-cmp/cmp"
)

// latest makes a reader that keeps the highest event of each contact in the table
// meta, and handles them in parts of three contacts. before is asked first.
func latest(before func(batch []activity.Event) error) activity.Reader {
	return activity.Reader{
		Name: "test.latest", Kinds: []activity.Kind{said}, Brief: true,
		Reset: func(ctx context.Context, tx *db.Tx) error { return nil },
		Handle: func(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
			for _, e := range batch {
				_, err := tx.Exec(ctx, `INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.value > meta.value`,
					fmt.Sprintf("latest %03d", e.Contact), fmt.Sprintf("%09d", e.ID))
				if err != nil {
					return err
				}
			}
			return before(batch)
		},
		Parts: func(events []activity.Event) [][]activity.Event {
			last := map[id.Contact]activity.Event{}
			for _, e := range events {
				last[e.Contact] = e
			}
			var list []activity.Event
			for _, e := range last {
				list = append(list, e)
			}
			return slices.Collect(slices.Chunk(list, 3))
		},
	}
}

func latestKept(t *testing.T, d *db.DB) map[string]string {
	t.Helper()
	kept := map[string]string{}
	err := db.Each(t.Context(), d, `SELECT name, value FROM meta WHERE name LIKE 'latest %'`, nil, func(row db.Row) error {
		var name, value string
		err := row.Scan(&name, &value)
		kept[name] = value
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// sayALot gives ten contacts more events than a reader takes at once, and returns
// what latest is to keep of them.
func sayALot(t *testing.T, d *db.DB) map[string]string {
	t.Helper()
	want := map[string]string{}
	for range 3 {
		var refs []activity.Ref
		err := d.Do(t.Context(), func(tx *db.Tx) error {
			refs = nil
			for i := range 3500 {
				refs = append(refs, activity.Append(tx, activity.Entry{Contact: id.Contact(i%10 + 1), Kind: said, Data: word{"x"}}))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range refs {
			want[fmt.Sprintf("latest %03d", i%10+1)] = fmt.Sprintf("%09d", r.ID())
		}
	}
	return want
}

func TestPartsLeaveOutNobody(t *testing.T) {
	d := dbtest.Open(t)
	want := sayALot(t, d)
	handled := 0
	r := runner(t, d, latest(func(batch []activity.Event) error {
		handled += len(batch)
		return nil
	}))
	catchUp(t, r)
	if diff := cmp.Diff(want, latestKept(t, d)); diff != "" {
		t.Error(diff)
	}
	if handled > 100 {
		t.Errorf("%d events of 10 contacts were handled", handled)
	}
	handled = 0
	catchUp(t, runner(t, d, latest(func(batch []activity.Event) error {
		handled += len(batch)
		return nil
	})))
	if handled != 0 {
		t.Errorf("%d events were handled again", handled)
	}
}

// A reader that dies between two parts begins again with the first.
func TestKilledBetweenParts(t *testing.T) {
	d := dbtest.Open(t)
	want := sayALot(t, d)
	func() {
		defer func() { recover() }()
		parts := 0
		runner(t, d, latest(func([]activity.Event) error {
			if parts++; parts == 3 {
				panic("killed")
			}
			return nil
		})).CatchUp(t.Context())
	}()
	if got := latestKept(t, d); len(got) != 6 {
		t.Fatalf("of two parts of three contacts there are %d", len(got))
	}
	catchUp(t, runner(t, d, latest(func([]activity.Event) error { return nil })))
	if diff := cmp.Diff(want, latestKept(t, d)); diff != "" {
		t.Error(diff)
	}
}

func TestPartThatFails(t *testing.T) {
	d := dbtest.Open(t)
	for contact := range 10 {
		say(t, d, id.Contact(contact+1), "a", "b")
	}
	catchUp(t, runner(t, d, latest(func(batch []activity.Event) error {
		for _, e := range batch {
			if e.Contact == 4 {
				return errors.New("not this one")
			}
		}
		return nil
	})))
	if got := latestKept(t, d); len(got) != 9 || got["latest 004"] != "" {
		t.Errorf("%v", got)
	}
	faults, err := activity.Faults(t.Context(), d, 10)
	if err != nil || len(faults) != 2 || faults[0].Event.Contact != 4 {
		t.Errorf("%+v, %v", faults, err)
	}
}
