package stage_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/stage"
)

func do(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Do(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// funnel adds stages of these weights, called a, b, c…
func funnel(t *testing.T, d *db.DB, weights ...int64) (numbers []int64) {
	t.Helper()
	do(t, d, func(tx *db.Tx) error {
		for i, w := range weights {
			n, err := stage.Create(t.Context(), tx, stage.Stage{Name: string(rune('a' + i)), Weight: w, Published: true})
			if err != nil {
				return err
			}
			numbers = append(numbers, n)
		}
		return nil
	})
	return numbers
}

func load(t *testing.T, d *db.DB) stage.Funnel {
	t.Helper()
	f, err := stage.Load(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func names(f stage.Funnel) string {
	var list []string
	for _, s := range f.Stages {
		list = append(list, fmt.Sprint(s.Name, s.Weight))
	}
	return strings.Join(list, " ")
}

func set(d *db.DB, contact id.Contact, number int64) error {
	return d.Do(context.Background(), func(tx *db.Tx) error {
		return stage.Set(context.Background(), tx, contact, number, stage.By{Source: activity.SourceUser, Object: "user", Name: "Anna"})
	})
}

func at(t *testing.T, d *db.DB, contact id.Contact) stage.At {
	t.Helper()
	list, err := stage.Of(t.Context(), d, []id.Contact{contact})
	if err != nil {
		t.Fatal(err)
	}
	return list[contact]
}

// counted compares what stages tell of their contacts with who is at them.
func counted(t *testing.T, d *db.DB) {
	t.Helper()
	err := db.Each(t.Context(), d, `SELECT name, contacts, (SELECT count(*) FROM contact_stage c WHERE c.stage_id = stage.id) FROM stage`, nil, func(row db.Row) error {
		var name string
		var told, are int
		err := row.Scan(&name, &told, &are)
		if told != are {
			t.Errorf("%d contacts are at %s, it is said that %d are", are, name, told)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAContactGoesThroughStages(t *testing.T) {
	d := dbtest.Open(t)
	s := funnel(t, d, 10, 20)
	for _, number := range []int64{s[0], s[0], s[1], 0, 0, s[1]} {
		if err := set(d, 7, number); err != nil {
			t.Fatal(err)
		}
		if got := at(t, d, 7); got.Stage != number {
			t.Errorf("at %d, want %d", got.Stage, number)
		}
		counted(t, d)
	}
	events, err := activity.All(t.Context(), d, 7, stage.KindChanged)
	if err != nil || len(events) != 4 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	var c stage.Changed
	if err := events[1].Decode(&c); err != nil || c.From != (stage.Named{ID: s[0], Name: "a"}) || c.To.Name != "b" || c.By.Name != "Anna" {
		t.Errorf("%+v, %v", c, err)
	}
	if !events[1].At.After(events[0].At) {
		t.Error("two changes at the same time: nobody could tell which was last")
	}
	if err := set(d, 7, 999); !fault.Is(err, fault.KindInvalid) {
		t.Error(err)
	}
	if err := set(d, 8, 0); err != nil || at(t, d, 8) != (stage.At{}) {
		t.Error(err)
	}
}

func TestForwardOnly(t *testing.T) {
	d := dbtest.Open(t)
	s := funnel(t, d, 10, 20, 20, 30)
	do(t, d, func(tx *db.Tx) error { return setting.Set(t.Context(), tx, setting.ForwardOnly, true) })
	for _, step := range []struct {
		to      int64
		refused bool
	}{{s[1], false}, {s[0], true}, {s[2], false}, {s[1], false}, {0, true}, {s[3], false}, {s[2], true}, {s[3], false}} {
		before := at(t, d, 1)
		err := set(d, 1, step.to)
		if step.refused != fault.Is(err, fault.KindInvalid) || !step.refused && err != nil {
			t.Errorf("to %d: %v", step.to, err)
		}
		if step.refused && at(t, d, 1) != before {
			t.Error("it moved although that was refused")
		}
	}
	if got := len(load(t, d).Offered(d.Now(), s[1])); got != 3 {
		t.Errorf("%d stages are offered", got)
	}
}

func TestWhatIsWrongIsSaidByField(t *testing.T) {
	d := dbtest.Open(t)
	now := d.Now()
	for field, s := range map[string]stage.Stage{
		"name": {Name: " \x00"}, "weight": {Name: "a", Weight: 1e9}, "description": {Name: "a", Description: strings.Repeat("é", 501)},
		"category": {Name: "a", Category: 99}, "publishDown": {Name: "a", PublishUp: now, PublishDown: now.Add(-time.Hour)},
	} {
		err := d.Do(t.Context(), func(tx *db.Tx) error { _, err := stage.Create(t.Context(), tx, s); return err })
		if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[field].Key == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestOpen(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		s    stage.Stage
		open bool
	}{
		{stage.Stage{Published: true}, true}, {stage.Stage{}, false},
		{stage.Stage{Published: true, PublishUp: now}, true}, {stage.Stage{Published: true, PublishUp: now.Add(1)}, false},
		{stage.Stage{Published: true, PublishDown: now}, true}, {stage.Stage{Published: true, PublishDown: now.Add(-1)}, false},
	} {
		if c.s.Open(now) != c.open {
			t.Errorf("%+v", c.s)
		}
	}
}

func TestPlace(t *testing.T) {
	d := dbtest.Open(t)
	s := funnel(t, d, 5, 5, 9)
	place := func(order ...int64) string {
		t.Helper()
		do(t, d, func(tx *db.Tx) error { return stage.Place(t.Context(), tx, order) })
		return names(load(t, d))
	}
	if got := place(s...); got != "a5 b5 c9" {
		t.Errorf("stages that are in order: %s", got)
	}
	if got := place(s[2], s[0], s[1]); got != "c10 a20 b30" {
		t.Error(got)
	}
	if got := place(s[1], 99, s[2], s[2]); got != "b10 a20 c30" {
		t.Error(got)
	}
}

func work(t *testing.T, d *db.DB) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		ended <- job.NewRunner(d, slog.New(slog.DiscardHandler), job.Options{Handlers: []job.Handler{stage.Moves(d)}}).Run(ctx)
	}()
	for left := 1; left > 0; {
		if err := d.QueryRow(ctx, `SELECT count(*) FROM job WHERE state < 2`).Scan(&left); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	counted(t, d)
}

func TestMergeOfManyContacts(t *testing.T) {
	d := dbtest.Open(t)
	s := funnel(t, d, 10, 20, 30)
	do(t, d, func(tx *db.Tx) error {
		var list []stage.Placing
		for c := id.Contact(1); c <= 450; c++ {
			list = append(list, stage.Placing{Contact: c, Stage: s[0]})
		}
		return load(t, d).SetAll(t.Context(), tx, list)
	})
	counted(t, d)
	by := stage.By{Source: activity.SourceUser, Object: "user", ID: 7, Name: "Anna"}
	do(t, d, func(tx *db.Tx) error { return stage.Merge(t.Context(), tx, s[0], s[1], by) })
	moves, err := stage.Underway(t.Context(), d)
	if err != nil || len(moves) != 1 || moves[0] != (stage.Move{From: s[0], Into: s[1], Name: "a", IntoName: "b", Contacts: 450, Moved: 200}) {
		t.Error(moves, err)
	}
	for what, err := range map[string]error{
		"again":   d.Do(t.Context(), func(tx *db.Tx) error { return stage.Delete(t.Context(), tx, s[0], by) }),
		"into":    d.Do(t.Context(), func(tx *db.Tx) error { return stage.Delete(t.Context(), tx, s[1], by) }),
		"changed": d.Do(t.Context(), func(tx *db.Tx) error { return stage.Change(t.Context(), tx, stage.Stage{ID: s[0], Name: "x"}) }),
	} {
		if !fault.Is(err, fault.KindConflict) {
			t.Error(what, err)
		}
	}
	// Who comes there meanwhile follows too.
	if err := set(d, 451, s[0]); err != nil {
		t.Fatal(err)
	}
	work(t, d)
	if got := names(load(t, d)); got != "b20 c30" || load(t, d).Stages[0].Contacts != 451 {
		t.Error(got, load(t, d).Stages[0].Contacts)
	}
	do(t, d, func(tx *db.Tx) error { return stage.Delete(t.Context(), tx, s[1], by) })
	do(t, d, func(tx *db.Tx) error { return stage.Stop(t.Context(), tx, s[1]) })
	work(t, d)
	if got := load(t, d).Stages[0].Contacts; got != 251 {
		t.Errorf("%d are there still", got)
	}
	do(t, d, func(tx *db.Tx) error { return stage.Delete(t.Context(), tx, s[1], by) })
	work(t, d)
	if got := names(load(t, d)); got != "c30" || at(t, d, 451).Stage != 0 {
		t.Error(got, at(t, d, 451))
	}
}

func TestCards(t *testing.T) {
	d := dbtest.Open(t)
	s := funnel(t, d, 10)
	start := d.Now()
	do(t, d, func(tx *db.Tx) error {
		var list []stage.Placing
		for c := id.Contact(1); c <= 7; c++ {
			list = append(list, stage.Placing{Contact: c, Stage: s[0], At: start.Add(time.Duration(c/2) * time.Minute)})
		}
		return load(t, d).SetAll(t.Context(), tx, list)
	})
	var seen []id.Contact
	for last := (stage.Card{}); ; {
		page, err := stage.Cards(t.Context(), d, s[0], last, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			seen = append(seen, c.Contact)
		}
		last = page[len(page)-1]
	}
	if !slices.Equal(seen, []id.Contact{7, 6, 5, 4, 3, 2, 1}) {
		t.Error(seen)
	}
	if n, err := stage.Came(t.Context(), d, s[0], start.Add(2*time.Minute), 3); n != 3 || err != nil {
		t.Error(n, err)
	}
}

func reader() activity.Reader {
	return stage.Reader(stage.Fates{Follow: contact.Follow, Moved: contact.Fates(), Deleted: []activity.Kind{contact.KindDeleted}, Restored: []activity.Kind{contact.KindRestored}})
}
