package homepage_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/report"
	"ariane/internal/tool/browsertest"
	"ariane/internal/visit"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/homepage"
	"ariane/internal/web/webtest"
)

const hostile = `"><img src=x onerror=alert(1)>`

type world struct {
	*webtest.Browser
	t        *testing.T
	db       *db.DB
	now      time.Time
	recorder *visit.Recorder
	runner   *activity.Runner
	problems []string
}

func start(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	o := dbtest.Options(t)
	o.Clock = func() time.Time { return w.now }
	w.db = dbtest.With(t, o)
	w.recorder = visit.NewRecorder(w.db)
	t.Cleanup(w.recorder.Close)
	w.runner = activity.NewRunner(w.db, o.Log, report.Reader(contact.KindCreated, contact.KindIdentified, visit.KindPageViewed, form.KindSubmitted))
	now := clock.Clock(o.Clock)
	w.Browser = webtest.Start(t, w.db, accountpage.Routes(accountpage.Deps{DB: w.db, Clock: now}), homepage.Routes(homepage.Deps{DB: w.db, Clock: now, Runner: w.runner,
		Problems: func(context.Context) []string { return w.problems }}))
	return w
}

// visits views pages as one browser, and lets the readers read.
func (w *world) visits(token string, hits ...visit.Hit) {
	w.t.Helper()
	for _, h := range hits {
		h.Token, h.IP = strings.Repeat(token, 32)[:32], "192.0.2.1"
		if _, err := w.recorder.Record(w.t.Context(), h); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.runner.CatchUp(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) known(name string) {
	w.t.Helper()
	err := w.db.Do(w.t.Context(), func(tx *db.Tx) error {
		_, err := contact.Create(w.t.Context(), tx, contact.New{Values: map[string]string{"firstname": name, "company": "Brindille"}})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestHomeOfANewInstallation(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.Get("/s/").Wants(http.StatusOK, "Hello anna", "Get started", "Connect your web site", "Create a form", "Meet your first visitor",
		"Everything runs.", "no site has sent a page view yet", `href="/s/tracking"`).Lacks("Page views", "Identified last", "is-done")
}

func TestHomeTellsWhatHappened(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.now = w.now.AddDate(0, 0, -9)
	w.visits("a", visit.Hit{URL: "https://www.shop.test/old", Title: "Old"}, visit.Hit{URL: "https://www.shop.test/old"})
	w.now = w.now.AddDate(0, 0, 9)
	w.visits("b", visit.Hit{URL: "https://www.shop.test/?q=1", Title: hostile, Referrer: "https://www.search.test/?q=x"},
		visit.Hit{URL: "https://www.shop.test/#top", Title: "Bikes", Referrer: "https://www.shop.test/?q=1"},
		visit.Hit{URL: "javascript:alert(1)", Title: "Bad"})
	w.visits("c", visit.Hit{URL: "https://www.shop.test/?utm_source=Letter", Title: "Bikes"})
	w.known(hostile)
	w.visits("d")
	page := w.Get("/s/dashboard").Wants(http.StatusOK, "4 in 7 days · 4 today 100% more than the week before",
		"1 in 7 days · 1 today none the week before", hostile, "Brindille",
		"Bikes shop.test/ 3", "search.test 1", "letter 1", "shop.test sent a page view", "Get started", "Done: Connect your web site")
	page.Lacks("<img", "Direct or unknown", `href="javascript`, "Old", "shop.test/?q=1")
	if n := strings.Count(page.Body, "is-done"); n != 2 {
		t.Errorf("%d steps are done", n)
	}
	w.now = w.now.AddDate(0, 0, 3)
	w.problems = []string{"The file of places is missing."}
	w.Get("/s/dashboard").Wants(http.StatusOK, "no page view since", "1 thing needs attention.", "The file of places is missing.")
}

// What the page costs does not grow with what there is.
func TestHomeStaysCheap(t *testing.T) {
	w := start(t)
	for c := range 20 {
		var hits []visit.Hit
		for i := range 50 {
			hits = append(hits, visit.Hit{URL: fmt.Sprintf("https://shop.test/%d", i)})
		}
		w.visits(string(rune('a'+c%6))+string(rune('a'+c/6)), hits...)
	}
	w.Get("/s/dashboard").Wants(http.StatusOK, "Last 500 page views")
}

func TestHomeInABrowser(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.now = w.now.AddDate(0, 0, -1)
	w.visits("a", visit.Hit{URL: "https://www.shop.test/", Title: "Bikes"})
	w.now = w.now.AddDate(0, 0, 1)
	w.visits("b", visit.Hit{URL: "https://www.shop.test/" + strings.Repeat("long", 80), Referrer: "https://search.test/"})
	w.known("Ada " + strings.Repeat("Lovelace", 20))
	w.visits("c")
	b := browsertest.Open(t, browsertest.WithoutScripts(), browsertest.Window(390, 844))
	b.Visit(w.URL("/test/in"))
	for _, lang := range []struct{ code, hello, sources string }{{"fr", "Bonjour anna", "D’où viennent vos visiteurs"}, {"en", "Hello anna", "Where people come from"}} {
		b.Visit(w.URL("/s/dashboard"))
		b.Click(".topbar summary")
		b.Click(".topbar button[lang=" + lang.code + "]")
		b.WaitText(lang.hello)
		b.WaitText(lang.sources)
		b.WaitFor(`document.documentElement.scrollWidth <= innerWidth && document.querySelector("main .chart polyline")`)
	}
	b.NoProblems()
}
