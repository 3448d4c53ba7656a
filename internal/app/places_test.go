package app_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ariane/internal/app"
)

// A damaged file of places is said to be so, and everything else works.
func TestDamagedPlaces(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{
		"GeoIP2-City-Test-Invalid-Node-Count":   "no usable file of places",
		"GeoIP2-City-Test-Broken-Double-Format": "is damaged",
		"absent":                                "no such file",
	} {
		r := run(t, func(c *app.Config) { c.Places = "../visit/testdata/places/" + name + ".mmdb" })
		if got := r.post(r.visitor, "/mtc/event", url.Values{"page_url": {"https://www.example.test/"}}); got.status != http.StatusOK || !strings.Contains(got.body, `"id":1`) {
			t.Errorf("%s: a view is answered %d %s", name, got.status, got.body)
		}
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		end := time.After(20 * time.Second)
		for body := ""; !strings.Contains(body, says); {
			select {
			case <-tick.C:
				body = html.UnescapeString(r.get(r.office, "/s/system").body)
			case <-end:
				t.Fatalf("%s: the System page does not say %q", name, says)
			}
		}
	}
}

// A visitor's city is on the map where the file of places puts it, and the page
// says how exactly that is known.
func TestCityOnTheMap(t *testing.T) {
	t.Parallel()
	r := run(t, behindProxy, func(c *app.Config) { c.Places = "../visit/testdata/places/GeoLite2-City-Test.mmdb" })
	view := url.Values{"page_url": {"https://www.example.test/"}}
	if got := r.post(r.visitor, "/mtc/event", view, "X-Forwarded-For", "81.2.69.142"); got.status != http.StatusOK {
		t.Fatal(got.status, got.body)
	}
	body := html.UnescapeString(r.get(r.office, "/s/contacts/view/1?tab=places").body)
	for _, want := range []string{"London, England, United Kingdom", "estimated from the IP address 81.2.69.142, within about", `cx="369" cy="81"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(body, `class="rough"`) {
		t.Error("a city that is known is in the middle of its country")
	}
}
