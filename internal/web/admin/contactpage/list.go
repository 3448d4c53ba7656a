package contactpage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/report"
	"ariane/internal/rule"
	"ariane/internal/search"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	listURL   = "/s/contacts"
	pageSize  = 30
	countedTo = 10_000
	chartDays = 30
)

// listRequest is what the address of the list says.
type listRequest struct {
	Search string
	Sort   contact.Sort
	Asc    bool
	After  string
}

func readListRequest(q url.Values) listRequest {
	l := listRequest{Search: strings.TrimSpace(q.Get("search")), Sort: contact.SortLastActive, Asc: q.Get("order") == "asc", After: q.Get("after")}
	if s := contact.Sort(q.Get("sort")); slices.Contains(contact.Sorts(), s) {
		l.Sort = s
	}
	return l
}

// url is the address of the list as l says.
func (l listRequest) url() string {
	q := url.Values{}
	if l.Search != "" {
		q.Set("search", l.Search)
	}
	if l.Sort != contact.SortLastActive {
		q.Set("sort", string(l.Sort))
	}
	if l.Asc {
		q.Set("order", "asc")
	}
	if l.After != "" {
		q.Set("after", l.After)
	}
	if len(q) == 0 {
		return listURL
	}
	return listURL + "?" + q.Encode()
}

// listData is what the list shows.
type listData struct {
	Page      contact.Page
	Tags      map[id.Contact][]label.Tag
	Anonymous bool         // the search speaks about visitors
	Hints     []fault.Text // for who typed the search
	Refused   *fault.Error // why the search cannot be read
	Found     int
	Exact     bool
	// Known and Created count everybody who ever became known, or was seen.
	Known, Created int
	Views, Joined  []int64 // by day, today last
}

func (d Deps) load(ctx context.Context, l listRequest) (listData, error) {
	var data listData
	query, err := search.Parse(l.Search)
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
		data.Refused = f
		query, l.After = search.Query{}, ""
	} else if err != nil {
		return data, err
	}
	data.Anonymous, data.Hints = query.Anonymous, query.Hints
	filter := contact.Filter{Where: query.Where, Anonymous: query.Anonymous, Also: rule.Catalogue{"tag": label.Field()}, Sort: l.Sort, Asc: l.Asc, After: l.After, Limit: pageSize}
	if data.Page, err = contact.List(ctx, d.DB, filter); err != nil {
		return data, err
	}
	var shown []id.Contact
	for _, c := range data.Page.Contacts {
		shown = append(shown, c.ID)
	}
	if data.Tags, err = label.Of(ctx, d.DB, shown); err != nil {
		return data, err
	}
	if data.Found, data.Exact, err = contact.Count(ctx, d.DB, filter, countedTo); err != nil {
		return data, err
	}
	totals, err := report.Totals(ctx, d.DB, contact.KindCreated, contact.KindIdentified, contact.KindMerged, contact.KindJoined,
		contact.KindDeleted, contact.KindRestored, contact.KindVisitorDeleted, contact.KindVisitorRestored)
	if err != nil {
		return data, err
	}
	known := totals[contact.KindMerged] + totals[contact.KindDeleted] - totals[contact.KindRestored]
	visitors := totals[contact.KindJoined] + totals[contact.KindVisitorDeleted] - totals[contact.KindVisitorRestored]
	data.Known, data.Created = int(totals[contact.KindIdentified]-known), int(totals[contact.KindCreated]-known-visitors)
	var curves map[activity.Kind][]int64
	curves, err = report.Daily(ctx, d.DB, d.Clock(), chartDays, visit.KindPageViewed, contact.KindIdentified)
	data.Views, data.Joined = curves[visit.KindPageViewed], curves[contact.KindIdentified]
	return data, err
}

func (d Deps) list(w http.ResponseWriter, r *http.Request) error {
	l := readListRequest(r.URL.Query())
	data, err := d.load(r.Context(), l)
	if err != nil {
		return err
	}
	v := newListView(r.Context(), d.Clock(), l, data)
	v.Snippet = web.TrackingSnippet(d.BaseURL)
	return web.Show(w, r, web.View{Title: i18n.T(r.Context(), "contactpage.title|Contacts"), Section: layout.Contacts, Body: listPage(v)})
}

