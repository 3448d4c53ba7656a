package contactpage_test

import (
	"fmt"
	"testing"

	"ariane/internal/tool/browsertest"
)

// What is chosen stays so on the other pages of a list, and is changed at once.
func TestChosenWhilePagingInABrowser(t *testing.T) {
	inBoth(t, func(t *testing.T, w world, b *browsertest.Browser, french bool) {
		for i := range 12 {
			w.known(map[string]string{"firstname": fmt.Sprint("Person ", i)})
		}
		heading, nobody := "Change 2 contacts", "Choose at least one contact."
		if french {
			heading, nobody = "Modifier 2 contacts", "Choisissez au moins un contact."
		}
		choose := func(chosen string) {
			t.Helper()
			b.Click(`input[name=c]`)
			b.WaitFor(`document.querySelector("#selection output").textContent === "` + chosen + `"`)
		}
		b.Visit(w.URL("/s/contacts?size=10"))
		choose("1")
		b.Click(`a[rel=next]`)
		b.WaitFor(`document.querySelectorAll("input[type=checkbox][name=c]").length === 2 && document.querySelector("#selection output").textContent === "1"`)
		choose("2")
		if barriers := b.Barriers(); len(barriers) > 0 {
			t.Error(barriers)
		}
		b.Click(`#selection button[formaction="/s/contacts/change"]`)
		b.WaitText(heading)
		b.Click(`button[value=points]`)
		b.WaitFor(`document.querySelector("input[name=points]")`)
		b.Fill("input[name=points]", "5")
		b.Click(".actions .button-primary")
		b.WaitFor(`location.pathname === "/s/contacts/changes/1"`)
		b.Visit(w.URL("/s/contacts?size=10"))
		b.WaitFor(`document.querySelector("#selection output").textContent === "2"`)
		b.Click("[data-none]")
		b.WaitFor(`!document.querySelector("#selection").checkVisibility()`)
		b.Visit(w.URL("/s/contacts/change"))
		b.WaitText(nobody)
	})
}
