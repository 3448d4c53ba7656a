package contactpage_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/job"
	"ariane/internal/contact"
	"ariane/internal/duplicate"
	"ariane/internal/tool/browsertest"
)

// twins adds two contacts who are likely the same, and reads the thread.
func (w world) twins(last string) (one, other string) {
	w.t.Helper()
	_, one = w.known(map[string]string{"firstname": "Anna", "lastname": last, "company": last + " SAS", "phone": "+33 6 12 34 56 78"})
	_, other = w.known(map[string]string{"firstname": "Ana", "lastname": last, "company": strings.ToLower(last), "mobile": "06 12 34 56 78", "city": "Lyon"})
	w.pairUp()
	return one, other
}

func (w world) pairUp() {
	w.t.Helper()
	if err := activity.NewRunner(w.d, slog.New(slog.DiscardHandler), duplicate.Reader()).CatchUp(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// Two of a list are chosen, by pointer or by key, and merged.
func TestTwoOfTheListAreMergedInABrowser(t *testing.T) {
	inBoth(t, func(t *testing.T, w world, b *browsertest.Browser, french bool) {
		one, other := w.twins("Moreau")
		_, third := w.known(map[string]string{"firstname": "Bob"})
		said := "is part of"
		if french {
			said = "fait maintenant partie"
		}
		bar := `document.querySelector("#selection").checkVisibility()`
		for _, face := range []string{"", "?view=cards"} {
			b.Eval(`sessionStorage.clear()`, nil)
			b.Visit(w.URL("/s/contacts" + face))
			b.WaitFor(`!` + bar)
			b.Click(`input[name=c][value="` + third + `"]`)
			b.WaitFor(bar + ` && document.querySelector("#selection output").textContent === "1" && document.querySelector("#selection button").disabled`)
			b.Click(`input[name=c][value="` + one + `"]`)
			b.WaitFor(`!document.querySelector("#selection button").disabled`)
			b.Click(`input[name=c][value="` + third + `"]`)
			b.WaitFor(`document.querySelector("#selection button").disabled`)
			b.Eval(`document.querySelector('a[href="/s/contacts/view/`+other+`"]').focus()`, nil)
			b.Eval(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "x", bubbles: true}))`, nil)
			b.WaitFor(`document.querySelector('input[name=c][value="` + other + `"]').checked && document.querySelector("#selection output").textContent === "2"`)
			if barriers := b.Barriers(); len(barriers) > 0 {
				t.Error(barriers)
			}
		}
		b.Click("#selection button")
		b.WaitFor(`location.pathname === "/s/contacts/merge/` + one + `" && document.querySelector("input[name=with]").value === "` + other + `"`)
		b.Click(".actions .button-primary")
		b.WaitText(said)
	})
}

// Without scripts the bar is there all the same, and says what it needs.
func TestSelectionWithoutScripts(t *testing.T) {
	t.Parallel()
	w := start(t)
	one, other := w.twins("Moreau")
	_, third := w.known(map[string]string{"firstname": "Bob"})
	b := browsertest.Open(t, browsertest.WithoutScripts(), browsertest.Window(390, 844))
	b.Visit(w.URL("/test/in"))
	b.Visit(w.URL("/s/contacts"))
	b.WaitFor(`!document.querySelector("#selection").checkVisibility()`)
	b.Click(`input[name=c][value="` + other + `"]`)
	b.Click(`input[name=c][value="` + one + `"]`)
	b.WaitFor(`document.querySelector("#selection").checkVisibility() && getComputedStyle(document.querySelector("#selection output"), "::after").content === "counter(chosen)"`)
	b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
	b.Click("#selection button")
	b.WaitFor(`location.pathname === "/s/contacts/merge/` + one + `"`)
	w.Get("/s/contacts/selected?c="+one).Wants(http.StatusBadRequest, "Choose exactly two contacts")
	w.Get("/s/contacts/selected?c="+one+"&c="+one).Wants(http.StatusBadRequest, "Choose exactly two contacts")
	w.Get("/s/contacts/selected?c="+one+"&c="+other+"&c="+third).Wants(http.StatusBadRequest, "Choose exactly two contacts")
	w.Get("/s/contacts/selected?c=x").Wants(http.StatusNotFound)
}

// A visitor who is chosen with somebody known is the one who is absorbed.
func TestWhoIsKnownStays(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.visits("https://www.example.test/")
	_, known := w.known(map[string]string{"firstname": "Ada"})
	if a := w.Get("/s/contacts/selected?c=1&c=" + known).Wants(http.StatusOK); a.Path != "/s/contacts/merge/"+known+"?with=1" {
		t.Error(a.Path)
	}
}

func TestDuplicatesInABrowser(t *testing.T) {
	inBoth(t, func(t *testing.T, w world, b *browsertest.Browser, french bool) {
		b.Visit(w.URL("/s/contacts/duplicates"))
		words := map[string]string{"empty": "Nobody is here twice", "number": "The same telephone number", "near": "Names spelled nearly alike", "company": "The same company", "hint": "May be the same person as Ana <b>Moreau",
			"remembered": "The two are not suggested again", "again": "Taken back", "merged": "is part of"}
		if french {
			words = map[string]string{"empty": "Personne n’est là en double", "number": "Le même numéro de téléphone", "near": "Des noms d’orthographe voisine", "company": "La même entreprise", "hint": "Peut-être la même personne que Ana <b>Moreau",
				"remembered": "Les deux ne seront plus proposés", "again": "C’est repris", "merged": "fait maintenant partie"}
		}
		b.WaitText(words["empty"])
		one, other := w.twins("<b>Moreau")
		b.Visit(w.URL("/s/contacts/duplicates"))
		for _, word := range []string{"number", "near", "company"} {
			b.WaitText(words[word])
		}
		b.WaitText("Ana <b>Moreau")
		if barriers := b.Barriers(); len(barriers) > 0 {
			t.Error(barriers)
		}
		b.Click(".pair-actions form button")
		b.WaitText(words["remembered"])
		b.WaitText(words["empty"])
		b.Click(`a[href="/s/contacts/duplicates/apart"]`)
		b.WaitText("Ana <b>Moreau")
		b.Click(".pair-actions button")
		b.WaitText(words["again"])
		b.Visit(w.URL("/s/contacts/view/" + one))
		b.WaitText(words["hint"])
		b.Click(".likeness a")
		b.WaitFor(`location.pathname === "/s/contacts/merge/` + one + `" && document.querySelector("input[name=with]").value === "` + other + `"`)
		b.Click(".actions .button-primary")
		b.WaitText(words["merged"])
		w.pairUp()
		b.Visit(w.URL("/s/contacts/duplicates"))
		b.WaitText(words["empty"])
	})
}

// Many pairs are merged after a look at what comes of it.
func TestManyPairsAreMergedInABrowser(t *testing.T) {
	inBoth(t, func(t *testing.T, w world, b *browsertest.Browser, french bool) {
		w.twins("Moreau")
		gone, _ := w.known(map[string]string{"firstname": "Carl", "lastname": "Blue", "company": "Blue"})
		w.known(map[string]string{"firstname": "Carl", "lastname": "Blue", "company": "Blue", "city": "Lyon"})
		w.pairUp()
		words := map[string]string{"said": "4 contacts become 2.", "running": "0 of 2 pairs done", "done": "2 pairs done", "why": "One was deleted meanwhile"}
		if french {
			words = map[string]string{"said": "4 contacts n’en font plus que 2.", "running": "0 paires sur 2 traitées", "done": "2 paires traitées", "why": "L’un a été supprimé entre-temps"}
		}
		b.Resize(390, 844)
		b.Visit(w.URL("/s/contacts/duplicates"))
		b.WaitFor(`document.querySelectorAll(".pair").length === 2 && document.documentElement.scrollWidth <= innerWidth`)
		for _, n := range []string{"1", "2"} {
			b.Click(`.pair:nth-child(` + n + `) input[name=pair]`)
		}
		b.Click("#pairs button")
		b.WaitText(words["said"])
		b.Click(".actions .button-primary")
		b.WaitText(words["running"])
		if err := w.d.Do(t.Context(), func(tx *db.Tx) error { return contact.Delete(t.Context(), tx, gone, contact.Edit{}) }); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		jobs := job.NewRunner(w.d, slog.New(slog.DiscardHandler), job.Options{Handlers: []job.Handler{duplicate.Merges(w.d)}})
		go func() { ended <- jobs.Run(ctx) }()
		b.WaitText(words["done"])
		b.WaitText(words["why"])
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		b.WaitFor(`!document.querySelector("form[action$=stop]")`)
	})
}

func TestDuplicatesRefuseNonsense(t *testing.T) {
	t.Parallel()
	w := start(t)
	one, other := w.twins("Moreau")
	w.Get("/s/contacts/duplicates?after=rubbish").Wants(http.StatusBadRequest)
	w.Get("/s/contacts/duplicates?reason=4").Wants(http.StatusOK, "Ana Moreau")
	w.Get("/s/contacts/duplicates?reason=2").Wants(http.StatusOK, "No pair matches")
	w.Get("/s/contacts/duplicates?least=99").Wants(http.StatusOK, "No pair matches")
	w.Get("/s/contacts/duplicates?reason=nonsense&least=-4").Wants(http.StatusOK, "Ana Moreau")
	w.Get("/s/contacts/duplicates/apart?after=rubbish").Wants(http.StatusNotFound)
	w.Get("/s/contacts/duplicates/merge").Wants(http.StatusOK, "No pair was chosen")
	w.Get("/s/contacts/duplicates/merge?pair=" + other + "-" + one).Wants(http.StatusNotFound)
	w.Get("/s/contacts/duplicates/merge?all=1&least=70").Wants(http.StatusOK, "2 contacts become 1.")
	w.Get("/s/contacts/duplicates/merge?all=1&least=99").Wants(http.StatusOK, "No pair was chosen")
	w.Get("/s/contacts/duplicates/runs/1").Wants(http.StatusNotFound)
	w.Post("/s/contacts/duplicates/merge", "pairs", "", "least", "0").Wants(http.StatusNotFound)
	w.Post("/s/contacts/duplicates/merge", "pairs", strings.Repeat(one+"-"+other+",", duplicate.MostAtOnce)+one+"-"+other, "least", "0").Wants(http.StatusBadRequest, "Choose between 1 and")
	w.Post("/s/contacts/duplicates/apart", "one", one, "other", one).Wants(http.StatusConflict, "one contact already")
	w.Post("/s/contacts/duplicates/apart", "one", one, "other", "999").Wants(http.StatusNotFound)
	w.Post("/s/contacts/duplicates/apart/back", "one", one, "other", other).Wants(http.StatusNotFound)
	w.Post("/s/contacts/duplicates/merge", "pairs", one+"-"+other, "least", "0").Wants(http.StatusOK, "0 of 1 pairs done")
	w.Post("/s/contacts/duplicates/runs/1/stop").Wants(http.StatusOK, "Stopped after 0 of 1 pairs", "Not looked at")
	w.Get("/s/contacts/duplicates").Wants(http.StatusOK, "Stopped after 0 of 1 pairs")
	// The contacts of before are being compared.
	if err := w.d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE duplicate_fill SET phase = 1, last = 1, until = 4`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w.Get("/s/contacts/duplicates").Wants(http.StatusOK, "are being compared", "<progress", `value="11"`)
}