// listView is the list of contacts.
type listView struct {
	Under   string
	Search  string
	Sort    string // kept beside the search
	Order   string
	Visible toggle
	Hints   []string
	Refused string
	Columns []ui.Column
	Rows    []listRow
	Cursor  ui.Cursor
	Chart   ui.Chart
	State   listState
	Snippet string
	All     string // address of the list without a search
}

// listState says which of its faces the list has.
type listState int

const (
	listFull     listState = iota // there are rows
	listNobody                    // nobody was ever seen
	listVisitors                  // visitors, nobody known yet
	listNothing                   // the search finds nobody
)

// toggle shows or hides the anonymous visitors.
type toggle struct {
	On  bool
	URL string
}

type listRow struct {
	Person   ui.Person
	Company  string
	Location string
	Points   string
	Share    int // of the most points on this page, in hundredths; negative points have none
	Active   string
	ActiveAt string
	EditURL  string
	Tags     []tagView
}

func newListView(ctx context.Context, now time.Time, l listRequest, data listData) listView {
	v := listView{
		Search: l.Search, Columns: columns(ctx, l, data.Anonymous), Chart: newChart(ctx, now, data),
		Visible: toggle{On: data.Anonymous, URL: listRequest{Search: toggleAnonymous(ctx, l.Search, data.Anonymous), Sort: l.Sort, Asc: l.Asc}.url()},
		All:     listURL,
	}
	if l.Sort != contact.SortLastActive {
		v.Sort = string(l.Sort)
	}
	if l.Asc {
		v.Order = "asc"
	}
	visitors := max(data.Created-data.Known, 0)
	v.Under = i18n.T(ctx, "contactpage.totals|%s known · %s", i18n.Number(ctx, data.Known),
		i18n.N(ctx, visitors, "contactpage.visitors|%s visitor|%s visitors", i18n.Number(ctx, visitors)))
	for _, h := range data.Hints {
		v.Hints = append(v.Hints, i18n.T(ctx, h.Key, h.Args...))
	}
	if data.Refused != nil {
		m := data.Refused.Message()
		v.Refused = i18n.T(ctx, m.Key, m.Args...)
	}
	most := 0
	for _, c := range data.Page.Contacts {
		most = max(most, c.Points)
	}
	for _, c := range data.Page.Contacts {
		row := newListRow(ctx, now, c, most)
		row.Tags = tagViews(data.Tags[c.ID])
		v.Rows = append(v.Rows, row)
	}
	switch {
	case len(v.Rows) > 0:
	case l.Search != "":
		v.State = listNothing
	case data.Created == 0:
		v.State = listNobody
	case visitors > 0:
		v.State = listVisitors
	default:
		v.State = listNobody
	}
	found := i18n.Number(ctx, data.Found)
	if !data.Exact {
		found += "+"
	}
	v.Cursor.Shown = i18n.N(ctx, data.Found, "contactpage.found|%s contact|%s contacts", found)
	if data.Anonymous {
		v.Cursor.Shown = i18n.N(ctx, data.Found, "contactpage.found.visitors|%s found|%s found", found)
	}
	next := l
	if next.After = data.Page.Next; next.After != "" {
		v.Cursor.Next = next.url()
	}
	if next.After = data.Page.Previous; next.After != "" {
		v.Cursor.Previous = next.url()
	}
	return v
}

func newListRow(ctx context.Context, now time.Time, c contact.Contact, most int) listRow {
	row := listRow{
		Person: person(ctx, c), Company: c.Fields["company"], Location: location(c), Points: i18n.Number(ctx, c.Points),
		EditURL: listURL + "/edit/" + strconv.FormatInt(int64(c.ID), 10),
	}
	if row.Company == row.Person.Name {
		row.Company = ""
	}
	if c.Points > 0 && most > 0 {
		row.Share = max(c.Points*100/most, 2)
	}
	if !c.LastActive.IsZero() {
		row.Active, row.ActiveAt = i18n.Ago(ctx, now, c.LastActive), i18n.DateTime(ctx, c.LastActive)
	}
	return row
}

