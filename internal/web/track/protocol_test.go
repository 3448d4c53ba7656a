package track_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/visit"

	"github.com/google/go-cmp/cmp"
)

func TestParametersOfAView(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	packed := base64.URLEncoding.EncodeToString([]byte(`{"page_title":"Packed","page_language":"fr-FR","utm_medium":"mail","counter":0,"list":["a",1,true,null],"mautic_device_id":"` + strings.Repeat("d0", 16) + `"}`))
	a := b.send(http.MethodGet, "/mtracking.gif", "d", packed, "page_title", "Sent", "page_url", site+"/a?UTM_Source=News&utm_campaign=spring&mautic_device_id="+strings.Repeat("ef", 16),
		"utm_campaign", "summer", "resolution", "1920x1080", "timezone_offset", "-60", "platform", "Plan 9", "page_referrer", "www.example.org")
	if a.set["mautic_device_id"].Value != strings.Repeat("d0", 16) {
		t.Errorf("device %v", a.set["mautic_device_id"])
	}
	want := []visit.PageView{{URL: site + "/a?UTM_Source=News&utm_campaign=spring&mautic_device_id=" + strings.Repeat("ef", 16), Title: "Sent", Referrer: "www.example.org",
		Language: "fr-FR", UTM: visit.UTM{Campaign: "summer", Source: "News", Medium: "mail"}}}
	if diff := cmp.Diff(want, r.views(1)); diff != "" {
		t.Error(diff)
	}
	devices, err := visit.Devices(t.Context(), r.db, 1)
	if err != nil || len(devices) != 1 || devices[0].Zone != "+01:00" || devices[0].Platform != "" || devices[0].Resolution != "1920x1080" {
		t.Errorf("%+v %v", devices, err)
	}
	other := r.browser()
	other.header.Set("Referer", site+"/typed?utm_term=Vélo")
	a = other.send(http.MethodGet, "/index.php/mtracking.gif", "title", "Old name", "language", "de", "timezone", "Europe/Paris", "platform", "MacOS")
	want = []visit.PageView{{URL: site + "/typed?utm_term=Vélo", Title: "Old name", Language: "de", UTM: visit.UTM{Term: "Vélo"}}}
	if diff := cmp.Diff(want, r.views(2)); diff != "" {
		t.Error(diff)
	}
	if devices, err := visit.Devices(t.Context(), r.db, 2); err != nil || devices[0].Zone != "Europe/Paris" || devices[0].Platform != "MacOS" {
		t.Errorf("%+v %v", devices, err)
	}
	for _, hostile := range []string{"YToxOntzOjQ6InBhZ2UiO086MTA6IkV4cGxvaXQiOjA6e319", "%%%", base64.StdEncoding.EncodeToString([]byte(`["a"]`)), strings.Repeat("A", 5000)} {
		if a := b.view("/hostile", "d", hostile); a.contact() != 1 {
			t.Errorf("d=%.20s: %s", hostile, a.body)
		}
	}
	if a := b.send(http.MethodPost, "/mtracking.gif"); a.body != " " {
		t.Errorf("a posted pixel answers %q", a.body)
	}
	if a := b.send(http.MethodPost, "/mtc/event", "page_title", strings.Repeat("x", 70_000)); a.StatusCode != http.StatusBadRequest {
		t.Errorf("a body of any size: %d", a.StatusCode)
	}
}

