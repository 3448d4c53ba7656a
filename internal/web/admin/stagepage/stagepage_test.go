package stagepage_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/stage"
	"ariane/internal/tool/browsertest"
	"ariane/internal/user"
	"ariane/internal/view"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/stagepage"
	"ariane/internal/web/webtest"
)

const hostile = `<img src=x onerror=alert(1)>"%`

// start has the stages Lead, Offer and one of a hostile name, with 25 people at the
// first, of whom the last is hostile too.
func start(t *testing.T) (*webtest.Browser, *db.DB) {
	t.Helper()
	d := dbtest.Open(t)
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		for i, name := range []string{"Lead", "Offer", hostile} {
			if _, err := stage.Create(t.Context(), tx, stage.Stage{Name: name, Weight: int64(i * 10), Published: true}); err != nil {
				return err
			}
		}
		for i := range 25 {
			name := fmt.Sprintf("Contact %02d", i)
			if i == 24 {
				name = hostile
			}
			c, err := contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"lastname": name}})
			if err == nil {
				err = stage.Set(t.Context(), tx, c, 1, stage.By{})
			}
			if err == nil && i == 3 {
				err = label.Add(t.Context(), tx, c, []string{"vip"}, label.By{})
			}
			if err != nil {
				return err
			}
		}
		_, err := view.Add(t.Context(), tx, view.View{List: "contacts", Owner: 1, Name: "All leads", Query: "search=stage%3Alead"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return webtest.Start(t, d, stagepage.Routes(stagepage.Deps{DB: d, Clock: d.Now, Language: app.Language(d)}), accountpage.Routes(accountpage.Deps{DB: d, Gate: user.NewGate(d, d.Now), Clock: d.Now})), d
}

func at(t *testing.T, d *db.DB, c id.Contact) int64 {
	t.Helper()
	is, err := stage.Of(context.Background(), d, []id.Contact{c})
	if err != nil {
		t.Fatal(err)
	}
	return is[c].Stage
}

func names(t *testing.T, d *db.DB) string {
	t.Helper()
	f, err := stage.Load(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, s := range f.Stages {
		list = append(list, s.Name)
	}
	return strings.Join(list, ", ")
}

func TestManager(t *testing.T) {
	t.Parallel()
	b, d := start(t)
	b.Get("/s/stages").Wants(200, "Lead", "25 contacts", `search=stage%3A`, "Let contacts only go forward").Lacks("<img src=x")
	b.Post("/s/stages/new", "name", "", "description", "kept", "weight", "much", "publishUp", "soon", "category", "7").Wants(422, "Give a whole number.", "This is not a date.", "kept", `value="much"`, `value="soon"`)
	b.Post("/s/stages/new", "name", "", "description", "kept", "weight", "5", "category", "7").Wants(422, "Give the stage a name.", "There is no such category for stages.", "kept")
	b.Post("/s/stages/new", "name", "Won", "description", hostile, "weight", "90", "published", "", "published", "1", "publishUp", "2999-01-01T10:00").Wants(200, "The stage “Won” is saved.", "Offered from").Lacks("<img src=x")
	b.Get("/s/stages/edit/4").Wants(200, `value="2999-01-01T10:00"`, `value="90"`)
	b.Post("/s/stages/edit/4", "name", "Closed", "weight", "90", "published", "").Wants(200, "Not offered")
	b.Post("/s/stages/order", "group", "stages", "order", "4,2,1,3").Wants(200)
	if got := names(t, d); got != "Closed, Offer, Lead, "+hostile {
		t.Error(got)
	}
	b.Post("/s/stages/order", "up", "1").Wants(200)
	b.Post("/s/stages/order", "up", "4").Wants(200)
	if got := names(t, d); got != "Closed, Lead, Offer, "+hostile {
		t.Error(got)
	}
	b.Post("/s/stages/order", "order", "1,x").Wants(400)
	for _, p := range []string{"/s/stages/edit/999", "/s/stages/merge/999", "/s/stages/delete/999", "/s/stages/board/999", "/s/stages/place/999"} {
		b.Get(p).Wants(404)
	}
	b.Get("/s/stages/merge/1").Wants(200, "25 contacts are there", "All leads").Lacks("<img src=x", `<option value="1"`)
	b.Get("/s/stages/merge/1?into=1").Wants(422, "Choose another stage")
	b.Get("/s/stages/merge/1?into=77").Wants(422, "There is no such stage.")
	b.Get("/s/stages/merge/1?into=2").Wants(200, "Merge into “Offer”")
	b.Post("/s/stages/merge/1", "into", "zz").Wants(422, "There is no such stage.")
	b.Post("/s/stages/merge/1", "into", "2").Wants(200, "“Lead” goes into “Offer”.", "25 contacts")
	b.Get("/s/stages/delete/2").Wants(200, "25 contacts are there, and will be at no stage.")
	b.Post("/s/stages/delete/2").Wants(200, "The stage “Offer” is deleted.")
	if at(t, d, 1) != 0 {
		t.Error("somebody is at a stage that is deleted")
	}
	b.Post("/s/stages/stop/1").Wants(200, "Stopped.")
	b.Get("/s/stages/progress").Wants(200)
	b.Post("/s/language", "language", "fr", "return", "/s/stages").Wants(200, "Étapes", "Nouvelle étape", "N’autoriser que l’avancée")
}

func TestBoard(t *testing.T) {
	t.Parallel()
	b, d := start(t)
	b.Get("/s/stages/board").Wants(200, "Lead", ">25<", "100% of all", "25 came in the last 30 days", "Contact 23", "/s/stages/board/1?after=", "/s/contacts?search=stage%3Anone").Lacks("<img src=x", "Contact 04")
	b.Get("/s/stages/board/1").Wants(200, "Contact 23", "Contact 00").Lacks("<img src=x")
	b.Get("/s/stages/board/1?after=x").Wants(400)
	b.Get("/s/stages/board?search=tag:vip").Wants(200, "Contact 03", ">1<", "of 25").Lacks("Contact 23")
	b.Get("/s/stages/board?"+url.Values{"search": {`"abc`}}.Encode()).Wants(200, "Contact 23")
	b.Get("/s/stages/board?" + url.Values{"search": {hostile}}.Encode()).Wants(200).Lacks("<img src=x")
	b.Get("/s/stages/place/4?search=tag:vip").Wants(200, "Move Contact 03 to…", `value="2"`, "No stage", "is here").Lacks("<img src=x")
	b.Post("/s/stages/place/4", "stage", "2", "search", "tag:vip").Wants(200, "Contact 03 is at “Offer” now.", `value="tag:vip"`)
	b.Post("/s/stages/place/4", "stage", "0").Wants(200, "Contact 03 is at no stage now.")
	b.Post("/s/stages/place/4", "stage", "77").Wants(200, "There is no such stage.")
	b.Post("/s/stages/place/4", "stage", "x").Wants(400)
	b.Post("/s/stages/place/999", "stage", "1").Wants(404)
	b.Post("/s/stages/place/5", "stage", "2").Wants(200)
	b.Post("/s/stages/forward", "forward", "1").Wants(200, "From now on contacts only go forward.", "Let contacts go back as well")
	b.Get("/s/stages/place/5").Wants(200).Lacks("No stage", ">Lead<")
	b.Post("/s/stages/place/5", "stage", "1").Wants(200, "Contacts only go forward: “Lead” comes before “Offer”.")
	b.Post("/s/stages/place/5", "stage", "0").Wants(200, "Nobody leaves the stages")
	if at(t, d, 5) != 2 || at(t, d, 4) != 0 {
		t.Error(at(t, d, 5), at(t, d, 4))
	}
	b.Post("/s/stages/edit/3", "name", "Won", "weight", "20", "published", "").Wants(200)
	b.Post("/s/stages/place/5", "stage", "3").Wants(200, "“Won” is not offered at the moment.")
	b.Get("/s/stages/board").Wants(200).Lacks(">Won<")
}

func TestEmptyBoard(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	b := webtest.Start(t, d, stagepage.Routes(stagepage.Deps{DB: d, Clock: d.Now, Language: app.Language(d)}))
	b.Get("/s/stages").Wants(200, "No stage yet", "Make the first stage")
	b.Get("/s/stages/board").Wants(200, "No stage yet")
}

func TestBoardInABrowser(t *testing.T) {
	t.Parallel()
	for lang, moved := range map[string]string{"en": "is at “Offer” now", "fr": "est maintenant à l’étape « Offer »"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w, d := start(t)
			// Somebody in a column that is not seen at first.
			if err := d.Do(t.Context(), func(tx *db.Tx) error { return stage.Set(t.Context(), tx, 1, 3, stage.By{}) }); err != nil {
				t.Fatal(err)
			}
			b := browsertest.Open(t, browsertest.Language(lang), browsertest.Window(390, 844))
			b.Visit(w.URL("/test/in"))
			b.Visit(w.URL("/s/account"))
			b.Eval(`fetch("/s/language", {method: "POST", body: new URLSearchParams({language: "`+lang+`", return: "/s/account"})}).then(() => 1)`, nil)
			for _, p := range []string{"/s/stages", "/s/stages/edit/3", "/s/stages/merge/1", "/s/stages/delete/3", "/s/stages/board/1", "/s/stages/place/7", "/s/stages/board"} {
				b.Visit(w.URL(p))
				if barriers := b.Barriers(); len(barriers) > 0 || b.Overflow() > 0 {
					t.Error(p, barriers, b.Overflow())
				}
			}
			b.WaitFor(`!document.documentElement.classList.contains("no-script")`)
			b.Eval(`document.querySelector('[data-card="24"] a').focus()`, nil)
			b.Eval(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", altKey: true, bubbles: true}))`, nil)
			b.WaitFor(`document.querySelector('[data-stage="2"] [data-card="24"]') && document.activeElement.closest("[data-card]")?.dataset.card === "24"`)
			b.WaitFor(`document.querySelector("[data-board-said]").textContent.replace(/[\u00a0\u202f]/g, " ").includes(` + "`" + moved + "`" + `)`)
			b.Click(`[data-card="23"] a[data-dialog]`)
			b.Click(`dialog button[value="2"]`)
			b.WaitFor(`document.querySelector('[data-stage="2"] [data-card="23"]') && !document.querySelector("dialog[open]")`)
			drag := `(() => {
				const card = document.querySelector('[data-card="22"]'), to = document.querySelector('[data-stage="2"]').getBoundingClientRect(), from = card.getBoundingClientRect();
				const send = (target, type, x, y) => target.dispatchEvent(new PointerEvent(type, {bubbles: true, clientX: x, clientY: y, pointerType: "mouse"}));
				send(card, "pointerdown", from.left + 5, from.top + 5);
				send(window, "pointermove", to.left + 20, to.top + 60);
				send(window, "pointermove", to.left + 20, to.top + 60);
				send(window, "pointerup", to.left + 20, to.top + 60);
			})()`
			b.Eval(drag, nil)
			b.WaitFor(`document.querySelector('[data-stage="2"] [data-card="22"]')`)
			if err := d.Do(t.Context(), func(tx *db.Tx) error { return setting.Set(t.Context(), tx, setting.ForwardOnly, true) }); err != nil {
				t.Fatal(err)
			}
			b.Eval(`document.querySelector('[data-card="24"] a').dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowLeft", altKey: true, bubbles: true}))`, nil)
			b.WaitFor(`document.querySelector("#main > .notice[role=alert]")`)
			for c, want := range map[id.Contact]int64{22: 2, 23: 2, 24: 2, 21: 1} {
				if got := at(t, d, c); got != want {
					t.Errorf("contact %d is at %d, want %d", c, got, want)
				}
			}
			b.NoProblems()
		})
	}
}

func TestBoardWithoutScripts(t *testing.T) {
	t.Parallel()
	w, d := start(t)
	b := browsertest.Open(t, browsertest.WithoutScripts())
	b.Visit(w.URL("/test/in"))
	b.Visit(w.URL("/s/stages/board"))
	b.Click(`[data-card="24"] a[data-dialog]`)
	b.WaitFor(`location.pathname === "/s/stages/place/24"`)
	b.Click(`button[value="2"]`)
	b.WaitFor(`location.pathname === "/s/stages/board"`)
	b.WaitText("Contact 23 is at “Offer” now.")
	if at(t, d, 24) != 2 {
		t.Error("the contact did not move")
	}
}
