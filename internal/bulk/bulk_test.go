package bulk_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/bulk"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/label"

	"github.com/google/go-cmp/cmp"
)

type bench struct {
	*testing.T
	d *db.DB
}

func open(t *testing.T) bench { return bench{t, dbtest.Open(t)} }

func (b bench) do(f func(ctx context.Context, tx *db.Tx) error) {
	b.Helper()
	if err := b.try(f); err != nil {
		b.Fatal(err)
	}
}

func (b bench) try(f func(ctx context.Context, tx *db.Tx) error) error {
	return b.d.Do(context.Background(), func(tx *db.Tx) error { return f(context.Background(), tx) })
}

// people adds so many known contacts.
func (b bench) people(n int) (numbers []id.Contact) {
	b.Helper()
	list := make([]contact.New, n)
	for i := range list {
		list[i] = contact.New{Values: map[string]string{"email": fmt.Sprintf("p%d.%d@example.test", i, rand.Int64()), "city": []string{"Paris", "Lyon"}[i%2]}, Points: i % 7}
	}
	b.do(func(ctx context.Context, tx *db.Tx) (err error) {
		numbers, err = contact.CreateAll(ctx, tx, list)
		return err
	})
	return numbers
}

func (b bench) start(c bulk.Change, s bulk.Selection) (number int64) {
	b.Helper()
	b.do(func(ctx context.Context, tx *db.Tx) (err error) {
		if c, err = c.Check(ctx, tx); err != nil {
			return err
		}
		number, err = bulk.Start(ctx, tx, c, s, bulk.By{User: 1, Name: "Anna", Zone: time.UTC})
		return err
	})
	return number
}

// work runs jobs until nothing goes on with a run.
func (b bench) work(number int64) bulk.Run {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error)
	go func() {
		ended <- job.NewRunner(b.d, dbtest.Options(b.T).Log, job.Options{Handlers: []job.Handler{bulk.Runs(b.d, app.Language(b.d))}}).Run(ctx)
	}()
	r := b.run(number)
	for ; r.State.Active(); r = b.run(number) {
		<-time.After(time.Millisecond)
	}
	stop()
	if err := <-ended; err != nil {
		b.Error(err)
	}
	return r
}

