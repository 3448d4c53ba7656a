package track_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/user"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/public"
	"ariane/internal/web/track"
)

const (
	chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
	site   = "https://www.site.test"
	base   = "https://ariane.test"
)

// rig is a server with the doors that visitors meet, and a clock that is moved.
type rig struct {
	*testing.T
	db      *db.DB
	handler http.Handler
	now     atomic.Int64
	form    id.Form
}

func serve(t *testing.T) *rig { return serveAt(t, base) }

func serveAt(t *testing.T, base string) *rig {
	t.Helper()
	r := &rig{T: t}
	r.now.Store(time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC).UnixMilli())
	o := dbtest.Options(t)
	o.Clock = func() time.Time { return time.UnixMilli(r.now.Load()).UTC() }
	r.db = dbtest.With(t, o)
	anna, err := r.users()
	if err != nil {
		t.Fatal(err)
	}
	r.start(base, anna)
	r.set(setting.AllowedSites, []string{site, "https://*.shop.test"})
	f := form.Blank("en")
	f.Name = "Newsletter"
	r.do(func(tx *db.Tx) error { r.form, err = form.Create(t.Context(), tx, f); return err })
	return r
}

// start serves the database, with a way to log somebody in.
func (r *rig) start(base string, anna user.User) {
	r.Helper()
	recorder := visit.NewRecorder(r.db)
	r.Cleanup(recorder.Close)
	bots, err := visit.NewBots()
	if err != nil {
		r.Fatal(err)
	}
	places, err := visit.OpenPlaces("../../visit/testdata/places/GeoLite2-City-Test.mmdb")
	if err != nil {
		r.Fatal(err)
	}
	p := visit.NewPolicy(r.db, bots, places)
	logIn := web.Route{Pattern: "POST /test/in", Permission: web.Public, Handler: func(_ http.ResponseWriter, request *http.Request) error {
		return web.SignIn(request, anna)
	}}
	r.handler, err = web.New(web.Options{DB: r.db, Gate: user.NewGate(r.db, clock.System), Log: slog.New(slog.NewTextHandler(r.Output(), nil)), Secure: strings.HasPrefix(base, "https:")},
		track.Routes(track.Deps{DB: r.db, Recorder: recorder, Policy: p, Sites: setting.Cache(r.db, setting.AllowedSites), BaseURL: base}),
		public.Routes(public.Deps{DB: r.db, Recorder: recorder, Policy: p, Sites: setting.Cache(r.db, setting.AllowedSites), BaseURL: base}), []web.Route{logIn})
	if err != nil {
		r.Fatal(err)
	}
}

func (r *rig) users() (anna user.User, err error) {
	r.do(func(tx *db.Tx) error {
		anna, err = user.Create(r.Context(), tx, user.New{UserName: "anna", Email: "anna@example.test", Password: "a thread to follow", Role: user.Admin, Language: "en", Zone: "UTC"})
		return err
	})
	return anna, err
}

func (r *rig) do(f func(*db.Tx) error) {
	r.Helper()
	if err := r.db.Do(r.Context(), f); err != nil {
		r.Fatal(err)
	}
}

func (r *rig) set(s setting.Setting[[]string], value []string) {
	r.Helper()
	r.do(func(tx *db.Tx) error { return setting.Set(r.Context(), tx, s, value) })
}

func (r *rig) follow(t setting.Tracking) {
	r.Helper()
	r.do(func(tx *db.Tx) error { return setting.Set(r.Context(), tx, setting.Followed, t) })
}

func (r *rig) later(d time.Duration) { r.now.Add(d.Milliseconds()) }

// contacts reads all there are.
func (r *rig) contacts() []contact.Contact {
	r.Helper()
	page, err := contact.List(r.Context(), r.db, contact.Filter{Anonymous: true, Sort: contact.SortID, Limit: 100})
	if err != nil {
		r.Fatal(err)
	}
	return page.Contacts
}

func (r *rig) contact(number id.Contact) contact.Contact {
	r.Helper()
	c, err := contact.Find(r.Context(), r.db, number)
	if err != nil {
		r.Fatal(err)
	}
	return c
}

// views reads the page views of a contact, the first one first.
func (r *rig) views(number id.Contact) []visit.PageView {
	r.Helper()
	events, err := activity.Thread(r.Context(), r.db, number, activity.Page{Kinds: []activity.Kind{visit.KindPageViewed}, Oldest: true, Limit: 1000})
	if err != nil {
		r.Fatal(err)
	}
	found, err := visit.PageViews(r.Context(), r.db, events)
	if err != nil {
		r.Fatal(err)
	}
	var list []visit.PageView
	for _, e := range events {
		list = append(list, found[e.ID])
	}
	return list
}

// browser is one with its cookies; a zero field of an answer's expectation is
// not compared.
type browser struct {
	*rig
	cookies map[string]string
	header  http.Header
	ip      string
}

func (r *rig) browser() *browser {
	return &browser{rig: r, cookies: map[string]string{}, header: http.Header{"User-Agent": {chrome}, "Origin": {site}}, ip: "192.0.2.1"}
}

// answer is what came back.
type answer struct {
	*http.Response
	body string
	json struct {
		Success  *int    `json:"success"`
		ID       *int64  `json:"id"`
		SID      *string `json:"sid"`
		DeviceID *string `json:"device_id"`
	}
	set map[string]*http.Cookie
}

func (a answer) contact() id.Contact {
	if a.json.ID == nil {
		return 0
	}
	return id.Contact(*a.json.ID)
}

func (b *browser) send(method, path string, parameters ...string) answer {
	b.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(parameters); i += 2 {
		values.Add(parameters[i], parameters[i+1])
	}
	var r *http.Request
	if method == http.MethodPost {
		r = httptest.NewRequest(method, base+path, strings.NewReader(values.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		r = httptest.NewRequest(method, base+path+"?"+values.Encode(), nil)
	}
	for name, value := range b.header {
		r.Header[name] = value
	}
	r.RemoteAddr = b.ip + ":4711"
	if strings.Contains(b.ip, ":") {
		r.RemoteAddr = "[" + b.ip + "]:4711"
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	a := answer{Response: w.Result(), body: w.Body.String(), set: map[string]*http.Cookie{}}
	for _, c := range a.Cookies() {
		if a.set[c.Name] = c; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	if strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal([]byte(a.body), &a.json); err != nil {
			b.Errorf("%s %s answers %s: %v", method, path, a.body, err)
		}
	}
	return a
}

// view is a page view by the script.
func (b *browser) view(path string, parameters ...string) answer {
	b.Helper()
	return b.send(http.MethodPost, "/mtc/event", append([]string{"page_url", site + path, "page_title", "Page " + path}, parameters...)...)
}

func (b *browser) submit(email string, parameters ...string) answer {
	b.Helper()
	return b.send(http.MethodPost, "/form/submit?ajax=1", append([]string{"mauticform[formId]", fmt.Sprint(b.form), "mauticform[email]", email}, parameters...)...)
}

// nothing fails the test when a request left a trace.
func (b *browser) nothing(a answer, why string) {
	b.Helper()
	if got := a.Header.Get("X-Ariane-Ignored"); got != why {
		b.Errorf("ignored because of %q, want %q", got, why)
	}
	for name, c := range a.set {
		if c.MaxAge >= 0 {
			b.Errorf("cookie %s is set", name)
		}
	}
	if n := len(b.contacts()); n != 0 {
		b.Errorf("%d contacts", n)
	}
}
