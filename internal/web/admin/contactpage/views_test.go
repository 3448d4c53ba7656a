package contactpage_test

import (
	"testing"

	"ariane/internal/tool/browsertest"
)

// A search is kept under a name, opened, changed, begun with and deleted, in both
// languages and without scripts.
func TestViewsInABrowser(t *testing.T) {
	t.Parallel()
	for lang, said := range map[string]struct{ all, saved, deleted, missing string }{
		"en": {"All", "The view is saved.", "is deleted.", "Give the view a name."},
		"fr": {"Tous", "La vue est enregistrée.", "est supprimée.", "Donnez un nom à la vue."},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			w.known(map[string]string{"firstname": "Ada", "company": "Acme"})
			w.known(map[string]string{"firstname": "Bob", "company": "Beta"})
			b := browsertest.Open(t, browsertest.WithoutScripts(), browsertest.Window(390, 844))
			b.Visit(w.URL("/test/in"))
			w.Post("/s/language", "language", lang, "return", "/s/contacts")
			b.Visit(w.URL("/s/contacts"))
			b.Fill("#search", "company:acme\r")
			b.WaitFor(`location.search.includes("company") && document.querySelectorAll("tbody tr").length === 1`)
			b.Click("a[href*='/views/new']")
			b.WaitFor(`location.pathname === "/s/contacts/views/new"`)
			b.Click("button[form=view]")
			b.Fill("#field-name", "<b>Acme</b>")
			b.Click("input[value=default]")
			b.Click("button[form=view]")
			b.WaitText(said.saved)
			b.WaitFor(`document.querySelector(".tabs-bar a[aria-current]").textContent === "<b>Acme</b>"`)
			b.Visit(w.URL("/s/contacts"))
			b.WaitFor(`location.search.includes("tab=1") && document.querySelectorAll("tbody tr").length === 1`)
			b.Click(".tabs-bar a")
			b.WaitFor(`document.querySelector(".tabs-bar a[aria-current]").textContent === "` + said.all + `" && document.querySelectorAll("tbody tr").length === 2`)
			b.Click(".tabs-bar a:nth-child(2)")
			b.Fill("#search", " bob\r")
			b.WaitFor(`document.querySelector("form[action$='/keep']")`)
			b.Click("form[action$='/keep'] button")
			b.WaitText(said.saved)
			b.WaitFor(`!document.querySelector("form[action$='/keep']")`)
			b.Click(".tabs-head a[href$='/views/1']")
			b.WaitFor(`document.querySelector("input[value=default]").checked`)
			b.Click("form[action$='/delete'] button")
			b.WaitText(said.deleted)
			b.WaitFor(`!document.querySelector(".tabs-bar") && document.querySelectorAll("tbody tr").length === 2`)
			b.NoProblems()
		})
	}
}

func TestViewsAreTheirOwners(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.known(map[string]string{"firstname": "Ada"})
	w.Post("/s/contacts/views/new", "name", "", "query", "search=ada&sort=name&evil=1&after=x").Wants(422, "Give the view a name.").Lacks("evil")
	w.Post("/s/contacts/views/new", "name", "Mine", "query", "search=ada").Wants(200, "Mine")
	w.Get("/s/contacts/views/1").Wants(200, "Change the view", "Mine")
	w.Get("/s/contacts/views/99").Wants(404)
	w.Get("/s/contacts/views/x").Wants(404)
	w.Get("/s/contacts?tab=99").Wants(200, "Ada")
	w.Get("/s/contacts?search=ada").Wants(200, `aria-current="true"`)
}
