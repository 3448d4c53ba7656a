package companypage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ariane/internal/base/i18n"
	"ariane/internal/company"
	"ariane/internal/id"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	listURL = "/s/companies"
	perPage = 30
	// countedMost is how far the companies of a search are counted.
	countedMost = 10_000
)

func at(what string, c id.Company) string {
	return listURL + "/" + what + "/" + strconv.FormatInt(int64(c), 10)
}

// contactsURL is the list of everybody who belongs to a company.
func contactsURL(c id.Company) string {
	return "/s/contacts?" + url.Values{"search": {"company_id:" + strconv.FormatInt(int64(c), 10)}}.Encode()
}

// listRequest is what the address of the list says.
type listRequest struct {
	Search, After string
	Sort          company.Sort
	Turned        bool
}

func readListRequest(q url.Values) listRequest {
	l := listRequest{Search: strings.TrimSpace(q.Get("search")), After: q.Get("after"), Sort: company.Sort(q.Get("sort")), Turned: q.Get("turned") != ""}
	if !l.Sort.Known() {
		l.Sort = company.SortName
	}
	return l
}

func (l listRequest) url() string {
	q := url.Values{}
	for name, value := range map[string]string{"search": l.Search, "after": l.After} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if l.Sort != company.SortName {
		q.Set("sort", string(l.Sort))
	}
	if l.Turned {
		q.Set("turned", "1")
	}
	if len(q) == 0 {
		return listURL
	}
	return listURL + "?" + q.Encode()
}

// listView is the list of companies.
type listView struct {
	Search   string
	Columns  []ui.Column
	Rows     []row
	Underway []progressRow
	Cursor   ui.Cursor
}

type row struct {
	Name, Under, Place, People, Score, Owner, Changed, Full string
	URL, PeopleURL                                          string
}

// progressRow is how far something with a company's people has come.
type progressRow struct{ Text, Done, All string }

func (d Deps) list(w http.ResponseWriter, r *http.Request) error {
	ctx, l := r.Context(), readListRequest(r.URL.Query())
	filter := company.Filter{Text: l.Search, User: web.User(ctx).ID, Sort: l.Sort, Turned: l.Turned, After: l.After, Limit: perPage}
	page, err := company.List(ctx, d.DB, filter)
	if err != nil {
		return err
	}
	n, err := company.Count(ctx, d.DB, filter, countedMost)
	if err != nil {
		return err
	}
	owners, err := d.owners(ctx)
	if err != nil {
		return err
	}
	v := listView{Search: l.Search, Columns: columns(ctx, l), Cursor: ui.Cursor{Shown: i18n.N(ctx, n, "companypage.count|%s company|%s companies", i18n.Number(ctx, n))}}
	if n == countedMost {
		v.Cursor.Shown = i18n.T(ctx, "companypage.count.many|%s companies or more", i18n.Number(ctx, n))
	}
	if v.Underway, err = d.underway(ctx); err != nil {
		return err
	}
	now := d.Clock()
	for _, c := range page.Companies {
		v.Rows = append(v.Rows, row{Name: c.Name(), Under: joined(c.Fields["companyemail"], c.Fields["companywebsite"]), Place: placeOf(ctx, c),
			People: i18n.Number(ctx, c.People), Score: i18n.Number(ctx, c.Score), Owner: owners[c.Owner], Changed: i18n.Ago(ctx, now, c.Changed()),
			Full: i18n.DateTime(ctx, c.Changed()), URL: at("view", c.ID), PeopleURL: contactsURL(c.ID)})
	}
	if l.After = page.Next; l.After != "" {
		v.Cursor.Next = l.url()
	}
	if l.After = page.Previous; l.After != "" {
		v.Cursor.Previous = l.url()
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "companypage.title|Companies"), Section: layout.Companies, Body: listPage(v)})
}

// joined puts what is not empty in a row.
func joined(texts ...string) string {
	var list []string
	for _, text := range texts {
		if text != "" {
			list = append(list, text)
		}
	}
	return strings.Join(list, " · ")
}

func (d Deps) owners(ctx context.Context) (map[id.User]string, error) {
	users, err := user.List(ctx, d.DB)
	names := make(map[id.User]string, len(users))
	for _, u := range users {
		names[u.ID] = u.Name()
	}
	return names, err
}

func columns(ctx context.Context, l listRequest) []ui.Column {
	head := func(label, class string, sort company.Sort) ui.Column {
		c := ui.Column{Label: label, Class: class}
		to := listRequest{Search: l.Search, Sort: sort}
		if l.Sort == sort {
			to.Turned = !l.Turned
			c.Sort = "descending"
			if (sort == company.SortName) != l.Turned {
				c.Sort = "ascending"
			}
		}
		c.URL = to.url()
		return c
	}
	return []ui.Column{
		head(i18n.T(ctx, "companypage.column.name|Name"), "", company.SortName),
		{Label: i18n.T(ctx, "companypage.column.place|Place"), Class: "wide"},
		head(i18n.T(ctx, "companypage.column.people|People"), "end", company.SortPeople),
		head(i18n.T(ctx, "companypage.column.score|Score"), "end", company.SortScore),
		{Label: i18n.T(ctx, "companypage.column.owner|Owner"), Class: "wide"},
		head(i18n.T(ctx, "companypage.column.changed|Last change"), "wide", company.SortChanged),
	}
}

func (d Deps) underway(ctx context.Context) ([]progressRow, error) {
	list, err := company.Underway(ctx, d.DB)
	var rows []progressRow
	for _, p := range list {
		one := progressRow{Done: strconv.Itoa(p.Done), All: strconv.Itoa(max(p.People, p.Done, 1))}
		done, all := i18n.Number(ctx, p.Done), i18n.Number(ctx, max(p.People, p.Done))
		switch {
		case p.Deleting:
			one.Text = i18n.T(ctx, "companypage.underway.delete|“%s” is being deleted: %s of %s people", p.Name, done, all)
		case p.Merging:
			one.Text = i18n.T(ctx, "companypage.underway.merge|“%s” is being merged into “%s”: %s of %s people", p.Name, p.IntoName, done, all)
		case p.Separating:
			one.Text = i18n.T(ctx, "companypage.underway.separate|“%s” is being taken out of “%s”: %s of %s people", p.Name, p.IntoName, done, all)
		default:
			one.Text = i18n.T(ctx, "companypage.underway.rename|The people of “%s” are told its name: %s of %s", p.Name, done, all)
		}
		rows = append(rows, one)
	}
	return rows, err
}

// progress answers with what is under way, empty when nothing is.
func (d Deps) progress(w http.ResponseWriter, r *http.Request) error {
	rows, err := d.underway(r.Context())
	if err != nil {
		return err
	}
	return web.ShowPart(w, r, progressPart(rows))
}
