package public_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/tool/browsertest"
	"ariane/internal/visit"
)

func kiosk(f *form.Form) { f.Kiosk = true }

// nobodyFollowed checks that three people sent a form at one device, and that
// nothing of the device is with any of them.
func (r *rig) nobodyFollowed(addresses ...string) {
	r.Helper()
	seen := map[id.Contact]bool{}
	for _, address := range addresses {
		c, err := contact.Holder(r.Context(), r.db, address)
		if err != nil || c == 0 || seen[c] {
			r.Fatalf("%s is contact %d, error %v", address, c, err)
		}
		seen[c] = true
		found, err := contact.Find(r.Context(), r.db, c)
		if err != nil || len(found.IPs) != 0 {
			r.Errorf("%s came from %+v, error %v", address, found.IPs, err)
		}
		events, err := activity.All(r.Context(), r.db, c)
		if err != nil {
			r.Fatal(err)
		}
		for _, e := range events {
			if e.Device != 0 || e.Kind == visit.KindPageViewed || e.Kind == contact.KindIPAdded || e.Kind == contact.KindHandedOver {
				r.Errorf("%s: event %+v", address, e)
			}
		}
	}
	results := r.results()
	if len(results) != len(addresses) {
		r.Errorf("%d submissions of %d", len(results), len(addresses))
	}
	for _, one := range results {
		if one.IP != "" || !seen[one.Contact] {
			r.Errorf("submission %+v", one)
		}
	}
	if n := r.count("device") + r.count("ip_address"); n != 0 {
		r.Errorf("%d devices and addresses", n)
	}
}

// Three people fill in a form one after another in the same browser, however the
// form came into the page.
func TestKioskInABrowser(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"script": embedded,
		// The tracking script is there, and has not been told to send anything.
		"beside the tracking script": `<script src="/mtc.js"></script>` + embedded,
		"page":                       "",
		"frame":                      "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t, "ariane.localhost", kiosk)
			b := browsertest.Open(t)
			in := "document"
			switch name {
			case "page":
				b.Visit(r.base + "/form/1")
			case "frame":
				b.Visit(r.base + "/form/message") // on the same host, so that the frame can be looked into
				b.Eval(`document.body.insertAdjacentHTML("beforeend", '<iframe src="/form/1" width=600 height=600></iframe>'), 1`, nil)
				in = "frames[0].document"
			default:
				b.Visit(site(t, r, body))
			}
			var addresses []string
			for n := range 3 {
				address := fmt.Sprintf("person%d@example.org", n)
				addresses = append(addresses, address)
				b.WaitFor(in + `.querySelector("input[type=email]")?.value === "" && ` + in + `.querySelector("input[type=email]").checkVisibility() && !` + in + `.querySelector("button[type=submit]").disabled`)
				b.Eval(fmt.Sprintf(`%s.querySelector("input[type=text]").value = "Person%d", %s.querySelector("input[type=email]").value = %q, %s.querySelector("button[type=submit]").click(), 1`, in, n, in, address, in), nil)
				b.WaitFor(fmt.Sprintf(`%s.querySelector(".mauticform-message").textContent === "Merci Person%d !"`, in, n))
			}
			r.nobodyFollowed(addresses...)
			if got := b.String("document.cookie + Object.keys(localStorage) + Object.keys(sessionStorage)"); got != "" {
				t.Errorf("the browser keeps %q", got)
			}
			b.NoProblems()
		})
	}
}

// Without script, and to programs: nothing is set in the browser, and the next one
// finds an empty form.
func TestKioskWithoutScript(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", kiosk)
	var addresses []string
	for i, query := range []string{"", "?ajax=1", ""} {
		address := fmt.Sprintf("person%d@example.org", i)
		addresses = append(addresses, address)
		pairs := []string{"formId", "1", "prenom", "<b>Zoé</b>", "email", address, "mautic_device_id", device}
		switch i {
		case 0:
			pairs = append(pairs, "return", r.base+"/form/1")
		case 2:
			pairs = append(pairs, "messenger", "1")
		}
		answer, body := r.post(query, pairs...)
		if answer.StatusCode != http.StatusOK || !strings.Contains(body, "Merci") || len(answer.Header.Values("Set-Cookie")) != 0 {
			t.Errorf("%q: %d, cookies %v: %s", query, answer.StatusCode, answer.Header.Values("Set-Cookie"), body)
		}
		if i == 0 && (!strings.Contains(body, `<a href="`+r.base+`/form/1">`) || strings.Contains(body, "<b>Zoé")) {
			t.Errorf("the message leads nowhere: %s", body)
		}
	}
	r.nobodyFollowed(addresses...)
	home, _ := url.Parse(r.base)
	if left := r.client.Jar.Cookies(home); len(left) != 0 {
		t.Errorf("left in the browser: %v", left)
	}
	_, body := r.get("/form/1")
	if !strings.Contains(body, ` data-kiosk autocomplete="off"`) || strings.Contains(body, `autocomplete="email"`) || strings.Contains(body, "example.org") {
		t.Errorf("the browser may suggest what others typed: %s", body)
	}
}
