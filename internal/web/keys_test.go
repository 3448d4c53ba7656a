package web_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/a-h/templ"

	"ariane/internal/tool/browsertest"
	"ariane/internal/web"
	"ariane/internal/web/layout"
)

func TestKeysInABrowser(t *testing.T) {
	t.Parallel()
	section := func(s layout.Section, body string) web.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			return web.Show(w, r, web.View{Title: string(s), Section: s, Body: templ.Raw(body)})
		}
	}
	b := start(t, web.Options{}, web.Route{Pattern: "GET /s/dashboard", Permission: web.SignedIn, Handler: section(layout.Home, `<input id="field">`)},
		web.Route{Pattern: "GET /s/forms", Permission: web.SignedIn, Handler: section(layout.Forms, "")},
		web.Route{Pattern: "GET /s/forms/1", Permission: web.SignedIn, Handler: section(layout.Forms, `<nav class="crumbs"><a href="/s/forms">Forms</a></nav>`)},
		web.Route{Pattern: "GET /s/notices", Permission: web.SignedIn, Handler: section(layout.Notices, "")})
	for _, user := range []struct{ number, help, list string }{{"1", "Keyboard shortcuts", "Back to the list"}, {"2", "Raccourcis clavier", "Retour à la liste"}} {
		tab := browsertest.Open(t)
		press := func(keys ...string) {
			for _, key := range keys {
				tab.Eval(`(document.activeElement || document.body).dispatchEvent(new KeyboardEvent("keydown", {key: `+strconv.Quote(key)+`, bubbles: true, cancelable: true}))`, nil)
			}
		}
		arrived := func(path string) {
			tab.WaitFor(`location.pathname === "` + path + `" && !document.documentElement.classList.contains("no-script")`)
		}
		tab.Visit(b.url + "/s/assets/none")
		tab.Eval(`fetch("/in/`+user.number+`", {method: "POST"}).then(() => 1)`, nil)
		tab.Visit(b.url + "/s/dashboard")
		tab.Click("#field")
		press("g", "f")
		tab.Eval(`document.activeElement.blur()`, nil)
		press("x", "g", "z", "f", "n")
		arrived("/s/notices")
		press("g", "f")
		arrived("/s/forms")
		tab.Visit(b.url + "/s/forms/1")
		press("g", "i")
		arrived("/s/forms")
		press("?")
		tab.WaitFor(`document.querySelector("dialog[open] h2")?.textContent === ` + strconv.Quote(user.help))
		tab.WaitText(user.list)
		if admin := tab.Count(`dialog dt:has(kbd:nth-child(2)):nth-of-type(n)`) > 10; admin != (user.number == "1") {
			t.Errorf("user %s sees the keys of somebody else", user.number)
		}
		tab.Click("dialog [data-close]")
		tab.WaitFor(`!document.querySelector("dialog")`)
		press("g", "d")
		arrived("/s/dashboard")
	}
}
