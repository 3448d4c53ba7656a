package accountpage_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/admin/accountpage"
)

type browser struct {
	t      *testing.T
	url    string
	client *http.Client
}

// start serves these pages, with an inside to come to.
func start(t *testing.T) (*browser, *db.DB) {
	t.Helper()
	d := dbtest.Open(t)
	gate := user.NewGate(d, clock.System)
	inside := func(w http.ResponseWriter, r *http.Request) error {
		_, err := w.Write([]byte("inside as " + web.User(r.Context()).UserName))
		return err
	}
	h, err := web.New(web.Options{DB: d, Gate: gate, Log: slog.New(slog.NewTextHandler(t.Output(), nil))},
		accountpage.Routes(accountpage.Deps{DB: d, Gate: gate, Clock: clock.System}),
		[]web.Route{{Pattern: "GET /s/contacts", Permission: web.SignedIn, Handler: inside},
			{Pattern: "GET /s/dashboard", Permission: web.SignedIn, Handler: inside},
			{Pattern: "GET /s/tracking", Permission: web.Admin, Handler: inside}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	jar, _ := cookiejar.New(nil)
	return &browser{t, server.URL, &http.Client{Jar: jar}}, d
}

func (b *browser) get(path string) (int, string) {
	b.t.Helper()
	return b.read(b.client.Get(b.url + path))
}

func (b *browser) post(path string, values ...string) (int, string) {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	return b.read(b.client.PostForm(b.url+path, form))
}

func (b *browser) read(answer *http.Response, err error) (int, string) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func wants(t *testing.T, status int, body string, wantStatus int, texts ...string) {
	t.Helper()
	if status != wantStatus {
		t.Errorf("status %d, want %d", status, wantStatus)
	}
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("%q is missing in\n%s", text, body)
		}
	}
}

func openSetup(t *testing.T, d *db.DB) string {
	t.Helper()
	var token string
	err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
		token, err = user.OpenSetup(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return "/s/setup/" + token
}

func TestFromSetupToLogOutAndBack(t *testing.T) {
	t.Parallel()
	b, d := start(t)
	status, body := b.get("/")
	wants(t, status, body, 200, "Nobody can log in yet")
	status, body = b.get("/s/setup/wrong")
	wants(t, status, body, 404, "Nothing here")

	setup := openSetup(t, d)
	status, body = b.get(setup)
	wants(t, status, body, 200, "Welcome to Ariane", `value="Europe/Paris"`)
	status, body = b.post(setup, "email", "anna@", "user_name", "<anna>", "password", "short", "zone", "UTC", "site", "not a site")
	wants(t, status, body, 422, "This is not a complete e-mail address.", `value="anna@"`, "&lt;anna&gt;", "Use at least 8 characters", "This is not the address of a web site.")
	status, body = b.post(setup, "email", "anna@example.test", "user_name", "anna", "password", "a thread to follow",
		"language", "fr", "zone", "Europe/Paris", "site", "www.example.test/shop")
	wants(t, status, body, 200, "inside as anna")

	if sites, err := setting.Get(t.Context(), d, setting.AllowedSites); err != nil || len(sites) != 1 || sites[0] != "https://www.example.test" {
		t.Errorf("allowed sites %q, %v", sites, err)
	}
	status, body = b.get(setup)
	wants(t, status, body, 404, "Introuvable")
	status, body = b.post("/s/logout")
	wants(t, status, body, 200, `name="login"`)

	status, body = b.get("/s/contacts?page=2")
	wants(t, status, body, 200, `name="return" value="/s/contacts?page=2"`)
	status, body = b.post("/s/login", "login", "anna", "password", "wrong", "return", "/s/contacts?page=2")
	wants(t, status, body, 401, `value="anna"`, `value="/s/contacts?page=2"`, `role="alert"`)
	status, body = b.post("/s/login", "login", "ANNA@example.test", "password", "a thread to follow", "return", "https://evil.test/")
	wants(t, status, body, 200, "inside as anna")
}

func TestManyWrongPasswordsHaveToWait(t *testing.T) {
	t.Parallel()
	b, d := start(t)
	b.post(openSetup(t, d), "email", "a@example.test", "user_name", "anna", "password", "a thread to follow", "zone", "UTC")
	b.post("/s/logout")
	for range 5 {
		status, body := b.post("/s/login", "login", "anna", "password", "wrong")
		wants(t, status, body, 401)
	}
	status, body := b.post("/s/login", "login", "anna", "password", "a thread to follow")
	wants(t, status, body, 429, "Too many attempts")
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	b, d := start(t)
	b.post(openSetup(t, d), "email", "a@example.test", "user_name", "anna", "password", "a thread to follow", "zone", "UTC", "language", "en")
	b.post("/s/language", "language", "fr", "return", "/s/contacts")
	if u, err := user.Find(t.Context(), d, 1); err != nil || u.Language != "fr" {
		t.Errorf("language %q, %v", u.Language, err)
	}
	b.post("/s/logout")
	status, body := b.get("/s/login")
	wants(t, status, body, 200, "Connexion", `lang="fr"`)
	status, body = b.post("/s/language", "language", "en", "return", "/s/login")
	wants(t, status, body, 200, "Log in", `lang="en"`)
}
