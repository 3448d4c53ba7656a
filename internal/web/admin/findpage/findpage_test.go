package findpage_test

import (
	"net/http"
	"net/url"
	"testing"

	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/tool/browsertest"
	"ariane/internal/user"
	"ariane/internal/view"
	"ariane/internal/web"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/findpage"
	"ariane/internal/web/webtest"
)

const hostile = `<img src=x onerror=alert(1)>`

func start(t *testing.T) *webtest.Browser {
	t.Helper()
	d := dbtest.Open(t)
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		for _, values := range []map[string]string{
			{"firstname": "Émile", "lastname": "Zola", "email": "emile@example.test"}, {"firstname": "Zoé", "company": hostile},
			{"lastname": "Many 1"}, {"lastname": "Many 2"}, {"lastname": "Many 3"}, {"lastname": "Many 4"}, {"lastname": "Many 5"}, {"lastname": "Many 6"},
		} {
			if _, err := contact.Create(t.Context(), tx, contact.New{Values: values}); err != nil {
				return err
			}
		}
		for _, v := range []view.View{{List: "contacts", Owner: 1, Name: "People of Paris", Query: "search=city%3Aparis"}, {List: "contacts", Owner: 99, Name: "Another Paris"}} {
			if _, err := view.Add(t.Context(), tx, v); err != nil {
				return err
			}
		}
		_, err := form.Create(t.Context(), tx, form.Form{Name: "Émissions", Language: "fr", Published: true, PostAction: form.Message, PostProperty: "Merci.",
			Fields: []form.Field{{Label: "E-mail", Alias: "email", Type: question.Email}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	arrived := func(w http.ResponseWriter, r *http.Request) error { return web.JSON(w, http.StatusOK, r.URL.String()) }
	return webtest.Start(t, d, findpage.Routes(findpage.Deps{DB: d, Clock: d.Now, Language: app.Language(d)}), accountpage.Routes(accountpage.Deps{DB: d, Gate: user.NewGate(d, d.Now), Clock: d.Now}),
		[]web.Route{{Pattern: "GET /s/contacts/view/{id}", Permission: web.SignedIn, Handler: arrived}, {Pattern: "GET /s/forms/new", Permission: web.SignedIn, Handler: arrived}})
}

func TestFind(t *testing.T) {
	t.Parallel()
	b := start(t)
	find := func(text string) *webtest.Answer { return b.Get("/s/find?q=" + url.QueryEscape(text)) }
	b.Get("/s/find").Wants(200, "Go to", "Home", "Tracking", "Create", "New form").Lacks("Zola", "missions")
	find("emi").Wants(200, "Émile Zola", "emile@example.test", "Émissions").Lacks("Zoé", "Tracking</span>")
	find("zola emile").Wants(200, "Émile Zola").Lacks("Émissions")
	find("pixel").Wants(200, "Tracking").Lacks("Émile")
	find("new f").Wants(200, "New form").Lacks("New contact")
	find("many").Wants(200, "Many 6", "Many 2", "All contacts that match").Lacks("Many 1</span>")
	find("zoé").Wants(200, "Zoé").Lacks(hostile)
	for _, text := range []string{"(unclosed", `"`, "%", "zz", hostile, "a\x00b", "\xff"} {
		find(text).Wants(200).Lacks(hostile)
	}
	find("trakcing").Wants(200, "Tracking")
	find("acount").Wants(200, "Your account").Lacks("Tracking</span>")
	find("tacking").Wants(200, "Tracking")
	find("zip").Wants(200, "Zip code", "/s/fields/edit/15")
	find("paris").Wants(200, "People of Paris", "/s/contacts?search=city%3Aparis&amp;tab=1").Lacks("Another", hostile)
	find("dark").Wants(200, `action="/s/theme"`, `value="dark"`, "Dark theme").Lacks("Light theme")
	find("log o").Wants(200, `action="/s/logout"`)
	find("zzzz").Wants(200, "Nothing is called like that.")
	b.Post("/s/language", "language", "fr", "return", "/s/find?q=cron").Wants(200, "Système").Lacks("Accueil</span>")
}

// A theme is chosen by its name, on the page where one is.
func TestDoInABrowser(t *testing.T) {
	t.Parallel()
	w := start(t)
	b := browsertest.Open(t)
	b.Visit(w.URL("/test/in"))
	b.Visit(w.URL("/s/account"))
	b.WaitFor(`!document.documentElement.classList.contains("no-script")`)
	b.Click("[data-find-open]")
	b.WaitFor(`document.querySelector("dialog[open] input[name=q]")`)
	b.Fill("dialog input[name=q]", "dark")
	b.WaitFor(`document.querySelector("dialog .found-do")?.value === "dark"`)
	b.Eval(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowDown", bubbles: true, cancelable: true}))`, nil)
	b.WaitFor(`document.activeElement.className === "found-do"`)
	if barriers := b.Barriers(); len(barriers) > 0 {
		t.Error(barriers)
	}
	b.Eval(`document.activeElement.click()`, nil)
	b.WaitFor(`document.documentElement.dataset.theme === "dark" && location.pathname === "/s/account"`)
	b.NoProblems()
}

// By keyboard, from any page; the answers come while one types.
func TestFindInABrowser(t *testing.T) {
	t.Parallel()
	for lang, create := range map[string]string{"en": "New form", "fr": "Nouveau formulaire"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			b := browsertest.Open(t, browsertest.Language(lang))
			b.Visit(w.URL("/test/in"))
			b.Visit(w.URL("/s/account"))
			b.Eval(`fetch("/s/language", {method: "POST", body: new URLSearchParams({language: "`+lang+`", return: "/s/account"})}).then(() => 1)`, nil)
			b.Visit(w.URL("/s/account"))
			press := func(key string, control bool) {
				b.Eval(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "`+key+`", ctrlKey: `+map[bool]string{true: "true", false: "false"}[control]+`, bubbles: true, cancelable: true}))`, nil)
			}
			b.WaitFor(`!document.documentElement.classList.contains("no-script")`)
			press("k", true)
			b.WaitFor(`document.querySelector("dialog[open]")?.contains(document.activeElement) && document.activeElement.name === "q"`)
			b.WaitText(create)
			b.Fill("dialog input[name=q]", "emi")
			b.WaitFor(`document.querySelector("dialog .found a")?.textContent.includes("Zola")`)
			if barriers := b.Barriers(); len(barriers) > 0 {
				t.Error(barriers)
			}
			press("ArrowDown", false)
			b.WaitFor(`document.activeElement.textContent.includes("Zola")`)
			press("ArrowDown", false)
			b.WaitFor(`document.activeElement.textContent.includes("missions")`)
			press("ArrowUp", false)
			press("ArrowUp", false)
			b.WaitFor(`document.activeElement.name === "q"`)
			press("Enter", false)
			b.WaitFor(`location.pathname === "/s/contacts/view/1"`)
			b.NoProblems()
		})
	}
}

func TestFindWithoutScripts(t *testing.T) {
	t.Parallel()
	w := start(t)
	b := browsertest.Open(t, browsertest.WithoutScripts(), browsertest.Window(390, 844))
	b.Visit(w.URL("/test/in"))
	b.Visit(w.URL("/s/account"))
	b.Click(".topbar a[href='/s/find']")
	b.Fill("#find", "new form\r")
	b.WaitFor(`location.search.includes("q=new")`)
	b.Click(".found a[href='/s/forms/new']")
	b.WaitFor(`location.pathname === "/s/forms/new"`)
}
