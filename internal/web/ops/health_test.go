package ops_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/visit"
	"ariane/internal/web/layout"
	"ariane/internal/web/ops"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), dbtest.Open(t)
	recorder := visit.NewRecorder(d)
	t.Cleanup(recorder.Close)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	runner := activity.NewRunner(d, log, activity.Reader{Name: "tester", Kinds: []activity.Kind{contact.KindCreated},
		Handle: func(_ context.Context, _ *db.Tx, batch []activity.Event) error {
			if batch[0].Contact == 1 {
				return errors.New("the first contact is refused")
			}
			return nil
		}})
	var problems []string
	is := func(when string, want layout.Health) {
		t.Helper()
		h := ops.Health{Deps: ops.Deps{DB: d, Log: log, Recorder: recorder, Runner: runner}, Problems: func(context.Context) []string { return problems }}
		if got := h.Now(ctx); got != want {
			t.Errorf("%s: %+v, want %+v", when, got, want)
		}
		problems = append(problems, "new")
		if got := h.Now(ctx); got != want {
			t.Errorf("%s, asked again at once: %+v", when, got)
		}
		problems = nil
	}
	if err := runner.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	is("nothing happened", layout.Health{})
	err := d.Do(ctx, func(tx *db.Tx) error {
		_, err := contact.CreateAll(ctx, tx, make([]contact.New, 1200))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	problems = []string{"No file of places."}
	is("events wait", layout.Health{Problems: 1, Waiting: 1200})
	if err := runner.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	is("one event is set aside", layout.Health{Problems: 1})
}
