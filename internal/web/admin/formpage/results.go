package formpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// resultsRequest is what the address of the list says.
type resultsRequest struct {
	Form     id.Form
	Search   string
	From, To string // days
	After    string
}

func readResultsRequest(f id.Form, q url.Values) resultsRequest {
	return resultsRequest{Form: f, Search: strings.TrimSpace(q.Get("search")), From: day(q.Get("from")), To: day(q.Get("to")), After: q.Get("after")}
}

func day(typed string) string {
	if _, err := time.Parse(time.DateOnly, typed); err != nil {
		return ""
	}
	return typed
}

func (l resultsRequest) narrowed() bool { return l.Search != "" || l.From != "" || l.To != "" }

func (l resultsRequest) query() string {
	q := url.Values{}
	for name, value := range map[string]string{"search": l.Search, "from": l.From, "to": l.To, "after": l.After} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// filter is the request in the zone of its reader. To is the last day that counts.
func (l resultsRequest) filter(ctx context.Context) form.ResultFilter {
	f := form.ResultFilter{Form: l.Form, Text: l.Search, After: l.After}
	if at, err := time.ParseInLocation(time.DateOnly, l.From, i18n.Zone(ctx)); err == nil {
		f.From = at
	}
	if at, err := time.ParseInLocation(time.DateOnly, l.To, i18n.Zone(ctx)); err == nil {
		f.To = at.AddDate(0, 0, 1)
	}
	return f
}

// resultsView is the list of what a form received.
type resultsView struct {
	resultsRequest
	Name, FormURL, ListURL string
	ExportURL, DeleteURL   string
	EmptyURL               string
	Chart                  ui.Chart
	Columns                []ui.Column
	Rows                   []resultRow
	Cursor                 ui.Cursor
	Narrowed               bool
}

type resultRow struct {
	Number  string
	URL     string
	Person  ui.Person // without a name when nobody could be told
	Answers []string  // one for each question, in the order of the columns
	When    string
	Full    string
}

// chartDays is how many days the chart shows.
const chartDays = 30

func (d Deps) results(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	l := readResultsRequest(f.ID, r.URL.Query())
	page, err := form.Results(ctx, d.DB, l.filter(ctx))
	if err != nil {
		return err
	}
	n, err := form.CountResults(ctx, d.DB, l.filter(ctx))
	if err != nil {
		return err
	}
	people, err := d.people(ctx, page.Results)
	if err != nil {
		return err
	}
	now := d.Clock().In(i18n.Zone(ctx))
	days, err := form.DailyResults(ctx, d.DB, form.ResultFilter{Form: f.ID, From: midnight(now).AddDate(0, 0, 1-chartDays), To: now.Add(time.Minute)})
	if err != nil {
		return err
	}
	v := newResultsView(ctx, now, f, l, page, n, people)
	v.Chart = newChart(ctx, now, days)
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "formpage.results|Submissions of “%s”", f.Name), Section: layout.Forms, Body: resultsPage(v)})
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func newChart(ctx context.Context, now time.Time, days []int) ui.Chart {
	c, total := ui.Chart{Title: i18n.T(ctx, "formpage.chart|Submissions of the last 30 days")}, 0
	first := midnight(now).AddDate(0, 0, 1-len(days))
	for i, n := range days {
		at := first.AddDate(0, 0, i)
		total += n
		c.Points = append(c.Points, ui.ChartPoint{Label: i18n.ShortDate(ctx, at), Line: n,
			Full: i18n.Date(ctx, at) + ": " + i18n.N(ctx, n, "formpage.submissions|%s submission|%s submissions", i18n.Number(ctx, n))})
	}
	c.Lines = ui.ChartSeries{Label: c.Title, Total: i18n.Number(ctx, total)}
	return c
}

