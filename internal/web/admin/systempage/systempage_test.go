package systempage_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/web/admin/systempage"
	"ariane/internal/web/webtest"
)

func TestEventSetAsideIsTriedAgain(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	broken := true
	runner := activity.NewRunner(d, slog.New(slog.DiscardHandler), activity.Reader{Name: "test.reader", Kinds: []activity.Kind{contact.KindCreated},
		Handle: func(context.Context, *db.Tx, []activity.Event) error {
			if broken {
				return errors.New("<broken>")
			}
			return nil
		}})
	b := webtest.Start(t, d, systempage.Routes(systempage.Deps{DB: d, Clock: d.Now, Runner: runner, Kinds: contact.Kinds()}))
	b.Get("/s/system").Wants(200, "Everything runs.", "test.reader", "Up to date")

	err := d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"email": "anna@example.test"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := runner.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Get("/s/system").Wants(200, "1 thing needs attention.", "test.reader could not handle contact.created", "<broken>", "Contact 1").Lacks("<broken>")
	b.Post("/s/system/events/1/retry", "reader", "test.reader").Wants(200, "It failed again")
	broken = false
	b.Post("/s/system/events/1/retry", "reader", "other").Wants(404)
	b.Post("/s/system/events/1/retry", "reader", "test.reader").Wants(200, "The event is handled.", "Everything runs.")
}

func TestReaderIsMadeAgain(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	read := 0
	runner := activity.NewRunner(d, slog.New(slog.DiscardHandler), activity.Reader{Name: "test.reader", Kinds: []activity.Kind{contact.KindCreated},
		Reset:  func(context.Context, *db.Tx) error { return nil },
		Handle: func(_ context.Context, _ *db.Tx, batch []activity.Event) error { read += len(batch); return nil }})
	b := webtest.Start(t, d, systempage.Routes(systempage.Deps{DB: d, Clock: d.Now, Runner: runner, Kinds: contact.Kinds()}))
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"email": "anna@example.test"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := runner.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Post("/s/system/readers/other/replay").Wants(404)
	b.Post("/s/system/readers/test.reader/replay").Wants(200, "reads the whole thread again")
	if err := runner.CatchUp(t.Context()); err != nil || read != 2 {
		t.Errorf("read %d events, error %v; want the one event twice", read, err)
	}
}
