package track_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/visit"
)

// The acceptance scenarios of following visitors, by their numbers.

func TestScenario01FirstView(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	a := b.view("/")
	if a.body != `{"success":1,"id":1,"sid":"`+*a.json.DeviceID+`","device_id":"`+*a.json.DeviceID+`","events":{}}` {
		t.Error(a.body)
	}
	for name, life := range map[string]int{"mautic_device_id": 365 * 24 * 3600, "mtc_id": 0, "mautic_referer_id": 1800} {
		c := a.set[name]
		if c == nil || c.MaxAge != life || !c.Secure || c.SameSite != http.SameSiteNoneMode || c.Path != "/" || c.Value == "" {
			t.Errorf("cookie %s is %v", name, c)
		}
	}
	list := r.contacts()
	if len(list) != 1 || !list[0].Anonymous() || list[0].Name != "192.0.2.1" || len(r.views(1)) != 1 {
		t.Errorf("%+v", list)
	}
	hidden, err := contact.List(t.Context(), r.db, contact.Filter{Sort: contact.SortID, Limit: 10})
	if err != nil || len(hidden.Contacts) != 0 {
		t.Errorf("the list shows %v, %v", hidden, err)
	}
}

func TestScenario02SecondViewEndsTheFirst(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	first := b.view("/a")
	r.later(9 * time.Minute)
	second := b.view("/b")
	if first.contact() != second.contact() || first.set["mautic_referer_id"].Value == second.set["mautic_referer_id"].Value {
		t.Errorf("%s %s", first.body, second.body)
	}
	if second.set["mautic_device_id"].MaxAge != 365*24*3600 {
		t.Error("the device cookie is not renewed")
	}
	v := r.views(first.contact())
	if len(v) != 2 || !v[0].Left.Equal(r.db.Now()) || !v[1].Left.IsZero() {
		t.Errorf("%+v", v)
	}
}

func TestScenario03TwoSessions(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	first := b.view("/a")
	r.later(40 * time.Minute)
	if again := b.view("/b"); again.contact() != first.contact() {
		t.Error("another contact")
	}
	if v := r.views(first.contact()); len(v) != 2 || !v[0].Left.IsZero() {
		t.Errorf("%+v", v)
	}
}

func TestScenario04CookiesLostStorageKept(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	first := b.view("/a")
	for _, name := range []string{"mautic_device_id", "mtc_sid"} {
		clear(b.cookies)
		again := b.view("/b", name, *first.json.DeviceID)
		if again.contact() != first.contact() || again.set["mautic_device_id"].Value != *first.json.DeviceID {
			t.Errorf("%s: %s", name, again.body)
		}
	}
}

func TestScenario05SubmissionKeepsTheThread(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	first := b.view("/a")
	b.view("/b")
	b.submit("ada@example.test", "mautic_device_id", *first.json.DeviceID)
	if c := r.contact(first.contact()); c.Anonymous() || c.Identified.IsZero() || len(r.contacts()) != 1 || len(r.views(c.ID)) != 2 {
		t.Errorf("%+v", c)
	}
}

func TestScenario08LoggedInUser(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	delete(b.header, "Origin")
	if a := b.send(http.MethodPost, "/test/in"); a.StatusCode != http.StatusOK {
		t.Fatal(a.StatusCode)
	}
	if a := b.view("/a"); a.body != `{"success":0}` || len(a.set) != 0 {
		t.Error(a.body, a.set)
	}
	if a := b.send(http.MethodGet, "/mtracking.gif", "page_url", site); a.StatusCode != http.StatusOK || len(a.set) != 0 {
		t.Error(a.StatusCode, a.set)
	}
	if a := b.send(http.MethodGet, "/mtc"); a.body != "{}" {
		t.Error(a.body)
	}
	if n := len(r.contacts()); n != 0 {
		t.Errorf("%d contacts", n)
	}
}

