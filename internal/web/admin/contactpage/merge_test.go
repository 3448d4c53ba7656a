package contactpage_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/company"
	"ariane/internal/consent"
	"ariane/internal/id"
	"ariane/internal/tool/browsertest"
	"ariane/internal/web/webtest"
)

// Two contacts are compared and merged, and taken apart again.
func TestMergingInABrowser(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, ada := w.known(map[string]string{"firstname": "Ada", "email": "ada@example.test", "city": "London"})
	_, augusta := w.known(map[string]string{"firstname": "<i>Augusta</i>", "email": "augusta@example.test", "zipcode": "75001"})
	b := browsertest.Open(t, browsertest.Window(390, 844))
	b.Visit(w.URL("/test/in"))

	b.Visit(w.URL("/s/contacts/view/" + ada))
	b.Click(`a[href="/s/contacts/merge/` + ada + `"]`)
	b.WaitFor(`document.activeElement.id === "merge-search"`)
	b.Fill("#merge-search", "augusta")
	b.Click(".card form .button")
	b.WaitFor(`document.querySelector('a[href="/s/contacts/merge/` + ada + `?with=` + augusta + `"]')`)
	b.Click(`a[href="/s/contacts/merge/` + ada + `?with=` + augusta + `"]`)
	b.WaitFor(`document.querySelectorAll('input[name=take]').length === 2 && document.querySelector('input[name=take][value=firstname]').checked`)
	b.WaitText("<i>Augusta</i>")
	b.WaitText("75001")
	b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
	b.Click(`input[name=take][value=email]`)
	b.Click(".actions .button-primary")
	b.WaitText("is part of")
	w.Get("/s/contacts/view/"+augusta).Wants(http.StatusOK, "augusta@example.test", "75001", "London")
	b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
	b.Click(`a[href="/s/contacts/unmerge/` + augusta + `"]`)
	b.WaitText("Take <i>Augusta</i> out of")
	b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
	b.Click(".actions .button-primary")
	b.WaitText("The two are apart again.")
	b.WaitText("augusta@example.test")
	b.WaitText("On its own again, out of")
	w.Get("/s/contacts/view/"+ada).Wants(http.StatusOK, "ada@example.test", "Separated from").Lacks("75001")
	b.NoProblems()
}

// What cannot be merged or taken apart says why.
func TestMergingIsRefused(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, ada := w.known(map[string]string{"firstname": "Ada", "email": "ada@example.test"})
	for _, test := range []struct {
		path string
		want int
	}{
		{"/s/contacts/merge/" + ada + "?with=" + ada, 400},
		{"/s/contacts/merge/" + ada + "?with=-1", 200},
		{"/s/contacts/merge/" + ada + "?with=999", 404},
		{"/s/contacts/merge/999", 404},
		{"/s/contacts/joined/999", 404},
		{"/s/contacts/unmerge/" + ada, 409},
		{"/s/contacts/unmerge/999", 404},
	} {
		w.Get(test.path).Wants(test.want)
	}
}

// Who is gone, or part of somebody already, is not merged: it says why, before and
// after the button.
func TestMergingWithWhoIsGone(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, ada := w.known(map[string]string{"firstname": "Ada", "email": "ada@example.test"})
	_, bob := w.known(map[string]string{"firstname": "Bob", "email": "bob@example.test"})
	_, eve := w.known(map[string]string{"firstname": "Eve", "email": "eve@example.test"})
	_, dan := w.known(map[string]string{"firstname": "Dan", "email": "dan@example.test"})
	w.Post("/s/contacts/delete/" + dan).Wants(200)
	w.Post("/s/contacts/merge/"+bob, "with", eve).Wants(200, "is part of Bob now")
	for _, ask := range []func(contact, with string) *webtest.Answer{
		func(c, with string) *webtest.Answer { return w.Get("/s/contacts/merge/" + c + "?with=" + with) },
		func(c, with string) *webtest.Answer { return w.Post("/s/contacts/merge/"+c, "with", with) },
	} {
		ask(ada, eve).Wants(409, "These two cannot be merged", "The other contact is part of Bob now", "Compare with Bob", "?with="+bob, "Choose another")
		ask(bob, eve).Wants(409, "The other contact is part of Bob already", "/s/contacts/joined/"+bob)
		ask(ada, dan).Wants(404, "The other contact was deleted")
		ask(ada, ada).Wants(400, "A contact cannot be merged with itself")
	}
	w.Post("/s/contacts/merge/"+eve, "with", ada).Wants(409, "This contact is part of Bob now")
	w.Get("/s/contacts/view/"+ada).Wants(200, "ada@example.test").Lacks("Merged with")
	if answer := w.Get("/s/contacts/merge/"+eve+"?with="+ada).Wants(200, "Merge into Bob"); answer.Path != "/s/contacts/merge/"+bob+"?with="+ada {
		t.Error(answer.Path)
	}
}

// The preview names what comes along.
func TestWhatAMergeJoins(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, ada := w.known(map[string]string{"firstname": "Ada", "lastname": "King", "email": "ada@example.test", "city": "London", "points": "2"})
	a := w.visits("https://www.example.test/1", "https://www.example.test/2")
	w.identify(a, map[string]string{"firstname": "Augusta", "lastname": "Byron", "email": "augusta@example.test", "city": "Paris", "zipcode": "75001"})
	augusta := number(a.Contact)
	w.Post("/s/contacts/tags/"+ada, "tags", "red").Wants(200)
	w.Post("/s/contacts/tags/"+augusta, "tags", "red, blue, <i>green</i>").Wants(200)
	w.Post("/s/contacts/notes/"+augusta, "text", "Remember", "type", "general").Wants(200)
	w.Post("/s/contacts/follow/"+augusta, "followed", "0").Wants(200)
	err := w.d.Do(t.Context(), func(tx *db.Tx) error {
		firm, err := company.Add(t.Context(), tx, company.Edit{Values: map[string]string{"companyname": "Engines & <b>Co"}})
		if err == nil {
			err = company.Join(t.Context(), tx, a.Contact, firm, company.By{})
		}
		for c, reason := range map[string]consent.Reason{ada: consent.Bounced, augusta: consent.Unsubscribed} {
			n, _ := strconv.ParseInt(c, 10, 64)
			_, failed := consent.Add(t.Context(), tx, id.Contact(n), consent.Block{Channel: consent.Email, Reason: reason}, false, consent.By{})
			err = errors.Join(err, failed)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page := w.Get("/s/contacts/merge/"+ada+"?with="+augusta).Wants(200, "Companies Engines & <b>Co", "Not to be contacted E-mail: Unsubscribed", "2 page views", "changes and remarks", "augusta@example.test", "<i>green</i>, blue", "Firefox 128, Linux", "203.0.113.9", "Notes 1",
		"Augusta Byron does not want to be followed").Lacks("<i>green", "red, ")
	// In the order in which a contact is edited.
	last := -1
	for _, alias := range []string{"firstname", "lastname", "email", "city"} {
		at := strings.Index(page.Body, `name="take" value="`+alias+`"`)
		if at <= last {
			t.Errorf("%s is at %d, after %d", alias, at, last)
		}
		last = at
	}
}