// person is how a contact is called everywhere.
func person(ctx context.Context, c contact.Contact) ui.Person {
	p := ui.Person{Name: c.Name, URL: web.ContactURL(c.ID), Known: !c.Anonymous(), Sample: c.Sample}
	anonymous := i18n.T(ctx, "contactpage.anonymous|Anonymous visitor")
	if p.Name == "" {
		p.Name = anonymous
	}
	if !p.Known && p.Name != anonymous {
		p.Under = anonymous
	}
	if email := c.Fields["email"]; email != p.Name && email != "" {
		p.Under = email
	}
	return p
}

func location(c contact.Contact) string {
	var parts []string
	for _, alias := range []string{"city", "country"} {
		if v := c.Fields[alias]; v != "" {
			parts = append(parts, v)
		}
	}
	if len(parts) < 2 && c.Fields["state"] != "" {
		parts = slices.Insert(parts, min(len(parts), 1), c.Fields["state"])
	}
	return strings.Join(parts, ", ")
}

// columns are the heads of the list. Visitors have an order only by activity.
func columns(ctx context.Context, l listRequest, anonymous bool) []ui.Column {
	head := func(label, class string, sort contact.Sort, ascFirst bool) ui.Column {
		c := ui.Column{Label: label, Class: class}
		if sort == "" || anonymous && sort != contact.SortLastActive {
			return c
		}
		to := listRequest{Search: l.Search, Sort: sort, Asc: ascFirst}
		if l.Sort == sort {
			to.Asc = !l.Asc
			if c.Sort = "descending"; l.Asc {
				c.Sort = "ascending"
			}
		}
		c.URL = to.url()
		return c
	}
	return []ui.Column{
		head(i18n.T(ctx, "contactpage.column.contact|Contact"), "", contact.SortName, true),
		head(i18n.T(ctx, "contactpage.column.company|Company"), "wide", contact.SortCompany, true),
		head(i18n.T(ctx, "contactpage.column.location|Location"), "wide", "", true),
		head(i18n.T(ctx, "contactpage.tags|Tags"), "wide", "", true),
		head(i18n.T(ctx, "contactpage.column.points|Points"), "wide", contact.SortPoints, false),
		head(i18n.T(ctx, "contactpage.column.active|Last active"), "", contact.SortLastActive, false),
		{Label: i18n.T(ctx, "contactpage.column.actions|Actions"), Class: "end", Quiet: true},
	}
}

// toggleAnonymous adds the word for visitors to a search, or takes it out.
func toggleAnonymous(ctx context.Context, text string, on bool) string {
	words := map[string]string{i18n.English: "is:anonymous", i18n.French: "est:anonyme"}
	if !on {
		return strings.TrimSpace(text + " " + words[i18n.Lang(ctx)])
	}
	kept := slices.DeleteFunc(strings.Fields(text), func(word string) bool {
		word = strings.ToLower(strings.TrimLeft(word, "!+"))
		return word == words[i18n.English] || word == words[i18n.French]
	})
	return strings.Join(kept, " ")
}

func newChart(ctx context.Context, now time.Time, data listData) ui.Chart {
	chart := ui.Chart{
		Title: i18n.T(ctx, "contactpage.chart|Page views and identifications of the last %d days", chartDays),
		Lines: ui.ChartSeries{Label: i18n.T(ctx, "contactpage.chart.views|Page views")},
		Dots:  ui.ChartSeries{Label: i18n.T(ctx, "contactpage.chart.joined|Identified")},
	}
	var views, joined int
	utc := i18n.With(ctx, i18n.Locale{Lang: i18n.Lang(ctx)})
	for i := range data.Views {
		day := now.AddDate(0, 0, i-len(data.Views)+1)
		p := ui.ChartPoint{Label: i18n.ShortDate(utc, day), Line: int(data.Views[i]), Dots: int(data.Joined[i])}
		p.Full = i18n.Date(utc, day) + " · " +
			i18n.N(ctx, p.Line, "contactpage.chart.day.views|%s page view|%s page views", i18n.Number(ctx, p.Line)) + " · " +
			i18n.N(ctx, p.Dots, "contactpage.chart.day.joined|%s identified|%s identified", i18n.Number(ctx, p.Dots))
		chart.Points = append(chart.Points, p)
		views, joined = views+p.Line, joined+p.Dots
	}
	chart.Lines.Total, chart.Dots.Total = i18n.Number(ctx, views), i18n.Number(ctx, joined)
	return chart
}
