package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"html"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/bulk"
	"ariane/internal/category"
	"ariane/internal/company"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/duplicate"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/note"
	"ariane/internal/notice"
	"ariane/internal/rule"
	"ariane/internal/stage"
	"ariane/internal/tool/seed"
	"ariane/internal/user"
)

// growing are the tables that have as many rows as there are contacts, events and
// the like. No page may read one of them whole, or put it in order. The others have
// as many as somebody made by hand, or as there are days.
var growing = []string{"event", "contact", "contact_active", "contact_bin", "contact_ip", "contact_search", "identity", "identity_conflict", "ip_address", "field_index",
	"form_submission", "form_submission_key", "job", "contact_tag", "contact_stage", "contact_note", "notice", "session", "user_login", "device", "visit_text", "visit_link", "untracked",
	"company", "company_member", "company_moved", "company_search", "duplicate_contact", "duplicate_key", "duplicate_pair", "duplicate_apart", "duplicate_step", "contact_block", "contact_wish", "contact_consent"}

// whole are the statements that read a growing table to its end nevertheless, by a
// part of their text, and why.
var whole = map[string]string{
	"SELECT count(*) FROM (SELECT contact_id FROM contact_active WHERE state":    "the API tells how many there are exactly; see totals",
	"SELECT count(*) FROM (SELECT id FROM company WHERE state":                   "the same of companies",
	"SELECT count(*) FROM contact WHERE contact.state":                           "the API tells how many a search finds exactly; see totals",
	"count(CASE WHEN state = ? THEN 1 END), coalesce(min(CASE":                   "counts the jobs that are left to do, from their own index",
	"SELECT count(*) FROM job WHERE state > 1 AND state":                         "counts the jobs that failed and were not removed yet, from their own index",
	"SELECT COUNT(*) FROM form_submission WHERE form_id = ? AND words LIKE":      "answers are searched one by one: those of one form",
	"SELECT at / ?, COUNT(*) FROM form_submission WHERE form_id = ? AND at >= ?": "the chart of one form: what came in thirty days, from an index",
}

// notDrawn are the addresses that give no page or answer but all there is.
var notDrawn = map[string]string{
	"GET /s/forms/export/{id}":  "writes every submission, row by row",
	"GET /s/activity/live":      "waits for what happens next",
	"GET /s/contacts/live/{id}": "waits for what happens next",
	"GET /s/keys":               "waits for what happens next",
}

// wholePostgres are more of them on PostgreSQL, which tells what was read rather than
// what is to be.
var wholePostgres = map[string]string{
	"SELECT count(*) FROM (SELECT id FROM contact WHERE state = 1 LIMIT": "where there are few more than are counted, it may gather them all first",
	"FROM ip_address a JOIN contact_ip i ON i.ip_id = a.id WHERE":        "few thousand addresses are joined quicker than looked up; one whose beginning was not asked for is looked for among all",
}

const (
	// mostRows is what a part of a statement may read of a growing table: a little
	// more than up to where a list is counted.
	mostRows = 10_500
	// mostSorted is what it may put in order.
	mostSorted = 2000
	// alike is how many pages are asked for that differ in values only.
	alike = 3
)

// statements are what the program asked its database, and from which page.
type statements struct {
	sync.Mutex
	page string
	seen map[string][]asked
}

type asked struct {
	page string
	args []any
}

// note is called where a statement runs. Readers and jobs have theirs at times of
// their own: they are no pages.
func (s *statements) note(query string, args []any) {
	if !bytes.Contains(debug.Stack(), []byte("net/http.(*conn).serve")) {
		return
	}
	s.Lock()
	defer s.Unlock()
	if list := s.seen[query]; len(list) < alike {
		s.seen[query] = append(list, asked{s.page, slices.Clone(args)})
	}
}

