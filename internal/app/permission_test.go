package app_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/user"
	"ariane/internal/web"
)

var (
	// forAdministrators are the pages that a member cannot open.
	forAdministrators = regexp.MustCompile(`^/s/(system|tracking|users|fields|forms/outgoing)(/|$)`)
	// forEverybody are the pages on the way in and out.
	forEverybody = regexp.MustCompile(`^/(\{\$\}|s/(\{\$\}|login|logout|setup/.*|password/.*|language|theme|assets/.*))?$`)
	placeholder  = regexp.MustCompile(`\{[^}]*\}`)
)

// Every page below /s/ wants a log-in unless it is listed here, and those of
// administrators want one.
func TestWhoMayTakeWhichRoute(t *testing.T) {
	t.Parallel()
	r := run(t)
	err := r.DB.Do(t.Context(), func(tx *db.Tx) error {
		_, err := user.Create(t.Context(), tx, user.New{UserName: "ben", Email: "ben@example.test", Password: password, Role: user.Member})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	member := &http.Client{CheckRedirect: stay, Jar: jar}
	defer member.CloseIdleConnections()
	if got := r.post(member, "/s/login", url.Values{"login": {"ben"}, "password": {password}}); got.status != http.StatusSeeOther {
		t.Fatal("log in:", got.status)
	}
	checked := 0
	for _, door := range r.Doors() {
		for _, route := range door {
			method, path, found := strings.Cut(route.Pattern, " ")
			if !found || !strings.HasPrefix(path, "/s/") || forEverybody.MatchString(path) {
				continue
			}
			checked++
			want := web.SignedIn
			if forAdministrators.MatchString(path) {
				want = web.Admin
			}
			if route.Permission != want {
				t.Errorf("%s has permission %d, want %d", route.Pattern, route.Permission, want)
			}
			ask := func(c *http.Client) int {
				path := placeholder.ReplaceAllString(path, "1")
				if method == http.MethodPost {
					return r.post(c, path, nil).status
				}
				return r.get(c, path).status
			}
			if status := ask(r.visitor); status != http.StatusSeeOther {
				t.Errorf("%s answers %d to nobody", route.Pattern, status)
			}
			if want == web.Admin {
				if status := ask(member); status != http.StatusForbidden {
					t.Errorf("%s answers %d to a member", route.Pattern, status)
				}
			}
		}
	}
	if checked < 40 {
		t.Errorf("only %d routes were looked at", checked)
	}
}