func TestWhoAmI(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	if a := b.send(http.MethodGet, "/mtc"); a.body != `{"id":null,"sid":null,"device_id":null}` || len(a.set) != 0 || len(r.contacts()) != 0 {
		t.Error(a.body)
	}
	device := *b.view("/a").json.DeviceID
	if a := b.send(http.MethodGet, "/index.php/mtc"); a.body != fmt.Sprintf(`{"id":1,"sid":%q,"device_id":%[1]q}`, device) {
		t.Error(a.body)
	}
	// Ids can be guessed: neither a cookie nor a parameter of that name attaches.
	for _, guess := range []string{"1", "2"} {
		stranger := r.browser()
		stranger.cookies["mtc_id"] = guess
		a := stranger.send(http.MethodGet, "/mtc", "mtc_id", guess, "id", guess, "mautic_session_id", guess, "mautic_device_id", strings.Repeat("0", 31)+guess)
		if a.json.ID != nil {
			t.Errorf("a guess is told %s", a.body)
		}
		if a := stranger.view("/b", "mtc_id", guess, "id", guess, "lead", guess); a.contact() == 1 {
			t.Error("a guess views as somebody else")
		}
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	r := serve(t)
	for _, c := range []struct {
		origin     string
		any        bool
		event, who bool
	}{
		{site, false, true, true},
		{"HTTPS://WWW.SITE.TEST", false, true, true},
		{"https://eu.shop.test", false, true, true},
		{"https://a.b.shop.test", false, true, true},
		{"https://shop.test", false, false, false},
		{"https://notshop.test", false, false, false},
		{"http://www.site.test", false, false, false},
		{"https://www.site.test:8443", false, false, false},
		{"https://www.site.test.evil.test", false, false, false},
		{"null", false, false, false},
		{"https://evil.test", true, true, false},
		{site, true, true, true},
	} {
		r.follow(setting.Tracking{AnySite: c.any})
		for path, allowed := range map[string]bool{"/mtc/event": c.event, "/mtc": c.who} {
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
				if method == http.MethodPost && path == "/mtc" {
					continue
				}
				b := r.browser()
				b.header["Origin"] = []string{c.origin}
				if method == http.MethodOptions {
					b.header["Access-Control-Request-Headers"] = []string{"x-requested-with"}
				}
				a := b.send(method, path, "page_url", site)
				want := ""
				if allowed {
					want = c.origin
				}
				if got := a.Header.Get("Access-Control-Allow-Origin"); got != want || !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "Origin") {
					t.Errorf("%s %s from %s (any %t): allowed %q, Vary %q", method, path, c.origin, c.any, got, a.Header.Values("Vary"))
				}
				if (a.Header.Get("Access-Control-Allow-Credentials") == "true") != allowed || (a.Header.Get("Access-Control-Max-Age") == "36000") != allowed {
					t.Errorf("%s %s from %s: %v", method, path, c.origin, a.Header)
				}
				if method == http.MethodOptions && (a.StatusCode != http.StatusNoContent || a.body != "") {
					t.Errorf("preflight: %d %q", a.StatusCode, a.body)
				}
			}
		}
	}
	b := r.browser()
	if a := b.send(http.MethodOptions, "/mtc/event"); a.StatusCode != http.StatusNoContent || a.Header.Get("Access-Control-Allow-Origin") != "" || !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "Origin") {
		t.Errorf("no preflight: %d %v", a.StatusCode, a.Header)
	}
}

func TestCookiesWithoutHTTPS(t *testing.T) {
	t.Parallel()
	a := serveAt(t, "http://ariane.test").browser().view("/a")
	for name, c := range a.set {
		if c.Secure || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %s is %v", name, c)
		}
	}
	if len(a.set) != 3 {
		t.Errorf("cookies %v", a.set)
	}
}

