package contactpage_test

import (
	"net/http"
	"testing"

	"ariane/internal/field"
	"ariane/internal/tool/browsertest"
)

func TestColumnsOfTheList(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.define(field.Select, "colour")
	w.define(field.Textarea, "story")
	w.define(field.Text, "unlisted", func(f *field.Field) { f.Listable = false })
	_, number := w.known(map[string]string{"firstname": "Ada", "company": "Acme", "city": "Paris", "country": "Germany", "colour": "red"})
	w.Get("/s/contacts").Wants(http.StatusOK, "Acme", "My colour", "Columns").Lacks("Rouge", "My story", "My unlisted")
	w.Get("/s/contacts?column=colour&column=country&column=nowhere&column=%3Cq%3E").Wants(http.StatusOK, "Rouge", "Germany").Lacks("Acme", "<q>")
	w.Get("/s/contacts?column=company&column=place&column=tags&column=points&column=active").Wants(http.StatusOK, "Acme")
	w.Post("/s/contacts/views/new", "name", "Colours", "query", "column=colour").Wants(http.StatusOK, "Rouge").Lacks("Acme")
	w.Get("/s/contacts?column=id").Wants(http.StatusOK, number)
	w.Get("/s/contacts?view=cards&column=colour").Wants(http.StatusOK, "Acme")
}

// Columns are chosen without scripts, and stay through searches and sorting.
func TestColumnsInABrowser(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.known(map[string]string{"firstname": "Ada", "company": "Acme", "city": "Paris"})
	b := browsertest.Open(t, browsertest.WithoutScripts())
	b.Visit(w.URL("/test/in"))
	b.Visit(w.URL("/s/contacts"))
	b.Click("details:has(input[name=column]) summary")
	for _, name := range []string{"company", "place", "city"} {
		b.Click("input[name=column][value=" + name + "]")
	}
	b.Click("details:has(input[name=column]) button")
	const heads = `[...document.querySelectorAll("th")].map(h => h.textContent.trim()).join(" ").replace(/\s+/g, " ")`
	b.WaitFor(heads + ` === "Contact Tags Points Last active City Actions"`)
	b.Fill("#search", "ada\r")
	b.WaitFor(`location.search.includes("search=ada") && ` + heads + ` === "Contact Tags Points Last active City Actions"`)
	b.Click("th a[href*='sort=points']")
	b.WaitFor(`location.search.includes("sort=points") && ` + heads + ` === "Contact Tags Points Last active City Actions"`)
	b.NoProblems()
}
