package stage_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/stage"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// step is a change that somebody made: whose it was at the time, and where it led.
type step struct {
	origin id.Contact
	at     time.Time
	stage  int64
}

// model is what there should be, told from what was done.
type model struct {
	people []id.Contact
	steps  []step
	into   map[id.Contact]id.Contact // who was merged
	bin    map[id.Contact]bool
}

func (m *model) root(c id.Contact) id.Contact {
	for m.into[c] != 0 {
		c = m.into[c]
	}
	return c
}

// last is the latest change of a contact and those merged into it.
func (m *model) last(c id.Contact) (last step) {
	for _, s := range m.steps {
		if m.root(s.origin) == c && (s.at.After(last.at) || s.at.Equal(last.at) && s.stage > last.stage) {
			last = s
		}
	}
	return last
}

// stages are where all are who are at one.
func (m *model) stages() map[id.Contact]int64 {
	list := map[id.Contact]int64{}
	for _, c := range m.people {
		if s := m.last(c).stage; m.into[c] == 0 && !m.bin[c] && s != 0 {
			list[c] = s
		}
	}
	return list
}

func kept(ctx context.Context, d *db.DB, people []id.Contact) (map[id.Contact]int64, error) {
	is, err := stage.Of(ctx, d, people)
	list := map[id.Contact]int64{}
	for c, at := range is {
		if at.Stage != 0 {
			list[c] = at.Stage
		}
	}
	return list, err
}

// play lets one thing happen.
func (m *model) play(r *rapid.T, ctx context.Context, try func(func(*db.Tx) error) bool, clock time.Time, stages []int64) {
	who := rapid.SampledFrom(m.people)
	c, other := who.Draw(r, "contact"), who.Draw(r, "other")
	switch rapid.SampledFrom([]string{"set", "set", "set", "merge", "merge", "part", "delete", "restore", "read"}).Draw(r, "what") {
	case "set":
		c = m.root(c)
		to := rapid.SampledFrom(stages).Draw(r, "stage")
		last := m.last(c)
		if m.bin[c] || last.stage == to {
			return
		}
		if !try(func(tx *db.Tx) error { return stage.Set(ctx, tx, c, to, stage.By{}) }) {
			r.Fatal("not set")
		}
		at := clock
		if !at.After(last.at) {
			at = last.at.Add(time.Millisecond)
		}
		m.steps = append(m.steps, step{c, at, to})
	case "merge":
		c, other = m.root(c), m.root(other)
		if c != other && !m.bin[c] && !m.bin[other] && try(func(tx *db.Tx) error {
			return contact.Merge(ctx, tx, contact.Union{Survivor: c, Absorbed: other, Source: activity.SourceUser})
		}) {
			m.into[other] = c
		}
	case "part":
		if m.into[c] != 0 && try(func(tx *db.Tx) error {
			return contact.Unmerge(ctx, tx, contact.Separation{Absorbed: c, Source: activity.SourceUser})
		}) {
			delete(m.into, c)
		}
	case "delete":
		if c = m.root(c); !m.bin[c] && try(func(tx *db.Tx) error { return contact.Delete(ctx, tx, c, contact.Edit{}) }) {
			m.bin[c] = true
		}
	case "restore":
		if c = m.root(c); m.bin[c] && try(func(tx *db.Tx) error { return contact.Restore(ctx, tx, c, contact.Edit{}) }) {
			delete(m.bin, c)
		}
	}
}

// Whatever contacts go through, everybody is where the latest change led that belongs to
// them; stages count right; and reading the thread again changes nothing.
func TestTheLatestChangeCounts(t *testing.T) {
	d := dbtest.Open(t)
	stages := append(funnel(t, d, 10, 20, 30), 0)
	runner := activity.NewRunner(d, nil, reader())
	ctx := t.Context()
	start := d.Now()
	rapid.Check(t, func(r *rapid.T) {
		m := model{into: map[id.Contact]id.Contact{}, bin: map[id.Contact]bool{}}
		// Others are before these on the same threads of events: the clock is theirs.
		clock := start
		try := func(f func(tx *db.Tx) error) bool {
			return d.Do(ctx, func(tx *db.Tx) error { tx.SetNow(clock); return f(tx) }) == nil
		}
		if !try(func(tx *db.Tx) (err error) {
			m.people, err = contact.CreateAll(ctx, tx, slices.Repeat([]contact.New{{Values: map[string]string{"lastname": "X"}}}, 4))
			return err
		}) {
			r.Fatal("no people")
		}
		for range rapid.IntRange(1, 14).Draw(r, "steps") {
			clock = clock.Add(time.Duration(rapid.IntRange(0, 1).Draw(r, "ms")) * time.Millisecond)
			m.play(r, ctx, try, clock, stages)
			// Who is set while a merge is not followed yet is set as of before it.
			if err := runner.CatchUp(ctx); err != nil {
				r.Fatal(err)
			}
		}
		for _, again := range []bool{false, true} {
			if again {
				if err := runner.Replay(ctx, "stage.follow"); err != nil {
					r.Fatal(err)
				}
				if err := runner.CatchUp(ctx); err != nil {
					r.Fatal(err)
				}
			}
			got, err := kept(ctx, d, m.people)
			if diff := cmp.Diff(m.stages(), got); diff != "" || err != nil {
				r.Fatalf("replayed %t: %s %v", again, diff, err)
			}
		}
		counted(t, d)
	})
}

