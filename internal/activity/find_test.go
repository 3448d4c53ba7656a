package activity_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"

	"github.com/google/go-cmp/cmp"
)

// long is a thread of n events a minute apart, every hundredth of kind 20.
func long(t *testing.T, n int) (*db.DB, time.Time) {
	t.Helper()
	d := dbtest.Open(t)
	first := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		for i := range n {
			kind := activity.Kind(10)
			if i%100 == 0 {
				kind = 20
			}
			var data any = map[string]int{"u": i % 7}
			if i%3 > 0 {
				data = []int{9, i % 7}
			}
			activity.Append(tx, activity.Entry{Contact: 1, At: first.Add(time.Duration(i) * time.Minute), Kind: kind, Data: data})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d, first
}

func TestSearchGoesBackInStretches(t *testing.T) {
	d, first := long(t, 1500)
	var stretches int
	read := func(p activity.Page) ([]activity.Event, error) {
		stretches++
		p.Kinds = []activity.Kind{20}
		return activity.Thread(t.Context(), d, 1, p)
	}
	p := activity.Page{Limit: 4}
	var seen []string
	for range 10 {
		found, err := activity.Search(t.Context(), d, 1, p, read)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range found.Events {
			seen = append(seen, fmt.Sprint(e.At.Sub(first).Minutes()))
		}
		if p.Before = found.Until; p.Before.At.IsZero() {
			break
		}
	}
	if got := fmt.Sprint(seen); got != "[1400 1300 1200 1100 1000 900 800 700 600 500 400 300 200 100 0]" || stretches > 12 {
		t.Error(got, stretches)
	}
}

func TestPlaceOfAnEvent(t *testing.T) {
	d, _ := long(t, 30)
	events, err := activity.Thread(t.Context(), d, 1, activity.Page{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	e := events[19]
	at, err := activity.Place(t.Context(), d, 1, e.ID)
	if err != nil || !at.At.Equal(e.At) || at.ID != e.ID {
		t.Error(at, err)
	}
	since, err := activity.Thread(t.Context(), d, 1, activity.Page{Since: at, Limit: 100})
	if err != nil || len(since) != 20 {
		t.Error(len(since), err)
	}
	if _, err := activity.Place(t.Context(), d, 2, e.ID); !fault.Is(err, fault.KindNotFound) {
		t.Error("the event of another contact:", err)
	}
}

func TestCountsOfAThread(t *testing.T) {
	d, first := long(t, 250)
	counts, all, err := activity.TallyLatest(t.Context(), d, 1, 250)
	if err != nil || !all || counts[10] != 247 || counts[20] != 3 {
		t.Error(counts, all, err)
	}
	if counts, all, err = activity.TallyLatest(t.Context(), d, 1, 100); err != nil || all || counts[10]+counts[20] != 101 {
		t.Error(counts, all, err)
	}
	back, err := activity.Back(t.Context(), d, 1, 130)
	if err != nil || !back.At.Equal(first.Add(120*time.Minute)) {
		t.Error(back, err)
	}
	rhythm, err := activity.Rhythm(t.Context(), d, 1, activity.Page{Since: back}, time.Hour)
	hour := first.Unix() / 3600
	if err != nil || len(rhythm) != 3 || rhythm[hour+2][10] != 60 || rhythm[hour+3][20] != 1 || rhythm[hour+4][10] != 10 {
		t.Error(rhythm, err)
	}
	numbers, err := activity.Numbers(t.Context(), d, 1, activity.Page{Kinds: []activity.Kind{20}}, activity.Slot{Name: "u", Index: 1}, activity.Slot{Name: "t", Index: 2})
	if err != nil || len(numbers) != 3 { // 0, 100 and 200, modulo 7
		t.Error(numbers, err)
	}
	held, err := activity.Thread(t.Context(), d, 1, activity.Page{Holding: &activity.Holding{Slots: []activity.Slot{{Name: "t", Index: 2}, {Name: "u", Index: 1}}, Numbers: []int64{3}}, Limit: 1000})
	if err != nil || len(held) != 36 {
		t.Error(len(held), err)
	}
}

// What a long thread has little of is counted and read where the index by kind leads
// to it, without the rest of the thread.
func TestFewOfALongThread(t *testing.T) {
	d, _ := long(t, 6000)
	ctx := t.Context()
	if err := d.Do(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, `ANALYZE`); return err }); err != nil {
		t.Fatal(err)
	}
	asked := map[string][]any{}
	d.Watch(func(query string, args []any) { asked[query] = args })
	counts, err := activity.Tally(ctx, d, 1, 10, 20, 30)
	few := activity.Page{Kinds: []activity.Kind{20, 30}, Limit: 100}
	inOrder, first := activity.Thread(ctx, d, 1, few)
	few.Few = true
	byKind, second := activity.Thread(ctx, d, 1, few)
	few.Oldest, few.Limit = true, 7
	oldest, third := activity.Thread(ctx, d, 1, few)
	d.Watch(func(string, []any) {})
	if err := errors.Join(err, first, second, third); err != nil || counts[10] != 5940 || counts[20] != 60 || len(counts) != 2 {
		t.Fatal(counts, err)
	}
	if diff := cmp.Diff(inOrder, byKind); diff != "" || len(byKind) != 60 || len(oldest) != 7 || oldest[0].ID != byKind[59].ID || oldest[6].ID != byKind[53].ID {
		t.Errorf("%d events: %s", len(byKind), diff)
	}
	explained := 0
	for query, args := range asked {
		if !strings.Contains(query, "kind <> 10") {
			continue
		}
		explained++
		if plan := dbtest.PlanOf(t, d, query, args...).Text; !strings.Contains(plan, "event_kind") && !strings.Contains(plan, "kind_contact_id") {
			t.Errorf("goes through the thread: %s\n%s", query, plan)
		}
	}
	if explained != 3 {
		t.Errorf("%d statements explained", explained)
	}
}
