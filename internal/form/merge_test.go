package form_test

import (
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/form"
	"ariane/internal/id"
)

// Three people at one kiosk: three contacts, and neither the device nor its
// address is anybody's. Somebody who is known already is found, and nothing joins.
func TestKiosk(t *testing.T) {
	t.Parallel()
	r := open(t, func(f *form.Form) { f.Kiosk = true })
	visitor := r.view(browser)
	seen := map[id.Contact]bool{visitor: true}
	for _, address := range []string{"ada@example.org", "bob@example.org", "eve@example.org"} {
		out := r.submit(r.submission(browser, "email", address))
		if seen[out.Contact] {
			t.Errorf("%s is contact %d, as somebody before", address, out.Contact)
		}
		seen[out.Contact] = true
		if c := r.contact(out.Contact); len(c.IPs) != 0 {
			t.Errorf("%s has the address of the kiosk: %+v", address, c.IPs)
		}
		if again := r.submit(r.submission(browser, "email", address, "first_name", "Again")); again.Contact != out.Contact {
			t.Errorf("%s is contact %d, then %d", address, out.Contact, again.Contact)
		}
	}
	if c := r.contact(visitor); c.ID != visitor || !c.Anonymous() {
		t.Errorf("the kiosk's own visitor became %+v", c)
	}
	if got := r.view(browser); got != visitor {
		t.Errorf("the kiosk was handed over to contact %d", got)
	}
}

// What a visitor submitted moves with it, so that results lead to the contact.
func TestSubmissionsMoveWithTheContact(t *testing.T) {
	t.Parallel()
	r := open(t, func(f *form.Form) { f.Fields[1].Required = false })
	ada := r.submit(r.submission(phone, "email", "ada@example.org")).Contact
	early := r.submit(r.submission(browser, "campaign", "spring"))
	if early.Contact == ada {
		t.Fatal("a visitor is taken for ada")
	}
	r.submit(r.submission(browser, "email", "ada@example.org"))
	if err := activity.NewRunner(r.db, dbtest.Options(t).Log, form.Reader()).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := form.Results(t.Context(), r.db, form.ResultFilter{Form: r.form, Limit: 10})
	if err != nil || len(page.Results) != 3 {
		t.Fatalf("%d results, error %v", len(page.Results), err)
	}
	for _, result := range page.Results {
		if result.Contact != ada {
			t.Errorf("submission %d is contact %d's, want %d", result.ID, result.Contact, ada)
		}
	}
}
