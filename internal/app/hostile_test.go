package app_test

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"ariane/internal/activity"
	"ariane/internal/app"
)

// planted is the element that appears in a page when a value is taken for HTML.
const planted = "x-planted"

// hostile are values that somebody might send.
var hostile = []string{
	`"><x-planted onmouseover=alert(1)>`, `'><x-planted>`, `</script></style></textarea></title><x-planted>`, `<!--`, `]]><x-planted>`,
	`javascript:alert(1)//<x-planted>`, `data:text/html,<x-planted>`, "java\nscript:alert(1)", `https://example.test/"><x-planted>?a=<x-planted>`,
	`//evil.test/x`, `https:evil.test`, `http://[::1`, `http://%zz/`, `'; DROP TABLE contact; --`, `%' OR '1'='1`, `\`, `%`, `_`, `*`, `"`, `((((`, `"unclosed`,
	`{{.}} {{7*7}} ${7*7} %s%d%!v(MISSING)`, `{formfield=email}{contactfield=email}`, "a\x00b", "\xff\xfe\xed\xa0\x80", "\u202egnp.exe", "line\u2028separator",
	"one\r\nSet-Cookie: planted=1\r\n\r\n<x-planted>", `=cmd|' /C calc'!A0`, strings.Repeat("é", 5<<10), strings.Repeat("<x-planted>", 1<<10), "🧵", " ", "",
}

// Whatever strangers send, nothing of ours answers with a failure, and no page
// and no answer of the API takes it for anything but text.
func TestHostileValues(t *testing.T) {
	t.Parallel()
	r := run(t, behindProxy)
	number := r.plantForm()
	for i, value := range hostile {
		r.plantVisit(i, value)
		r.plantSubmission(number, i, value)
		r.plantByHand(i, value)
		r.plantByHand(i, value) // the same person again
		r.plantByAPI(i, value)
	}
	r.catchUp()
	seen := r.crawl("/s/dashboard", "/s/activity", "/s/notices", "/s/contacts", "/s/contacts?search=is%3Aanonymous", "/s/forms", "/s/tracking", "/s/system", "/s/nothing")
	for _, wanted := range []string{"/s/contacts/view/", "/s/contacts/notes/", "/s/contacts/edit/", "/s/forms/results/", "/s/forms/edit/", "/s/contacts/duplicates", "/s/contacts/duplicates/apart", "/s/contacts/merge/"} {
		if !slices.ContainsFunc(seen, func(path string) bool { return strings.HasPrefix(path, wanted) }) {
			t.Errorf("no page %s was reached", wanted)
		}
	}
	if body := r.get(r.office, "/s/contacts/duplicates").body; strings.Count(body, `class="pair"`) < len(hostile)/2 {
		r.Error("few of the planted people are shown as duplicates")
	}
	for _, path := range []string{"/form/1", "/form/embed/1", "/form/message", "/form/2"} {
		for _, value := range hostile {
			r.page(r.visitor, path+"?firstname="+url.QueryEscape(value))
		}
	}
	r.crawlAPI()
	r.inertTable(fmt.Sprintf("/s/forms/export/%d", number))
}

// inertTable looks for what a spreadsheet would take for a formula.
func (r *running) inertTable(path string) {
	r.Helper()
	text, marked := strings.CutPrefix(r.get(r.office, path).body, "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked || len(rows) < len(hostile) {
		r.Fatalf("%s: %d rows, %v", path, len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				r.Errorf("%s: a cell begins a formula: %.60q", path, cell)
			}
		}
	}
}

// Every parameter that anything of ours reads may hold anything.
func TestHostileParameters(t *testing.T) {
	t.Parallel()
	r := run(t)
	for _, value := range hostile {
		v := url.QueryEscape(value)
		for _, path := range []string{
			"/s/contacts?search=" + v, "/s/contacts?after=" + v, "/s/contacts?sort=" + v + "&order=" + v, "/s/forms?search=" + v, "/s/forms?after=" + v + "&sort=" + v,
			"/s/contacts/view/1?show=" + v + "&before=" + v, "/s/contacts/view/1?find=" + v + "&event=" + v, "/s/contacts/view/1?tab=" + v + "&type=" + v,
			"/s/contacts/view/1?tab=notes&find=" + v, "/s/contacts/view/1?tab=audit&find=" + v, "/s/contacts?view=" + v + "&size=" + v, "/s/contacts/address?email=" + v + "&but=" + v,
			"/s/contacts/new?from=" + v + "&quick=" + v, "/s/contacts/notes/1/" + url.PathEscape(value), "/s/forms/results/1?after=" + v, "/s/contacts/view/" + url.PathEscape(value), "/s/login?return=" + v,
			"/s/setup/" + url.PathEscape(value), "/assets/" + url.PathEscape(value), "/form/generate.js?id=" + v, "/form/" + url.PathEscape(value),
			"/mtc?mautic_device_id=" + v, "/mtc.js?" + v, "/" + url.PathEscape(value),
		} {
			r.unfailing(r.office, path)
		}
		for _, path := range []string{
			"/api/contacts?search=" + v, "/api/contacts?start=" + v + "&limit=" + v + "&minimal=" + v, "/api/contacts?orderBy=" + v + "&orderByDir=" + v,
			"/api/contacts/" + url.PathEscape(value), "/api/contacts/1/activity?filters%5Bsearch%5D=" + v + "&order%5B0%5D=" + v + "&page=" + v,
		} {
			r.unfailing(r.visitor, path, "Authorization", basic("anna", password))
		}
		r.unfailing(r.visitor, "/api/contacts", "Authorization", basic(value, value))
		for _, cookie := range []string{"ariane_session", "ariane_language", "ariane_theme", "mautic_device_id", "mtc_id", "ariane_form_notice"} {
			encoded := base64.RawURLEncoding.EncodeToString([]byte(value))
			for _, path := range []string{"/s/login", "/mtracking.gif", "/form/message"} {
				r.unfailing(r.visitor, path, "Cookie", cookie+"="+v)
				r.unfailing(r.visitor, path, "Cookie", cookie+"="+encoded)
			}
		}
		if got := r.post(r.visitor, "/s/login", url.Values{"login": {value}, "password": {value}, "return": {value}}); got.status >= 500 && got.status != http.StatusServiceUnavailable {
			t.Errorf("log in as %.40q: %d", value, got.status)
		}
	}
	for _, cursor := range []string{`{"v":"\u0000","i":1}`, `{"v":9e99,"i":1}`, `{"v":{},"i":1}`, `{"t":"\u0000","i":1}`, `{"t":"'","n":-1,"i":-1,"b":true}`, `[]`, `null`} {
		after := base64.RawURLEncoding.EncodeToString([]byte(cursor))
		for _, sort := range []string{"", "&sort=name", "&sort=email", "&sort=date_added"} {
			r.unfailing(r.office, "/s/contacts?after="+after+sort)
			r.unfailing(r.office, "/s/forms?after="+after+sort)
		}
	}
}

// behindProxy believes the tests about where their requests come from.
func behindProxy(c *app.Config) { c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }

func basic(name, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
}

// unfailing asks for a page that may be refused, but not fail.
func (r *running) unfailing(c *http.Client, path string, header ...string) {
	r.Helper()
	if got := r.get(c, path, header...); got.status >= 500 && got.status != http.StatusServiceUnavailable {
		r.Errorf("%.200s %.80q: %d", path, header, got.status)
	}
}

// plantForm makes a form whose every text is hostile, and an ordinary one, and
// returns the number of the ordinary one.
func (r *running) plantForm() int {
	r.Helper()
	bad := strings.Join(hostile[:6], " ")
	fields := func(text string) url.Values {
		f := url.Values{"name": {text}, "language": {"en"}, "published": {"1"}, "render_style": {"1"}, "post_action": {"message"}, "description": {text},
			"post_property": {text + " {formfield=firstname}"}, "button": {text}, "count": {"8"},
			"actions": {"2"}, "actions.0.type": {"tags"}, "actions.0.add": {fmt.Sprintf("%.60s", text)}, "actions.1.type": {"notify"}, "actions.1.users": {"1"}}
		for i, alias := range []string{"firstname", "lastname", "company"} {
			for name, value := range map[string]string{"label": text, "alias": alias, "type": "text", "contact_field": alias, "help": text, "placeholder": text, "message": text} {
				f.Set(fmt.Sprintf("fields.%d.%s", i, name), value)
			}
		}
		for i, kind := range []string{"textarea", "radiogrp", "consent", "heading", "freetext"} {
			for name, value := range map[string]string{"label": text, "alias": kind, "type": kind, "help": text, "options": text, "text": text + " [x](" + text + ")"} {
				f.Set(fmt.Sprintf("fields.%d.%s", i+3, name), value)
			}
		}
		return f
	}
	for _, text := range []string{bad, "a\x00b \xff", "Ordinary"} {
		if got := r.post(r.office, "/s/forms/new", fields(text)); got.status != http.StatusSeeOther {
			r.Fatalf("form %q is not created: %d", text, got.status)
		}
	}
	return 3
}

func (r *running) plantVisit(i int, value string) {
	r.Helper()
	v := url.Values{"page_url": {value}, "page_title": {value}, "page_referrer": {value}, "page_language": {value}, "resolution": {value},
		"mautic_device_id": {fmt.Sprintf("%032x", i+1)}, "mtc_view": {value}}
	header := []string{"Accept-Language", "fr", "Referer", "https://example.test/"}
	if clean := strings.Map(func(c rune) rune {
		if c < ' ' {
			return -1
		}
		return c
	}, value); len(clean) < 4000 {
		header = append(header, "User-Agent", ordinary+clean)
	}
	for _, got := range []got{r.get(r.visitor, "/mtracking.gif?"+v.Encode(), header...), r.post(r.visitor, "/mtc/event", v, header...)} {
		if got.status >= 500 || got.header.Get("Set-Cookie") != "" && strings.Contains(strings.Join(got.header.Values("Set-Cookie"), ""), "planted") {
			r.Errorf("a visit with %.40q: %d, %v", value, got.status, got.header)
		}
	}
}

func (r *running) plantSubmission(number, i int, value string) {
	r.Helper()
	for _, messenger := range []string{"", "1"} {
		v := url.Values{"mauticform[formId]": {fmt.Sprint(number)}, "mauticform[firstname]": {value}, "mauticform[lastname]": {fmt.Sprint("Hostile ", i)},
			"mauticform[company]": {value}, "mauticform[textarea]": {value}, "mauticform[consent][]": {value}, "mauticform[radiogrp]": {"Ordinary"}, "mauticform[return]": {value}, "mauticform[referrer]": {value}, "mauticform[formName]": {value},
			"mauticform[submissionkey]": {value}, "mautic_device_id": {fmt.Sprintf("%032x", i+1)}, "mauticform[messenger]": {messenger}}
		got := r.post(r.visitor, "/form/submit", v, "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i+1)) // not too often from one place
		if got.status >= 400 || got.header.Get("Location") != "" && !strings.HasPrefix(got.header.Get("Location"), "http") {
			r.Errorf("a submission with %.40q: %d, %v", value, got.status, got.header)
		}
		if strings.Contains(got.header.Get("Content-Type"), "html") {
			r.harmless("/form/submit", got.body)
		}
	}
}

// plantByHand writes a contact with tags and a note, and changes the note.
// plantByAPI sends a value as what is written of contacts and of fields, as names, and
// as the whole of a body. Some of it is refused; nothing fails.
func (r *running) plantByAPI(i int, value string) {
	r.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		r.Fatal(err)
	}
	call := func(method, path, kind, body string) {
		r.Helper()
		if got := r.ask(r.visitor, method, path, body, "Authorization", basic("anna", password), "Content-Type", kind); got.status >= 500 {
			r.Errorf("%s %s with %.60q: %d %s", method, path, body, got.status, got.body)
		}
	}
	const object = "application/json"
	all := fmt.Sprintf(`{"lastname":"By API %d","firstname":%[2]s,"city":%[2]s,"country":%[2]s,"tags":[%[2]s],"owner":"","points":%[2]s,"hostile0":%[2]s}`, i, text)
	for _, body := range []string{all, fmt.Sprintf(`{"owner":%[1]s,"ipAddress":%[1]s,"email":%[1]s}`, text), fmt.Sprintf(`{%[1]s:%[1]s,"firstname":[%[1]s,{%[1]s:1}]}`, text), string(text), value} {
		call(http.MethodPut, "/api/contacts/1/edit", object, body)
		call(http.MethodPatch, "/api/contacts/batch/edit", object, "["+body+"]")
	}
	pair := url.QueryEscape(value)
	call(http.MethodPost, "/api/contacts/new", object, all)
	call(http.MethodPatch, "/api/contacts/1/edit", "application/x-www-form-urlencoded", "firstname="+pair+"&tags["+pair+"][]="+pair+"&"+value)
	call(http.MethodPost, "/api/contacts/new", "text/"+pair, value)
	call(http.MethodPost, "/api/fields/contact/new", object, fmt.Sprintf(`{"label":%[2]s,"alias":"hostile%[1]d","type":"select","defaultValue":%[2]s,"properties":{"list":[{"label":%[2]s,"value":%[2]s},"b"]}}`, i, text))
	call(http.MethodPost, "/api/fields/contact/new", object, fmt.Sprintf(`{"label":%[1]s,"alias":%[1]s,"type":%[1]s,"group":%[1]s,"properties":%[1]s}`, text))
	call(http.MethodPost, "/api/fields/contact/new", object, fmt.Sprintf(`{"label":%[1]s,"type":"boolean","group":"personal","properties":{"yes":%[1]s,"no":%[1]s}}`, text))
	call(http.MethodGet, "/api/fields/contact?search="+pair+"&orderBy="+pair+"&where[0][col]="+pair+"&where[0][expr]=like&where[0][val]="+pair, "", "")
	call(http.MethodDelete, "/api/fields/contact/batch/delete?ids="+pair, "", "")
}

func (r *running) plantByHand(i int, value string) {
	r.Helper()
	v := url.Values{"tags": {value}, "lastname": {fmt.Sprint("By hand ", i)}}
	for _, alias := range []string{"title", "firstname", "company", "position", "address1", "city", "state", "country", "timezone", "preferred_locale", "linkedin", "twitter"} {
		v.Set(alias, value)
	}
	got := r.post(r.office, "/s/contacts/new", v)
	if got.status == http.StatusUnprocessableEntity { // too long: with what was typed
		r.harmless("/s/contacts/new", got.body)
		got = r.post(r.office, "/s/contacts/new", url.Values{"lastname": {value}, "email": {fmt.Sprintf("hand%d@example.test", i)}})
	}
	_, number, found := strings.Cut(got.header.Get("Location"), "/s/contacts/view/")
	if !found {
		if got.status >= 500 {
			r.Errorf("a contact with %.40q: %d", value, got.status)
		}
		return
	}
	for _, typed := range []url.Values{{"type": {"call"}, "text": {"note " + value}, "at": {""}}, {"type": {value}, "text": {value}, "at": {value}}} {
		if got := r.post(r.office, "/s/contacts/notes/"+number, typed); got.status >= 500 {
			r.Errorf("a note with %.40q: %d", value, got.status)
		} else {
			r.harmless("/s/contacts/notes/", got.body)
		}
	}
}

func (r *running) catchUp() {
	r.Helper()
	for {
		progress, err := r.Runner.Progress(r.Context())
		if err != nil {
			r.Fatal(err)
		}
		if !slices.ContainsFunc(progress, func(p activity.Progress) bool { return p.Behind > 0 }) {
			return
		}
	}
}

// page asks for a page of ours, which has to be well and harmless, and returns
// where it leads.
func (r *running) page(c *http.Client, path string) []string {
	r.Helper()
	got := r.get(c, path)
	if got.status >= 500 || !utf8.ValidString(got.body) {
		r.Errorf("%.200s: %d", path, got.status)
	}
	if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
		return nil
	}
	if h := got.header; h.Get("Content-Security-Policy") == "" || h.Get("X-Content-Type-Options") != "nosniff" ||
		strings.HasPrefix(path, "/s/") && (h.Get("Cache-Control") != "no-store" || h.Get("X-Frame-Options") != "DENY") {
		r.Errorf("%.200s: headers %v", path, h)
	}
	if at := strings.IndexFunc(got.body, turnsAround); at >= 0 {
		r.Errorf("%.200s: a value turns the text of the page around: %.200q", path, got.body[max(at-100, 0):])
	}
	return r.harmless(path, got.body)
}

// turnsAround tells the signs that make the text after them run the other way.
func turnsAround(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// harmless reads a page as a browser does, and returns the links on it.
func (r *running) harmless(path, body string) (links []string) {
	r.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		r.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == planted {
			r.Errorf("%.200s: a value became an element:\n%.2000s", path, body)
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			address := slices.Contains([]string{"href", "src", "action", "formaction", "data-url"}, a.Key)
			if strings.HasPrefix(a.Key, "on") || address && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:")) {
				r.Errorf("%.200s: <%s %s=%.100q>", path, n.Data, a.Key, a.Val)
			}
			if a.Key == "href" && n.Data == "a" {
				links = append(links, a.Val)
			}
		}
	}
	return links
}

// faces are parameters that show the same in another way: a few of each will do.
var faces = []string{"event", "sort", "size", "view", "find", "search"}

// crawl visits every page that a click leads to, and returns their addresses.
func (r *running) crawl(from ...string) []string {
	r.Helper()
	seen := map[string]int{}
	for i := 0; i < len(from) && len(from) < 3000; i++ {
		for _, link := range r.page(r.office, from[i]) {
			u, err := url.Parse(link)
			if err != nil || u.Host != "" || !strings.HasPrefix(u.Path, "/s/") {
				continue
			}
			address := u.RequestURI()
			if slices.Contains(from, address) {
				continue
			}
			q := u.Query()
			if i := slices.IndexFunc(faces, q.Has); i >= 0 {
				if seen[faces[i]]++; seen[faces[i]] > 100 {
					continue
				}
			}
			from = append(from, address)
		}
	}
	return from
}

func (r *running) crawlAPI() {
	r.Helper()
	read := func(path string, into any) {
		got := r.get(r.visitor, path, "Authorization", basic("anna", password))
		if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "application/json") || json.Unmarshal([]byte(got.body), into) != nil {
			r.Errorf("%s: %d\n%.500s", path, got.status, got.body)
		}
	}
	var list struct {
		Contacts map[string]any `json:"contacts"`
	}
	read("/api/contacts?limit=0", &list)
	if len(list.Contacts) < len(hostile)/2 {
		r.Errorf("the API lists %d contacts", len(list.Contacts))
	}
	for number := range list.Contacts {
		var one map[string]any
		read("/api/contacts/"+number, &one)
		read("/api/contacts/"+number+"/activity", &one)
	}
}

// Pages of ours cannot be made to act by other sites, nor shown in them.
func TestOtherSites(t *testing.T) {
	t.Parallel()
	r := run(t)
	for _, path := range []string{"/s/login", "/s/logout", "/s/language", "/s/theme", "/s/forms/new", "/s/tracking", "/s/system/jobs/1/retry"} {
		for _, header := range [][]string{{"Origin", "https://evil.test"}, {"Sec-Fetch-Site", "cross-site"}, {"Origin", "null"}} {
			if got := r.post(r.office, path, url.Values{"sites": {"evil.test"}}, header...); got.status != http.StatusForbidden {
				t.Errorf("POST %s with %v: %d", path, header, got.status)
			}
		}
	}
	for _, back := range []string{"https://evil.test/", "//evil.test", `/\evil.test`, `\\evil.test`, "/\t/evil.test", "javascript:alert(1)", "/%0d%0aSet-Cookie:x=1", "", " //evil.test", "/s/../..//evil.test"} {
		got := r.post(r.visitor, "/s/login", url.Values{"login": {"anna"}, "password": {password}, "return": {back}})
		to, err := url.Parse(got.header.Get("Location"))
		if err != nil || got.status != http.StatusSeeOther || to.Host != "" || to.Scheme != "" || strings.HasPrefix(to.String(), "//") {
			t.Errorf("log in with return %q leads to %q (%d)", back, got.header.Get("Location"), got.status)
		}
	}
}

// A session that somebody else chose, or an earlier one, is not the one after log-in.
func TestSessionIsNewAfterLogIn(t *testing.T) {
	t.Parallel()
	r := run(t)
	got := r.post(r.visitor, "/s/login", url.Values{"login": {"anna"}, "password": {password}}, "Cookie", "ariane_session=chosen-by-somebody-else")
	cookie := got.header.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "ariane_session=") || strings.Contains(cookie, "chosen") || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("cookie %q", cookie)
	}
	if got := r.get(r.visitor, "/s/contacts", "Cookie", "ariane_session=chosen-by-somebody-else"); got.status != http.StatusSeeOther {
		t.Errorf("the chosen session is logged in: %d", got.status)
	}
	session, _, _ := strings.Cut(cookie, ";")
	if got := r.get(r.visitor, "/s/contacts", "Cookie", session); got.status != http.StatusOK {
		t.Errorf("the new session is not logged in: %d", got.status)
	}
	r.post(r.visitor, "/s/logout", nil, "Cookie", session)
	if got := r.get(r.visitor, "/s/contacts", "Cookie", session); got.status != http.StatusSeeOther {
		t.Errorf("the session goes on after log-out: %d", got.status)
	}
}

// A request larger than any form is refused, and does not count as an empty one.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	r := run(t)
	large := strings.Repeat("x", 2<<20)
	if got := r.post(r.office, "/s/tracking", url.Values{"sites": {"www.example.test"}}); got.status != http.StatusSeeOther {
		t.Fatal(got.status)
	}
	for path, name := range map[string]string{"/s/tracking": "other", "/s/forms/new": "name", "/s/login": "login", "/form/submit": "mauticform[firstname]"} {
		if got := r.post(r.office, path, url.Values{name: {large}}); got.status != http.StatusRequestEntityTooLarge {
			t.Errorf("POST %s of 2 MB: %d", path, got.status)
		}
	}
	if got := r.post(r.visitor, "/mtc/event", url.Values{"page_title": {large}}); got.status != http.StatusBadRequest {
		t.Errorf("a page view of 2 MB: %d", got.status)
	}
	if got := r.get(r.office, "/s/tracking"); !strings.Contains(got.body, "www.example.test") {
		t.Error("the allowed sites are gone")
	}
}

// Every kind of event and every reader has its line in the program's lists once.
func TestLists(t *testing.T) {
	t.Parallel()
	numbers, names := map[any]bool{}, map[string]bool{}
	for _, k := range app.Kinds() {
		if numbers[k.Kind] || names[k.Name] || k.Name == "" {
			t.Errorf("kind %d, %q, is there twice or has no name", k.Kind, k.Name)
		}
		numbers[k.Kind], names[k.Name] = true, true
	}
	readers := map[string]bool{}
	for _, reader := range app.Readers() {
		if readers[reader.Name] || reader.Name == "" {
			t.Errorf("reader %q is there twice or has no name", reader.Name)
		}
		readers[reader.Name] = true
	}
}
