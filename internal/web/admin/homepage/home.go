package homepage

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/user"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// silence is after how long without a page view the page says so.
const silence = 24 * time.Hour

func (d Deps) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	data, err := d.load(ctx)
	if err != nil {
		return err
	}
	v := newHomeView(ctx, d.Clock(), web.User(ctx), data)
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "home.title|Home"), Section: layout.Home, Body: homePage(v)})
}

// homeView is the page.
type homeView struct {
	Hello, Today string
	Steps        []step // what is still to be set up; empty once all is done
	// Quiet tells that nothing has happened yet: there is nothing to show.
	Quiet   bool
	Figures []figure
	Chart   ui.Chart
	People  []known
	Sources []bar
	Pages   []bar
	Sample  string // what sources and pages are taken from
	System  systemView
}

// step is one thing to do in a new installation.
type step struct {
	Title, Text, URL, Action string
	Done                     bool
}

// figure is a number of this week beside the one of the week before.
type figure struct {
	Label, Icon, URL string
	Tone             ui.Tone
	Week, Today      string
	Trend            string
	Better           bool
}

// known is somebody who became known.
type known struct {
	Person     ui.Person
	When, Full string
}

// systemView tells whether everything runs.
type systemView struct {
	Well    bool
	Verdict string
	Lines   []systemLine
	URL     string // of the page that says more, empty for who may not see it
}

type systemLine struct {
	Tone        ui.Tone
	Label, Text string
}

func newHomeView(ctx context.Context, now time.Time, u user.User, data homeData) homeView {
	admin := u.Role == user.Admin
	v := homeView{
		Hello: i18n.T(ctx, "home.hello|Hello %s", firstName(u)), Today: i18n.LongDate(ctx, now),
		Quiet: data.Ever[visit.KindPageViewed] == 0 && data.Ever[contact.KindCreated] == 0,
		Steps: steps(ctx, admin, data), Chart: newChart(ctx, now, data),
		Sources: rankSources(ctx, data.Views), Pages: rankPages(ctx, data.Views),
		System: newSystemView(ctx, now, admin, data.System),
		Sample: i18n.T(ctx, "home.sample.week|Last 7 days"),
	}
	if data.Part {
		v.Sample = i18n.T(ctx, "home.sample.part|Last %s page views", i18n.Number(ctx, latestViews))
	}
	for _, f := range []struct {
		kind  activity.Kind
		label string
		icon  string
		tone  ui.Tone
		url   string
	}{
		{contact.KindCreated, i18n.T(ctx, "home.figure.created|New contacts, visitors included"), "user-plus", ui.Grey, "/s/contacts?search=is%3Aanonymous"},
		{contact.KindIdentified, i18n.T(ctx, "home.figure.identified|People identified"), "user-check", ui.Indigo, "/s/contacts?sort=date_identified"},
		{visit.KindPageViewed, i18n.T(ctx, "home.figure.views|Page views"), "eye", ui.Blue, "/s/activity?kind=pages"},
		{form.KindSubmitted, i18n.T(ctx, "home.figure.submissions|Forms submitted"), "forms", ui.Cyan, "/s/activity?kind=forms"},
	} {
		one := newFigure(ctx, data.Daily[f.kind])
		one.Label, one.Icon, one.Tone, one.URL = f.label, f.icon, f.tone, f.url
		v.Figures = append(v.Figures, one)
	}
	for _, c := range data.People {
		v.People = append(v.People, known{person(c), i18n.Ago(ctx, now, c.Identified), i18n.DateTime(ctx, c.Identified)})
	}
	return v
}

func firstName(u user.User) string {
	if u.FirstName != "" {
		return u.FirstName
	}
	return u.Name()
}

func person(c contact.Contact) ui.Person {
	p := ui.Person{Name: c.Name, URL: web.ContactURL(c.ID), Known: !c.Anonymous(), Sample: c.Sample}
	var under []string
	for _, alias := range []string{"company", "email"} {
		if value := c.Fields[alias]; value != "" && value != c.Name {
			under = append(under, value)
		}
	}
	p.Under = strings.Join(under, " · ")
	return p
}

// steps is the way from an empty installation to the first visitor.
func steps(ctx context.Context, admin bool, data homeData) []step {
	list := []step{
		{Title: i18n.T(ctx, "home.step.site|Connect your web site"), Done: len(data.System.Seen) > 0,
			Text: i18n.T(ctx, "home.step.site.text|Copy one line of HTML into its pages. From then on, each visitor has a thread of their own."),
			URL:  "/s/tracking", Action: i18n.T(ctx, "home.step.site.action|Get the line")},
		{Title: i18n.T(ctx, "home.step.form|Create a form"), Done: data.Forms > 0,
			Text: i18n.T(ctx, "home.step.form.text|When a visitor fills it in, you learn the name, and what the person did before stays attached to it."),
			URL:  "/s/forms/new", Action: i18n.T(ctx, "home.step.form.action|Create a form")},
		{Title: i18n.T(ctx, "home.step.visitor|Meet your first visitor"), Done: data.Ever[visit.KindPageViewed] > 0,
			Text: i18n.T(ctx, "home.step.visitor.text|Open your site in another tab, then look here again: the visitor is you."),
			URL:  "/s/activity", Action: i18n.T(ctx, "home.step.visitor.action|Watch the activity")},
	}
	if !slices.ContainsFunc(list, func(s step) bool { return !s.Done }) {
		return nil
	}
	if !admin {
		list[0].URL = ""
	}
	return list
}

