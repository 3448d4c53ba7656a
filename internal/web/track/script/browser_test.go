package script_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"ariane/internal/tool/browsertest"
	"ariane/internal/web/track/script"
)

// server stands for ours: it serves the script and notes what arrives.
type server struct {
	base    string
	options script.Options

	mu       sync.Mutex
	status   int         // of the answer to a POST
	closed   bool        // to this origin: no Access-Control-Allow-Origin
	answer   string      // JSON
	arrived  []arrival   // views, in order of arrival
	preludes int         // OPTIONS requests
	hold     chan func() // while set, the first POST waits for its value
}

type arrival struct {
	how    string // post or pixel
	values url.Values
	header http.Header
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{status: http.StatusOK, answer: `{"success":1,"id":null,"sid":null,"device_id":null,"events":{}}`}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	s.base = browsertest.URL("ariane.localhost", web.URL)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/mtc.js":
		s.options.BaseURL = s.base
		body, etag := script.JS(s.options)
		w.Header().Set("Content-Type", "application/javascript")
		w.Header().Set("ETag", etag)
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Write(body)
	case "/mtc/event":
		s.event(w, r)
	case "/mtc/link":
		s.note("link", r)
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		io.WriteString(w, `{"link":"sealed"}`)
	case "/mtracking.gif":
		s.note("pixel", r)
		w.Header().Set("Content-Type", "image/gif")
		io.WriteString(w, "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")
	default:
		http.NotFound(w, r)
	}
}

func (s *server) event(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	hold, status, closed, answer := s.hold, s.status, s.closed, s.answer
	s.hold = nil
	if r.Method == http.MethodOptions {
		s.preludes++
	}
	s.mu.Unlock()
	if hold != nil {
		(<-hold)()
	}
	s.note("post", r)
	if !closed {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Access-Control-Allow-Credentials", "true")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	io.WriteString(w, answer)
}

func (s *server) note(how string, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrived = append(s.arrived, arrival{how, r.Form, r.Header.Clone()})
}

func (s *server) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *server) views() []arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]arrival(nil), s.arrived...)
}

func (s *server) wait(b *browsertest.Browser, n int) []arrival {
	b.Until(fmt.Sprintf("%d views arrive", n), func() bool { return len(s.views()) >= n })
	return s.views()
}

// site is a page of the visited site with the usual snippet followed by calls.
func site(t *testing.T, s *server, calls string, header ...string) string {
	t.Helper()
	page := fmt.Sprintf(`<!doctype html><html lang=fr><title>Accueil</title><body><div id=mt>named like the function</div>
<form data-mautic-form="contact" id="mauticform_contact" action="/nowhere" target="sink"><input name="mauticform[email]"><button>Go</button></form><iframe name=sink></iframe>
<script>
(function(w,d,t,u,n,a,m){w['MauticTrackingObject']=n;
w[n]=w[n]&&w[n].call?w[n]:function(){(w[n].q=w[n].q||[]).push(arguments)},a=d.createElement(t),
m=d.getElementsByTagName(t)[0];a.async=1;a.src=u;m.parentNode.insertBefore(a,m)
})(window,document,'script',%q,'mt');
window.seen = [];
document.addEventListener('mauticPageEventDelivered', (e) => seen.push(e.detail));
%s
</script>`, s.base+"/mtc.js", calls)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		io.WriteString(w, page)
	}))
	t.Cleanup(web.Close)
	return browsertest.URL("site.localhost", web.URL)
}

var token = regexp.MustCompile(`^[0-9a-f]{32}$`)

func TestFirstView(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := browsertest.Open(t, browsertest.Language("fr-FR"))
	address := site(t, s, `mt('send','pageview')`)
	b.Visit(address + "/accueil?utm_source=nl#haut")
	v := s.wait(b, 1)[0]
	if v.how != "post" || s.preludes != 0 {
		t.Errorf("arrived by %s after %d preflights", v.how, s.preludes)
	}
	if got := v.header.Get("Content-Type"); !strings.HasPrefix(got, "application/x-www-form-urlencoded") {
		t.Errorf("content type %q", got)
	}
	for name, want := range map[string]string{
		"page_title": "Accueil", "page_language": "fr-FR", "preferred_locale": "fr_FR", "page_referrer": "",
		"page_url": address + "/accueil?utm_source=nl#haut", "counter": "0", "do_not_track": "false", "platform": "Linux",
	} {
		if got := v.values.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"timezone_offset", "timezone", "resolution"} {
		if v.values.Get(name) == "" {
			t.Errorf("%s is missing", name)
		}
	}
	device := v.values.Get("mautic_device_id")
	if !token.MatchString(device) || !token.MatchString(v.values.Get("mtc_view")) {
		t.Errorf("device %q, view %q", device, v.values.Get("mtc_view"))
	}
	if kept := b.String("localStorage.mautic_device_id"); kept != device {
		t.Errorf("storage keeps %q, sent %q", kept, device)
	}
	if cookies := b.String("document.cookie"); !strings.Contains(cookies, "mautic_device_id="+device) {
		t.Errorf("cookies %q", cookies)
	}
	b.Eval("localStorage.clear()", nil)
	b.Visit(address + "/contact")
	second := s.wait(b, 2)[1].values
	if second.Get("mautic_device_id") != device {
		t.Error("the cookie alone does not keep the device")
	}
	if second.Get("mtc_view") == v.values.Get("mtc_view") {
		t.Error("two views share their id")
	}
	if got, want := second.Get("page_referrer"), ""; got != want {
		t.Errorf("referrer %q of a page typed in", got)
	}
	b.NoProblems()
}

