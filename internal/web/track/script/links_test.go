package script_test

import (
	"strings"
	"testing"

	"ariane/internal/tool/browsertest"
)

func TestLinksTakeTheVisitorAlong(t *testing.T) {
	t.Parallel()
	s := serve(t)
	address := site(t, s, `mt('send','pageview')`)
	shop := strings.Replace(address, "site.localhost", "eu.shop.localhost", 1)
	s.options.Sites = []string{address, strings.Replace(shop, "eu.", "*.", 1)}
	b := browsertest.Open(t, browsertest.WithoutThirdPartyCookies())
	b.Visit(address + "/")
	b.WaitFor("seen.length === 1")
	b.Eval(`document.body.insertAdjacentHTML("afterbegin", "<p><a id=shop href='`+shop+`/basket?x=1#top'>Shop</a></p><p><a id=other href='https://evil.test/'>Other</a></p><p><a id=here href='/here'>Here</a></p>")`, nil)
	b.Eval(`["shop","other","here"].forEach((id) => document.getElementById(id).dispatchEvent(new FocusEvent("focusin", {bubbles: true})))`, nil)
	b.WaitFor(`document.getElementById("shop").href.includes("mtc_link=sealed")`)
	if got := b.String(`document.getElementById("other").href + document.getElementById("here").href`); got != "https://evil.test/"+address+"/here" {
		t.Errorf("other links are %s", got)
	}
	asked := s.wait(b, 2)[1].values
	if asked.Get("to") != shop || !token.MatchString(asked.Get("mautic_device_id")) {
		t.Errorf("asked %v", asked)
	}
	b.Click("#shop")
	b.WaitFor(`location.pathname === "/basket" && window.seen && seen.length === 1`)
	if got := b.String("location.href"); got != shop+"/basket?x=1#top" {
		t.Errorf("the address shows %s", got)
	}
	b.Eval("mt('send','pageview')", nil)
	v := s.wait(b, 4)
	arrived := v[2].values
	if arrived.Get("mtc_link") != "sealed" || arrived.Get("page_url") != shop+"/basket?x=1#top" || arrived.Get("mautic_device_id") == asked.Get("mautic_device_id") {
		t.Errorf("arrived with %v", arrived)
	}
	if v[3].values.Has("mtc_link") {
		t.Error("the link is used twice")
	}
	b.NoProblems()
}

func TestLinksOfASingleSiteStayAsTheyAre(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := browsertest.Open(t)
	b.Visit(site(t, s, `mt('send','pageview')`))
	b.WaitFor("seen.length === 1")
	b.Eval(`document.body.insertAdjacentHTML("afterbegin", "<a id=shop href='https://shop.test/'>Shop</a>"), document.getElementById("shop").dispatchEvent(new FocusEvent("focusin", {bubbles: true}))`, nil)
	if n := len(s.views()); n != 1 {
		t.Errorf("%d requests", n)
	}
}
