package duplicate

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// town is a database of people who are like one another.
type town struct {
	d      *db.DB
	runner *activity.Runner
	fatal  func(...any)
	run    string // in what is unique in the database
}

func newTown(t testing.TB) *town {
	d := dbtest.Open(t)
	w := &town{d: d, runner: activity.NewRunner(d, slog.New(slog.DiscardHandler), Reader()), fatal: t.Fatal}
	w.catchUp()
	return w
}

func (w *town) do(f func(ctx context.Context, tx *db.Tx) error) {
	if err := w.d.Do(context.Background(), func(tx *db.Tx) error { return f(context.Background(), tx) }); err != nil {
		w.fatal(err)
	}
}

func (w *town) catchUp() {
	if err := w.runner.CatchUp(context.Background()); err != nil {
		w.fatal(err)
	}
}

func (w *town) add(values map[string]string) (c id.Contact) {
	w.do(func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = contact.Add(ctx, tx, contact.Edit{Values: values, Anyway: true, Source: activity.SourceUser})
		return err
	})
	return c
}

// found are the candidates as kept.
func (w *town) found() []Candidate {
	p, err := List(context.Background(), w.d, Filter{Limit: 100_000})
	if err != nil {
		w.fatal(err)
	}
	return p.Candidates
}

// plain finds candidates by comparing everybody with everybody.
func (w *town) plain() []Candidate {
	ctx := context.Background()
	set, err := field.Of(ctx, w.d)
	if err != nil {
		w.fatal(err)
	}
	page, err := contact.List(ctx, w.d, contact.Filter{Sort: contact.SortID, Asc: true, Limit: 100_000})
	if err != nil {
		w.fatal(err)
	}
	said, err := AllApart(ctx, w.d, Said{}, 100_000)
	if err != nil {
		w.fatal(err)
	}
	apart := map[[2]id.Contact]bool{}
	for _, s := range said {
		a, errA := contact.Resolve(ctx, w.d, s.Contact)
		b, errB := contact.Resolve(ctx, w.d, s.Other)
		if errA != nil || errB != nil {
			w.fatal(errA, errB)
		}
		apart[[2]id.Contact{a, b}], apart[[2]id.Contact{b, a}] = true, true
	}
	profiles, hashes := map[id.Contact]profile{}, map[id.Contact][]int64{}
	share := map[int64]int{}
	for _, c := range page.Contacts {
		keys, err := contact.Keys(ctx, w.d, c.ID)
		if err != nil {
			w.fatal(err)
		}
		profiles[c.ID] = profileOf(set, c, keys)
		hashes[c.ID] = profiles[c.ID].hashes()
		for _, h := range hashes[c.ID] {
			share[h]++
		}
	}
	var list []Candidate
	for _, a := range page.Contacts {
		for _, b := range page.Contacts {
			if a.ID >= b.ID || apart[[2]id.Contact{a.ID, b.ID}] {
				continue
			}
			tells := slices.ContainsFunc(hashes[a.ID], func(h int64) bool { return share[h] <= most(h) && slices.Contains(hashes[b.ID], h) })
			if reasons, score := compare(profiles[a.ID], profiles[b.ID]); tells && score > 0 {
				slices.Sort(reasons)
				list = append(list, Candidate{a.ID, b.ID, score, reasons})
			}
		}
	}
	slices.SortFunc(list, likeliest)
	return list
}

func (w *town) same(when string) {
	if diff := cmp.Diff(w.plain(), w.found()); diff != "" {
		w.fatal(when, diff)
	}
}

