package peoplepage_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/tool/browsertest"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/peoplepage"
	"ariane/internal/web/webtest"
)

const hostile = `<img src=x onerror=alert(1)>`

func start(t *testing.T) (*webtest.Browser, *db.DB) {
	t.Helper()
	d := dbtest.Open(t)
	gate := user.NewGate(d, clock.System)
	home := []web.Route{{Pattern: "GET /s/dashboard", Permission: web.SignedIn, Handler: func(w http.ResponseWriter, r *http.Request) error {
		return web.JSON(w, http.StatusOK, "home of "+web.User(r.Context()).UserName)
	}}}
	return webtest.Start(t, d, accountpage.Routes(accountpage.Deps{DB: d, Gate: gate, Clock: clock.System}), home,
		peoplepage.Routes(peoplepage.Deps{DB: d, Clock: clock.System, BaseURL: "https://ariane.test"})), d
}

var passwordLink = regexp.MustCompile(`https://ariane\.test(/s/password/[\w-]+)`)

// stranger is a browser that is not logged in.
func stranger(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// get asks for a page, or sends a password to it.
func get(t *testing.T, c *http.Client, page, password string) (status int, path string) {
	t.Helper()
	ask := func() (*http.Response, error) { return c.Get(page) }
	if password != "" {
		ask = func() (*http.Response, error) { return c.PostForm(page, url.Values{"password": {password}}) }
	}
	answer, err := ask()
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode, answer.Request.URL.Path
}

func TestUsersFromLinkToEnd(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	b.Get("/s/users").Wants(http.StatusOK, "1 active user", "Administrator", "You")
	b.Post("/s/users/new", "user_name", "anna", "email", "ben@", "role", "user", "first_name", hostile).
		Wants(http.StatusUnprocessableEntity, "Somebody already uses this.", "This is not a complete e-mail address.", `value="&lt;img`).Lacks("<img")
	page := b.Post("/s/users/new", "user_name", "ben", "email", "ben@example.test", "role", "user", "first_name", hostile).
		Wants(http.StatusOK, "Send this link to "+hostile, "It is not shown again.").Lacks("<img")
	link := passwordLink.FindStringSubmatch(page.Body)
	if link == nil {
		t.Fatal("there is no link")
	}
	ben := stranger(t)
	if got, _ := get(t, ben, b.URL(link[1]), "short"); got != http.StatusUnprocessableEntity {
		t.Errorf("a short password: status %d", got)
	}
	if got, path := get(t, ben, b.URL(link[1]), "another thread"); got != http.StatusOK || path != "/s/dashboard" {
		t.Errorf("status %d at %s", got, path)
	}
	if got, _ := get(t, ben, b.URL(link[1]), ""); got != http.StatusNotFound {
		t.Errorf("the link works twice: status %d", got)
	}
	if got, _ := get(t, ben, b.URL("/s/users"), ""); got != http.StatusForbidden {
		t.Errorf("a member sees the users: status %d", got)
	}
	b.Post("/s/users/2", "user_name", "ben", "email", "new@example.test", "role", "admin").Wants(http.StatusOK, "ben is saved.", "new@example.test")
	if got, _ := get(t, ben, b.URL("/s/users"), ""); got != http.StatusOK {
		t.Errorf("the new role does not count at once: status %d", got)
	}
	page = b.Get("/s/users/2").Wants(http.StatusOK, "Go-http-client", "Log out")
	end := regexp.MustCompile(`/s/users/2/logins/\d+/end`).FindString(page.Body)
	b.Post(end).Wants(http.StatusOK, "That browser is logged out.", "Nowhere at the moment.")
	if _, path := get(t, ben, b.URL("/s/dashboard"), ""); path != "/s/login" {
		t.Errorf("he is still in: %s", path)
	}
	b.Post("/s/users/2/active", "active", "0").Wants(http.StatusOK, "can no longer log in", "Deactivated", "1 active user")
	b.Post("/s/users/2/link").Wants(http.StatusBadRequest, "reactivate the account first")
	b.Post("/s/users/1/active", "active", "0").Wants(http.StatusOK, "This is the last active administrator")
	b.Post("/s/users/1", "user_name", "anna", "email", "anna@example.test", "role", "user").Wants(http.StatusUnprocessableEntity, "This is the last active administrator")
	b.Post("/s/users/2/active", "active", "1").Wants(http.StatusOK, "can log in again")
	b.Post("/s/users/2/link").Wants(http.StatusOK, "https://ariane.test/s/password/")
	b.Get("/s/users/99").Wants(http.StatusNotFound)
}

func TestUserWithTypedPassword(t *testing.T) {
	t.Parallel()
	b, d := start(t)
	b.Post("/s/users/new", "user_name", "ben", "email", "ben@example.test", "role", "user", "password", "ben").Wants(http.StatusUnprocessableEntity, "Use at least 8 characters")
	b.Post("/s/users/new", "user_name", "ben", "email", "ben@example.test", "role", "emperor", "password", "another thread").Wants(http.StatusUnprocessableEntity, "This role is not known.")
	b.Post("/s/users/new", "user_name", "ben", "email", "ben@example.test", "role", "user", "password", "another thread").Wants(http.StatusOK, "ben can log in now.")
	if _, err := user.NewGate(d, clock.System).Authenticate(t.Context(), "ben", "another thread", "192.0.2.1"); err != nil {
		t.Error(err)
	}
}

func TestUsersInABrowser(t *testing.T) {
	t.Parallel()
	w, _ := start(t)
	b := browsertest.Open(t, browsertest.WithoutScripts(), browsertest.Window(390, 844))
	b.Visit(w.URL("/test/in"))
	for _, lang := range []struct{ code, name, create, saved string }{{"en", "ben", "Send this link to ben", "ben is saved."}, {"fr", "eve", "Envoyez ce lien à eve", "eve : modifications enregistrées."}} {
		b.Visit(w.URL("/s/users/new"))
		if lang.code == "fr" {
			b.Click(".topbar .menu summary")
			b.Click(".topbar button[lang=fr]")
			b.WaitText("Nouvel utilisateur")
		}
		b.Fill("#field-user_name", lang.name)
		b.Fill("#field-email", lang.name+"@example.test")
		b.Click("main .button-primary")
		b.WaitText(lang.create)
		b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
		b.Visit(w.URL("/s/users"))
		b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
		b.Click(".table tr:last-child .person a")
		b.Fill("#field-first_name", strings.Repeat("Long", 10))
		b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
		b.Click("main .button-primary")
		b.WaitText(lang.saved)
	}
	b.NoProblems()
}