// Sites that forbid inline scripts ask for the view with an attribute.
func TestWithoutInlineScript(t *testing.T) {
	t.Parallel()
	s := serve(t)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'self'; script-src "+s.base+"; connect-src "+s.base+"; img-src "+s.base)
		fmt.Fprintf(w, `<!doctype html><title>Strict</title><script async crossorigin="anonymous" src="%s/mtc.js" data-send="pageview"></script>`, s.base)
	}))
	t.Cleanup(web.Close)
	b := browsertest.Open(t)
	b.Visit(browsertest.URL("site.localhost", web.URL))
	if v := s.wait(b, 1)[0]; v.values.Get("page_title") != "Strict" {
		t.Errorf("sent %v", v.values)
	}
	b.NoProblems()
}

func TestLoadingCreatesNothing(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := browsertest.Open(t)
	b.Visit(site(t, s, ``))
	b.WaitFor("window.MauticJS && MauticJS.guid")
	if got := b.String("document.cookie + Object.keys(localStorage)"); got != "" {
		t.Errorf("stored %q", got)
	}
	b.Eval(`mt('send','pageview')`, nil)
	s.wait(b, 1)
}

func TestServerChoosesIDs(t *testing.T) {
	t.Parallel()
	s := serve(t)
	chosen := strings.Repeat("ab12", 8)
	s.answer = `{"success":1,"id":475,"sid":"` + chosen + `","device_id":"` + chosen + `","events":{}}`
	b := browsertest.Open(t)
	b.Visit(site(t, s, `mt('send','pageview')`))
	b.WaitFor("seen.length === 1")
	if got := b.String("localStorage.mautic_device_id + ' ' + localStorage.mtc_id + ' ' + document.querySelector('[name=mautic_device_id]').value"); got != chosen+" 475 "+chosen {
		t.Errorf("kept %s", got)
	}
	b.Eval("mt('send','pageview')", nil)
	if got := s.wait(b, 2)[1].values.Get("mautic_device_id"); got != chosen {
		t.Errorf("then sent %q", got)
	}
	if got := b.String("MauticJS.appendTrackedContact({a: 1}).mautic_device_id"); got != chosen {
		t.Errorf("appended %q", got)
	}
}

func TestCallsAndCallbacks(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := browsertest.Open(t)
	b.Visit(site(t, s, `
window.log = [];
mt('send','pageview', {page_title: 'Mine', tags: ['a','b'], nothing: null}, {onload: (d) => log.push(d.response.success + d.params.page_title)});
mt('other','thing');
mt('send','pageview', undefined, {onload: () => { throw new Error('site') }});`))
	b.WaitFor("seen.length === 2")
	b.Eval("MauticJS.onFirstEventDelivery(() => log.push('first'))", nil)
	b.Eval("history.pushState({}, '', '/virtual?x=1'), document.addEventListener('eventAddedToMauticQueue', () => log.push('added')), mt('send','pageview')", nil)
	v := s.wait(b, 3)
	if got := v[0].values.Get("page_title") + v[0].values.Get("tags"); got != "Minea,b" {
		t.Errorf("the map gives %q", got)
	}
	if v[0].values.Has("nothing") {
		t.Error("an absent value was sent")
	}
	if v[2].values.Get("counter") != "2" || !strings.HasSuffix(v[2].values.Get("page_url"), "/virtual?x=1") {
		t.Errorf("the virtual page sent %v", v[2].values)
	}
	if got := b.String("log"); got != "1Mine,first,added" {
		t.Errorf("heard %s", got)
	}
	if got := b.String("MauticJS.serialize({a: 'é&', b: 2}) + MauticJS.guid().length"); got != "a=%C3%A9%26&b=236" {
		t.Errorf("helpers give %s", got)
	}
}