func TestPublicFields(t *testing.T) {
	t.Parallel()
	r := serve(t)
	r.follow(setting.Tracking{Public: setting.PublicAccess{"email": setting.Always, "firstname": setting.Always, "city": setting.WhenEmpty, "country": setting.WhenEmpty,
		"timezone": setting.Always, "website": setting.Always, "points": setting.Always, "nonsense": setting.Always}})
	b := r.browser()
	a := b.view("/a?CITY=Paris", "firstname", "  Ada ", "website", "no site", "timezone", "Europe/Paris", "points", "9")
	want := map[string]string{"city": "Paris", "firstname": "Ada", "timezone": "Europe/Paris"}
	if diff := cmp.Diff(want, r.contact(a.contact()).Fields); diff != "" {
		t.Error(diff)
	}
	b.view("/b", "firstname", "", "city", "Rome", "country", "Italy", "email", "not an address")
	want["country"] = "Italy"
	if diff := cmp.Diff(want, r.contact(a.contact()).Fields); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"null", "undefined", "anonymous", "guest", "0", "NaN", "[object Object]", `"null"`, " ", "\x00"} {
		stranger := r.browser()
		if c := r.contact(stranger.view("/x", "firstname", bad, "email", bad).contact()); !c.Anonymous() {
			t.Errorf("%q identifies %+v", bad, c.Fields)
		}
	}
	known := b.view("/c", "email", "Ada@Example.test")
	if c := r.contact(known.contact()); c.ID != a.contact() || c.Fields["email"] != "Ada@Example.test" {
		t.Errorf("%+v", c)
	}
	// In a second browser the same address finds the same contact, with what was viewed there before.
	second := r.browser()
	visitor := second.view("/d").contact()
	found := second.view("/e", "email", "ada@example.test")
	if found.contact() != a.contact() || len(r.views(a.contact())) != 5 || r.contact(visitor).ID != a.contact() {
		t.Errorf("found %s, %d views", found.body, len(r.views(a.contact())))
	}
	// Somebody else in that browser is somebody else.
	bob := second.view("/f", "email", "bob@example.test", "firstname", "Bob")
	if bob.contact() == a.contact() || r.contact(a.contact()).Fields["firstname"] != "Ada" {
		t.Errorf("bob is %s", bob.body)
	}
	for _, a := range []answer{known, found, bob} {
		if strings.Contains(a.body, "Ada") || strings.Contains(a.body, "ada@") || strings.Contains(a.body, "Paris") {
			t.Errorf("a stored value is told: %s", a.body)
		}
	}
}

func TestSignedIdentification(t *testing.T) {
	t.Parallel()
	r := serve(t)
	r.follow(setting.Tracking{SignedEmail: true, Public: setting.PublicAccess{"email": setting.Always, "city": setting.Always}})
	var secret string
	r.do(func(tx *db.Tx) (err error) {
		secret, err = setting.Secret(t.Context(), tx, setting.EmailSecret)
		return err
	})
	for name, signature := range map[string]string{"none": "", "a neighbour's": visit.SignEmail(secret, "bob@example.test"), "guessed": visit.SignEmail("", "ada@example.test")} {
		b := r.browser()
		c := r.contact(b.view("/a", "email", "ada@example.test", "city", "Paris", "email_hmac", signature).contact())
		if !c.Anonymous() || c.Fields["city"] != "Paris" {
			t.Errorf("signature %s: %+v", name, c.Fields)
		}
	}
	b := r.browser()
	c := r.contact(b.view("/a", "email", "Ada@Example.test", "email_hmac", strings.ToUpper(visit.SignEmail(secret, "ada@example.test"))).contact())
	if c.Anonymous() || c.Fields["email"] != "Ada@Example.test" {
		t.Errorf("%+v", c.Fields)
	}
}

