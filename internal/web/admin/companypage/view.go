package companypage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/company"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	peoplePage = 20
	threadPage = 50
	mostNotes  = 100
	// span is how many days the curve shows.
	span = 90
)

// The parts of the page.
const (
	tabThread = ""
	tabPeople = "people"
	tabNotes  = "notes"
)

// viewRequest is what the address of the page says.
type viewRequest struct {
	Tab    string
	Before company.Place  // on the joint thread
	After  company.Person // among the people
}

func readViewRequest(q url.Values) viewRequest {
	r := viewRequest{Tab: q.Get("tab")}
	if r.Tab != tabPeople && r.Tab != tabNotes {
		r.Tab = tabThread
	}
	if n := numbers(q.Get("before"), 3); n != nil {
		r.Before = company.Place{At: db.Time(n[0]), Contact: id.Contact(n[1]), Event: id.Event(n[2])}
	}
	if n := numbers(q.Get("after"), 2); n != nil {
		r.After = company.Person{Last: db.Time(n[0]), Contact: id.Contact(n[1])}
	}
	return r
}

// numbers reads so many numbers with a dash between them, nil where they are none.
func numbers(text string, n int) []int64 {
	parts := strings.Split(text, "-")
	if len(parts) != n {
		return nil
	}
	var list []int64
	for _, part := range parts {
		number, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil
		}
		list = append(list, number)
	}
	return list
}

func (r viewRequest) url(c id.Company) string {
	q := url.Values{}
	if r.Tab != tabThread {
		q.Set("tab", r.Tab)
	}
	if !r.Before.At.IsZero() {
		q.Set("before", strings.Join([]string{strconv.FormatInt(db.Millis(r.Before.At), 10), strconv.FormatInt(int64(r.Before.Contact), 10), strconv.FormatInt(int64(r.Before.Event), 10)}, "-"))
	}
	if r.After.Contact != 0 {
		q.Set("after", strconv.FormatInt(db.Millis(r.After.Last), 10)+"-"+strconv.FormatInt(int64(r.After.Contact), 10))
	}
	if len(q) == 0 {
		return at("view", c)
	}
	return at("view", c) + "?" + q.Encode()
}

// companyView is the page of one company.
type companyView struct {
	Name, Under, Here              string
	Score, People, PeopleURL       string
	ScoreNumber, Count             int
	EditURL, MergeURL, DeleteURL   string
	Groups                         []factGroup
	Empty                          []string
	About                          []fact
	Tags                           []string
	TagsURL, NotesURL, SeparateURL string
	Merged                         []mergedRow
	Underway                       []progressRow
	Tabs                           []tab
	Tab                            string
	Thread                         ui.Thread
	Top                            string // leads back to the latest; empty there
	Crew                           []personRow
	Next, First                    string
	Notes                          []noteRow
	Note                           ui.Input
	Figures                        figureView
}

type tab struct {
	Label, URL, Count string
	On                bool
}

type fact struct {
	Label, Value, URL, Title string
	Long                     bool
}

type factGroup struct {
	Title string
	Facts []fact
}

type mergedRow struct{ Name, Action string }

type personRow struct {
	Person                    ui.Person
	Position, Email, When, At string
	Primary                   bool
}

type noteRow struct{ Number, Text, By, When, Full string }

func (d Deps) find(r *http.Request) (company.Company, error) {
	number, err := web.PathID[id.Company](r, "id")
	if err != nil {
		return company.Company{}, err
	}
	return company.Find(r.Context(), d.DB, number)
}

func (d Deps) view(w http.ResponseWriter, r *http.Request) error {
	c, err := d.find(r)
	if err != nil {
		return err
	}
	request := readViewRequest(r.URL.Query())
	if strconv.FormatInt(int64(c.ID), 10) != r.PathValue("id") {
		return web.Redirect(w, r, request.url(c.ID))
	}
	return d.showCompany(w, r, c, request, "", nil)
}

func (d Deps) showCompany(w http.ResponseWriter, r *http.Request, c company.Company, request viewRequest, typed string, refused *fault.Error) error {
	ctx := r.Context()
	v, err := d.newView(ctx, c, request)
	if err != nil {
		return err
	}
	status := http.StatusOK
	v.Note = ui.Input{Name: "text", Type: "textarea", Rows: 3, Label: i18n.T(ctx, "companypage.note|Write a note"), Value: typed}
	if refused != nil {
		status, v.Note.Wrong = http.StatusUnprocessableEntity, refused.Fields["text"]
	}
	return web.Show(w, r, web.View{Title: c.Name(), Section: layout.Companies, Status: status, Body: companyPage(v)})
}