// newFigure compares the last seven days with the seven before.
func newFigure(ctx context.Context, daily []int64) figure {
	sum := func(days []int64) (n int) {
		for _, d := range days {
			n += int(d)
		}
		return n
	}
	n := len(daily)
	this, before := sum(daily[n-week:]), sum(daily[n-2*week:n-week])
	f := figure{
		Week: i18n.Number(ctx, this), Today: i18n.T(ctx, "home.today|%s today", i18n.Number(ctx, int(daily[n-1]))),
		Better: this > before,
	}
	switch {
	case before == 0 && this == 0:
	case before == 0:
		f.Trend = i18n.T(ctx, "home.trend.none|none the week before")
	case this == before:
		f.Trend = i18n.T(ctx, "home.trend.same|as the week before")
	default:
		percent := i18n.Number(ctx, 100*max(this-before, before-this)/before)
		if f.Better {
			f.Trend = i18n.T(ctx, "home.trend.more|%s%% more than the week before", percent)
		} else {
			f.Trend = i18n.T(ctx, "home.trend.less|%s%% less than the week before", percent)
		}
	}
	return f
}

// newChart sets new contacts against those who became known, by day.
func newChart(ctx context.Context, now time.Time, data homeData) ui.Chart {
	created, identified := data.Daily[contact.KindCreated], data.Daily[contact.KindIdentified]
	c := ui.Chart{Title: i18n.T(ctx, "home.chart|New contacts and people identified in the last %d days", chartDays)}
	var all, named int64
	for i := range created {
		day := now.UTC().AddDate(0, 0, i+1-len(created))
		full := i18n.Date(ctx, day) + " · " +
			i18n.N(ctx, int(created[i]), "home.chart.created|%s new contact|%s new contacts", i18n.Number(ctx, int(created[i]))) + " · " +
			i18n.N(ctx, int(identified[i]), "home.chart.identified|%s identified|%s identified", i18n.Number(ctx, int(identified[i])))
		c.Points = append(c.Points, ui.ChartPoint{Label: i18n.ShortDate(ctx, day), Full: full, Line: int(created[i]), Dots: int(identified[i])})
		all, named = all+created[i], named+identified[i]
	}
	c.Lines = ui.ChartSeries{Label: i18n.T(ctx, "home.chart.lines|New contacts"), Total: i18n.Number(ctx, int(all))}
	c.Dots = ui.ChartSeries{Label: i18n.T(ctx, "home.chart.dots|Identified"), Total: i18n.Number(ctx, int(named))}
	return c
}

func newSystemView(ctx context.Context, now time.Time, admin bool, data systemData) systemView {
	v := systemView{}
	if admin {
		v.URL = "/s/system"
	}
	wrong := func(label, text string) {
		v.Lines = append(v.Lines, systemLine{ui.Amber, label, text})
	}
	for _, p := range data.Problems {
		wrong(i18n.T(ctx, "home.system.attention|Needs attention"), p)
	}
	behind, aside := 0, 0
	for _, p := range data.Readers {
		behind, aside = behind+int(p.Behind), aside+p.Faults
	}
	if aside > 0 {
		wrong(i18n.T(ctx, "home.system.events|Events"), i18n.N(ctx, aside, "home.system.aside|%s event was set aside|%s events were set aside", i18n.Number(ctx, aside)))
	}
	if data.Failed > 0 {
		wrong(i18n.T(ctx, "home.system.work|Background work"), i18n.N(ctx, data.Failed, "home.system.failed|%s job failed|%s jobs failed", i18n.Number(ctx, data.Failed)))
	}
	if data.Missed > 0 {
		wrong(i18n.T(ctx, "home.system.tasks|Regular tasks"), i18n.N(ctx, data.Missed, "home.system.missed|%s task failed last time|%s tasks failed last time", i18n.Number(ctx, data.Missed)))
	}
	v.Well = len(v.Lines) == 0
	v.Verdict = i18n.T(ctx, "home.system.well|Everything runs.")
	if !v.Well {
		v.Verdict = i18n.N(ctx, len(v.Lines), "home.system.broken|%s thing needs attention.|%s things need attention.", i18n.Number(ctx, len(v.Lines)))
	}
	reading := systemLine{ui.Green, i18n.T(ctx, "home.system.thread|Thread"), i18n.T(ctx, "home.system.current|read to the end")}
	if behind > 0 {
		reading.Tone, reading.Text = ui.Blue, i18n.N(ctx, behind, "home.system.behind|%s event waits to be read|%s events wait to be read", i18n.Number(ctx, behind))
	}
	v.Lines = append(v.Lines, reading, siteLine(ctx, now, data.Seen))
	return v
}

// siteLine tells which site was viewed last.
func siteLine(ctx context.Context, now time.Time, seen map[string]time.Time) systemLine {
	l := systemLine{ui.Grey, i18n.T(ctx, "home.system.sites|Sites"), i18n.T(ctx, "home.system.no_site|no site has sent a page view yet")}
	var host string
	var last time.Time
	for h, at := range seen {
		if at.After(last) || at.Equal(last) && h < host {
			host, last = h, at
		}
	}
	switch {
	case host == "":
	case now.Sub(last) > silence:
		l.Tone, l.Text = ui.Amber, i18n.T(ctx, "home.system.silent|no page view since %s, from %s", i18n.DateTime(ctx, last), host)
	default:
		l.Tone, l.Text = ui.Green, i18n.T(ctx, "home.system.sending|%s sent a page view %s", host, i18n.When(ctx, now, last))
	}
	return l
}
