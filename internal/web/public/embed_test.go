package public_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ariane/internal/form"
	"ariane/internal/tool/browsertest"
)

// strictSite is a page of another site under a Content-Security-Policy.
func strictSite(t *testing.T, r *rig, policy, body string) string {
	t.Helper()
	return siteWith(t, r, http.Header{"Content-Security-Policy": {strings.ReplaceAll(policy, "BASE", r.base)}}, body)
}

// The page around the form allows nothing but what docs/tracking.md names, and
// the browser keeps no cookies of other sites.
func TestEveryTypeUnderAStrictPolicy(t *testing.T) {
	t.Parallel()
	r := open(t, "ariane.localhost", everyType)
	b := browsertest.Open(t, browsertest.WithoutThirdPartyCookies())
	b.Visit(strictSite(t, r, "default-src 'none'; script-src BASE; frame-src BASE; form-action BASE", embedded))
	b.WaitFor("document.querySelector('form')")
	if got := b.String("getComputedStyle(document.querySelector('.mauticform-button')).backgroundColor"); got != "rgb(36, 87, 197)" {
		t.Errorf("the form has no style: %s", got)
	}
	b.Click("button")
	if n := b.Count(".mauticform-has-error"); n != 12 {
		t.Errorf("%d fields are wrong in the empty form", n)
	}
	if visible := b.String(`[...document.querySelectorAll(".mauticform-errormsg")].filter((e) => e.offsetParent).length + "" + !!document.querySelector("[name*=other_website]").offsetParent`); visible != "12false" {
		t.Errorf("messages and trap to be seen: %s", visible)
	}
	fillEverything(b)
	b.Click("button")
	b.WaitText("Merci.")
	r.wantEverything()
	b.NoProblems()
}

func TestFrameUnderAStrictPolicy(t *testing.T) {
	t.Parallel()
	r := open(t, "ariane.localhost", func(f *form.Form) { f.Fields = f.Fields[1:2] })
	b := browsertest.Open(t, browsertest.WithoutThirdPartyCookies())
	b.Visit(strictSite(t, r, "default-src 'none'; frame-src BASE", `<iframe src="BASE/form/1?email=zoe%40example.org" width=600 height=600></iframe>`))
	var button [2]float64
	b.Eval(`((f) => [f.x + 90, f.y + 238])(document.querySelector("iframe").getBoundingClientRect())`, &button)
	b.Until("the form in the frame is sent", func() bool {
		b.Do(chromedp.MouseClickXY(button[0], button[1]))
		return len(r.results()) > 0
	})
	b.NoProblems()
}

func TestCopyUnderAStrictPolicy(t *testing.T) {
	t.Parallel()
	r := open(t, "ariane.localhost", nil)
	request := httptest.NewRequest(http.MethodGet, r.base+"/form/embed/1", nil)
	request.RequestURI = ""
	request.URL.Host = strings.Replace(request.URL.Host, "ariane.localhost", "127.0.0.1", 1)
	_, copied := r.send(request)
	b := browsertest.Open(t, browsertest.WithoutThirdPartyCookies())
	b.Visit(strictSite(t, r, "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; form-action BASE", copied+`<script src="/mtc.js"></script>`))
	b.WaitFor("window.MauticJS && MauticJS.guid || true")
	b.Fill("input[type=email]", "zoe@example.org")
	b.Click("button")
	b.WaitText("Merci")
	if results := r.results(); len(results) != 1 || !strings.Contains(results[0].Page, "site.localhost") {
		t.Errorf("results %+v", results)
	}
}