func (d Deps) newView(ctx context.Context, c company.Company, request viewRequest) (v companyView, err error) {
	v = companyView{Name: c.Name(), Under: joined(industry(ctx, c), placeOf(ctx, c)), Here: at("view", c.ID), Score: i18n.Number(ctx, c.Score), ScoreNumber: c.Score,
		People: i18n.Number(ctx, c.People), Count: c.People, PeopleURL: contactsURL(c.ID), EditURL: at("edit", c.ID), MergeURL: at("merge", c.ID), DeleteURL: at("delete", c.ID),
		TagsURL: at("tags", c.ID), NotesURL: at("notes", c.ID), Tab: request.Tab}
	set, err := field.OfCompanies(ctx, d.DB)
	if err != nil {
		return v, err
	}
	v.addFacts(ctx, set, c)
	owners, err := d.owners(ctx)
	if err != nil {
		return v, err
	}
	v.addAbout(ctx, c, owners)
	if v.Tags, err = company.Tags(ctx, d.DB, c.ID); err != nil {
		return v, err
	}
	merged, err := company.Merged(ctx, d.DB, c.ID)
	if err != nil {
		return v, err
	}
	for _, m := range merged {
		v.Merged = append(v.Merged, mergedRow{m.Name(), at("separate", m.ID)})
	}
	if v.Underway, err = d.underway(ctx); err != nil {
		return v, err
	}
	now := d.Clock()
	figures, err := company.Figures(ctx, d.DB, c.ID, now.AddDate(0, 0, 1-span))
	if err != nil {
		return v, err
	}
	v.Figures = newFigureView(ctx, now, figures)
	notes, err := company.Notes(ctx, d.DB, c.ID, mostNotes)
	if err != nil {
		return v, err
	}
	for _, n := range notes {
		v.Notes = append(v.Notes, noteRow{strconv.FormatInt(n.ID, 10), n.Text, n.AuthorName, i18n.Ago(ctx, now, n.Added), i18n.DateTime(ctx, n.Added)})
	}
	v.addTabs(ctx, c, request)
	switch request.Tab {
	case tabPeople:
		return v, d.addPeople(ctx, c, request, &v)
	case tabNotes:
		return v, nil
	}
	return v, d.addThread(ctx, c, request, &v)
}

func (v *companyView) addTabs(ctx context.Context, c company.Company, request viewRequest) {
	v.Tabs = []tab{
		{Label: i18n.T(ctx, "companypage.tab.thread|Joint thread"), URL: tabThread},
		{Label: i18n.T(ctx, "companypage.tab.people|People"), URL: tabPeople, Count: v.People},
		{Label: i18n.T(ctx, "companypage.tab.notes|Notes"), URL: tabNotes},
	}
	if len(v.Notes) > 0 {
		v.Tabs[2].Count = i18n.Number(ctx, len(v.Notes))
	}
	for i, t := range v.Tabs {
		v.Tabs[i].On, v.Tabs[i].URL = t.URL == request.Tab, viewRequest{Tab: t.URL}.url(c.ID)+"#parts"
	}
}

func (d Deps) addThread(ctx context.Context, c company.Company, request viewRequest, v *companyView) error {
	events, err := company.Thread(ctx, d.DB, c.ID, request.Before, threadPage+1)
	if err != nil {
		return err
	}
	more := len(events) > threadPage
	events = events[:min(len(events), threadPage)]
	if v.Thread, err = d.Tell(ctx, events); err != nil {
		return err
	}
	if more {
		v.Thread.More = viewRequest{Before: company.PlaceOf(events[threadPage-1])}.url(c.ID) + "#parts"
	}
	if !request.Before.At.IsZero() {
		v.Top = v.Here + "#parts"
	}
	return nil
}

func (d Deps) addPeople(ctx context.Context, c company.Company, request viewRequest, v *companyView) error {
	crew, err := company.People(ctx, d.DB, c.ID, request.After, peoplePage)
	if err != nil {
		return err
	}
	var numbers []id.Contact
	for _, p := range crew.People {
		numbers = append(numbers, p.Contact)
	}
	people, err := contact.Some(ctx, d.DB, numbers)
	if err != nil {
		return err
	}
	members, err := company.Of(ctx, d.DB, numbers)
	if err != nil {
		return err
	}
	for _, p := range crew.People {
		one, found := people[p.Contact]
		if !found {
			continue
		}
		list := members[p.Contact]
		v.Crew = append(v.Crew, personRow{Person: person(ctx, one), Position: one.Fields["position"], Email: one.Fields["email"], When: i18n.Ago(ctx, d.Clock(), p.Last),
			At: i18n.DateTime(ctx, p.Last), Primary: len(list) > 0 && list[0].Primary && list[0].Company.ID == c.ID})
	}
	if crew.Next.Contact != 0 {
		v.Next = viewRequest{Tab: tabPeople, After: crew.Next}.url(c.ID) + "#parts"
	}
	if request.After.Contact != 0 {
		v.First = viewRequest{Tab: tabPeople}.url(c.ID) + "#parts"
	}
	return nil
}

func person(ctx context.Context, c contact.Contact) ui.Person {
	p := ui.Person{Name: c.Name, URL: web.ContactURL(c.ID), Known: !c.Anonymous(), Sample: c.Sample}
	if p.Name == "" {
		p.Name = i18n.T(ctx, "companypage.anonymous|Anonymous visitor")
	}
	return p
}