// act does something at random to somebody.
func (w *town) act(t *rapid.T, people []id.Contact) []id.Contact {
	ctx := context.Background()
	pick := func(name string) id.Contact { return rapid.SampledFrom(people).Draw(t, name) }
	values := func() map[string]string {
		v := map[string]string{}
		for _, f := range []struct {
			alias string
			of    []string
		}{
			{"firstname", []string{"", "Anna", "Ana", "A.", "Stefan", "Stephan"}}, {"lastname", []string{"", "Moreau", "Mroeau", "Meyer", "Mayer", "Anna"}},
			{"company", []string{"", "", "Acme SAS", "ACME", "Blue"}}, {"city", []string{"", "", "Lyon", "Nantes"}},
			{"phone", []string{"", "", "+33 6 12 34 56 78", "06 12 34 56 78", "0612345679"}}, {"mobile", []string{"", "", "06.12.34.56.78"}},
			{"email", []string{"", "", "anna.moreau" + w.run + "@gmail.com", "annamoreau" + w.run + "+x@gmail.com", "anna.moreau" + w.run + "@example.com", "s" + w.run + "@example.com"}},
		} {
			v[f.alias] = rapid.SampledFrom(f.of).Draw(t, f.alias)
		}
		return v
	}
	var err error
	switch kind := rapid.IntRange(0, 9).Draw(t, "what"); {
	case len(people) < 3 || kind < 3:
		v := values()
		v["position"] = "x"
		if v["lastname"] == "" {
			v["lastname"] = "Meyer"
		}
		return append(people, w.add(v))
	case kind < 5:
		err = w.d.Do(ctx, func(tx *db.Tx) error {
			return contact.Update(ctx, tx, pick("edited"), contact.Edit{Values: values(), Anyway: true, Source: activity.SourceUser})
		})
	case kind == 5:
		err = w.d.Do(ctx, func(tx *db.Tx) error {
			return contact.Merge(ctx, tx, contact.Union{Survivor: pick("survivor"), Absorbed: pick("absorbed"), Source: activity.SourceUser})
		})
	case kind == 6:
		err = w.d.Do(ctx, func(tx *db.Tx) error {
			return contact.Unmerge(ctx, tx, contact.Separation{Absorbed: pick("parted"), Source: activity.SourceUser})
		})
	case kind == 7:
		err = w.d.Do(ctx, func(tx *db.Tx) error { return Apart(ctx, tx, pick("one"), pick("other"), 0, "") })
	case kind == 8:
		said, failed := AllApart(ctx, w.d, Said{}, 10)
		if failed != nil || len(said) == 0 {
			return people
		}
		s := rapid.SampledFrom(said).Draw(t, "said")
		err = w.d.Do(ctx, func(tx *db.Tx) error { return TakeBack(ctx, tx, s.Contact, s.Other) })
	case rapid.Bool().Draw(t, "restored"):
		err = w.d.Do(ctx, func(tx *db.Tx) error { return contact.Restore(ctx, tx, pick("restored"), contact.Edit{}) })
	default:
		err = w.d.Do(ctx, func(tx *db.Tx) error { return contact.Delete(ctx, tx, pick("deleted"), contact.Edit{}) })
	}
	if _, refused := fault.Of(err); err != nil && !refused {
		t.Fatal(err)
	}
	return people
}

// What the reader keeps is what a comparison of everybody with everybody finds,
// whatever happens to whom.
func TestCandidatesAreThoseOfAPlainComparison(t *testing.T) {
	outer := t
	var w *town
	var people []id.Contact
	runs, met := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		if w == nil || len(people) > 220 {
			w, people = newTown(outer), nil
		}
		w.run, w.fatal = strconv.Itoa(runs), t.Fatal
		for range rapid.IntRange(5, 30).Draw(t, "steps") {
			people = w.act(t, people)
			if rapid.IntRange(0, 4).Draw(t, "read") == 0 {
				w.catchUp()
			}
		}
		w.catchUp()
		w.same("after a history")
		met += len(w.found())
	})
	if met == 0 {
		t.Error("there was no candidate at all")
	}
	w.fatal = t.Fatal

	before := w.found()
	if err := w.runner.Replay(t.Context(), Reader().Name); err != nil {
		t.Fatal(err)
	}
	if len(w.found()) > 0 {
		t.Error("replay keeps what there was")
	}
	w.catchUp()
	if diff := cmp.Diff(before, w.found()); diff != "" {
		t.Error("after a replay", diff)
	}

	// The same is found among contacts that were there before the reader.
	w.do(func(ctx context.Context, tx *db.Tx) error {
		if err := reset(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE duplicate_fill SET definition = ''`)
		return err
	})
	if err := Fill(t.Context(), w.d); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, w.found()); diff != "" {
		t.Error("after a filling", diff)
	}
	if _, done, err := Progress(t.Context(), w.d); err != nil || !done {
		t.Error("the filling is not done", err)
	}
}
