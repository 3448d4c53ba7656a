package activity_test

import (
	"strings"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"

	"github.com/google/go-cmp/cmp"
)

// Of a long thread only the events that are asked for are read: whoever holds the
// writer meanwhile lets nobody wait for page views.
func TestAllReadsItsKindsAlone(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	const viewed activity.Kind = 10
	say(t, d, 1, "first")
	say(t, d, 2, "another's")
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		for range 5000 {
			activity.Append(tx, activity.Entry{Contact: 1, Kind: viewed})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	say(t, d, 1, "second")
	if d.Dialect() == db.Postgres {
		if err := d.Do(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), `ANALYZE event`); return err }); err != nil {
			t.Fatal(err)
		}
	}
	var plan string
	d.Watch(func(query string, args []any) {
		if strings.Contains(query, " FROM event ") {
			d.Watch(func(string, []any) {})
			if d.Dialect() == db.Postgres {
				_, plan = dbtest.Touched(t, d, query, args...)
			} else {
				plan = dbtest.PlanOf(t, d, query, args...).Text
			}
		}
	})
	events, err := activity.All(t.Context(), d, 1, said, ignored)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"first", "second"}, texts(t, events)); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(plan, "event_kind") && !strings.Contains(plan, "kind_contact_id_idx") {
		t.Errorf("all events of the thread are read:\n%s", plan)
	}
	all, err := activity.All(t.Context(), d, 1, said, viewed)
	if err != nil || len(all) != 5002 {
		t.Errorf("%d events, %v", len(all), err)
	}
}
