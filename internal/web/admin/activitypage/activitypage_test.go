package activitypage_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/tool/browsertest"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/activitypage"
	"ariane/internal/web/admin/contactpage"
	"ariane/internal/web/webtest"
)

const hostile = `"><img src=x onerror=alert(1)>`

type world struct {
	*webtest.Browser
	t        *testing.T
	db       *db.DB
	recorder *visit.Recorder
}

func start(t *testing.T) *world {
	t.Helper()
	o := dbtest.Options(t)
	o.Lanes = 4
	w := &world{t: t, db: dbtest.With(t, o)}
	w.recorder = visit.NewRecorder(w.db)
	t.Cleanup(w.recorder.Close)
	watcher := activity.NewWatcher(w.db, o.Log)
	contacts := contactpage.Deps{DB: w.db, Clock: clock.System, Language: app.Language(w.db), Watcher: watcher}
	w.Browser = webtest.Start(t, w.db, contactpage.Routes(contacts), accountpage.Routes(accountpage.Deps{DB: w.db, Clock: clock.System}),
		activitypage.Routes(activitypage.Deps{DB: w.db, Watcher: watcher, Tell: contacts.Everybody}))
	t.Cleanup(watcher.Stop)
	return w
}

func (w *world) visits(token string, titles ...string) {
	w.t.Helper()
	for _, title := range titles {
		_, err := w.recorder.Record(w.t.Context(), visit.Hit{Token: strings.Repeat(token, 32), IP: "192.0.2.1", URL: "https://shop.test/", Title: title})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) known(name string) {
	w.t.Helper()
	err := w.db.Do(w.t.Context(), func(tx *db.Tx) error {
		_, err := contact.Create(w.t.Context(), tx, contact.New{Values: map[string]string{"firstname": name}})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestActivityOfEverybody(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.Get("/s/activity").Wants(http.StatusOK, "Nothing has happened yet")
	w.visits("a", "First page", hostile)
	w.known("Ada")
	w.visits("b", "Other page")
	all := w.Get("/s/activity").Wants(http.StatusOK, "First page", "Other page", "Identified as Ada", hostile, `href="/s/contacts/view/1"`, `data-live="/s/activity/live"`).Lacks("<img")
	if strings.Index(all.Body, "Other page") > strings.Index(all.Body, "First page") {
		t.Error("the latest is not first")
	}
	w.Get("/s/activity?kind=people").Wants(http.StatusOK, "Identified as Ada", "First seen").Lacks("Other page")
	w.Get("/s/activity?kind=pages&who=known").Wants(http.StatusOK, "Nothing of this kind").Lacks("Other page")
	w.Get("/s/activity?who=known").Wants(http.StatusOK, "Identified as Ada", `data-live="/s/activity/live?who=known"`).Lacks("Other page")
	w.Get("/s/activity?who=anonymous").Wants(http.StatusOK, "Other page").Lacks("Identified as Ada")
	w.Get("/s/activity?kind=%00&who=x&before=-7").Wants(http.StatusOK, "Other page", "Identified as Ada")
}

func TestActivityPageByPage(t *testing.T) {
	t.Parallel()
	w := start(t)
	var titles []string
	for i := range 120 {
		titles = append(titles, "Page "+time.Duration(i).String()+".")
	}
	w.visits("a", titles...)
	older := regexp.MustCompile(`href="(/s/activity\?[^"]*before=\d+[^"]*)"`)
	path, seen := "/s/activity?kind=pages", 0
	for range 3 {
		page := w.Get(path).Wants(http.StatusOK)
		seen += strings.Count(page.Body, "thread-line")
		m := older.FindStringSubmatch(page.Body)
		if m == nil {
			path = ""
			break
		}
		path = strings.ReplaceAll(m[1], "&amp;", "&")
	}
	if seen != 120 || path != "" {
		t.Errorf("%d page views, then %q", seen, path)
	}
}

func TestActivityIsLive(t *testing.T) {
	t.Parallel()
	w := start(t)
	b := browsertest.Open(t)
	b.Visit(w.URL("/test/in"))
	b.Visit(w.URL("/s/activity"))
	b.WaitFor(`!document.querySelector("[data-live-mark]").hidden`)
	w.visits("a", "First page")
	b.WaitText("First page")
	w.visits("b", hostile)
	b.WaitText(hostile)
	w.visits("a", "Second page")
	b.WaitText("Second page")
	b.WaitFor(`document.querySelectorAll(".thread-day").length === 1 && !document.querySelector("[data-live-empty]")`)
	b.WaitFor(`[...document.querySelectorAll(".thread-line .thread-text")].map((e) => e.innerText).join().indexOf("Second page") === document.querySelector(".thread-line .thread-text").innerText.indexOf("Second page")`)
	b.WaitFor(`/New events: [0-9]+/.test(document.querySelector("[aria-live]").textContent)`)
	lines := b.Count(".thread-line")
	b.Visit(w.URL("/s/activity"))
	if n := b.Count(".thread-line"); n != lines {
		t.Errorf("%d lines live, %d on the page", lines, n)
	}
	// A page that was hidden is told what it missed.
	b.Eval(`(() => { Object.defineProperty(document, "hidden", { value: true, configurable: true }); document.dispatchEvent(new Event("visibilitychange")); })()`, nil)
	w.visits("c", "While away")
	b.Eval(`(() => { Object.defineProperty(document, "hidden", { value: false }); document.dispatchEvent(new Event("visibilitychange")); })()`, nil)
	b.WaitText("While away")
	b.NoProblems()
}

func TestActivityWithoutScripts(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.visits("a", "First page "+strings.Repeat("long", 60))
	w.known("Ada")
	b := browsertest.Open(t, browsertest.WithoutScripts(), browsertest.Window(390, 844))
	b.Visit(w.URL("/test/in"))
	for _, lang := range []struct{ code, title, known string }{{"en", "What everybody does", "Known"}, {"fr", "Ce que font tous vos contacts", "Identifiés"}} {
		b.Visit(w.URL("/s/activity"))
		b.Click(".topbar summary")
		b.Click(".topbar button[lang=" + lang.code + "]")
		b.WaitText(lang.title)
		b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
		b.Click(`.chip[href="/s/activity?who=known"]`)
		b.WaitFor(`document.querySelector('.chip[aria-current][href$="who=known"]') && !document.body.innerText.includes("First page")`)
		b.WaitText(lang.known)
	}
	b.Click(`.thread-who`)
	b.WaitFor(`location.pathname.startsWith("/s/contacts/view/")`)
	b.NoProblems()
}

func TestActivityNeedsALogin(t *testing.T) {
	t.Parallel()
	for _, route := range activitypage.Routes(activitypage.Deps{}) {
		if route.Permission != web.SignedIn {
			t.Errorf("%s", route.Pattern)
		}
	}
}