func (b bench) run(number int64) bulk.Run {
	b.Helper()
	r, err := bulk.Find(b.Context(), b.d, number)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// state is what a change can change of contacts.
func (b bench) state(contacts []id.Contact) map[id.Contact]string {
	b.Helper()
	found, err := contact.Some(b.Context(), b.d, contacts)
	if err != nil {
		b.Fatal(err)
	}
	tags, err := label.Of(b.Context(), b.d, contacts)
	if err != nil {
		b.Fatal(err)
	}
	state := map[id.Contact]string{}
	for n, c := range found {
		var names []string
		for _, t := range tags[n] {
			names = append(names, t.Name)
		}
		var values []string
		for _, alias := range slices.Sorted(maps.Keys(c.Fields)) {
			values = append(values, alias+"="+c.Fields[alias])
		}
		state[n] = fmt.Sprint(c.Points, c.Owner, names, values)
	}
	return state
}

func TestAllThatASearchFinds(t *testing.T) {
	b := open(t)
	people := b.people(450)
	b.do(func(ctx context.Context, tx *db.Tx) error {
		return label.Add(ctx, tx, people[0], []string{"VIP"}, label.By{})
	})
	before := b.state(people)
	number := b.start(bulk.Change{Kind: bulk.Tag, Tags: bulk.Names(" vip, Fidèle ,")}, bulk.Selection{All: true, Words: "city:Paris"})
	r := b.work(number)
	if r.State != bulk.Done || r.Contacts != 225 || r.Changed != 225 || r.Skipped != 0 {
		t.Errorf("%+v", r)
	}
	tags, err := label.Of(t.Context(), b.d, people[:2])
	if err != nil || len(tags[people[0]]) != 2 || len(tags[people[1]]) != 0 {
		t.Errorf("%v, %v", tags, err)
	}
	events, err := activity.All(t.Context(), b.d, people[0], label.KindAdded)
	if err != nil || len(events) != 2 {
		t.Fatalf("%+v, %v", events, err)
	}
	var told label.Tagged
	if err := events[1].Decode(&told); err != nil || told.Name != "Fidèle" || told.By.Object != "bulk" || told.By.ID != number || told.By.Name != "Anna" {
		t.Errorf("%+v, %v", told, err)
	}
	b.do(func(ctx context.Context, tx *db.Tx) error { return bulk.Undo(ctx, tx, number) })
	if r := b.work(number); r.State != bulk.Undone || r.Undone != 225 || r.Kept != 0 || r.CanUndo(r.Finished) {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff(before, b.state(people)); diff != "" {
		t.Error(diff)
	}
	if err := b.try(func(ctx context.Context, tx *db.Tx) error { return bulk.Undo(ctx, tx, number) }); !fault.Is(err, fault.KindConflict) {
		t.Errorf("undone twice: %v", err)
	}
}

// The same tag twice is one.
func TestOneTagWrittenTwice(t *testing.T) {
	b := open(t)
	people := b.people(3)
	before := b.state(people)
	for _, kind := range []bulk.Kind{bulk.Tag, bulk.Untag} {
		if r := b.work(b.start(bulk.Change{Kind: kind, Tags: []string{"vip", "VIP"}}, bulk.Selection{Contacts: append(people, people...)})); r.State != bulk.Done || r.Changed != 3 || r.Contacts != 3 {
			t.Errorf("%s: %+v", kind, r)
		}
	}
	if diff := cmp.Diff(before, b.state(people)); diff != "" {
		t.Error(diff)
	}
}

// Runs over the same contacts at once add up, and none takes back what another did.
func TestRunsAtOnce(t *testing.T) {
	b := open(t)
	people := b.people(60)
	var points, tags []int64
	for range 4 {
		points = append(points, b.start(bulk.Change{Kind: bulk.Points, Points: 10}, bulk.Selection{Contacts: people}))
		tags = append(tags, b.start(bulk.Change{Kind: bulk.Tag, Tags: []string{"vip"}}, bulk.Selection{Contacts: people}))
	}
	changed := 0
	for i := range points {
		if r := b.work(points[i]); r.Changed != 60 {
			t.Errorf("%+v", r)
		}
		changed += b.work(tags[i]).Changed
	}
	if changed != 60 {
		t.Errorf("the tag was put on %d contacts", changed)
	}
	for i, n := range people {
		if want := strconv.Itoa(i%7+40) + " "; !strings.HasPrefix(b.state(people)[n], want) {
			t.Fatalf("%s, want %s points", b.state(people)[n], want)
		}
	}
}

// Who was deleted again since, by somebody else, stays so.
func TestDeletedAgain(t *testing.T) {
	b := open(t)
	people := b.people(2)
	number := b.start(bulk.Change{Kind: bulk.Delete}, bulk.Selection{Contacts: people})
	b.work(number)
	b.do(func(ctx context.Context, tx *db.Tx) error { return contact.Restore(ctx, tx, people[0], contact.Edit{}) })
	for start := b.d.Now(); b.d.Now().Equal(start); { // deletions differ by their time
	}
	b.do(func(ctx context.Context, tx *db.Tx) error { return contact.Delete(ctx, tx, people[0], contact.Edit{}) })
	b.do(func(ctx context.Context, tx *db.Tx) error { return bulk.Undo(ctx, tx, number) })
	if r := b.work(number); r.Undone != 1 || r.Kept != 1 || len(b.state(people)) != 1 {
		t.Errorf("%+v", r)
	}
}

// A search that cannot be read any more ends the run, which says why.
func TestUnreadableSearchEndsTheRun(t *testing.T) {
	b := open(t)
	b.people(1)
	number := b.start(bulk.Change{Kind: bulk.Delete}, bulk.Selection{All: true, Words: `"abc`})
	if r := b.work(number); r.State != bulk.Stopped || r.Trouble == nil || r.Changed != 0 {
		t.Errorf("%+v", r)
	}
}

func TestStoppedRunCanBeUndone(t *testing.T) {
	b := open(t)
	people := b.people(10)
	number := b.start(bulk.Change{Kind: bulk.Points, Points: 5}, bulk.Selection{All: true})
	b.do(func(ctx context.Context, tx *db.Tx) error { return bulk.Stop(ctx, tx, number) })
	if r := b.work(number); r.State != bulk.Stopped || r.Changed != 0 {
		t.Errorf("%+v", r)
	}
	if got := b.state(people); !strings.HasPrefix(got[people[3]], "3 ") {
		t.Error(got[people[3]])
	}
	if err := b.try(func(ctx context.Context, tx *db.Tx) error { return bulk.Stop(ctx, tx, number) }); !fault.Is(err, fault.KindConflict) {
		t.Errorf("stopped twice: %v", err)
	}
}

func TestWhatIsWrongIsSaidByField(t *testing.T) {
	b := open(t)
	for field, c := range map[string]bulk.Change{
		"tags": {Kind: bulk.Tag, Tags: strings.Split("a b c d e f g h i j k", " ")}, "points": {Kind: bulk.Points}, "field": {Kind: bulk.Value, Field: "nothing"},
		"value": {Kind: bulk.Value, Field: "attribution", Value: "much"}, "change": {Kind: "explode"},
	} {
		_, err := c.Check(t.Context(), b.d)
		if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[field].Key == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := (bulk.Change{Kind: bulk.Tag, Tags: []string{" "}}).Check(t.Context(), b.d); err == nil {
		t.Error("no tag is one")
	}
	if _, err := (bulk.Change{Kind: bulk.Value, Field: "email", Value: "a@example.test"}).Check(t.Context(), b.d); err == nil {
		t.Error("many contacts may have one address")
	}
	err := b.try(func(ctx context.Context, tx *db.Tx) error {
		_, err := bulk.Start(ctx, tx, bulk.Change{Kind: bulk.Delete}, bulk.Selection{}, bulk.By{})
		return err
	})
	if !fault.Is(err, fault.KindInvalid) {
		t.Errorf("nobody was chosen: %v", err)
	}
}
