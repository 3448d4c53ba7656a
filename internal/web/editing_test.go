package web_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"ariane/internal/tool/browsertest"
	"ariane/internal/web"
)

func TestWhoElseIsEditing(t *testing.T) {
	t.Parallel()
	b := start(t, web.Options{}, web.Route{Pattern: "GET /edit", Permission: web.SignedIn, Handler: func(w http.ResponseWriter, r *http.Request) error {
		return web.Show(w, r, web.View{Title: "Edit", Body: templ.Raw("<p>fields</p>"), Editing: "contact/7"})
	}})
	b.do("POST", "/in/1")
	if _, body := b.do("GET", "/edit"); !strings.Contains(body, `data-editing="contact/7"`) || strings.Contains(body, "tone-amber") {
		t.Errorf("alone: %s", body)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	other := &bench{t, b.url, &http.Client{Jar: jar, CheckRedirect: b.client.CheckRedirect}}
	other.do("POST", "/in/2")
	if _, body := other.do("GET", "/edit"); !strings.Contains(body, "anna vient aussi d’ouvrir cette page.") {
		t.Errorf("the second is not told: %s", body)
	}
	post := func(c *bench, path, thing string) (int, string) {
		answer, err := c.client.PostForm(c.url+path, url.Values{"thing": {thing}})
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text)
	}
	if status, text := post(b, "/s/editing", "contact/7"); status != http.StatusOK || !strings.Contains(text, "ben has just opened this page too.") {
		t.Errorf("the first is told %d %s", status, text)
	}
	if status, _ := post(other, "/s/editing/end", "contact/7"); status != http.StatusNoContent {
		t.Errorf("leaving: status %d", status)
	}
	if _, text := post(b, "/s/editing", "contact/7"); strings.Contains(text, "ben") {
		t.Errorf("he left: %s", text)
	}
	for _, thing := range []string{"", "contact/0", "contact/7x", "user/1", "contact/" + strings.Repeat("9", 40)} {
		for _, path := range []string{"/s/editing", "/s/editing/end"} {
			if status, _ := post(b, path, thing); status != http.StatusNotFound {
				t.Errorf("%s of %q: status %d", path, thing, status)
			}
		}
	}
}

func TestWhoElseIsEditingInABrowser(t *testing.T) {
	t.Parallel()
	b := start(t, web.Options{}, web.Route{Pattern: "GET /edit", Permission: web.SignedIn, Handler: func(w http.ResponseWriter, r *http.Request) error {
		return web.Show(w, r, web.View{Title: "Edit", Body: templ.Raw("<p>fields</p>"), Editing: "form/7"})
	}}, web.Route{Pattern: "GET /in", Permission: web.Public, Handler: hello})
	open := func(user string) *browsertest.Browser {
		tab := browsertest.Open(t)
		tab.Visit(b.url + "/in")
		tab.Eval(`fetch("/in/`+user+`", {method: "POST"}).then(() => 1)`, nil)
		tab.Visit(b.url + "/edit")
		return tab
	}
	first, second := open("1"), open("2")
	second.WaitText("anna vient aussi d’ouvrir cette page.")
	look := func() { first.Eval(`document.dispatchEvent(new Event("visibilitychange"))`, nil) }
	look()
	first.WaitText("ben has just opened this page too.")
	second.Visit(b.url + "/in")
	first.Until("he has left", func() bool {
		look()
		return first.Count("[data-editing] .notice") == 0
	})
	first.NoProblems()
}
