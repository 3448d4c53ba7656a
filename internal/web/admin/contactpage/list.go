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
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/report"
	"ariane/internal/rule"
	"ariane/internal/search"
	"ariane/internal/view"
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
	// tagsInRow is how many tags a row of the list names.
	tagsInRow = 3
)

var pageSizes = []int{10, pageSize, 50, 100}

// listRequest is what the address of the list says.
type listRequest struct {
	Search string
	Sort   contact.Sort
	Asc    bool
	After  string
	Cards  bool
	Size   int    // contacts on a page
	Tab    string // the number of the view that is open, or tabAll
	// Columns are those of the table in their order, none for the usual ones.
	Columns []string
	Widths  map[string]int // of columns, those that were chosen
}

func readListRequest(q url.Values) listRequest {
	l := listRequest{Search: strings.TrimSpace(q.Get("search")), Sort: contact.SortLastActive, Asc: q.Get("order") == "asc", After: q.Get("after"),
		Cards: q.Get("view") == "cards", Size: pageSize, Tab: q.Get("tab")}
	l.Columns, l.Widths = readColumns(q)
	if n, err := strconv.Atoi(q.Get("size")); err == nil && slices.Contains(pageSizes, n) {
		l.Size = n
	}
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
	if l.Cards {
		q.Set("view", "cards")
	}
	if l.Size != pageSize && l.Size != 0 {
		q.Set("size", strconv.Itoa(l.Size))
	}
	if l.Tab != "" {
		q.Set("tab", l.Tab)
	}
	if columns := l.columnValues(); len(columns) > 0 {
		q["column"] = columns
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
	AllTags   []label.Tag
	Stages    map[id.Contact]string
	Anonymous bool         // the search speaks about visitors
	All       bool         // nothing is asked but whether they are known
	Hints     []fault.Text // for who typed the search
	Refused   *fault.Error // why the search cannot be read
	Found     int
	Exact     bool
	// Known and Created count everybody who ever became known, or was seen.
	Known, Created int
	Views, Joined  []int64 // by day, today last
	Saved          []view.View
	Fields         *field.Set
	Written        search.Term // the search as its words stand
}

func (d Deps) load(ctx context.Context, l listRequest) (listData, error) {
	var data listData
	query, err := d.Language.Parse(ctx, l.Search, web.Who(ctx, d.Clock()))
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
		data.Refused = f
		query, l.After = search.Query{}, ""
	} else if err != nil {
		return data, err
	}
	data.Written = query.Written
	data.Anonymous, data.Hints, data.All = query.Anonymous, query.Hints, everybody(query.Where)
	filter := contact.Filter{Where: query.Where, Anonymous: query.Anonymous, Also: d.Language.Catalogue, Sort: l.Sort, Asc: l.Asc, BlankLast: true, After: l.After, Limit: l.Size, CountTo: countedTo}
	if data.Page, err = contact.List(ctx, d.DB, filter); err != nil {
		return data, err
	}
	if data.Fields, err = field.Of(ctx, d.DB); err != nil {
		return data, err
	}
	if data.Saved, err = view.List(ctx, d.DB, viewedList, web.User(ctx).ID); err != nil {
		return data, err
	}
	var shown []id.Contact
	for _, c := range data.Page.Contacts {
		shown = append(shown, c.ID)
	}
	if data.Tags, err = label.Of(ctx, d.DB, shown); err != nil {
		return data, err
	}
	if data.AllTags, err = label.All(ctx, d.DB, mostOffered); err != nil {
		return data, err
	}
	if slices.Contains(l.Columns, columnStage) {
		if data.Stages, err = d.stageNames(ctx, shown); err != nil {
			return data, err
		}
	}
	data.Found, data.Exact = data.Page.Found, data.Page.Exact
	known, all, err := report.People(ctx, d.DB)
	if err != nil {
		return data, err
	}
	data.Known, data.Created = int(known), int(all)
	var curves map[activity.Kind][]int64
	curves, err = report.Daily(ctx, d.DB, d.Clock(), chartDays, visit.KindPageViewed, contact.KindIdentified)
	data.Views, data.Joined = curves[visit.KindPageViewed], curves[contact.KindIdentified]
	return data, err
}

// everybody tells whether a condition asks for nothing but visitors.
func everybody(n rule.Node) bool {
	switch n := n.(type) {
	case nil:
		return true
	case rule.Cond:
		return n.Field == "anonymous"
	case rule.All:
		return !slices.ContainsFunc(n, func(n rule.Node) bool { return !everybody(n) })
	}
	return false
}

func (d Deps) list(w http.ResponseWriter, r *http.Request) error {
	first, err := d.first(r.Context(), r)
	if err != nil {
		return err
	}
	if first != "" {
		return web.Redirect(w, r, first)
	}
	l := readListRequest(r.URL.Query())
	for way, places := range map[string]int{"left": -1, "right": 1} {
		if name := r.URL.Query().Get(way); name != "" {
			return web.Redirect(w, r, l.movedColumn(name, places).url())
		}
	}
	data, err := d.load(r.Context(), l)
	if err != nil {
		return err
	}
	v := newListView(r.Context(), d.Clock(), l, data)
	if v.Conditions, err = d.chips(r.Context(), l, data.Written); err != nil {
		return err
	}
	v.Snippet = web.TrackingSnippet(d.BaseURL)
	return web.Show(w, r, web.View{Title: i18n.T(r.Context(), "contactpage.title|Contacts"), Section: layout.Contacts, Body: listPage(v)})
}

