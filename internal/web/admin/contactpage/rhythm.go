package contactpage

import (
	"context"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/i18n"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/visit"
	"ariane/internal/web/ui"
)

// rhythmSpans are the numbers of days that a curve may show: the shortest that
// holds all there is, else the longest.
var rhythmSpans = [...]int{14, 30, 60, rhythmDays}

const (
	rhythmDays = 90
	// rhythmEvents bounds what is counted for the curve.
	rhythmEvents = 20_000
	// rhythmUnit divides every time zone's offset.
	rhythmUnit = 15 * time.Minute
)

// engagements are the kinds that a contact does, not those that are done to it.
var engagements = []activity.Kind{visit.KindPageViewed, form.KindSubmitted}

// rhythm is how much a contact did, by units of time since 1970.
type rhythm struct {
	Counts map[int64]map[activity.Kind]int
	// From is where the counting begins when there was too much to count.
	From time.Time
}

func (d Deps) loadRhythm(ctx context.Context, number id.Contact) (rhythm, error) {
	since, err := activity.Back(ctx, d.DB, number, rhythmEvents)
	if err != nil {
		return rhythm{}, err
	}
	p := activity.Page{Since: since, From: d.Clock().AddDate(0, 0, -rhythmDays-1), Kinds: engagements}
	counts, err := activity.Rhythm(ctx, d.DB, number, p, rhythmUnit)
	return rhythm{counts, since.At}, err
}

// rhythmView is the curve of what a contact did by day of who looks at it, and
// the same as a table.
type rhythmView struct {
	Chart ui.Chart
	Span  int // in days
	Days  []rhythmDay
}

// rhythmDay is a day on which something was done.
type rhythmDay struct {
	Day, Short, Full string // in one word or all: "3 Nov · 2 page views · 1 form"
	Pages, Forms     int
}

func newRhythmView(ctx context.Context, now time.Time, data rhythm) rhythmView {
	var v rhythmView
	zone := i18n.Zone(ctx)
	day := func(t time.Time) time.Time {
		y, m, d := t.In(zone).Date()
		return time.Date(y, m, d, 12, 0, 0, 0, zone)
	}
	counts := map[time.Time]map[activity.Kind]int{}
	today := day(now)
	first := today
	for unit, kinds := range data.Counts {
		d := day(time.Unix(unit*int64(rhythmUnit/time.Second), 0))
		if counts[d] == nil {
			counts[d] = map[activity.Kind]int{}
		}
		for k, n := range kinds {
			counts[d][k] += n
		}
		if d.Before(first) {
			first = d
		}
	}
	for _, v.Span = range rhythmSpans {
		if today.AddDate(0, 0, 1-v.Span).Before(first) {
			break
		}
	}
	views, forms := 0, 0
	for i := v.Span - 1; i >= 0; i-- {
		d := today.AddDate(0, 0, -i)
		if d.Before(data.From) {
			continue
		}
		one := rhythmDay{Day: i18n.Date(ctx, d), Short: i18n.ShortDate(ctx, d), Pages: counts[d][visit.KindPageViewed], Forms: counts[d][form.KindSubmitted]}
		one.Full = one.Day + " · " +
			i18n.N(ctx, one.Pages, "contactpage.chart.day.views|%s page view|%s page views", i18n.Number(ctx, one.Pages)) + " · " +
			i18n.N(ctx, one.Forms, "contactpage.rhythm.day.forms|%s form|%s forms", i18n.Number(ctx, one.Forms))
		v.Days = append(v.Days, one)
		v.Chart.Points = append(v.Chart.Points, ui.ChartPoint{Label: one.Short, Full: one.Full, Line: one.Pages, Dots: one.Forms})
		views, forms = views+one.Pages, forms+one.Forms
	}
	v.Chart.Title = i18n.T(ctx, "contactpage.rhythm|What the contact did in the last %d days", v.Span)
	v.Chart.Lines = ui.ChartSeries{Label: i18n.T(ctx, "contactpage.chart.views|Page views"), Total: i18n.Number(ctx, views)}
	v.Chart.Dots = ui.ChartSeries{Label: i18n.T(ctx, "contactpage.rhythm.forms|Forms submitted"), Total: i18n.Number(ctx, forms)}
	return v
}