func TestLaterViewsWaitForTheFirst(t *testing.T) {
	t.Parallel()
	s := serve(t)
	hold := make(chan func())
	s.hold = hold
	b := browsertest.Open(t)
	b.Visit(site(t, s, `mt('send','pageview'); mt('send','pageview')`))
	b.WaitFor("window.MauticJS && MauticJS.guid")
	b.Eval("mt('send','pageview')", nil)
	hold <- func() {
		if n := len(s.views()); n != 0 {
			t.Errorf("%d views overtook the first", n)
		}
	}
	v := s.wait(b, 3)
	if v[0].values.Get("counter") != "0" {
		t.Errorf("the first to arrive is number %s", v[0].values.Get("counter"))
	}
}

func TestPixelReplacesAnErrorOnce(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.status = http.StatusServiceUnavailable
	b := browsertest.Open(t)
	b.Visit(site(t, s, `mt('send','pageview', {}, {onload: (e) => { window.how = e.type }})`))
	v := s.wait(b, 2)
	if v[0].how != "post" || v[1].how != "pixel" || v[0].values.Get("mtc_view") != v[1].values.Get("mtc_view") {
		t.Errorf("arrived %v", v)
	}
	if v[0].values.Encode() != v[1].values.Encode() {
		t.Errorf("the pixel carries\n%s instead of\n%s", v[1].values.Encode(), v[0].values.Encode())
	}
	b.WaitFor("window.how === 'load' && seen[0].image === true")
	s.set(func() { s.status = http.StatusOK })
	b.Eval("mt('send','pageview')", nil)
	if v := s.wait(b, 3); v[2].how != "post" {
		t.Error("an answer of the server stopped further requests")
	}
}

func TestRefusedOriginUsesThePixel(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.closed = true
	b := browsertest.Open(t)
	b.Visit(site(t, s, `mt('send','pageview')`))
	b.WaitFor("seen.length === 1")
	b.Eval("mt('send','pageview')", nil)
	b.WaitFor("seen.length === 2")
	var how []string
	for _, v := range s.views() {
		how = append(how, v.how)
	}
	if got := strings.Join(how, " "); got != "post pixel pixel" {
		t.Errorf("arrived %s", got)
	}
}

func TestStorageRefused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := browsertest.Open(t)
	b.Visit(site(t, s, `mt('send','pageview'); mt('send','pageview')`, "Content-Security-Policy", "sandbox allow-scripts"))
	v := s.wait(b, 2)
	if a, z := v[0].values.Get("mautic_device_id"), v[1].values.Get("mautic_device_id"); a != z || !token.MatchString(a) {
		t.Errorf("devices %q and %q", a, z)
	}
}

func TestSignalOfRefusalIsNotStored(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := browsertest.Open(t)
	b.Visit(site(t, s, `Object.defineProperty(navigator, 'globalPrivacyControl', {value: true}); mt('send','pageview')`))
	if v := s.wait(b, 1)[0].values; v.Get("do_not_track") != "true" || !token.MatchString(v.Get("mautic_device_id")) {
		t.Errorf("sent %v", v)
	}
	b.WaitFor("seen.length === 1")
	if got := b.String("document.cookie + Object.keys(localStorage)"); got != "" {
		t.Errorf("stored %q", got)
	}
}

func TestFormsCarryTheDevice(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := browsertest.Open(t)
	b.Visit(site(t, s, ``))
	b.WaitFor("document.querySelector('[name=\"mauticform[submissionkey]\"]')")
	if n := b.Count("[name=mautic_device_id]"); n != 0 {
		t.Error("a token before any view or submission")
	}
	const key = `document.querySelector('[name="mauticform[submissionkey]"]').value`
	submit := func(email string) string {
		b.Fill(`[name="mauticform[email]"]`, email)
		b.Click("button")
		b.WaitFor("document.querySelector('[name=mautic_device_id]')")
		return b.String(key)
	}
	first := submit("a@example.org")
	if !token.MatchString(first) {
		t.Errorf("key %q", first)
	}
	b.Click("button")
	if again := b.String(key); again != first {
		t.Error("the same answers got another key")
	}
	if other := submit("b@example.org"); other == first || !token.MatchString(other) {
		t.Errorf("other answers got the key %q", other)
	}
	if got := b.String("document.querySelector('[name=mautic_device_id]').value === localStorage.mautic_device_id"); got != "true" {
		t.Error("the form carries another token than the one kept")
	}
}