func TestScenario13TamperedClick(t *testing.T) {
	t.Parallel()
	r := serve(t)
	r.follow(setting.Tracking{Public: setting.PublicAccess{"email": setting.Always}})
	var secret string
	var ada contact.Contact
	r.do(func(tx *db.Tx) (err error) {
		if secret, err = setting.Secret(t.Context(), tx, setting.ClickSecret); err != nil {
			return err
		}
		ada.ID, err = contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"email": "ada@example.test", "city": "Paris"}})
		return err
	})
	ct, err := visit.SignClick(secret, visit.Click{Source: "email", Number: 1, Contact: ada.ID, At: r.db.Now()})
	if err != nil {
		t.Fatal(err)
	}
	b := r.browser()
	for name, bad := range map[string]string{"tampered": ct[:len(ct)-1] + "_", "of another system": "YToxOntzOjQ6ImxlYWQiO2k6MTt9"} {
		if a := b.view("/a", "ct", bad); a.body != `{"success":0}` || len(a.set) != 0 {
			t.Errorf("%s: %s %v", name, a.body, a.set)
		}
		if a := b.send(http.MethodGet, "/mtracking.gif", "ct", bad, "page_url", site); len(a.body) != 43 || len(a.set) != 0 {
			t.Errorf("%s: %d bytes", name, len(a.body))
		}
	}
	if a := b.view("/a?ct=" + ct[:len(ct)-1] + "_"); a.body != `{"success":0}` {
		t.Errorf("in the page's address: %s", a.body)
	}
	if n := len(r.contacts()); n != 1 {
		t.Errorf("%d contacts", n)
	}
	if a := b.view("/a?ct=" + ct); a.contact() == 0 || a.contact() == ada.ID {
		t.Errorf("a link names somebody though nobody chose that: %s", a.body)
	}
	if a := r.browser().view("/a?ct=fr"); a.contact() == 0 {
		t.Errorf("a parameter of the site stops following: %s", a.body)
	}
	r.follow(setting.Tracking{FollowLinks: true})
	if a := b.view("/a?ct=" + ct); a.contact() == ada.ID {
		t.Error("a link names somebody though pages may not say the address")
	}
	r.follow(setting.Tracking{FollowLinks: true, Public: setting.PublicAccess{"email": setting.WhenEmpty}})
	if a := r.browser().view("/a?ct="+ct, "email", "bob@example.test"); a.contact() == ada.ID {
		t.Error("the link is stronger than what the page says")
	}
	if a := b.view("/b?ct=" + ct); a.contact() != ada.ID || strings.Contains(a.body, "Paris") {
		t.Errorf("chosen, but %s", a.body)
	}
}

func TestPlacesAndAnonymousAddresses(t *testing.T) {
	t.Parallel()
	for chosen, ips := range map[setting.Addresses][]string{setting.AddressWhole: {"81.2.69.142"}, setting.AddressTruncated: {"81.2.69.0"}, setting.AddressNone: nil} {
		r := serve(t)
		r.follow(setting.Tracking{Addresses: chosen})
		b := r.browser()
		b.ip = "81.2.69.142"
		a := b.view("/a")
		b.submit("ada@example.test")
		c := r.contact(a.contact())
		var stored []string
		for _, ip := range c.IPs {
			stored = append(stored, ip.Address)
		}
		if diff := cmp.Diff(ips, stored); diff != "" {
			t.Errorf("%q: %s", chosen, diff)
		}
		if c.Fields["city"] != "London" || c.Fields["country"] != "United Kingdom" {
			t.Errorf("%+v", c.Fields)
		}
		if devices, err := visit.Devices(t.Context(), r.db, c.ID); err != nil || len(devices) != 1 || devices[0].Place.City != "London" {
			t.Errorf("%+v %v", devices, err)
		}
		var traces int
		for _, q := range []string{`SELECT count(*) FROM form_submission WHERE ip = '81.2.69.142'`, `SELECT count(*) FROM ip_address WHERE address = '81.2.69.142'`,
			`SELECT count(*) FROM event WHERE CAST(data AS TEXT) LIKE '%81.2.69.142%'`} {
			var n int
			if err := r.db.QueryRow(t.Context(), q).Scan(&n); err != nil {
				t.Fatal(err)
			}
			traces += n
		}
		if (traces == 0) != (chosen != setting.AddressWhole) {
			t.Errorf("%q: the address is stored in %d places", chosen, traces)
		}
	}
}

// What a place tells never makes anybody known, nor overwrites.
func TestPlaceIsNoIdentity(t *testing.T) {
	t.Parallel()
	r := serve(t)
	r.follow(setting.Tracking{Public: setting.PublicAccess{"country": setting.Always}})
	b := r.browser()
	b.ip = "81.2.69.142"
	c := r.contact(b.view("/a", "country", "France").contact())
	if diff := cmp.Diff(map[string]string{"country": "France"}, c.Fields); diff != "" || !c.Anonymous() {
		t.Error(diff)
	}
}
