package contactpage_test

import (
	"net/http"
	"testing"

	"ariane/internal/tool/browsertest"
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
		{"/s/contacts/merge/" + ada + "?with=999", 404},
		{"/s/contacts/merge/999", 404},
		{"/s/contacts/joined/999", 404},
		{"/s/contacts/unmerge/" + ada, 409},
		{"/s/contacts/unmerge/999", 404},
	} {
		w.Get(test.path).Wants(test.want)
	}
}