// Every page, and every answer of the API, is drawn from few rows however many
// there are: the links of each page are followed, and the statements that the
// database was asked meanwhile are explained by it.
func TestNoPageReadsOrSortsAWholeTable(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("makes a large database")
	}
	r := run(t, func(c *app.Config) { crowd(t, db.Options{DataDir: c.DataDir, URL: c.DatabaseURL}) })
	s := &statements{seen: map[string][]asked{}}
	first := starts(t, r.DB)
	r.DB.Watch(s.note)
	missed := r.walk(s, first)
	r.DB.Watch(func(string, []any) {})
	for _, pattern := range missed {
		t.Errorf("%s was not asked for: no page leads there; add an address to starts", pattern)
	}
	explained, excused := 0, map[string]bool{}
	for _, query := range slices.Sorted(maps.Keys(s.seen)) {
		if strings.HasPrefix(query, "INSERT INTO") && !strings.Contains(query, "SELECT") {
			continue
		}
		explained++
		for _, a := range s.seen[query] {
			found, plan := wrong(t, r.DB, query, a.args)
			if found == "" {
				continue
			}
			if part := excuse(query); part != "" {
				excused[part] = true
				continue
			}
			t.Errorf("%s: %s\n%s\n%s", a.page, found, query, plan)
			break
		}
	}
	if explained < 100 {
		t.Errorf("only %d statements were seen", explained)
	}
	for part := range whole {
		if !excused[part] && r.DB.Dialect() == db.SQLite {
			t.Errorf("no statement with %q needs an excuse any more", part)
		}
	}
}

// excuse is the part of a statement that whole names, or nothing.
func excuse(query string) string {
	for _, part := range slices.Concat(slices.Collect(maps.Keys(whole)), slices.Collect(maps.Keys(wholePostgres))) {
		if strings.Contains(query, part) {
			return part
		}
	}
	return ""
}

// wrong tells what is wrong with how a statement is answered.
func wrong(t *testing.T, d *db.DB, query string, args []any) (found, plan string) {
	if d.Dialect() == db.Postgres {
		parts, text := dbtest.Touched(t, d, query, args...)
		if strings.Contains(text, `"JIT"`) || strings.Contains(text, `"Workers Planned"`) {
			return "is prepared as one that reads a lot: compiled, or by several processes", text
		}
		for _, p := range parts {
			switch {
			case p.Table == "" && p.Rows > mostSorted:
				return fmt.Sprintf("sorts %d rows", p.Rows), text
			case p.Rows > mostRows && slices.Contains(growing, p.Table):
				return fmt.Sprintf("reads %d rows of %s", p.Rows, p.Table), text
			}
		}
		return "", ""
	}
	names := map[string]string{}
	for _, m := range source.FindAllStringSubmatch(query, -1) {
		names[m[2]], names[m[1]] = m[1], m[1]
	}
	p := dbtest.PlanOf(t, d, query, args...)
	for _, scan := range p.Scans {
		if name := strings.Fields(scan)[1]; slices.Contains(growing, names[name]) {
			return scan, p.Text
		}
	}
	// What another table gives is looked up in the growing one, row by row.
	for _, table := range names {
		if len(p.Sorts) > 0 && len(p.Scans) == 0 && slices.Contains(growing, table) {
			return "sorts for " + strings.Join(p.Sorts, ", "), p.Text
		}
	}
	return "", ""
}

// source is a table of a statement, with its other name.
var source = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|UPDATE)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?`)

// crowd fills a database with far more than what a page shows.
func crowd(t *testing.T, o db.Options) {
	t.Helper()
	ctx := t.Context()
	d, err := db.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	_, err = seed.Fill(ctx, d, seed.Options{Contacts: 30_000, PerContact: 3, Heavy: 20_000, Seed: 5, Until: time.Now(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Do(ctx, func(tx *db.Tx) error {
		for i := range 300 {
			if err := contact.Delete(ctx, tx, id.Contact(i*7+11), contact.Edit{}); err != nil && !fault.Is(err, fault.KindNotFound) {
				return err
			}
			for range 10 {
				if _, err := job.Enqueue(ctx, tx, later{}, job.At(tx.Now().Add(time.Hour))); err != nil {
					return err
				}
			}
		}
		if err := climb(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE job SET state = 2 + id % 2, finished = added WHERE id % 3 > 0`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// climb puts most contacts at stages, many of them at the first.
func climb(ctx context.Context, tx *db.Tx) error {
	if _, err := category.Create(ctx, tx, category.Category{Kind: category.Stage, Title: "funnel"}); err != nil {
		return err
	}
	for _, name := range []string{"Lead", "Prospect", "Customer"} {
		if _, err := stage.Create(ctx, tx, stage.Stage{Name: name, Published: true}); err != nil {
			return err
		}
	}
	f, err := stage.Load(ctx, tx)
	var list []stage.Placing
	for c := id.Contact(1); c < 28_000; c++ {
		list = append(list, stage.Placing{Contact: c, Stage: f.Stages[max(int(c%10)-7, 0)].ID, At: tx.Now().Add(-time.Duration(c) * time.Minute)})
	}
	if err == nil {
		err = f.SetAll(ctx, tx, list)
	}
	return err
}

