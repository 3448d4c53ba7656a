package web_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/id"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

type bench struct {
	t      *testing.T
	url    string
	client *http.Client
}

const password = "a thread to follow"

func start(t *testing.T, o web.Options, routes ...web.Route) *bench {
	t.Helper()
	o.DB = dbtest.Open(t)
	o.Gate = user.NewGate(o.DB, clock.System)
	o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	err := o.DB.Do(t.Context(), func(tx *db.Tx) error {
		for _, n := range []user.New{
			{UserName: "anna", Email: "anna@example.test", Role: user.Admin, Zone: "Europe/Paris", Password: password},
			{UserName: "ben", Email: "ben@example.test", Role: user.Member, Language: "fr", Password: password},
		} {
			if _, err := user.Create(t.Context(), tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	signIn := web.Route{Pattern: "POST /in/{id}", Permission: web.Public, Handler: func(w http.ResponseWriter, r *http.Request) error {
		number, err := web.PathID[id.User](r, "id")
		if err != nil {
			return err
		}
		found, err := user.Find(r.Context(), o.DB, number)
		if err != nil {
			return err
		}
		return web.SignIn(r, found)
	}}
	h, err := web.New(o, append(routes, signIn))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	jar, _ := cookiejar.New(nil)
	return &bench{t, server.URL, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *bench) do(method, path string, header ...string) (*http.Response, string) {
	b.t.Helper()
	r, err := http.NewRequest(method, b.url+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer, string(body)
}

func hello(w http.ResponseWriter, r *http.Request) error {
	return web.Show(w, r, web.View{Title: "<Hello>", Body: templ.Raw("<p>hello " + web.User(r.Context()).UserName + "</p>")})
}

func failing(err error) web.Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func TestRoutesSayWhoMayTakeThem(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	for _, route := range []web.Route{{Pattern: "GET /x", Handler: hello}, {Pattern: "GET /x", Permission: web.Public}, {Pattern: "GET /x", Permission: 99, Handler: hello}} {
		if _, err := web.New(web.Options{DB: d, Log: slog.New(slog.DiscardHandler)}, []web.Route{route}); err == nil {
			t.Errorf("%+v is accepted", route)
		}
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	b := start(t, web.Options{},
		web.Route{Pattern: "GET /public", Permission: web.Public, Handler: hello},
		web.Route{Pattern: "GET /inside", Permission: web.SignedIn, Handler: hello},
		web.Route{Pattern: "POST /inside", Permission: web.SignedIn, Handler: hello},
		web.Route{Pattern: "GET /admin", Permission: web.Admin, Handler: hello})
	if a, _ := b.do("GET", "/public"); a.StatusCode != 200 {
		t.Errorf("public: %d", a.StatusCode)
	}
	if a, _ := b.do("GET", "/inside?page=2"); a.StatusCode != 303 || a.Header.Get("Location") != "/s/login?return=%2Finside%3Fpage%3D2" {
		t.Errorf("inside: %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a, _ := b.do("POST", "/inside"); a.StatusCode != 303 || a.Header.Get("Location") != "/s/login" {
		t.Errorf("inside: %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	b.do("POST", "/in/2")
	if a, body := b.do("GET", "/inside"); a.StatusCode != 200 || !strings.Contains(body, "hello ben") || !strings.Contains(body, `lang="fr"`) {
		t.Errorf("inside: %d %s", a.StatusCode, body)
	}
	if a, body := b.do("GET", "/admin"); a.StatusCode != 403 || !strings.Contains(body, "Accès refusé") {
		t.Errorf("admin: %d %s", a.StatusCode, body)
	}
	b.do("POST", "/in/1")
	if a, body := b.do("GET", "/admin"); a.StatusCode != 200 || !strings.Contains(body, "&lt;Hello&gt; · Ariane") {
		t.Errorf("admin: %d %s", a.StatusCode, body)
	}
}

func TestErrorsBecomePages(t *testing.T) {
	t.Parallel()
	secret := errors.New("pq: relation app_user")
	wants := map[string]struct {
		err    error
		status int
		text   string
	}{
		"/not-found":   {fault.NotFound(secret), 404, "There is nothing here, or no longer."},
		"/conflict":    {fault.Conflict(secret, fault.Text{}), 409, "clashes"},
		"/forbidden":   {fault.Forbidden(secret), 403, "You may not do this."},
		"/unavailable": {fault.Unavailable(secret, fault.Text{}), 503, "try again in a moment"},
		"/invalid":     {fault.Invalid(fault.Fields{"x": fault.Say("test.x|No.")}), 400, "could not be accepted"},
		"/internal":    {secret, 500, "noted in the log"},
	}
	var routes []web.Route
	for path, w := range wants {
		routes = append(routes, web.Route{Pattern: "GET " + path, Permission: web.Public, Handler: failing(w.err)})
	}
	routes = append(routes, web.Route{Pattern: "GET /panic", Permission: web.Public, Handler: func(http.ResponseWriter, *http.Request) error { panic("secret") }})
	b := start(t, web.Options{}, routes...)
	for path, w := range wants {
		a, body := b.do("GET", path)
		if a.StatusCode != w.status || !strings.Contains(body, w.text) || strings.Contains(body, "app_user") {
			t.Errorf("%s: %d %s", path, a.StatusCode, body)
		}
	}
	if a, body := b.do("GET", "/panic"); a.StatusCode != 500 || strings.Contains(body, "secret") {
		t.Errorf("panic: %d %s", a.StatusCode, body)
	}
	if a, body := b.do("GET", "/nowhere", "Accept-Language", "fr"); a.StatusCode != 404 || !strings.Contains(body, "Introuvable") {
		t.Errorf("nowhere: %d %s", a.StatusCode, body)
	}
}

func TestErrorsBecomeJSON(t *testing.T) {
	t.Parallel()
	b := start(t, web.Options{},
		web.Route{Pattern: "GET /api/me", Permission: web.API, Handler: func(w http.ResponseWriter, r *http.Request) error {
			return web.JSON(w, 200, web.User(r.Context()).UserName)
		}},
		web.Route{Pattern: "GET /api/wrong", Permission: web.API, Handler: failing(fault.Invalid(fault.Fields{"email": fault.Say("test.x|%s is invalid.", "x")}))},
		web.Route{Pattern: "/api/", Permission: web.API, Handler: failing(fault.NotFound(nil))},
		web.Route{Pattern: "GET /api/gone", Permission: web.API, Handler: failing(fault.NotFound(nil))})
	basic := func(name, password string) string {
		r, _ := http.NewRequest("GET", "/", nil)
		r.SetBasicAuth(name, password)
		return r.Header.Get("Authorization")
	}
	for _, c := range []struct{ path, authorization, want string }{
		{"/api/me", "", `401 {"errors":[{"message":"API authorization denied.","code":401,"type":"access_denied"}]}`},
		{"/api/me", basic("anna", "x"), `401 {"errors":[{"message":"Authorization denied, invalid credentials.","code":401,"type":"access_denied"}]}`},
		{"/api/me", basic("anna@example.test", password), `200 "anna"`},
		{"/api/wrong", basic("anna", password), `400 {"errors":[{"message":"email: x is invalid.","code":400,"details":{"email":["x is invalid."]}}]}`},
		{"/api/gone", basic("anna", password), `404 {"errors":[{"message":"Item was not found.","code":404,"details":[]}]}`},
		{"/api/nothing", basic("anna", password), `404 {"errors":[{"message":"Item was not found.","code":404,"details":[]}]}`},
	} {
		a, body := b.do("GET", c.path, "Authorization", c.authorization)
		if got := a.Status[:4] + body; got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.path, got, c.want)
		}
		if a.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %s", c.path, a.Header.Get("Content-Type"))
		}
	}
}

// An address that is there for other methods says for which, except in the API:
// its protocol answers as if there were nothing.
func TestWrongMethod(t *testing.T) {
	t.Parallel()
	b := start(t, web.Options{},
		web.Route{Pattern: "GET /x/{id}", Permission: web.Public, Handler: hello},
		web.Route{Pattern: "POST /x/{id}", Permission: web.Public, Handler: hello},
		web.Route{Pattern: "POST /x/new", Permission: web.Public, Handler: hello},
		web.Route{Pattern: "GET /api/x", Permission: web.API, Handler: hello},
		web.Route{Pattern: "DELETE /api/", Permission: web.API, Handler: failing(fault.NotFound(nil))})
	r, _ := http.NewRequest("GET", "/", nil)
	r.SetBasicAuth("anna", password)
	for _, c := range []struct{ method, path, want, allow, text string }{
		{"DELETE", "/x/1", "405", "GET, POST", "cannot be asked in this way"},
		{"PUT", "/x/new", "405", "GET, POST", "cannot be asked in this way"},
		{"DELETE", "/y", "404", "", "no longer"},
		{"DELETE", "/api/x", "404", "", `"code":404`},
	} {
		a, body := b.do(c.method, c.path, "Authorization", r.Header.Get("Authorization"))
		if a.Status[:3] != c.want || a.Header.Get("Allow") != c.allow || !strings.Contains(body, c.text) {
			t.Errorf("%s %s: %s, allows %q: %s", c.method, c.path, a.Status, a.Header.Get("Allow"), body)
		}
	}
}

func TestOtherSitesMayNotAct(t *testing.T) {
	t.Parallel()
	b := start(t, web.Options{},
		web.Route{Pattern: "POST /act", Permission: web.Public, Handler: hello},
		web.Route{Pattern: "POST /hit", Permission: web.Tracking, Handler: hello2})
	for header, want := range map[string]int{"cross-site": 403, "same-site": 403, "same-origin": 200, "none": 200} {
		if a, _ := b.do("POST", "/act", "Sec-Fetch-Site", header); a.StatusCode != want {
			t.Errorf("%s: %d", header, a.StatusCode)
		}
	}
	if a, _ := b.do("POST", "/act", "Origin", "https://elsewhere.test"); a.StatusCode != 403 {
		t.Errorf("another origin: %d", a.StatusCode)
	}
	if a, _ := b.do("POST", "/hit", "Origin", "https://elsewhere.test", "Sec-Fetch-Site", "cross-site"); a.StatusCode != 200 {
		t.Errorf("tracking from another origin: %d", a.StatusCode)
	}
}

func hello2(w http.ResponseWriter, _ *http.Request) error {
	_, err := w.Write([]byte("hello"))
	return err
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	b := start(t, web.Options{Secure: true}, web.Route{Pattern: "GET /x", Permission: web.Public, Handler: hello})
	a, body := b.do("GET", "/x")
	policy := a.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "script-src 'self'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	if a.Header.Get("X-Frame-Options") != "DENY" || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("headers %v", a.Header)
	}
	if strings.Contains(body, " style=") || strings.Contains(body, "<style") || strings.Contains(body, "<script>") {
		t.Error("the page has something inline that the policy refuses")
	}
	if !a.Uncompressed {
		t.Error("the page is not compressed")
	}
}

func TestNoticeIsSaidOnce(t *testing.T) {
	t.Parallel()
	b := start(t, web.Options{}, web.Route{Pattern: "GET /x", Permission: web.Public, Handler: hello},
		web.Route{Pattern: "POST /x", Permission: web.Public, Handler: func(w http.ResponseWriter, r *http.Request) error {
			web.Say(r, ui.Green, "It is <done>.")
			return web.Redirect(w, r, "/x")
		}})
	if a, _ := b.do("POST", "/x"); a.StatusCode != 303 {
		t.Fatal(a.Status)
	}
	if _, body := b.do("GET", "/x"); !strings.Contains(body, "It is &lt;done&gt;.") {
		t.Error("the notice is not said")
	}
	if _, body := b.do("GET", "/x"); strings.Contains(body, "done") {
		t.Error("the notice is said twice")
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	b := start(t, web.Options{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}},
		web.Route{Pattern: "GET /ip", Permission: web.Tracking, Handler: func(w http.ResponseWriter, r *http.Request) error {
			_, err := w.Write([]byte(web.Address(r.Context()).String()))
			return err
		}})
	for forwarded, want := range map[string]string{
		"":                               "127.0.0.1",
		"203.0.113.9":                    "203.0.113.9",
		"198.51.100.1, 203.0.113.9":      "203.0.113.9",
		"203.0.113.9, 10.1.1.1":          "203.0.113.9",
		"nonsense":                       "127.0.0.1",
		"::ffff:203.0.113.7":             "203.0.113.7",
		"198.51.100.1, rubbish,10.0.0.2": "10.0.0.2",
	} {
		if _, got := b.do("GET", "/ip", "X-Forwarded-For", forwarded); got != want {
			t.Errorf("%q: %s", forwarded, got)
		}
	}
}

func TestProxyThatWasNotDeclared(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		proxies   []netip.Prefix
		forwarded string
		want      string
		told      []string
	}{
		"none":                   {nil, "", "127.0.0.1", nil},
		"one":                    {nil, "203.0.113.9", "invalid IP", []string{"127.0.0.1"}},
		"declared":               {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "203.0.113.9", "203.0.113.9", nil},
		"a second one":           {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "203.0.113.9, 10.0.0.2", "invalid IP", []string{"10.0.0.2"}},
		"a neighbour":            {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "10.0.0.2", "10.0.0.2", nil},
		"a claim from elsewhere": {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "203.0.113.9, 198.51.100.1", "198.51.100.1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told []string
			b := start(t, web.Options{Proxies: c.proxies, Undeclared: func(proxy netip.Addr) { told = append(told, proxy.String()) }},
				web.Route{Pattern: "GET /ip", Permission: web.Tracking, Handler: func(w http.ResponseWriter, r *http.Request) error {
					_, err := w.Write([]byte(web.OwnAddress(r.Context()).String()))
					return err
				}})
			for range 2 {
				var header []string
				if c.forwarded != "" {
					header = []string{"X-Forwarded-For", c.forwarded}
				}
				if _, got := b.do("GET", "/ip", header...); got != c.want {
					t.Errorf("it comes from %s", got)
				}
			}
			if !slices.Equal(told, c.told) {
				t.Errorf("told of %q", told)
			}
		})
	}
}

func TestLocalPath(t *testing.T) {
	for path, want := range map[string]string{
		"/s/forms?x=1": "/s/forms?x=1", "": "/", "https://evil.test/": "/", "//evil.test": "/", `/\evil.test`: "/",
		"javascript:alert(1)": "/", "/\n/evil.test": "/", "s/forms": "/", "/%zz": "/",
	} {
		if got := web.LocalPath(path, "/"); got != want {
			t.Errorf("%q: %q", path, got)
		}
	}
}

func TestChoicesOfTheBrowser(t *testing.T) {
	t.Parallel()
	b := start(t, web.Options{}, web.Route{Pattern: "GET /s/x", Permission: web.Public, Handler: hello},
		web.Route{Pattern: "POST /s/choose", Permission: web.Public, Handler: func(w http.ResponseWriter, r *http.Request) error {
			web.SetTheme(w, r, r.FormValue("theme"))
			web.SetLanguage(w, r, r.FormValue("language"))
			return nil
		}})
	b.do("POST", "/s/choose?"+url.Values{"theme": {"dark"}, "language": {"fr"}}.Encode())
	if _, body := b.do("GET", "/s/x", "Accept-Language", "en"); !strings.Contains(body, `data-theme="dark"`) || !strings.Contains(body, `lang="fr"`) {
		t.Error("the choices are forgotten")
	}
	b.do("POST", "/s/choose?theme=%22onload%3D&language=xx")
	if _, body := b.do("GET", "/s/x"); !strings.Contains(body, `data-theme="dark"`) {
		t.Error("an unknown theme is accepted")
	}
}

// How the program does is shown to those who look after it, in words too.
func TestHealthOnEveryPage(t *testing.T) {
	t.Parallel()
	var state layout.Health
	b := start(t, web.Options{Health: func(context.Context) layout.Health { return state }}, web.Route{Pattern: "GET /hello", Permission: web.SignedIn, Handler: hello})
	for _, is := range []struct {
		word string
		layout.Health
	}{
		{"System: everything runs", layout.Health{}}, {"System: 1,200 events wait", layout.Health{Waiting: 1200}},
		{"System: 2 things need attention", layout.Health{Problems: 2, Waiting: 1200}},
	} {
		state = is.Health
		b.do(http.MethodPost, "/in/1")
		if _, body := b.do(http.MethodGet, "/hello"); strings.Count(body, `title="`+is.word) != 2 || !strings.Contains(body, ">"+is.word+"</span>") {
			t.Errorf("the administrator does not see %q: %s", is.word, body)
		}
		b.do(http.MethodPost, "/in/2")
		if _, body := b.do(http.MethodGet, "/hello"); strings.Contains(body, "Syst") {
			t.Errorf("a member sees the state: %s", body)
		}
	}
}
