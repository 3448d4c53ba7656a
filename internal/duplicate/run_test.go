package duplicate

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/job"
	"ariane/internal/contact"
	"ariane/internal/id"

	"github.com/google/go-cmp/cmp"
)

// start begins a run of these pairs in their order.
func (w *town) start(least int, list ...Candidate) (run int64) {
	w.do(func(ctx context.Context, tx *db.Tx) (err error) {
		run, err = Run{Least: least}.Start(ctx, tx, list)
		return err
	})
	return run
}

func (w *town) step(run int64) (more bool) {
	w.do(func(ctx context.Context, tx *db.Tx) (err error) {
		more, err = merging{run}.next(ctx, tx)
		return err
	})
	return more
}

func (w *town) outcomes(run int64) Run {
	r, err := FindRun(context.Background(), w.d, run)
	if err != nil {
		w.fatal(err)
	}
	return r
}

// A run merges pair by pair, says of each why it was left alone, goes on where it was
// interrupted, and each of its merges can be taken back.
func TestManyPairsAreMerged(t *testing.T) {
	w := newTown(t)
	same := func(city string) map[string]string {
		return map[string]string{"firstname": "Anna", "lastname": "Moreau", "company": "Acme " + city, "city": city}
	}
	a, b, c := w.add(same("Lyon")), w.add(same("Lyon")), w.add(same("Lyon"))
	gone, kept := w.add(same("Nantes")), w.add(same("Nantes"))
	one, other := w.add(same("Lille")), w.add(same("Lille"))
	was, is := w.add(same("Metz")), w.add(same("Metz"))
	w.catchUp()
	if n, err := Count(t.Context(), w.d, Filter{}, 100); err != nil || n != 6 {
		t.Fatal(n, err)
	}
	pairs := []Candidate{{Contact: a, Other: b}, {Contact: b, Other: c}, {Contact: a, Other: c}, {Contact: gone, Other: kept}, {Contact: one, Other: other}, {Contact: was, Other: is}}
	if diff := cmp.Diff(Joining{Pairs: 6, Contacts: 9, Left: 4}, Joined(pairs)); diff != "" {
		t.Error(diff)
	}
	run := w.start(0, pairs...)
	w.do(func(ctx context.Context, tx *db.Tx) error { return contact.Delete(ctx, tx, gone, contact.Edit{}) })
	w.do(func(ctx context.Context, tx *db.Tx) error { return Apart(ctx, tx, one, other, 0, "") })
	w.do(func(ctx context.Context, tx *db.Tx) error {
		return contact.Update(ctx, tx, is, contact.Edit{Values: map[string]string{"firstname": "Paul"}, Source: activity.SourceUser})
	})
	w.step(run)
	if r := w.outcomes(run); r.Done != 1 || r.Outcomes[Merged] != 1 || !r.Finished.IsZero() {
		t.Errorf("after one pair: %+v", r)
	}
	jobs := job.NewRunner(w.d, slog.New(slog.DiscardHandler), job.Options{Handlers: []job.Handler{Merges(w.d)}})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- jobs.Run(ctx) }()
	for limit := time.After(time.Minute); w.outcomes(run).Finished.IsZero(); {
		select {
		case <-limit:
			t.Fatal("it does not come to an end")
		case <-time.After(2 * time.Millisecond):
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	r := w.outcomes(run)
	if diff := cmp.Diff(map[Outcome]int{Merged: 2, One: 1, Gone: 1, NotSame: 1, Unlike: 1}, r.Outcomes); diff != "" {
		t.Error(diff)
	}
	left, err := Left(t.Context(), w.d, run, 10)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Step{{gone, kept, Gone}, {one, other, NotSame}, {was, is, Unlike}}, left); diff != "" {
		t.Error(diff)
	}
	for _, absorbed := range []id.Contact{c, b} {
		w.do(func(ctx context.Context, tx *db.Tx) error {
			return contact.Unmerge(ctx, tx, contact.Separation{Absorbed: absorbed, Source: activity.SourceUser})
		})
	}
	if !w.candidate(a, b) || !w.candidate(b, c) {
		t.Error("taken apart again, they are no candidates")
	}
}

// Who is stopped merges nothing more.
func TestRunsAreStopped(t *testing.T) {
	w := newTown(t)
	var list []Candidate
	for range 3 {
		values := map[string]string{"firstname": "Anna", "lastname": "Moreau", "company": "Acme"}
		list = append(list, Candidate{Contact: w.add(values), Other: w.add(values)})
	}
	run := w.start(0, list...)
	w.step(run)
	w.do(func(ctx context.Context, tx *db.Tx) error { return Stop(ctx, tx, run) })
	if w.step(run) {
		t.Error("it goes on")
	}
	if r := w.outcomes(run); !r.Stopped || r.Done != 1 || r.Outcomes[Merged] != 1 || r.Outcomes[Waiting] != 2 || r.Finished.IsZero() {
		t.Errorf("%+v", r)
	}
	// The later value wins where both have one, the older contact stays.
	later := w.start(0, list[1])
	w.do(func(ctx context.Context, tx *db.Tx) error {
		return contact.Update(ctx, tx, list[1].Other, contact.Edit{Values: map[string]string{"city": "Lyon", "company": "ACME"}, Source: activity.SourceUser})
	})
	for w.step(later) {
	}
	c, err := contact.Find(t.Context(), w.d, list[1].Other)
	if err != nil || c.ID != list[1].Contact || c.Fields["company"] != "ACME" || c.Fields["city"] != "Lyon" {
		t.Error(c, err)
	}
	// A score that a pair has no longer is not enough.
	least := w.start(HighestScore, list[2])
	for w.step(least) {
	}
	if r := w.outcomes(least); r.Outcomes[Unlike] != 1 {
		t.Errorf("%+v", r)
	}
}
