package activity_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/id"

	"github.com/google/go-cmp/cmp"
)

const (
	said    activity.Kind = 101
	echoed  activity.Kind = 102
	ignored activity.Kind = 103
)

type word struct {
	Text string `json:"text"`
}

func say(t *testing.T, d *db.DB, contact id.Contact, texts ...string) {
	t.Helper()
	ctx := context.Background()
	err := d.Do(ctx, func(tx *db.Tx) error {
		for _, text := range texts {
			activity.Append(tx, activity.Entry{Contact: contact, Kind: said, Data: word{text}})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// heard makes a reader that keeps every text it reads in the table meta.
func heard(react func(tx *db.Tx, e activity.Event, text string) error) activity.Reader {
	return activity.Reader{
		Name:  "test.heard",
		Kinds: []activity.Kind{said},
		Reset: func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM meta WHERE name LIKE 'heard %'`)
			return err
		},
		Handle: func(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
			for _, e := range batch {
				var w word
				if err := e.Decode(&w); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `INSERT INTO meta (name, value) VALUES (?, '')`, "heard "+w.Text); err != nil {
					return err
				}
				if react != nil {
					if err := react(tx, e, w.Text); err != nil {
						return err
					}
				}
			}
			return nil
		},
	}
}

func hearings(t *testing.T, d *db.DB) []string {
	t.Helper()
	rows, err := d.Query(context.Background(), `SELECT name FROM meta WHERE name LIKE 'heard %' ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	list := []string{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		list = append(list, name[len("heard "):])
	}
	return list
}

func runner(t *testing.T, d *db.DB, readers ...activity.Reader) *activity.Runner {
	return activity.NewRunner(d, dbtest.Options(t).Log, readers...)
}

func catchUp(t *testing.T, r *activity.Runner) {
	t.Helper()
	if err := r.CatchUp(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func texts(t *testing.T, events []activity.Event) []string {
	t.Helper()
	var list []string
	for _, e := range events {
		var w word
		if err := e.Decode(&w); err != nil {
			t.Fatal(err)
		}
		list = append(list, w.Text)
	}
	return list
}

func TestThreadIsInTheOrderOfTheScreen(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	say(t, d, 1, "a", "b")
	say(t, d, 2, "other")
	say(t, d, 1, "c")
	err := d.Do(ctx, func(tx *db.Tx) error {
		activity.Append(tx, activity.Entry{Contact: 1, Kind: said, At: tx.Now().Add(-time.Hour), Data: word{"imported"}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all, err := activity.Thread(ctx, d, 1, activity.Page{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"c", "b", "a", "imported"}, texts(t, all)); diff != "" {
		t.Error(diff)
	}
	if last := all[3]; !last.RecordedAt.After(last.At.Add(30 * time.Minute)) {
		t.Errorf("happened %v, recorded %v", last.At, last.RecordedAt)
	}
	var paged []string
	page := activity.Page{Limit: 1}
	for {
		events, err := activity.Thread(ctx, d, 1, page)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			break
		}
		paged = append(paged, texts(t, events)...)
		page.Before = activity.Cursor{At: events[0].At, ID: events[0].ID}
	}
	if diff := cmp.Diff([]string{"c", "b", "a", "imported"}, paged); diff != "" {
		t.Errorf("page by page: %s", diff)
	}
}

func TestCausesAreKeptAndLoopsEnd(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	err := d.Do(ctx, func(tx *db.Tx) error {
		first := activity.Append(tx, activity.Entry{Contact: 1, Kind: said})
		activity.Append(tx, activity.Entry{Contact: 1, Kind: echoed, Cause: first})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	events, err := activity.Thread(ctx, d, 1, activity.Page{Limit: 10})
	if err != nil || len(events) != 2 {
		t.Fatal(events, err)
	}
	if events[0].Cause != events[1].ID || events[0].Depth != 1 {
		t.Errorf("cause %d depth %d, want %d and 1", events[0].Cause, events[0].Depth, events[1].ID)
	}
	cause := events[0].Ref()
	for {
		err := d.Do(ctx, func(tx *db.Tx) error {
			activity.Append(tx, activity.Entry{Contact: 1, Kind: echoed, Cause: cause})
			return nil
		})
		events, _ := activity.Thread(ctx, d, 1, activity.Page{Limit: 100})
		if errors.Is(err, activity.ErrLoop) {
			if events[0].Depth != activity.MaxDepth {
				t.Fatalf("stopped after depth %d", events[0].Depth)
			}
			return
		}
		if err != nil || len(events) > 50 {
			t.Fatalf("%d events, error %v", len(events), err)
		}
		cause = events[0].Ref()
	}
}

func TestReaderReadsItsKindsOnceAndGoesOn(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	say(t, d, 1, "a")
	err := d.Do(ctx, func(tx *db.Tx) error {
		activity.Append(tx, activity.Entry{Contact: 1, Kind: ignored, Data: word{"not for it"}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	catchUp(t, runner(t, d, heard(nil)))
	say(t, d, 2, "b")
	catchUp(t, runner(t, d, heard(nil)))
	if diff := cmp.Diff([]string{"a", "b"}, hearings(t, d)); diff != "" {
		t.Error(diff)
	}
}

// A reader that dies in the middle of a batch leaves nothing of it behind.
func TestReaderKilledInMidBatch(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	say(t, d, 1, "a", "b", "c", "d")
	func() {
		defer func() { recover() }()
		runner(t, d, heard(func(_ *db.Tx, _ activity.Event, text string) error {
			if text == "c" {
				panic("killed")
			}
			return nil
		})).CatchUp(ctx)
	}()
	if got := hearings(t, d); len(got) != 0 {
		t.Fatalf("half a batch is there: %v", got)
	}
	catchUp(t, runner(t, d, heard(nil)))
	if diff := cmp.Diff([]string{"a", "b", "c", "d"}, hearings(t, d)); diff != "" {
		t.Error(diff)
	}
}

func TestFailingEventIsSetAsideAndCanBeTriedAgain(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	say(t, d, 1, "a", "bad", "c")
	broken := true
	r := runner(t, d, heard(func(_ *db.Tx, _ activity.Event, text string) error {
		if text == "bad" && broken {
			return errors.New("cannot digest it")
		}
		return nil
	}))
	catchUp(t, r)
	if diff := cmp.Diff([]string{"a", "c"}, hearings(t, d)); diff != "" {
		t.Error(diff)
	}
	faults, err := activity.Faults(ctx, d, 10)
	if err != nil || len(faults) != 1 || faults[0].Reader != "test.heard" || faults[0].Event.Kind != said {
		t.Fatalf("%+v, %v", faults, err)
	}
	if err := r.Retry(ctx, faults[0]); err == nil {
		t.Error("trying again hid the error")
	}
	broken = false
	if err := r.Retry(ctx, faults[0]); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "bad", "c"}, hearings(t, d)); diff != "" {
		t.Error(diff)
	}
	if faults, _ := activity.Faults(ctx, d, 10); len(faults) != 0 {
		t.Errorf("still set aside: %+v", faults)
	}
}

func TestReaderMayNotAppendWhatItReads(t *testing.T) {
	d := dbtest.Open(t)
	say(t, d, 1, "a")
	catchUp(t, runner(t, d, heard(func(tx *db.Tx, e activity.Event, _ string) error {
		activity.Append(tx, activity.Entry{Contact: e.Contact, Kind: said, Cause: e.Ref()})
		return nil
	})))
	faults, err := activity.Faults(context.Background(), d, 10)
	if err != nil || len(faults) != 1 {
		t.Fatalf("%+v, %v", faults, err)
	}
}

func TestReplayMakesTheSameStateAndNoEvents(t *testing.T) {
	ctx := context.Background()
	o := dbtest.Options(t)
	o.Lanes = 4
	d := dbtest.With(t, o)
	for i := range 40 {
		say(t, d, id.Contact(i+1), fmt.Sprintf("text %02d", i))
	}
	echo := heard(func(tx *db.Tx, e activity.Event, _ string) error {
		activity.Append(tx, activity.Entry{Contact: e.Contact, Kind: echoed, Cause: e.Ref()})
		return nil
	})
	r := runner(t, d, echo)
	catchUp(t, r)
	live := hearings(t, d)
	if err := r.Replay(ctx, echo.Name); err != nil {
		t.Fatal(err)
	}
	if got := hearings(t, d); len(got) != 0 {
		t.Fatalf("not emptied: %v", got)
	}
	say(t, d, 1, "text after")
	// Another runner, as after a restart in the middle.
	catchUp(t, runner(t, d, echo))
	if diff := cmp.Diff(append([]string{}, append(live, "text after")...), hearings(t, d), cmp.Transformer("sort", func(s []string) []string { s = slices.Clone(s); slices.Sort(s); return s })); diff != "" {
		t.Error(diff)
	}
	echoes := 0
	for i := range 40 {
		tally, err := activity.Tally(ctx, d, id.Contact(i+1))
		if err != nil {
			t.Fatal(err)
		}
		echoes += tally[echoed]
	}
	if echoes != 41 {
		t.Errorf("%d echoes, want one for each of 41 texts", echoes)
	}
}

// Identifiers become visible at the commit: with writers side by side a reader
// that follows them would skip events, were it not for the lock of the lane.
func TestReaderSkipsNothingBesideConcurrentWriters(t *testing.T) {
	for _, lanes := range []int{1, 4} {
		t.Run(fmt.Sprintf("%d lanes", lanes), func(t *testing.T) {
			ctx := context.Background()
			o := dbtest.Options(t)
			o.Lanes = lanes
			d := dbtest.With(t, o)
			r := runner(t, d, heard(nil))
			if err := r.Start(ctx); err != nil {
				t.Fatal(err)
			}
			var writers sync.WaitGroup
			rounds := 60
			if os.Getenv(dbtest.Variable) != "" {
				rounds = 150
			}
			for w := range 8 {
				writers.Go(func() {
					for i := range rounds {
						say(t, d, id.Contact(w*1000+i+1), fmt.Sprintf("%d-%03d", w, i))
					}
				})
			}
			writers.Wait()
			r.Stop()
			catchUp(t, r)
			if got := hearings(t, d); len(got) != 8*rounds {
				t.Fatalf("read %d of %d events", len(got), 8*rounds)
			}
		})
	}
}

func TestReaderWithEffectsStartsWithThePresent(t *testing.T) {
	d := dbtest.Open(t)
	say(t, d, 1, "before")
	reader := heard(nil)
	reader.Reset = nil
	catchUp(t, runner(t, d, reader))
	say(t, d, 1, "after")
	r := runner(t, d, reader)
	catchUp(t, r)
	if diff := cmp.Diff([]string{"after"}, hearings(t, d)); diff != "" {
		t.Error(diff)
	}
	if err := r.Replay(context.Background(), reader.Name); err == nil {
		t.Error("a reader with effects was replayed")
	}
}

func TestKeepMonthsCanBeRepeated(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	for range 2 {
		if err := d.Do(ctx, func(tx *db.Tx) error { return activity.KeepMonths(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
	}
	say(t, d, 1, "this month")
	if events, err := activity.Thread(ctx, d, 1, activity.Page{Limit: 5}); err != nil || len(events) != 1 {
		t.Fatal(events, err)
	}
}

// What was written while the clock was wrong keeps no start from succeeding.
func TestKeepMonthsBesideEventsOfTheirMonths(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	err := d.Do(ctx, func(tx *db.Tx) error {
		activity.Append(tx, activity.Entry{Contact: 1, Kind: said, At: tx.Now().AddDate(0, 1, 0)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Do(ctx, func(tx *db.Tx) error { return activity.KeepMonths(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
	}
}

// A reader of rare events does not write for the others, and finds its own after
// a restart all the same.
func TestReaderOfRareEvents(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	stored := func() (at int64) {
		if err := d.QueryRow(ctx, `SELECT event_id FROM reader_cursor WHERE reader = 'test.heard'`).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	r := runner(t, d, heard(nil))
	say(t, d, 1, "first")
	catchUp(t, r)
	before := stored()
	err := d.Do(ctx, func(tx *db.Tx) error {
		for range 2500 {
			activity.Append(tx, activity.Entry{Contact: 1, Kind: ignored})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	catchUp(t, r)
	if stored() != before {
		t.Error("it wrote for events that are not its own")
	}
	if p, err := r.Progress(ctx); err != nil || p[0].Behind != 0 {
		t.Errorf("behind: %+v, %v", p, err)
	}
	say(t, d, 1, "second")
	catchUp(t, runner(t, d, heard(nil)))
	if diff := cmp.Diff([]string{"first", "second"}, hearings(t, d)); diff != "" {
		t.Error(diff)
	}
}
