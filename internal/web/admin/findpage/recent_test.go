package findpage_test

import (
	"log/slog"
	"strings"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/tool/browsertest"
	"ariane/internal/user"
	"ariane/internal/view"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/contactpage"
	"ariane/internal/web/admin/findpage"
	"ariane/internal/web/webtest"
)

// With nothing typed the window shows what was opened last, in this browser, by
// this user.
func TestRecentInABrowser(t *testing.T) {
	t.Parallel()
	for lang, words := range map[string]struct{ title, dark string }{"en": {"Opened last", "dark"}, "fr": {"Ouvert récemment", "sombre"}} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			d := dbtest.Open(t)
			gone := opening(t, d)
			w := webtest.Start(t, d, findpage.Routes(findpage.Deps{DB: d, Clock: d.Now, Language: app.Language(d)}),
				contactpage.Routes(contactpage.Deps{DB: d, Clock: d.Now, Language: app.Language(d), Watcher: activity.NewWatcher(d, slog.New(slog.DiscardHandler))}),
				accountpage.Routes(accountpage.Deps{DB: d, Gate: user.NewGate(d, d.Now), Clock: d.Now}))
			b := browsertest.Open(t, browsertest.Language(lang))
			b.Visit(w.URL("/test/in"))
			b.Visit(w.URL("/s/account"))
			b.Eval(`fetch("/s/language", {method: "POST", body: new URLSearchParams({language: "`+lang+`", return: "/s/account"})}).then(() => 1)`, nil)
			visit := func(path string) {
				b.Visit(w.URL(path))
				b.WaitFor(`!document.documentElement.classList.contains("no-script")`)
			}
			open := func() {
				visit("/s/account")
				b.Click("[data-find-open]")
				b.WaitFor(`document.querySelector("dialog[open] [data-found] h3")`)
			}
			shown := func() string {
				return b.String(`[...document.querySelectorAll("dialog h3")].find((h) => h.textContent === "` + words.title + `")?.nextElementSibling.innerText.split("\n").map((l) => l.trim()).filter(Boolean).join(" | ") ?? ""`)
			}
			open()
			if got := shown(); got != "" {
				t.Errorf("before anything was opened: %s", got)
			}
			for _, path := range []string{"/s/contacts/view/1", "/s/contacts/view/2", "/s/contacts/view/3", "/s/contacts?search=city%3Aparis", "/s/contacts?tab=all", "/s/contacts/new", "/s/contacts/view/1"} {
				visit(path)
			}
			open()
			if got, want := shown(), strings.Join([]string{"Zoé", "Contacts", "Paris " + hostile, "Gone", hostile}, " | "); got != want {
				t.Errorf("%s\nwanted %s", got, want)
			}
			if n := b.Count("dialog img"); n > 0 {
				t.Error("a name was read as HTML")
			}
			if barriers := b.Barriers(); len(barriers) > 0 {
				t.Error(barriers)
			}
			b.Fill("dialog input[name=q]", words.dark)
			b.WaitFor(`document.querySelector("dialog .found-do")`)
			if got := shown(); got != "" {
				t.Errorf("with something typed: %s", got)
			}
			b.Eval(`document.activeElement.value = "", document.activeElement.dispatchEvent(new Event("input", {bubbles: true}))`, nil)
			b.WaitFor(`document.querySelector("dialog a[href='/s/contacts/view/3']")`)
			if err := d.Do(t.Context(), func(tx *db.Tx) error { return contact.Delete(t.Context(), tx, gone, contact.Edit{}) }); err != nil {
				t.Fatal(err)
			}
			b.Click("dialog a[href='/s/contacts/view/3']")
			b.WaitFor(`document.querySelector("[data-gone]") && !Object.values(localStorage).some((kept) => kept.includes("/s/contacts/view/3"))`)
			open()
			if got := shown(); !strings.HasPrefix(got, "Zoé") || strings.Contains(got, "Gone") {
				t.Error(got)
			}
			b.Click("dialog a[href='/s/contacts/view/1']")
			b.WaitFor(`location.pathname === "/s/contacts/view/1" && document.querySelector(".side form[action='/s/logout']")`)
			b.Click(".side .menu-button")
			b.Click(".side form[action='/s/logout'] button")
			b.WaitFor(`location.pathname.startsWith("/s/login")`)
			if n := b.String(`String(localStorage.length)`); n != "0" {
				t.Errorf("%s things are kept after the log-out", n)
			}
		})
	}
}

// opening makes what is opened: three contacts, of which it returns the last, and
// a view.
func opening(t *testing.T, d *db.DB) (last id.Contact) {
	t.Helper()
	err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
		for _, values := range []map[string]string{{"firstname": "Zoé"}, {"company": hostile}, {"lastname": "Gone"}} {
			if last, err = contact.Create(t.Context(), tx, contact.New{Values: values}); err != nil {
				return err
			}
		}
		_, err = view.Add(t.Context(), tx, view.View{List: "contacts", Owner: 1, Name: "Paris " + hostile, Query: "search=city%3Aparis"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return last
}
