package track_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/setting"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/visit"
)

// The phone had looked around anonymously; the link tells whose it is.
func TestScenario06LinkOnAPhone(t *testing.T) {
	t.Parallel()
	r := serve(t)
	r.follow(setting.Tracking{FollowLinks: true, Public: setting.PublicAccess{"email": setting.WhenEmpty}})
	desk := r.browser()
	ada := desk.view("/a").contact()
	desk.submit("ada@example.test")
	phone := r.browser()
	visitor := phone.view("/phone").contact()
	if visitor == ada {
		t.Fatal("the phone is taken for the computer")
	}
	var ct string
	r.do(func(tx *db.Tx) error {
		secret, err := setting.Secret(t.Context(), tx, setting.ClickSecret)
		if err == nil {
			ct, err = visit.SignClick(secret, visit.Click{Source: "email", Number: 1, Contact: ada, At: r.db.Now()})
		}
		return err
	})
	if a := phone.view("/landing?ct=" + ct); a.contact() != ada {
		t.Fatalf("the link leads to %d, want %d", a.contact(), ada)
	}
	if a := phone.view("/later"); a.contact() != ada {
		t.Errorf("the phone belongs to %d afterwards", a.contact())
	}
	if got := len(r.views(ada)); got != 4 {
		t.Errorf("%d page views are on the thread, want one of the computer and three of the phone", got)
	}
	if c := r.contact(visitor); c.ID != ada {
		t.Errorf("the visitor's number leads to %d", c.ID)
	}
}

func TestScenario07AnotherAddress(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	ada := b.view("/a").contact()
	b.submit("ada@example.test")
	before := r.contact(ada)
	b.submit("bob@example.test")
	bob := b.view("/b").contact()
	if bob == ada {
		t.Fatal("two people are one contact")
	}
	if after := r.contact(ada); after.Fields["email"] != "ada@example.test" || !after.Modified.Equal(before.Modified) {
		t.Errorf("the first was changed: %+v", after)
	}
	if c := r.contact(bob); c.Fields["email"] != "bob@example.test" || len(c.Fields) != 1 {
		t.Errorf("the second took something of the first: %+v", c.Fields)
	}
	// A tablet that goes round: each comes back to their own thread.
	for range 2 {
		for i := range 5 {
			address := fmt.Sprintf("guest%d@example.test", i)
			b.submit(address)
			if c := r.contact(b.view("/tablet").contact()); c.Fields["email"] != address {
				t.Errorf("after %s the tablet is %s's", address, c.Fields["email"])
			}
		}
	}
}

func TestScenario15DeviceOfAMergedContact(t *testing.T) {
	t.Parallel()
	r := serve(t)
	r.browser().submit("ada@example.test")
	b := r.browser()
	visitor := b.view("/a").contact()
	b.submit("ada@example.test")
	// The cookie says the old number, and the device decides.
	b.cookies["mtc_id"] = fmt.Sprint(visitor)
	a := b.view("/b")
	if c := r.contact(a.contact()); c.Fields["email"] != "ada@example.test" || a.contact() == visitor {
		t.Errorf("the device leads to %+v", c)
	}
	if b.cookies["mtc_id"] != fmt.Sprint(a.contact()) {
		t.Errorf("the cookie still says %s", b.cookies["mtc_id"])
	}
}

// CVE-2018-10189: visitors were told apart by a number in a cookie, so that
// counting gave every contact's data. Here numbers attach to nobody, tokens
// cannot be guessed, and answers hold no value.
func TestCVE201810189NumbersAttachToNobody(t *testing.T) {
	t.Parallel()
	r := serve(t)
	r.follow(setting.Tracking{Public: setting.PublicAccess{"city": setting.Always, "firstname": setting.Always}})
	victim := r.browser()
	ada := victim.view("/a").contact()
	victim.submit("ada@example.test")
	token := victim.cookies["mautic_device_id"]
	neighbour := token[:31] + map[bool]string{true: "0", false: "1"}[token[31] != '0']
	forged := map[string]func(b *browser) []string{
		"number in cookies": func(b *browser) []string {
			for _, name := range []string{"mtc_id", "mautic_session_id", "mautic_id"} {
				b.cookies[name] = fmt.Sprint(ada)
			}
			b.cookies[fmt.Sprint(ada)] = fmt.Sprint(ada)
			return nil
		},
		"number as device": func(b *browser) []string { b.cookies["mautic_device_id"] = fmt.Sprint(ada); return nil },
		"number as parameter": func(*browser) []string {
			return []string{"mtc_id", fmt.Sprint(ada), "id", fmt.Sprint(ada), "lead", fmt.Sprint(ada)}
		},
		"neighbouring token":     func(b *browser) []string { b.cookies["mautic_device_id"] = neighbour; return nil },
		"token in capitals":      func(b *browser) []string { b.cookies["mautic_device_id"] = strings.ToUpper(token) + "G"; return nil },
		"token cut short":        func(b *browser) []string { b.cookies["mautic_device_id"] = token[:31]; return nil },
		"address without rights": func(*browser) []string { return []string{"email", "ada@example.test"} },
	}
	for name, forge := range forged {
		b := r.browser()
		parameters := append(forge(b), "city", "Nowhere", "firstname", "Mallory")
		a := b.view("/x", parameters...)
		if a.contact() == ada {
			t.Errorf("%s: the request is taken for ada's", name)
		}
		me := b.send(http.MethodGet, "/mtc", "mtc_id", fmt.Sprint(ada))
		for _, body := range []string{a.body, me.body} {
			if strings.Contains(body, "ada@") || strings.Contains(body, token) {
				t.Errorf("%s: the answer tells of ada: %s", name, body)
			}
		}
	}
	if c := r.contact(ada); len(c.Fields) != 1 || c.Fields["email"] != "ada@example.test" {
		t.Errorf("ada was changed: %+v", c.Fields)
	}
	// A form never shows what is stored.
	page := victim.send(http.MethodGet, fmt.Sprintf("/form/%d", r.form))
	script := victim.send(http.MethodGet, "/form/generate.js", "id", fmt.Sprint(r.form))
	for _, body := range []string{page.body, script.body} {
		if strings.Contains(body, "ada@example.test") {
			t.Error("a form shows a stored value")
		}
	}
}

