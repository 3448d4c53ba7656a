package formpage

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// resultsView is the list of what a form received.
type resultsView struct {
	Name, FormURL string
	Columns       []ui.Column
	Rows          []resultRow
	Cursor        ui.Cursor
}

type resultRow struct {
	Person  ui.Person // without a name when nobody could be told
	Answers []string  // one for each question, in the order of the columns
	When    string
	Full    string
	Page    string
}

func (d Deps) results(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	page, err := form.Results(ctx, d.DB, form.ResultFilter{Form: f.ID, After: r.URL.Query().Get("after")})
	if err != nil {
		return err
	}
	n, err := form.CountResults(ctx, d.DB, form.ResultFilter{Form: f.ID})
	if err != nil {
		return err
	}
	people, err := d.people(ctx, page.Results)
	if err != nil {
		return err
	}
	v := newResultsView(ctx, d.Clock(), f, page, n, people)
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "formpage.results|Submissions of “%s”", f.Name), Section: layout.Forms, Body: resultsPage(v)})
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

func newResultsView(ctx context.Context, now time.Time, f form.Form, page form.ResultPage, n int, people map[id.Contact]contact.Contact) resultsView {
	v := resultsView{
		Name: f.Name, FormURL: at("view", f.ID),
		Columns: []ui.Column{{Label: i18n.T(ctx, "formpage.result.contact|Contact")}, {Label: i18n.T(ctx, "formpage.result.when|Received")}},
		Cursor:  ui.Cursor{Shown: i18n.N(ctx, n, "formpage.submissions|%s submission|%s submissions", i18n.Number(ctx, n))},
	}
	for _, one := range f.Fields {
		v.Columns = append(v.Columns, ui.Column{Label: one.Label})
	}
	for _, one := range page.Results {
		v.Rows = append(v.Rows, newResultRow(ctx, now, f, one, people))
	}
	if page.Next != "" {
		v.Cursor.Next = at("results", f.ID) + "?" + url.Values{"after": {page.Next}}.Encode()
	}
	if page.Previous != "" {
		v.Cursor.Previous = at("results", f.ID) + "?" + url.Values{"after": {page.Previous}}.Encode()
	}
	return v
}

func newResultRow(ctx context.Context, now time.Time, f form.Form, one form.Result, people map[id.Contact]contact.Contact) resultRow {
	row := resultRow{When: i18n.Ago(ctx, now, one.At), Full: i18n.DateTime(ctx, one.At), Page: one.Page}
	if c, found := people[one.Contact]; found {
		row.Person = ui.Person{Name: orElse(c.Name, i18n.T(ctx, "formpage.anonymous|Anonymous visitor")), Known: !c.Anonymous(), Sample: c.Sample,
			URL: web.ContactURL(c.ID)}
	}
	for _, question := range f.Fields {
		answer := ""
		for _, a := range one.Answers {
			if a.Alias == question.Alias {
				answer = a.Value
			}
		}
		row.Answers = append(row.Answers, answer)
	}
	return row
}