func (v *companyView) addFacts(ctx context.Context, set *field.Set, c company.Company) {
	for _, g := range field.Groups() {
		group := factGroup{Title: g.Name(ctx)}
		for _, f := range set.Group(g) {
			value := c.Fields[f.Alias]
			switch {
			case f.Alias == field.CompanyName:
			case value == "":
				v.Empty = append(v.Empty, f.Name(ctx))
			default:
				group.Facts = append(group.Facts, newFact(ctx, f, value))
			}
		}
		if len(group.Facts) > 0 {
			v.Groups = append(v.Groups, group)
		}
	}
}

func newFact(ctx context.Context, f field.Field, value string) fact {
	out := fact{Label: f.Name(ctx), Value: inWords(ctx, f, value), Long: f.Type.Long()}
	switch f.Type {
	case field.Email:
		out.URL = "mailto:" + value
	case field.Tel:
		out.URL = "tel:" + strings.Join(strings.Fields(value), "")
	case field.URL:
		if u, err := url.Parse(value); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
			out.URL = value
		}
	}
	return out
}

// inWords is a value as people read it.
func inWords(ctx context.Context, f field.Field, value string) string {
	switch f.Type {
	case field.Country:
		return field.CountryName(value, i18n.Lang(ctx))
	case field.Datetime:
		if at, err := time.Parse(field.DatetimeLayout, value); err == nil {
			return i18n.DateTime(ctx, at)
		}
	case field.Date:
		if at, err := time.ParseInLocation(time.DateOnly, value, i18n.Zone(ctx)); err == nil {
			return i18n.Date(ctx, at)
		}
	case field.Multiselect:
		label, _ := f.Labelled(value)
		return strings.ReplaceAll(label, field.Between, ", ")
	case field.Select:
		if label := field.IndustryName(value, i18n.Lang(ctx)); label != value {
			return label
		}
	}
	label, _ := f.Labelled(value)
	return label
}

func industry(ctx context.Context, c company.Company) string {
	return field.IndustryName(c.Fields["companyindustry"], i18n.Lang(ctx))
}

func placeOf(ctx context.Context, c company.Company) string {
	var list []string
	for _, text := range []string{c.Fields["companycity"], c.Fields["companystate"], field.CountryName(c.Fields["companycountry"], i18n.Lang(ctx))} {
		if text != "" {
			list = append(list, text)
		}
	}
	return strings.Join(list, ", ")
}

func (v *companyView) addAbout(ctx context.Context, c company.Company, owners map[id.User]string) {
	add := func(label, value, title string) {
		if value != "" {
			v.About = append(v.About, fact{Label: label, Value: value, Title: title})
		}
	}
	add(i18n.T(ctx, "companypage.owner|Owner"), owners[c.Owner], "")
	add(i18n.T(ctx, "companypage.added|Added"), joined(i18n.Date(ctx, c.Added), c.CreatedByUser), i18n.DateTime(ctx, c.Added))
	if !c.Modified.IsZero() {
		add(i18n.T(ctx, "companypage.modified|Changed"), joined(i18n.Date(ctx, c.Modified), c.ModifiedByUser), i18n.DateTime(ctx, c.Modified))
	}
	add(i18n.T(ctx, "companypage.number|Number"), strconv.FormatInt(int64(c.ID), 10), "")
}

// figureView is the curve of what the people of a company did, and the same as a table.
type figureView struct {
	Chart ui.Chart
	Days  []figureDay
}

type figureDay struct {
	Day, Short, Full string
	Pages, Forms     int
}

func newFigureView(ctx context.Context, now time.Time, figures []company.Figure) figureView {
	var v figureView
	counts := map[string]map[activity.Kind]int{}
	for _, f := range figures {
		counts[f.Day.Format(time.DateOnly)] = f.Events
	}
	views, forms := 0, 0
	for i := span - 1; i >= 0; i-- {
		y, m, d := now.UTC().AddDate(0, 0, -i).Date()
		at := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
		of := counts[at.Format(time.DateOnly)]
		one := figureDay{Day: i18n.Date(ctx, at), Short: i18n.ShortDate(ctx, at), Pages: of[visit.KindPageViewed], Forms: of[form.KindSubmitted]}
		one.Full = one.Day + " · " + i18n.N(ctx, one.Pages, "companypage.figure.views|%s page view|%s page views", i18n.Number(ctx, one.Pages)) + " · " +
			i18n.N(ctx, one.Forms, "companypage.figure.forms|%s form|%s forms", i18n.Number(ctx, one.Forms))
		v.Days = append(v.Days, one)
		v.Chart.Points = append(v.Chart.Points, ui.ChartPoint{Label: one.Short, Full: one.Full, Line: one.Pages, Dots: one.Forms})
		views, forms = views+one.Pages, forms+one.Forms
	}
	v.Chart.Title = i18n.T(ctx, "companypage.figures|What the people of the company did in the last %d days", span)
	v.Chart.Lines = ui.ChartSeries{Label: i18n.T(ctx, "companypage.figures.views|Page views"), Total: i18n.Number(ctx, views)}
	v.Chart.Dots = ui.ChartSeries{Label: i18n.T(ctx, "companypage.figures.forms|Forms submitted"), Total: i18n.Number(ctx, forms)}
	return v
}