func TestScenario09Bot(t *testing.T) {
	t.Parallel()
	b := serve(t).browser()
	b.header.Set("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
	a := b.view("/a")
	b.nothing(a, "bot")
	if a.body != `{"success":1,"id":null,"sid":null,"device_id":null,"events":{}}` {
		t.Error(a.body)
	}
	if a := b.send(http.MethodGet, "/mtc.js"); a.StatusCode != http.StatusOK || !strings.Contains(a.body, base) {
		t.Error("the script is kept from robots")
	}
}

func TestScenario10ExcludedRange(t *testing.T) {
	t.Parallel()
	r := serve(t)
	r.follow(setting.Tracking{Excluded: []string{"192.0.2.0/24"}})
	b := r.browser()
	b.cookies["mautic_device_id"], b.cookies["mtc_id"] = strings.Repeat("ab", 16), "12"
	a := b.view("/a")
	b.nothing(a, "excluded")
	if len(b.cookies) != 0 {
		t.Errorf("the browser keeps %v", b.cookies)
	}
	b.ip = "198.51.100.1"
	if b.view("/a").contact() == 0 {
		t.Error("other addresses are excluded too")
	}
}

func TestScenario11OriginNotAllowed(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	b.header.Set("Origin", "https://evil.test")
	a := b.view("/a")
	if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("any site may read the answer: %q", got)
	}
	delete(b.header, "Origin")
	gif := b.send(http.MethodGet, "/mtracking.gif", "page_url", "https://evil.test/a")
	if gif.StatusCode != http.StatusOK || len(gif.body) != 43 || !strings.HasPrefix(gif.body, "GIF89a") {
		t.Errorf("pixel of %d bytes", len(gif.body))
	}
	for name, want := range map[string]string{"Content-Type": "image/gif", "Content-Length": "43", "Content-Encoding": "none", "Pragma": "no-cache",
		"Cache-Control": "private, no-cache, no-cache=Set-Cookie, proxy-revalidate"} {
		if got := gif.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if v := r.views(1); len(v) != 2 || len(r.contacts()) != 1 {
		t.Errorf("%+v", v)
	}
}

func TestScenario12PrivateFieldsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	a := b.view("/a?lastname=Lovelace", "email", "ada@example.test", "points", "1000", "tags", "vip", "last_active", "2030-01-01")
	if c := r.contact(a.contact()); len(c.Fields) != 0 || c.Points != 0 || !c.Anonymous() {
		t.Errorf("%+v", c)
	}
}

func TestScenario14DeletedContactsCookie(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	b.cookies["mautic_device_id"], b.cookies["mtc_id"] = strings.Repeat("ab", 16), "4711"
	a := b.view("/a")
	if a.contact() != 1 || b.cookies["mtc_id"] != "1" || len(r.contacts()) != 1 {
		t.Errorf("%s", a.body)
	}
}

func TestScenario16ParallelFirstRequests(t *testing.T) {
	t.Parallel()
	r := serve(t)
	var all sync.WaitGroup
	for range 20 {
		b := r.browser()
		all.Go(func() { b.view("/a", "mautic_device_id", strings.Repeat("c0", 16)) })
	}
	all.Wait()
	if n := len(r.contacts()); n != 1 || len(r.views(1)) != 20 {
		t.Errorf("%d contacts", n)
	}
}

func TestScenario17DoNotTrack(t *testing.T) {
	t.Parallel()
	for header, why := range map[string]string{"Dnt": "do-not-track", "Sec-Gpc": "global-privacy-control"} {
		r := serve(t)
		b := r.browser()
		b.header.Set(header, "1")
		b.nothing(b.view("/a"), why)
		b.nothing(b.send(http.MethodGet, "/mtracking.gif", "page_url", site), why)
		// What somebody sends us on purpose is taken, without following the browser.
		if a := b.submit("ada@example.test"); len(a.set) != 0 {
			t.Errorf("cookies %v", a.set)
		}
		list := r.contacts()
		if len(list) != 1 || list[0].Anonymous() {
			t.Fatalf("%+v", list)
		}
		if devices, err := visit.Devices(t.Context(), r.db, list[0].ID); len(devices) != 0 || err != nil {
			t.Errorf("devices %v %v", devices, err)
		}
		r.follow(setting.Tracking{IgnoreSignals: true})
		if b.view("/a").contact() == 0 {
			t.Error("the setting has no effect")
		}
	}
}

