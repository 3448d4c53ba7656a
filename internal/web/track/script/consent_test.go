package script_test

import (
	"testing"

	"ariane/internal/tool/browsertest"
)

const kept = "document.cookie + Object.keys(localStorage)"

func TestNothingBeforeConsent(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.options.Consent = true
	b := browsertest.Open(t)
	address := site(t, s, `mt('send','pageview'); mt('send','pageview', {page_title: 'Second'})`)
	b.Visit(address)
	b.WaitFor("window.MauticJS && MauticJS.guid")
	b.Eval("document.querySelector('form').addEventListener('submit', (e) => e.preventDefault())", nil)
	b.Click("form button")
	b.Eval("MauticJS.getTrackedContact()", nil)
	if got := b.String(kept); got != "" || len(s.views()) != 0 || b.Count("[name=mautic_device_id]") != 0 {
		t.Fatalf("before consent: stored %q, sent %v", got, s.views())
	}
	b.Eval("mt('consent','grant')", nil)
	v := s.wait(b, 2)
	for i, title := range []string{"Accueil", "Second"} {
		if v[i].values.Get("mtc_consent") != "1" || v[i].values.Get("page_title") != title || !token.MatchString(v[i].values.Get("mautic_device_id")) {
			t.Errorf("view %d is %v", i, v[i].values)
		}
	}
	b.Visit(address + "/next")
	s.wait(b, 4)
	b.Eval("mt('consent','deny')", nil)
	denied := s.wait(b, 5)[4].values
	if denied.Get("mtc_consent") != "0" || denied.Has("mautic_device_id") || denied.Has("page_url") {
		t.Errorf("the denial sends %v", denied)
	}
	if got := b.String(kept); got != "" {
		t.Errorf("after a denial: %q", got)
	}
	b.Eval("mt('send','pageview')", nil)
	b.Visit(address + "/third")
	b.WaitFor("window.MauticJS && MauticJS.guid")
	if n := len(s.views()); n != 5 {
		t.Errorf("%d requests after a denial", n)
	}
}

func TestDenialIsRemembered(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := browsertest.Open(t)
	address := site(t, s, `mt('send','pageview')`)
	b.Visit(address)
	b.WaitFor("seen.length === 1")
	b.Eval("mt('consent','deny')", nil)
	s.wait(b, 2)
	if got := b.String(kept); got != "mtc_consent=0mtc_consent" {
		t.Errorf("stored %q", got)
	}
	b.Visit(address)
	b.WaitFor("window.MauticJS && MauticJS.guid")
	b.Eval("mt('consent','grant'), mt('send','pageview')", nil)
	if v := s.wait(b, 3)[2].values; v.Get("mtc_consent") != "1" || v.Get("counter") != "1" {
		t.Errorf("sent %v", v)
	}
}

// A page that is left at once still sends what it was told to.
func TestWaitingViewsAreSentWhenThePageIsLeft(t *testing.T) {
	t.Parallel()
	s := serve(t)
	hold := make(chan func())
	s.hold = hold
	b := browsertest.Open(t)
	address := site(t, s, `if (location.pathname === '/') { mt('send','pageview'); mt('send','pageview', {page_title: 'Waiting'}) }`)
	b.Visit(address + "/")
	b.WaitFor("window.MauticJS && MauticJS.guid")
	b.Visit(address + "/next")
	v := s.wait(b, 1)
	if v[0].values.Get("page_title") != "Waiting" || !token.MatchString(v[0].values.Get("mtc_view")) || !token.MatchString(v[0].values.Get("mautic_device_id")) {
		t.Errorf("sent %v", v[0].values)
	}
	hold <- func() {}
	first := s.wait(b, 2)[1].values
	if first.Get("counter") != "0" || first.Get("mautic_device_id") != v[0].values.Get("mautic_device_id") {
		t.Errorf("the first view came as %v", first)
	}
}
