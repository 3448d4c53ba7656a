package noticepage_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/id"
	"ariane/internal/notice"
	"ariane/internal/tool/browsertest"
	"ariane/internal/web"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/noticepage"
	"ariane/internal/web/webtest"
)

const hostile = `<img src=x onerror=alert(1)>`

// start has as many notices for Anna, the latest of them hostile.
func start(t *testing.T, n int) *webtest.Browser {
	t.Helper()
	o := dbtest.Options(t)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	o.Clock = func() time.Time { return now }
	d := dbtest.With(t, o)
	b := webtest.Start(t, d, noticepage.Routes(noticepage.Deps{DB: d, Clock: clock.Clock(o.Clock)}), accountpage.Routes(accountpage.Deps{DB: d, Clock: o.Clock}),
		[]web.Route{{Pattern: "GET /s/forms/view/1", Permission: web.SignedIn, Handler: func(w http.ResponseWriter, _ *http.Request) error {
			return web.JSON(w, http.StatusOK, "the form")
		}}})
	for i := range n {
		title := fmt.Sprintf("Notice %d.", i+1)
		if i == n-1 {
			title = hostile
		}
		err := d.Do(t.Context(), func(tx *db.Tx) error {
			for user, text := range map[id.User]string{1: title, 2: "of somebody else"} {
				err := notice.Add(t.Context(), tx, user, notice.Notice{Kind: "form", Title: notice.Plain(text), Body: fault.Say("notice.plain|%s", "a body"), Path: "/s/forms/view/1"})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
	}
	return b
}

func TestNotices(t *testing.T) {
	t.Parallel()
	b := start(t, 40)
	page := b.Get("/s/notices").Wants(http.StatusOK, hostile, "Notice 39.", "Notifications, 40 not read", "Today", "Older").Lacks("<img", "Notice 10.", "of somebody else")
	if n := strings.Count(page.Body, "notices-line is-new"); n != 30 {
		t.Errorf("%d notices", n)
	}
	var last int
	for i := 1; i <= 80; i++ {
		if strings.Contains(page.Body, fmt.Sprintf("/s/notices/%d/open", i)) {
			last = i
		}
	}
	b.Post(fmt.Sprintf("/s/notices/%d/open", last)).Wants(http.StatusOK, "the form")
	b.Get("/s/notices").Wants(http.StatusOK, "Notifications, 39 not read")
	other := last - 1
	if strings.Contains(page.Body, fmt.Sprintf("/s/notices/%d/open", other)) {
		other = last + 1
	}
	b.Post(fmt.Sprintf("/s/notices/%d/open", other)).Wants(http.StatusNotFound)
	b.Post("/s/notices/x/read").Wants(http.StatusNotFound)
	b.Post("/s/notices/read", "last", "many").Wants(http.StatusNotFound)
	b.Post("/s/notices/read", "last", fmt.Sprint(last)).Wants(http.StatusOK).Lacks("not read", "is-new", "Mark all as read")
}

func TestNoNotices(t *testing.T) {
	t.Parallel()
	start(t, 0).Get("/s/notices").Wants(http.StatusOK, "Nothing to tell you yet").Lacks("bell-count", "Mark all")
}

func TestNoticesInABrowser(t *testing.T) {
	t.Parallel()
	w := start(t, 3)
	b := browsertest.Open(t, browsertest.WithoutScripts(), browsertest.Window(390, 844))
	b.Visit(w.URL("/test/in"))
	b.Visit(w.URL("/s/notices"))
	b.WaitText("Notice 2.")
	if got := b.Text(".topbar .bell-count"); got != "3" {
		t.Errorf("the bell says %q", got)
	}
	b.Click(".notices-line .button-icon")
	b.WaitFor(`document.querySelectorAll(".is-new").length === 2`)
	b.Click(".topbar summary")
	b.Click(".topbar button[lang=fr]")
	b.WaitText("Tout marquer comme lu")
	b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
	b.Click(`.topbar .bell[href="/s/notices"]`)
	b.Click(".page-head .button")
	b.WaitFor(`!document.querySelector(".bell-count, .is-new")`)
	b.NoProblems()
}