// A page puts tags on its visitor only where that is allowed, and not without end.
func TestTagsSentByPages(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	ada := b.view("/a", "tags", "trial").contact()
	if tags := r.tags(ada); len(tags) != 0 {
		t.Fatalf("without leave: %q", tags)
	}
	r.follow(setting.Tracking{Tags: true})
	b.view("/b", "tags", " trial , Essai gratuit,,-,\u202eevil")
	if tags := r.tags(ada); !slices.Equal(tags, []string{"Essai gratuit", "evil", "trial"}) {
		t.Errorf("tags %q", tags)
	}
	b.view("/c", "tags", "-TRIAL,-unknown, - evil,new")
	if tags := r.tags(ada); !slices.Equal(tags, []string{"Essai gratuit", "new"}) {
		t.Errorf("tags %q", tags)
	}
	// A link to the page is not the page: its address puts no tags on who follows it.
	b.view("/d?tags=forged")
	long := strings.Repeat("é", 50)
	many := []string{long, long + "x"}
	for i := range 12 {
		many = append(many, fmt.Sprintf("t%02d", i))
	}
	other := r.browser()
	bob := other.view("/e", "tags", strings.Join(many, ",")).contact()
	if tags := r.tags(bob); len(tags) != 10 || !slices.Contains(tags, long) || slices.Contains(tags, "t09") {
		t.Errorf("beyond the limits: %q", tags)
	}
	if tags := r.tags(ada); slices.Contains(tags, "forged") {
		t.Errorf("tags %q", tags)
	}
	// The tags go with the visitor who becomes known, and to whoever has the browser then.
	other.submit("bob@example.test")
	if c := r.contact(bob); c.Anonymous() || len(r.tags(bob)) != 10 {
		t.Errorf("%+v has %d tags", c, len(r.tags(bob)))
	}
}

func (r *rig) tags(number id.Contact) []string {
	r.Helper()
	of, err := label.Of(r.Context(), r.db, []id.Contact{number})
	if err != nil {
		r.Fatal(err)
	}
	var names []string
	for _, t := range of[number] {
		names = append(names, t.Name)
	}
	return names
}

// The time zone of a visitor is guessed from the distance to UTC at the time of
// the year and from the language; a name counts only where pages may write it.
func TestTimeZoneOfAVisitor(t *testing.T) {
	t.Parallel()
	r := serve(t)
	winter, summer := r.now.Load(), time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC).UnixMilli()
	for name, c := range map[string]struct {
		now                    int64
		offset, zone, language string
		want                   string
	}{
		"winter in Paris":      {winter, "-60", "", "fr-FR", "Europe/Paris"},
		"summer in Paris":      {summer, "-120", "", "fr", "Europe/Paris"},
		"the zone of a region": {winter, "-60", "", "de-AT", "Europe/Vienna"},
		"a name may not count": {winter, "-60", "Africa/Kinshasa", "fr-FR", "Europe/Paris"},
		"Québec":               {winter, "300", "", "fr-CA", "America/Toronto"},
		"California":           {winter, "480", "", "en-US", "America/Los_Angeles"},
		"half an hour":         {winter, "-330", "", "", "Asia/Kolkata"},
		"nobody lives there":   {winter, "-61", "", "", ""},
		"no number":            {winter, "abc", "", "", ""},
		"absurd":               {winter, "-99999999999999999999", "", "", ""},
		"not said":             {winter, "", "", "fr-FR", ""},
	} {
		r.now.Store(c.now)
		b := r.browser()
		got := b.view("/a", "timezone_offset", c.offset, "timezone", c.zone, "page_language", c.language).contact()
		if zone := r.contact(got).Fields["timezone"]; zone != c.want {
			t.Errorf("%s: %q, want %q", name, zone, c.want)
		}
	}
	r.now.Store(winter)
	b := r.browser()
	ada := b.view("/a").contact()
	b.view("/b", "timezone_offset", "-60")
	if c := r.contact(ada); c.Fields["timezone"] != "Europe/Paris" || !c.Anonymous() {
		t.Errorf("said by a later page view: %+v", c)
	}
	r.follow(setting.Tracking{Public: setting.PublicAccess{"timezone": setting.Always}})
	b.view("/c", "timezone_offset", "-60", "timezone", "Europe/Rome")
	b.view("/d", "timezone_offset", "300")
	if zone := r.contact(ada).Fields["timezone"]; zone != "Europe/Rome" {
		t.Errorf("a guess stands over a name: %q", zone)
	}
}
