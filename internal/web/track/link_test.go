package track_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/setting"
)

const shop = "https://eu.shop.test"

// link asks for a link to another site, empty when there is none.
func (b *browser) link(to string, parameters ...string) string {
	b.Helper()
	a := b.send(http.MethodPost, "/mtc/link", append([]string{"to", to}, parameters...)...)
	var got struct {
		Link *string `json:"link"`
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || len(a.set) != 0 {
		b.Errorf("%s %v", a.body, err)
	}
	if got.Link == nil {
		return ""
	}
	return *got.Link
}

// arrive views a page of the shop in a browser that has no cookie there.
func (r *rig) arrive(link, token string) answer {
	b := r.browser()
	b.header.Set("Origin", shop)
	return b.send(http.MethodPost, "/mtc/event", "page_url", shop+"/?a=1&mtc_link="+link+"&b=2", "mautic_device_id", token)
}

func TestTwoSitesOneVisitor(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	first := b.view("/a")
	link := b.link(shop + "/basket?x=1")
	if link == "" || strings.Contains(link, *first.json.DeviceID) {
		t.Fatalf("link %q", link)
	}
	there := strings.Repeat("5a", 16)
	a := r.arrive(link, there)
	if a.contact() != first.contact() || *a.json.DeviceID != there {
		t.Fatalf("arrived as %s", a.body)
	}
	if v := r.views(first.contact()); len(v) != 2 || v[1].URL != shop+"/?a=1&b=2" {
		t.Errorf("%+v", v)
	}
	// The link was passed on: it counts once.
	if again := r.arrive(link, strings.Repeat("5b", 16)); again.contact() == first.contact() || again.contact() == 0 {
		t.Errorf("a second browser arrives as %s", again.body)
	}
	r.later(time.Hour)
	if next := r.arrive("", there); next.contact() != first.contact() {
		t.Errorf("later %s", next.body)
	}
}

func TestLinksThatDoNotCount(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.browser()
	first := b.view("/a")
	link := b.link(shop)
	for name, bad := range map[string]string{"changed": link[:len(link)-3] + "AAA", "cut": link[:20], "token": *first.json.DeviceID, "nonsense": "%%%", "for another site": b.link(site + "/")} {
		if a := r.arrive(bad, ""); a.contact() == first.contact() || a.contact() == 0 {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	r.later(2*time.Minute + time.Second)
	if a := r.arrive(link, ""); a.contact() == first.contact() {
		t.Error("a link counts for more than two minutes")
	}
	// Who is known in the other browser stays who they are.
	known := strings.Repeat("5c", 16)
	r.arrive("", known)
	r.browser().submit("bob@example.test", "mautic_device_id", known)
	bob := r.arrive("", known)
	if a := r.arrive(b.link(shop), known); a.contact() != bob.contact() || a.contact() == first.contact() {
		t.Errorf("bob is taken along: %s", a.body)
	}
	// An anonymous one brings what it did.
	other := strings.Repeat("5d", 16)
	r.arrive("", other)
	if a := r.arrive(b.link(shop), other); a.contact() != first.contact() || len(r.views(first.contact())) != 3 {
		t.Errorf("%s, %d views", a.body, len(r.views(first.contact())))
	}
}

func TestLinksAreForDeclaredSites(t *testing.T) {
	t.Parallel()
	r := serve(t)
	r.follow(setting.Tracking{AnySite: true})
	b := r.browser()
	device := *b.view("/a").json.DeviceID
	for _, to := range []string{"", "https://evil.test/", "javascript:alert(1)", "http://eu.shop.test/", "https://shop.test/"} {
		if got := b.link(to); got != "" {
			t.Errorf("a link to %q", to)
		}
	}
	for _, from := range []string{"https://evil.test", "null", ""} {
		b.header["Origin"] = []string{from}
		if got := b.link(shop, "mautic_device_id", device); got != "" {
			t.Errorf("a link for %q", from)
		}
	}
	stranger := r.browser()
	if got := stranger.link(shop, "mautic_device_id", strings.Repeat("0", 32)); got != "" {
		t.Error("a link for a browser nobody knows")
	}
	b = r.browser()
	b.header.Set("Sec-Gpc", "1")
	if got := b.link(shop, "mautic_device_id", device); got != "" {
		t.Error("a link for a browser that is not followed")
	}
	js := r.browser().send(http.MethodGet, "/mtc.js").body
	if !strings.Contains(js, `["https://www.site.test","https://*.shop.test"]`) {
		t.Error("the script does not know the sites")
	}
	r.set(setting.AllowedSites, []string{site})
	if js := r.browser().send(http.MethodGet, "/mtc.js").body; strings.Contains(js, "site.test") {
		t.Error("the script of a single site names it")
	}
}