// Two that were merged, taken apart, and merged the other way round count as one when
// the thread is read again.
func TestMergedTheOtherWayRound(t *testing.T) {
	d := dbtest.Open(t)
	s := funnel(t, d, 10)
	ctx := t.Context()
	runner := activity.NewRunner(d, nil, reader())
	for _, f := range []func(tx *db.Tx) error{
		func(tx *db.Tx) error {
			_, err := contact.CreateAll(ctx, tx, slices.Repeat([]contact.New{{Values: map[string]string{"lastname": "X"}}}, 2))
			return err
		},
		func(tx *db.Tx) error { return stage.Set(ctx, tx, 1, s[0], stage.By{}) },
		func(tx *db.Tx) error {
			return contact.Merge(ctx, tx, contact.Union{Survivor: 1, Absorbed: 2, Source: activity.SourceUser})
		},
		func(tx *db.Tx) error {
			return contact.Unmerge(ctx, tx, contact.Separation{Absorbed: 2, Source: activity.SourceUser})
		},
		func(tx *db.Tx) error {
			return contact.Merge(ctx, tx, contact.Union{Survivor: 2, Absorbed: 1, Source: activity.SourceUser})
		},
	} {
		do(t, d, f)
		if err := runner.CatchUp(ctx); err != nil {
			t.Fatal(err)
		}
		counted(t, d)
	}
	if err := runner.Replay(ctx, "stage.follow"); err != nil {
		t.Fatal(err)
	}
	if err := runner.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	counted(t, d)
	if at(t, d, 2).Stage != s[0] {
		t.Error("it is at no stage after the thread was read again")
	}
}

// A stage that goes while a contact is away leads on to where the others of it went.
func TestAStageGoesMeanwhile(t *testing.T) {
	d := dbtest.Open(t)
	s := funnel(t, d, 10, 20, 30)
	runner := activity.NewRunner(d, nil, reader())
	ctx := t.Context()
	var people []id.Contact
	step := func(f func(tx *db.Tx) error) {
		t.Helper()
		do(t, d, f)
		if err := runner.CatchUp(ctx); err != nil {
			t.Fatal(err)
		}
		counted(t, d)
	}
	is := func(want map[id.Contact]int64) {
		t.Helper()
		got, err := kept(ctx, d, people)
		if !maps.Equal(got, want) || err != nil {
			t.Errorf("%v, want %v, %v", got, want, err)
		}
	}
	step(func(tx *db.Tx) (err error) {
		for i := range 3 {
			c, err := contact.Create(ctx, tx, contact.New{Values: map[string]string{"lastname": fmt.Sprint(i)}})
			if err != nil {
				return err
			}
			people = append(people, c)
			if err := stage.Set(ctx, tx, c, s[i%2], stage.By{}); err != nil {
				return err
			}
		}
		return nil
	})
	step(func(tx *db.Tx) error { return contact.Delete(ctx, tx, people[0], contact.Edit{}) })
	step(func(tx *db.Tx) error {
		return contact.Merge(ctx, tx, contact.Union{Survivor: people[2], Absorbed: people[1], Source: activity.SourceUser})
	})
	step(func(tx *db.Tx) error { return stage.Merge(ctx, tx, s[1], s[0], stage.By{}) })
	step(func(tx *db.Tx) error { return stage.Merge(ctx, tx, s[0], s[2], stage.By{}) })
	is(map[id.Contact]int64{people[2]: s[2]})
	step(func(tx *db.Tx) error { return contact.Restore(ctx, tx, people[0], contact.Edit{}) })
	step(func(tx *db.Tx) error {
		return contact.Unmerge(ctx, tx, contact.Separation{Absorbed: people[1], Source: activity.SourceUser})
	})
	is(map[id.Contact]int64{people[0]: s[2], people[1]: s[2], people[2]: s[2]})
	step(func(tx *db.Tx) error { return contact.Delete(ctx, tx, people[2], contact.Edit{}) })
	if err := contact.EraseOld(ctx, d, d.Now().Add(48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	step(func(tx *db.Tx) error { return nil })
	var rows int
	if err := d.QueryRow(ctx, `SELECT count(*) FROM contact_stage WHERE contact_id = ?`, int64(people[2])).Scan(&rows); err != nil || rows != 0 {
		t.Error(rows, err)
	}
}
