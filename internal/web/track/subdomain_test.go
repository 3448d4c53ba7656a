package track_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ariane/internal/base/setting"
	"ariane/internal/id"
	"ariane/internal/tool/browsertest"
)

// A name of Ariane's below the site's own makes its cookies the site's: all names
// of the site share the visitor, also where cookies of other sites are refused.
func TestTrackerBelowTheNameOfTheSite(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	r := serveAt(t, "http://track.shop.test:"+port)
	r.now.Store(time.Now().UnixMilli())
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: r.handler}}
	server.Start()
	t.Cleanup(server.Close)
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>Shop</title><script src="http://track.shop.test:%s/mtc.js"></script><script>mt('send', 'pageview')</script>`, port)
	}))
	t.Cleanup(pages.Close)
	site := func(host string) string { return browsertest.URL(host, pages.URL) }
	r.set(setting.AllowedSites, []string{site("www.shop.test"), site("blog.shop.test"), site("other.test")})

	b := browsertest.Open(t, browsertest.WithoutThirdPartyCookies())
	visitor := func(host string) id.Contact {
		b.Visit(site(host) + "/")
		b.WaitFor(`localStorage.mtc_id`)
		var number id.Contact
		b.Eval(`Number(localStorage.mtc_id)`, &number)
		return number
	}
	first := visitor("www.shop.test")
	if again := visitor("blog.shop.test"); again != first || first == 0 {
		t.Errorf("the blog's visitor is %d, the shop's %d", again, first)
	}
	b.Eval(`localStorage.clear()`, nil)
	if again := visitor("blog.shop.test"); again != first {
		t.Errorf("without what the page stored the visitor is %d, was %d", again, first)
	}
	if other := visitor("other.test"); other == first {
		t.Error("a site of another name has the same visitor, although its cookies are refused")
	}
	if n := len(r.views(first)); n != 3 {
		t.Errorf("%d page views are on the thread, want 3", n)
	}
	if n := len(r.contacts()); n != 2 {
		t.Errorf("%d visitors", n)
	}
	b.NoProblems()
}