// listView is the list of contacts.
type listView struct {
	Under   string
	Search  string
	Kept    []ui.Choice // what is kept beside the search
	Visible toggle
	Cards   bool
	// AsTable and AsCards are the addresses of the two faces.
	AsTable, AsCards string
	Sorts            []filterChip
	Sizes            []filterChip
	Tags             []filterChip
	Views            listViews
	Conditions       conditionChips
	Hints            []string
	Refused          string
	Heads            []ui.Column
	Columns          []column // those of the table
	Offered          []column // all that can be chosen
	ColumnsKept      []ui.Choice
	FirstWidth       string // of the column of the name, as an address has it
	UsualColumns     string // address of the list with these; empty where it has them
	Rows             []listRow
	Cursor           ui.Cursor
	Chart            ui.Chart
	Foreign          bool // the days of the chart are not those of who looks
	State            listState
	Snippet          string
	All              string // address of the list without a search
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
	Score    int // Points as a number
	Share    int // of the most points on this page, in hundredths; negative points have none
	Active   string
	ActiveAt string
	Number   string
	Tags     []tagView
	Stage    string
	Cells    []string // by column, for those without a face of their own
}

func newListView(ctx context.Context, now time.Time, l listRequest, data listData) listView {
	if data.Fields == nil {
		data.Fields = field.Standard()
	}
	all := offered(ctx, l, data.Fields)
	v := listView{
		Search: l.Search, Heads: heads(ctx, l, data.Anonymous, chosen(all)), Columns: chosen(all), Offered: all, ColumnsKept: l.keptWith(l.Search), Chart: newChart(ctx, now, data), Cards: l.Cards,
		Visible: toggle{On: data.Anonymous, URL: l.with(func(l *listRequest) { l.Search = toggleAnonymous(ctx, l.Search, data.Anonymous) })},
		AsTable: l.with(func(to *listRequest) { to.Cards, to.After = false, l.After }),
		AsCards: l.with(func(to *listRequest) { to.Cards, to.After = true, l.After }),
		All:     l.with(func(l *listRequest) { l.Search = "" }),
		Kept:    l.kept(), Sorts: sorts(ctx, l, data.Anonymous), Tags: tagChips(l, data.AllTags), Views: newListViews(ctx, l, data.Saved),
	}
	if l.Widths[columnContact] > 0 {
		v.FirstWidth = l.columnValue(columnContact)
	}
	if len(l.columnValues()) > 0 {
		v.UsualColumns = l.with(func(l *listRequest) { l.Columns, l.Widths = nil, nil })
	}
	_, offset := now.In(i18n.Zone(ctx)).Zone()
	v.Foreign = offset != 0
	for _, n := range pageSizes {
		v.Sizes = append(v.Sizes, filterChip{i18n.Number(ctx, n), l.with(func(l *listRequest) { l.Size = n }), n == l.Size})
	}
	visitors := max(data.Created-data.Known, 0)
	v.Under = i18n.N(ctx, data.Known, "contactpage.totals|%s known · %s|%s known · %s", amount(ctx, data.Known),
		i18n.N(ctx, visitors, "contactpage.visitors|%s visitor|%s visitors", amount(ctx, visitors)))
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
		row.Tags, row.Stage = tagViews(data.Tags[c.ID]), data.Stages[c.ID]
		for _, of := range v.Columns {
			row.Cells = append(row.Cells, cell(ctx, c, row, of))
		}
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
	v.Cursor = listCursor(ctx, l, data)
	return v
}

// listCursor says how many there are, as exactly as it is known, and leads to
// the neighbouring pages.
func listCursor(ctx context.Context, l listRequest, data listData) ui.Cursor {
	found, n := i18n.Number(ctx, data.Found), data.Found
	switch {
	case data.Exact:
	case data.All && !data.Anonymous && data.Known > n:
		n = data.Known
		found = amount(ctx, n)
	case data.All && data.Anonymous && data.Created-data.Known > n:
		n = data.Created - data.Known
		found = amount(ctx, n)
	default:
		found = i18n.T(ctx, "contactpage.found.more|more than %s", found)
	}
	c := ui.Cursor{Shown: i18n.N(ctx, n, "contactpage.found|%s contact|%s contacts", found)}
	if data.Anonymous {
		c.Shown = i18n.N(ctx, n, "contactpage.found.visitors|%s found|%s found", found)
	}
	next := l
	if next.After = data.Page.Next; next.After != "" {
		c.Next = next.url()
	}
	if next.After = data.Page.Previous; next.After != "" {
		c.Previous = next.url()
	}
	return c
}

// amount is a number of contacts: a large one is only said about, because it
// changes while one reads.
func amount(ctx context.Context, n int) string {
	if n < 100_000 {
		return i18n.Number(ctx, n)
	}
	return i18n.T(ctx, "contactpage.about|about %s", i18n.Compact(ctx, n))
}

// about is where a contact works and lives.
func (r listRow) about() string { return strings.Join(details(r.Company, r.Location), " · ") }

// help explains the search.
func (d Deps) help(w http.ResponseWriter, r *http.Request) error {
	return web.Show(w, r, web.View{Title: i18n.T(r.Context(), "contactpage.help|How to search"), Section: layout.Contacts, Body: helpPage()})
}

func newListRow(ctx context.Context, now time.Time, c contact.Contact, most int) listRow {
	row := listRow{
		Person: person(ctx, c), Company: c.Fields["company"], Location: location(ctx, c), Points: i18n.Number(ctx, c.Points), Score: c.Points,
		Number: strconv.FormatInt(int64(c.ID), 10),
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

// location is where a contact lives, in the order of contact.SortPlace.
func location(ctx context.Context, c contact.Contact) string {
	return strings.Join(details(c.Fields["city"], c.Fields["state"], field.CountryName(c.Fields["country"], i18n.Lang(ctx))), ", ")
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