type later struct{}

func (later) Kind() string { return "test.later" }

// starts are addresses to begin with. It adds what belongs to the user who looks,
// and lets the engine look at the sizes of its tables.
func starts(t *testing.T, d *db.DB) []string {
	t.Helper()
	ctx := context.Background()
	heavy, err := contact.List(ctx, d, contact.Filter{Where: rule.Cond{Field: "email", Op: rule.Equal, Value: seed.HeavyEmail}, Limit: 1})
	if err != nil || len(heavy.Contacts) == 0 {
		t.Fatal("no contact with many events: ", err)
	}
	number := heavy.Contacts[0].ID
	var noted int64
	var token string
	err = d.Do(ctx, func(tx *db.Tx) error {
		u, err := user.ByLogin(ctx, tx, "anna")
		if err != nil {
			return err
		}
		for i := range 400 {
			if err := notice.Add(ctx, tx, u.ID, notice.Notice{Kind: "form", Title: notice.Plain("news"), Path: "/s/forms"}); err != nil {
				return err
			}
			if _, err := user.Begin(ctx, tx, u.ID, "192.0.2.1", ordinary, tx.Now().Add(time.Hour)); err != nil {
				return err
			}
			if noted, err = note.Add(ctx, tx, number, note.Draft{Type: note.Call, Text: fmt.Sprint("called ", i), At: tx.Now()}, note.By{}); err != nil {
				return err
			}
		}
		if token, err = consent.Token(ctx, tx, number); err != nil {
			return err
		}
		if err := contact.Merge(ctx, tx, contact.Union{Survivor: number, Absorbed: 7, Source: activity.SourceUser}); err != nil {
			return err
		}
		if _, err := (duplicate.Run{}).Start(ctx, tx, []duplicate.Candidate{{Contact: 2, Other: 3}}); err != nil {
			return err
		}
		if _, err := bulk.Start(ctx, tx, bulk.Change{Kind: bulk.Tag, Tags: []string{"seen"}}, bulk.Selection{Contacts: []id.Contact{2, 3}}, bulk.By{User: u.ID}); err != nil {
			return err
		}
		for _, many := range []func(context.Context, *db.Tx) error{employ, manyApart, manySaid} {
			if err := many(ctx, tx); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `ANALYZE`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// What most have comes first: of statements that differ in values only, few are looked at.
	list := []string{"/s/contacts?search=exa", "/s/contacts?search=ip%3A%31", "/s/contacts?search=visited%3A%2F", "/s/contacts?search=hit%3A(visited%3A%2F+utm_source%3Ag)+is%3Aanonymous", "/s/contacts/condition?search=visited%3A%2F&at=0", "/s/contacts/complete?search=city%3Apar", "/s/dashboard", "/s/find?q=martin", "/s/find?q=ma", "/s/account", "/s/users", "/s/fields", "/s/fields/new", "/s/fields/new?type=select", "/s/fields/edit/10", "/s/fields/delete/10", "/s/contacts/views/1", "/s/system", "/s/tracking", "/s/notices", "/s/contacts/changes", "/s/contacts/changes/1", "/s/contacts/change?c=1&kind=value&field=city", "/s/activity", "/s/forms", "/s/tags?search=a", "/s/tags?sort=use&order=desc", "/s/tags/edit/1", "/s/tags/merge/1?into=client", "/s/tags/delete/1", "/s/contacts/bin", "/s/stages", "/s/stages/edit/1", "/s/stages/merge/1?into=2", "/s/stages/delete/1", "/s/stages/board", "/s/stages/board/1?after=1-1", "/s/stages/board?search=martin", "/s/stages/board?search=tag:client", "/s/stages/place/2", "/s/categories", "/s/categories/edit/1", "/s/categories/merge/1", "/s/categories/delete/1", "/s/contacts/change?c=1&kind=stage", "/s/contacts?column=stage",
		"/s/contacts/duplicates", "/s/contacts/duplicates?reason=5", "/s/contacts/duplicates?least=50&after=a-57-9-10", "/s/contacts/duplicates/apart", "/s/contacts/duplicates/apart?after=1-2-3", "/s/contacts/duplicates/merge?all=1&least=40",
		"/s/contacts/duplicates/merge?pair=2-3&pair=4-5", "/s/contacts/duplicates/runs/1", "/s/contacts/selected?c=2&c=3",
		"/s/contacts/address?email=" + seed.HeavyEmail, "/healthz", "/readyz", "/metrics", "/api/contacts", "/api/contacts/", "/api/contacts?limit=5&orderBy=last_active&orderByDir=desc&search=martin",
		"/index.php/api/contacts", "/index.php/api/contacts/", "/mtc", "/mtc.js", "/form/generate.js?id=1", "/form/message", "/form/embed/1", "/form/1", "/", "/s/", "/s/login",
		"/api/none", "/index.php/api/none", "/s/forms/outgoing", "/s/password/none", "/s/setup/none", "/s/pictures/1/1", "/mtc/event", "/mtracking.gif", "/s/forms/results/1?search=bonjour", "/s/forms/results/2?from=2020-01-01&to=2099-01-01&search=zqzq"}
	list = append(list, companyPages()...)
	for _, path := range []string{"/fields", "/fields/2", "/fields/contact?search=name", "/fields/contact/", "/fields/contact/2", "/fields/company", "/fields/company/2", "/contacts/list/fields", "/stages", "/stages/", "/stages/1", "/categories", "/categories/", "/categories/1"} {
		list = append(list, "/api"+path, "/index.php/api"+path)
	}
	for _, path := range []string{"/mtc", "/mtc.js", "/mtc/event", "/mtracking.gif", "/form/1", "/form/embed/1", "/form/generate.js?id=1", "/form/message"} {
		list = append(list, "/index.php"+path)
	}
	for _, one := range []id.Contact{number, 2, 3, 5} {
		for _, query := range []string{"", "?tab=audit", "?tab=notes", "?tab=places", "?show=forms", "?find=tarifs", "?find=zqzq"} {
			list = append(list, fmt.Sprintf("/s/contacts/view/%d%s", one, query))
		}
		list = append(list, fmt.Sprint("/s/contacts/edit/", one), fmt.Sprint("/s/contacts/delete/", one), fmt.Sprint("/api/contacts/", one), fmt.Sprint("/index.php/api/contacts/", one),
			fmt.Sprintf("/api/contacts/%d/activity", one), fmt.Sprintf("/api/contacts/%d/activity?filters[search]=tarifs&page=3", one), fmt.Sprintf("/index.php/api/contacts/%d/activity", one))
	}
	list = append(list, fmt.Sprintf("/s/contacts/notes/%d/%d", number, noted), fmt.Sprintf("/s/contacts/notes/%d/%d/delete", number, noted))
	list = append(list, fmt.Sprint("/s/contacts/joined/", number), fmt.Sprint("/s/contacts/progress/", number), "/s/contacts/unmerge/7", fmt.Sprintf("/s/contacts/merge/%d?search=martin", number), fmt.Sprintf("/s/contacts/merge/%d?with=2", number))
	list = append(list, "/preferences/"+token, fmt.Sprintf("/s/permission/%d/consents.csv", number), fmt.Sprintf("/s/permission/%d/consents.json", number))
	for _, sort := range contact.Sorts() {
		for _, words := range []string{"", "is:anonymous", "martin", "m", "martin is:anonymous", "martin OR is:anonymous"} {
			for _, order := range []string{"", "asc"} {
				list = append(list, "/s/contacts?"+url.Values{"search": {words}, "sort": {string(sort)}, "order": {order}}.Encode())
			}
		}
	}
	for _, words := range []string{"email:" + seed.HeavyEmail, "email:%exa%", "camille martin", "tag:client", "!tag:client", "stage:lead", "!stage:c", "stage:none", "stage:%o%", "company:%conseil%", "ip:100.64.", "ip:%.7", "name:cam", "name:z", "ids:7,8", "(camille OR julie) !is:anonymous",
		"martin tag:client", "device:mozilla", "device:firefox", "company:a is:anonymous", "!martin", "+martin", "dnc:email", "dnc:any", "!dnc:any", "dnc:bounced", "martin dnc:sms"} {
		list = append(list, "/s/contacts?"+url.Values{"search": {words}}.Encode(), "/api/contacts?"+url.Values{"search": {words}, "limit": {"30"}}.Encode())
	}
	return list
}

// manySaid lets many contacts say how they want to be written to.
func manySaid(ctx context.Context, tx *db.Tx) error {
	page, err := contact.List(ctx, tx, contact.Filter{Sort: contact.SortID, Limit: 1000})
	for i, c := range page.Contacts {
		if err == nil {
			_, err = consent.Add(ctx, tx, c.ID, consent.Block{Channel: consent.Channels()[i%2], Reason: consent.Reason(i%3 + 1)}, false, consent.By{})
		}
		if err == nil {
			err = consent.Wishing(ctx, tx, c.ID, map[consent.Channel]consent.Wish{consent.Email: {Preferred: true}}, consent.By{})
		}
		if err == nil {
			err = consent.Declare(ctx, tx, c.ID, consent.Entry{Purpose: consent.News, Given: true, Shown: "Yes"}, consent.By{})
		}
	}
	return err
}

// companyPages are addresses that lead to all that is asked of companies.
func companyPages() []string {
	list := []string{"/s/contacts?search=company_id%3A1"}
	for _, query := range []string{"", "?search=martin+is:mine", "?search=zq", "?search=city:lyon", "?sort=people", "?sort=score&turned=1", "?sort=changed"} {
		list = append(list, "/s/companies"+query)
	}
	for _, path := range []string{"view/1", "view/1?tab=people", "view/1?tab=people&after=1900000000000-9", "view/1?tab=notes", "view/1?before=1500000000000-9-9", "edit/1", "merge/1?with=planned", "delete/1", "new", "progress"} {
		list = append(list, "/s/companies/"+path)
	}
	for _, path := range []string{"companies", "companies/", "companies?search=planned&limit=5", "companies/1", "contacts/2/companies", "fields/company", "fields/company/", "fields/company/37"} {
		list = append(list, "/api/"+path, "/index.php/api/"+path)
	}
	return list
}

// employ makes a company with some people.
func employ(ctx context.Context, tx *db.Tx) error {
	for i, name := range []string{"Planned", "Planned too"} {
		c, err := company.Add(ctx, tx, company.Edit{Values: map[string]string{field.CompanyName: name}})
		for n := range id.Contact(5) {
			if err == nil {
				err = company.Join(ctx, tx, 20+10*id.Contact(i)+n*7, c, company.By{})
			}
			if fault.Is(err, fault.KindNotFound) {
				err = nil // it lies in the bin
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// manyApart says of many contacts that they are not the same, so that it shows when all
// of these are read.
func manyApart(ctx context.Context, tx *db.Tx) error {
	page, err := contact.List(ctx, tx, contact.Filter{Sort: contact.SortID, Limit: 400})
	for i := 1; err == nil && i < len(page.Contacts); i++ {
		err = duplicate.Apart(ctx, tx, page.Contacts[i-1].ID, page.Contacts[i].ID, 0, "")
	}
	return err
}

var link = regexp.MustCompile(`(?:href|src|data-[\w-]+|hx-get)="(/s/[^"#]*)`)

// walk asks for pages and for what they lead to, and returns the routes that it
// found no way to.
func (r *running) walk(s *statements, todo []string) (missed []string) {
	mux, asked, times := http.NewServeMux(), map[string]bool{}, map[string]int{}
	for _, door := range r.Doors() {
		for _, route := range door {
			if strings.HasPrefix(route.Pattern, "GET ") {
				mux.HandleFunc(route.Pattern, func(http.ResponseWriter, *http.Request) {})
				asked[route.Pattern] = notDrawn[route.Pattern] != ""
			}
		}
	}
	given := len(todo)
	for i := 0; i < len(todo); i++ {
		q, err := http.NewRequest(http.MethodGet, todo[i], nil)
		if err != nil {
			r.Fatal(err)
		}
		_, pattern := mux.Handler(q)
		kind := pattern + " " + strings.Join(slices.Sorted(maps.Keys(q.URL.Query())), " ")
		if times[kind]++; pattern == "" || notDrawn[pattern] != "" || i >= given && times[kind] > alike {
			continue
		}
		s.Lock()
		s.page = todo[i]
		s.Unlock()
		got := r.get(r.office, todo[i], "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("anna:"+password)))
		if got.status >= http.StatusInternalServerError {
			r.Errorf("%s answers %d", todo[i], got.status)
		}
		asked[pattern] = true
		if strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
			for _, m := range link.FindAllStringSubmatch(got.body, -1) {
				if to := html.UnescapeString(m[1]); !slices.Contains(todo, to) {
					todo = append(todo, to)
				}
			}
		}
	}
	for pattern, done := range asked {
		if !done {
			missed = append(missed, pattern)
		}
	}
	slices.Sort(missed)
	return missed
}