// people finds who sent the submissions; those who were erased are absent.
func (d Deps) people(ctx context.Context, results []form.Result) (map[id.Contact]contact.Contact, error) {
	people := map[id.Contact]contact.Contact{}
	for _, one := range results {
		if _, known := people[one.Contact]; known || one.Contact == 0 {
			continue
		}
		c, err := contact.Find(ctx, d.DB, one.Contact)
		if fault.Is(err, fault.KindNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		people[one.Contact] = c
	}
	return people, nil
}

// questions are the fields that are answered.
func questionsOf(f form.Form) []question.Field {
	var list []question.Field
	for _, one := range f.Fields {
		if one.Type.Answered() {
			list = append(list, one)
		}
	}
	return list
}

func newResultsView(ctx context.Context, now time.Time, f form.Form, l resultsRequest, page form.ResultPage, n int, people map[id.Contact]contact.Contact) resultsView {
	bare := l
	bare.After = ""
	v := resultsView{
		resultsRequest: l, Name: f.Name, FormURL: at("view", f.ID), ListURL: at("results", f.ID), ExportURL: at("export", f.ID) + bare.query(), DeleteURL: at("results", f.ID) + "/delete",
		EmptyURL: at("results", f.ID) + "/delete?all=1", Narrowed: l.narrowed(),
		Columns: []ui.Column{{Label: i18n.T(ctx, "formpage.result.choose|Choose"), Quiet: true}, {Label: i18n.T(ctx, "formpage.result.contact|Contact")}, {Label: i18n.T(ctx, "formpage.result.when|Received")}},
		Cursor:  ui.Cursor{Shown: i18n.N(ctx, n, "formpage.submissions|%s submission|%s submissions", i18n.Number(ctx, n))},
	}
	for _, one := range questionsOf(f) {
		v.Columns = append(v.Columns, ui.Column{Label: one.Label, Class: "wide"})
	}
	for _, one := range page.Results {
		v.Rows = append(v.Rows, newResultRow(ctx, now, f, one, people))
	}
	if bare.After = page.Next; bare.After != "" {
		v.Cursor.Next = v.ListURL + bare.query()
	}
	if bare.After = page.Previous; bare.After != "" {
		v.Cursor.Previous = v.ListURL + bare.query()
	}
	return v
}

func newResultRow(ctx context.Context, now time.Time, f form.Form, one form.Result, people map[id.Contact]contact.Contact) resultRow {
	row := resultRow{Number: strconv.FormatInt(int64(one.ID), 10), URL: resultURL(one), When: i18n.Ago(ctx, now, one.At), Full: i18n.DateTime(ctx, one.At)}
	if c, found := people[one.Contact]; found {
		row.Person = personOf(ctx, c)
	}
	given := map[string]string{}
	for _, a := range one.Answers {
		given[a.Alias] = a.Text()
	}
	for _, q := range questionsOf(f) {
		row.Answers = append(row.Answers, given[q.Alias])
	}
	return row
}

func personOf(ctx context.Context, c contact.Contact) ui.Person {
	return ui.Person{Name: orElse(c.Name, i18n.T(ctx, "formpage.anonymous|Anonymous visitor")), Known: !c.Anonymous(), Sample: c.Sample, URL: web.ContactURL(c.ID)}
}

func resultURL(r form.Result) string {
	return at("results", r.Form) + "/" + strconv.FormatInt(int64(r.ID), 10)
}

// resultView is one submission.
type resultView struct {
	Name, ListURL, DeleteURL string
	Number                   string
	Person                   ui.Person
	When, Page, Referrer, IP string
	Answers                  []form.Answer
}

func (d Deps) result(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	number, err := web.PathID[id.Submission](r, "submission")
	if err != nil {
		return err
	}
	one, err := form.FindResult(ctx, d.DB, f.ID, number)
	if err != nil {
		return err
	}
	people, err := d.people(ctx, []form.Result{one})
	if err != nil {
		return err
	}
	v := resultView{Name: f.Name, ListURL: at("results", f.ID), DeleteURL: at("results", f.ID) + "/delete?one=" + strconv.FormatInt(int64(one.ID), 10), Number: strconv.FormatInt(int64(one.ID), 10),
		When: i18n.DateTime(ctx, one.At), Page: one.Page, Referrer: one.Referrer, IP: one.IP, Answers: one.Answers}
	if c, found := people[one.Contact]; found {
		v.Person = personOf(ctx, c)
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "formpage.result|Submission %s", v.Number), Section: layout.Forms, Body: resultPage(v)})
}

// forgetView asks whether submissions are to go.
type forgetView struct {
	Name, Back, Action string
	Title, Text        string
	Chosen             []string // numbers
	Latest             string   // all up to this one, empty for those chosen
}

// showForget asks before submissions are deleted: those chosen, or all.
func (d Deps) showForget(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	v := forgetView{Name: f.Name, Back: at("results", f.ID), Action: at("results", f.ID) + "/delete"}
	n := 0
	if r.URL.Query().Get("all") != "" {
		page, err := form.Results(ctx, d.DB, form.ResultFilter{Form: f.ID, Limit: 1})
		if err != nil {
			return err
		}
		if len(page.Results) > 0 {
			v.Latest = strconv.FormatInt(int64(page.Results[0].ID), 10)
		}
		if n, err = form.CountResults(ctx, d.DB, form.ResultFilter{Form: f.ID}); err != nil {
			return err
		}
	} else {
		for _, number := range chosen(r.URL.Query()["one"]) {
			v.Chosen = append(v.Chosen, strconv.FormatInt(int64(number), 10))
		}
		n = len(v.Chosen)
	}
	if n == 0 {
		web.Say(r, ui.Amber, i18n.T(ctx, "formpage.forget.none|Choose submissions first."))
		return web.Redirect(w, r, v.Back)
	}
	v.Title = i18n.N(ctx, n, "formpage.forget.title|Delete %s submission?|Delete %s submissions?", i18n.Number(ctx, n))
	v.Text = i18n.T(ctx, "formpage.forget.text|This cannot be undone. Contacts stay as they are, and their threads still say what they answered.")
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Forms, Body: forgetPage(v)})
}

func chosen(typed []string) []id.Submission {
	var list []id.Submission
	for _, one := range typed[:min(len(typed), 500)] {
		if n, err := strconv.ParseInt(one, 10, 64); err == nil && n > 0 {
			list = append(list, id.Submission(n))
		}
	}
	return list
}

func (d Deps) forget(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	which := chosen(r.PostForm["one"])
	latest, _ := strconv.ParseInt(r.PostForm.Get("latest"), 10, 64)
	n := 0
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		n, err = form.DeleteResults(ctx, tx, f.ID, which, id.Submission(latest))
		return err
	})
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.N(ctx, n, "formpage.forgotten|%s submission is deleted.|%s submissions are deleted.", i18n.Number(ctx, n)))
	return web.Redirect(w, r, at("results", f.ID))
}
