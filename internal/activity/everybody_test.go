package activity_test

import (
	"context"
	"slices"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/id"
)

// crowd is n events of 40 contacts, every hundredth of another kind.
func crowd(t testing.TB, lanes, n int) *db.DB {
	t.Helper()
	o := dbtest.Options(t)
	o.Lanes = lanes
	d := dbtest.With(t, o)
	for part := range slices.Chunk(make([]struct{}, n), 500) {
		err := d.Do(context.Background(), func(tx *db.Tx) error {
			for i := range part {
				kind := said
				if i%100 == 99 {
					kind = echoed
				}
				activity.Append(tx, activity.Entry{Contact: id.Contact(i%40 + 1), Kind: kind, Data: word{"x"}})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// walk reads page after page.
func walk(t testing.TB, d *db.DB, c activity.Crowd) (events []activity.Event, pages int) {
	t.Helper()
	for {
		p, err := activity.Everybody(context.Background(), d, c)
		if err != nil {
			t.Fatal(err)
		}
		if p.Full != (len(p.Events) == c.Limit && p.Older != 0) && p.Older != 0 {
			t.Errorf("full: %v with %d events", p.Full, len(p.Events))
		}
		events, pages = append(events, p.Events...), pages+1
		if p.Older == 0 {
			return events, pages
		}
		c.Before = p.Older
	}
}

func TestEverybodyPageByPage(t *testing.T) {
	t.Parallel()
	for _, lanes := range []int{1, 4} {
		d := crowd(t, lanes, 1500)
		known := func(_ context.Context, events []activity.Event) ([]activity.Event, error) {
			return slices.DeleteFunc(events, func(e activity.Event) bool { return e.Contact%2 == 0 }), nil
		}
		for _, limit := range []int{15, 47, 250, 750, 1500, 2000} {
			for _, c := range []struct {
				crowd activity.Crowd
				want  int
			}{
				{activity.Crowd{Limit: limit}, 1500},
				{activity.Crowd{Limit: limit, Kinds: []activity.Kind{echoed}}, 15},
				{activity.Crowd{Limit: limit, Keep: known}, 750},
			} {
				events, _ := walk(t, d, c.crowd)
				if len(events) != c.want {
					t.Fatalf("%d lanes, limit %d: %d events, want %d", lanes, limit, len(events), c.want)
				}
				if !slices.IsSortedFunc(events, func(a, b activity.Event) int { return int(b.ID - a.ID) }) || len(events[0].Data) == 0 {
					t.Fatal("not in order, or without data")
				}
			}
		}
	}
}

func TestEverybodyLooksBackSoFar(t *testing.T) {
	t.Parallel()
	d := crowd(t, 1, 26_000)
	none := func(_ context.Context, events []activity.Event) ([]activity.Event, error) { return nil, nil }
	p, err := activity.Everybody(t.Context(), d, activity.Crowd{Limit: 10, Keep: none})
	if err != nil || len(p.Events) != 0 || p.Full || p.Older == 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	if _, pages := walk(t, d, activity.Crowd{Limit: 10, Keep: none}); pages != 2 {
		t.Errorf("%d looks", pages)
	}
}

func TestEverybodyReadsByTheIndex(t *testing.T) {
	t.Parallel()
	d := crowd(t, 1, 100)
	for _, query := range []string{
		`SELECT id FROM event WHERE lane = 0 AND id < 90 ORDER BY id DESC LIMIT 1 OFFSET 50`,
		`SELECT id, contact_id, at, kind FROM event WHERE lane = 0 AND id >= 5 AND id < 90 AND kind IN (101, 102) ORDER BY id DESC LIMIT 20`,
	} {
		if plan := dbtest.PlanOf(t, d, query); len(plan.Scans)+len(plan.Sorts) > 0 {
			t.Errorf("%s\n%s", query, plan.Text)
		}
	}
	plan := dbtest.PlanOf(t, d, `SELECT data FROM event WHERE (contact_id, at, id) IN (VALUES (1, 2, 3), (4, 5, 6))`)
	t.Log("whole events:\n", plan.Text)
}
