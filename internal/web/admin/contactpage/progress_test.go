package contactpage_test

import (
	"context"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/job"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/tool/browsertest"
)

// seen gives a contact a past of so many events.
func (w world) seen(c id.Contact, events int) {
	w.t.Helper()
	err := w.d.Do(w.t.Context(), func(tx *db.Tx) error {
		activity.History(tx)
		for i := range events {
			activity.Append(tx, activity.Entry{Contact: c, At: tx.Now().Add(-time.Duration(i) * time.Minute), Kind: contact.KindIPAdded, Data: contact.IPAdded{IP: "192.0.2.1"}})
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// work runs the jobs about threads until the function is called.
func (w world) work() (end func()) {
	ctx, stop := context.WithCancel(w.t.Context())
	ended := make(chan error)
	go func() {
		ended <- job.NewRunner(w.d, dbtest.Options(w.t).Log, job.Options{Handlers: []job.Handler{activity.Moves(w.d), contact.Separations(w.d)}}).Run(ctx)
	}()
	return func() {
		stop()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	}
}

// While a long thread follows, and while it goes home, the pages say how far it is.
func TestProgressInABrowser(t *testing.T) {
	inBoth(t, func(t *testing.T, w world, b *browsertest.Browser, french bool) {
		in := func(english, other string) string {
			if french {
				return other
			}
			return english
		}
		_, ada := w.known(map[string]string{"firstname": "Ada", "email": "ada@example.test"})
		bob, bobs := w.known(map[string]string{"firstname": "<b>Bob</b>", "email": "bob@example.test"})
		w.seen(bob, 1200)
		none := `!document.querySelector(".underway")`
		b.Resize(390, 844)
		b.Visit(w.URL("/s/contacts/view/" + ada))
		b.WaitFor(none + ` && !document.querySelector("[data-live-mark]").hidden`)
		w.Post("/s/contacts/merge/"+ada, "with", bobs).Wants(200)
		// The merge is news of the open page.
		b.WaitFor(`document.querySelector(".underway progress")?.value === 0`)
		b.WaitText(in("Events of <b>Bob</b> come along: 0 of 1,2", "Arrivée des événements qu’avait <b>Bob</b> : 0 sur 1 2"))
		b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
		end := w.work()
		b.WaitFor(none)
		end()

		w.Post("/s/contacts/unmerge/" + bobs).Wants(200)
		w.Get("/s/contacts/view/"+ada).Wants(200, in("Events go home to <b>Bob</b>", "Retour des événements chez <b>Bob</b>"), in("497 of 1,20", "497 sur 1"))
		b.Visit(w.URL("/s/contacts/view/" + bobs))
		b.WaitText(in("Events come home from Ada: 497 of 1,2", "Retour des événements, jusqu’ici chez Ada : 497 sur 1 2"))
		if found := b.Barriers(); len(found) > 0 {
			t.Error(found)
		}
		end = w.work()
		b.WaitFor(none)
		end()
		w.Get("/s/contacts/view/" + ada).Wants(200).Lacks("underway")
		w.Get("/s/contacts/progress/" + ada).Wants(200).Lacks("underway")
		w.Get("/s/contacts/progress/999").Wants(200).Lacks("underway")
	})
}