func TestConsentRequired(t *testing.T) {
	t.Parallel()
	r := serve(t)
	r.follow(setting.Tracking{ConsentRequired: true})
	b := r.browser()
	b.nothing(b.view("/a"), "consent")
	b.nothing(b.view("/a", "mtc_consent", "yes"), "consent")
	b.nothing(b.view("/a?mtc_consent=1"), "consent")
	b.nothing(b.send(http.MethodGet, "/mtracking.gif", "page_url", site), "consent")
	agreed := b.view("/a", "mtc_consent", "1")
	if agreed.contact() == 0 || len(b.cookies) != 3 {
		t.Fatal(agreed.body, b.cookies)
	}
	if again := b.view("/b", "mtc_consent", "0"); again.contact() != 0 || len(b.cookies) != 0 {
		t.Errorf("after a denial: %s, %v", again.body, b.cookies)
	}
	if n := len(r.views(agreed.contact())); n != 1 {
		t.Errorf("%d views", n)
	}
	if a := b.submit("ada@example.test"); len(a.set) != 0 {
		t.Errorf("a form sets %v", a.set)
	}
	if a := b.submit("bob@example.test", "mtc_consent", "1", "mautic_device_id", strings.Repeat("ee", 16)); a.set["mautic_device_id"] == nil {
		t.Error("agreed, but the browser is not followed after a form")
	}
}

func TestUntrackedContactIsAnsweredLikeNobody(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	first := b.view("/a")
	r.do(func(tx *db.Tx) error {
		return visit.SetFollowed(t.Context(), tx, first.contact(), false, contact.By{})
	})
	a := b.view("/b")
	if a.contact() != 0 || len(a.set) != 0 || a.Header.Get("X-Ariane-Ignored") != "contact" || len(r.views(first.contact())) != 1 {
		t.Errorf("%s %v", a.body, a.set)
	}
	if b.cookies["mautic_device_id"] == "" {
		t.Error("the browser is forgotten, so that it will be followed as somebody new")
	}
}

// Somebody known who looks for a page that is not there is on the thread; what
// strangers and programs try is not.
func TestMissingPages(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	b.header.Set("Accept", "text/html,application/xhtml+xml")
	if a := b.send(http.MethodGet, "/offre"); a.StatusCode != http.StatusNotFound {
		t.Errorf("answered %d", a.StatusCode)
	}
	if n := len(r.contacts()); n != 0 {
		t.Fatalf("%d contacts of a page that is not there", n)
	}
	ada := b.view("/a").contact()
	b.send(http.MethodGet, "/offre")
	if n := len(r.views(ada)); n != 1 {
		t.Errorf("%d views of a visitor nobody knows", n)
	}
	b.submit("ada@example.test")
	b.send(http.MethodGet, "/offre", "utm_source", "mail")
	b.send(http.MethodGet, "/s/nowhere")
	b.send(http.MethodGet, "/api/nowhere")
	b.header.Set("Accept", "image/*")
	b.send(http.MethodGet, "/missing.png")
	views := r.views(ada)
	if len(views) != 2 || views[0].URL != base+"/offre?utm_source=mail" && views[1].URL != base+"/offre?utm_source=mail" || views[0].Code+views[1].Code != http.StatusNotFound {
		t.Errorf("of a known contact: %+v", views)
	}
	r.follow(setting.Tracking{MissingPages: true})
	other := r.browser()
	other.header.Set("Accept", "text/html")
	bob := other.view("/a").contact()
	other.send(http.MethodGet, "/offre")
	if n := len(r.views(bob)); n != 2 {
		t.Errorf("%d views where they are wanted of everybody", n)
	}
	other.header.Set("Dnt", "1")
	other.send(http.MethodGet, "/offre")
	if n := len(r.views(bob)); n != 2 {
		t.Errorf("%d views of somebody who does not want to be followed", n)
	}
}
