package accountpage_test

import (
	"net/http"
	"regexp"
	"testing"

	"ariane/internal/base/clock"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/tool/browsertest"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/webtest"
)

func startProfile(t *testing.T) *webtest.Browser {
	t.Helper()
	d := dbtest.Open(t)
	return webtest.Start(t, d, accountpage.Routes(accountpage.Deps{DB: d, Gate: user.NewGate(d, clock.System), Clock: clock.System}),
		[]web.Route{{Pattern: "GET /s/dashboard", Permission: web.SignedIn, Handler: func(w http.ResponseWriter, _ *http.Request) error { return web.JSON(w, http.StatusOK, "home") }}})
}

func TestProfile(t *testing.T) {
	t.Parallel()
	b := startProfile(t)
	b.Get("/s/account").Wants(http.StatusOK, "Your account", "Administrator", "This browser", "anna@example.test")
	b.Post("/s/account", "user_name", "a b", "email", "anna", "first_name", "<i>", "language", "en", "zone", "Mars/North", "theme", "").
		Wants(http.StatusUnprocessableEntity, "Some fields need another look.", "A user name has no spaces", "This is not a complete e-mail address.", `value="&lt;i&gt;"`, `value="a b"`)
	b.Post("/s/account", "user_name", "anna", "email", "Anna@Other.test", "first_name", "Anna", "last_name", "Moreau", "language", "fr", "zone", "Europe/Paris", "theme", "dark").
		Wants(http.StatusOK, "Votre compte est enregistré.", "Anna Moreau", "Anna@Other.test", `data-theme="dark"`)
	b.Post("/s/theme", "theme", "light", "return", "/s/account").Wants(http.StatusOK, `data-theme="light"`)
	b.Get("/s/account").Wants(http.StatusOK, `data-density="comfortable"`)
	b.Post("/s/density", "density", "compact", "return", "/s/account").Wants(http.StatusOK, `data-density="compact"`)
	b.Post("/s/density", "density", "x", "return", "/s/account").Wants(http.StatusOK, `data-density="compact"`)
	b.Post("/s/density", "density", "comfortable", "return", "/s/account").Wants(http.StatusOK, `data-density="comfortable"`)
	b.Post("/s/theme", "theme", "system", "return", "/s/account").Wants(http.StatusOK, `data-theme=""`)
}

func TestChangeOfPassword(t *testing.T) {
	t.Parallel()
	b := startProfile(t)
	b.Post("/s/account/password", "present", "wrong", "password", "another thread").Wants(http.StatusUnprocessableEntity, "This is not your present password.")
	b.Post("/s/account/password", "present", webtest.Password, "password", "short").Wants(http.StatusUnprocessableEntity, "Use at least 8 characters")
	b.Post("/s/account/password", "present", webtest.Password, "password", "another thread").Wants(http.StatusOK, "Your password is changed.", "This browser")
	b.Post("/s/account/password", "present", webtest.Password, "password", "another thread").Wants(http.StatusUnprocessableEntity, "This is not your present password.")
}

func TestOtherBrowserIsLoggedOut(t *testing.T) {
	t.Parallel()
	w := startProfile(t)
	b := browsertest.Open(t)
	b.Visit(w.URL("/test/in"))
	b.Visit(w.URL("/s/account"))
	b.WaitText("This browser")
	page := w.Get("/s/account").Wants(http.StatusOK, "Chrome")
	end := regexp.MustCompile(`/s/account/logins/\d+/end`).FindString(page.Body)
	w.Post(end).Wants(http.StatusOK, "That browser is logged out.").Lacks("/end")
	b.Visit(w.URL("/s/account"))
	b.WaitFor(`location.pathname === "/s/login"`)
	w.Get("/s/account").Wants(http.StatusOK)
}

func TestProfileWithoutScripts(t *testing.T) {
	t.Parallel()
	w := startProfile(t)
	b := browsertest.Open(t, browsertest.WithoutScripts(), browsertest.Window(390, 844))
	b.Visit(w.URL("/test/in"))
	b.Visit(w.URL("/s/account"))
	b.Fill("#field-first_name", "Anna")
	b.Click("main .button-primary")
	b.WaitText("Your account is saved.")
	b.Click(".topbar .menu summary")
	b.Click(".topbar button[lang=fr]")
	b.WaitText("Votre compte")
	b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
	b.Fill("#field-present", webtest.Password)
	b.Fill("#field-password", "un autre fil")
	b.Click("#password .button")
	b.WaitText("Votre mot de passe est changé.")
	b.NoProblems()
}
