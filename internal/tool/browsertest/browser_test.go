package browsertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ariane/internal/tool/browsertest"
)

func page(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<body><h1>%s</h1><p id=s></p><input name=q><a href=/boom>next</a><script>document.getElementById("s").textContent="scripts"</script>`, r.Header.Get("Accept-Language"))
	})
	mux.HandleFunc("GET /boom", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<body>boom<script>nothing()</script>`)
	})
	mux.HandleFunc("GET /cookie", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		http.SetCookie(w, &http.Cookie{Name: "who", Value: "you", Secure: true, SameSite: http.SameSiteNoneMode, Path: "/"})
		fmt.Fprint(w, r.Header.Get("Cookie"))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestPage(t *testing.T) {
	t.Parallel()
	b := browsertest.Open(t, browsertest.Language("fr-FR"))
	b.Visit(browsertest.URL("site.localhost", page(t).URL))
	if got := b.Text("h1"); !strings.HasPrefix(got, "fr") {
		t.Errorf("the browser asks for %q", got)
	}
	if got := b.Text("#s"); got != "scripts" {
		t.Errorf("scripts do not run: %q", got)
	}
	b.Fill("input", "salut")
	b.Fill("input", "bonjour")
	if got := b.String("document.querySelector('input').value"); got != "bonjour" {
		t.Errorf("typed %q", got)
	}
	b.Click("a")
	b.WaitText("boom")
	b.Until("the error of the page is reported", func() bool { return len(b.Problems()) == 1 })
	b.Back()
	b.WaitFor("document.querySelector('h1')")
	if other := b.Tab(); len(other.Problems()) != 0 {
		t.Error("a new tab has problems")
	}
}

func TestThirdPartyCookies(t *testing.T) {
	t.Parallel()
	s := page(t)
	ask := fmt.Sprintf("fetch(%q, {credentials: 'include'}).then((r) => r.text())", browsertest.URL("elsewhere.localhost", s.URL)+"/cookie")
	for name, c := range map[string]struct {
		options []browsertest.Option
		want    string
	}{
		"accepted": {nil, "who=you"},
		"refused":  {[]browsertest.Option{browsertest.WithoutThirdPartyCookies()}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := browsertest.Open(t, c.options...)
			b.Visit(browsertest.URL("site.localhost", s.URL))
			b.Eval(ask, nil)
			var got string
			b.Eval(ask, &got)
			if got != c.want {
				t.Errorf("the other site received %q, want %q", got, c.want)
			}
		})
	}
}

func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	b := browsertest.Open(t, browsertest.WithoutScripts())
	b.Visit(page(t).URL)
	if got := b.Text("#s"); got != "" {
		t.Errorf("scripts run: %q", got)
	}
}

func TestWindow(t *testing.T) {
	b := browsertest.Open(t, browsertest.Window(390, 844))
	b.Visit(page(t).URL)
	if got := b.String("innerWidth + \" \" + innerHeight"); got != "390 844" {
		t.Errorf("the page is %s", got)
	}
	other := b.Tab()
	other.Visit(page(t).URL)
	if got := other.String("innerWidth"); got != "390" {
		t.Errorf("the page in another tab is %s wide", got)
	}
}
