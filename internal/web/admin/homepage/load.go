package homepage

import (
	"context"
	"slices"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/job"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/report"
	"ariane/internal/visit"
)

const (
	week      = 7
	chartDays = 30
	// latestPeople is how many of those identified last are shown.
	latestPeople = 6
	// latestViews bounds the page views that sources and pages are taken from.
	latestViews = 500
	// countedFailures bounds the jobs that are counted as failed.
	countedFailures = 100
)

// counted are the kinds with a number of their own.
var counted = []activity.Kind{contact.KindCreated, contact.KindIdentified, visit.KindPageViewed, form.KindSubmitted}

// homeData is what the page shows.
type homeData struct {
	// Daily are the events of each kind by day, today last.
	Daily map[activity.Kind][]int64
	// Ever are the events of each kind of all time.
	Ever   map[activity.Kind]int64
	People []contact.Contact
	// Views are the page views of the last week, the latest first. Part tells
	// that they are not all.
	Views  []view
	Part   bool
	Forms  int
	System systemData
}

// view is a page view.
type view struct {
	visit.PageView
	Contact id.Contact
	At      time.Time
}

// systemData tells whether everything runs.
type systemData struct {
	Problems []string
	Readers  []activity.Progress
	Failed   int // jobs
	Missed   int // tasks
	// Seen is when each site was last viewed, by host.
	Seen map[string]time.Time
}

func (d Deps) load(ctx context.Context) (homeData, error) {
	var data homeData
	var err error
	if data.Daily, err = report.Daily(ctx, d.DB, d.Clock(), chartDays, counted...); err != nil {
		return data, err
	}
	if data.Ever, err = report.Totals(ctx, d.DB, counted...); err != nil {
		return data, err
	}
	people, err := contact.List(ctx, d.DB, contact.Filter{Sort: contact.SortIdentified, Limit: latestPeople})
	if err != nil {
		return data, err
	}
	data.People = people.Contacts
	if data.Views, data.Part, err = d.latestViews(ctx); err != nil {
		return data, err
	}
	if data.Forms, err = form.Count(ctx, d.DB, form.Filter{}); err != nil {
		return data, err
	}
	data.System, err = d.system(ctx)
	return data, err
}

// latestViews reads the page views of the last week, so many at most.
func (d Deps) latestViews(ctx context.Context) (list []view, part bool, err error) {
	latest, err := activity.Everybody(ctx, d.DB, activity.Crowd{Kinds: []activity.Kind{visit.KindPageViewed}, Limit: latestViews})
	if err != nil {
		return nil, false, err
	}
	since := d.Clock().AddDate(0, 0, -week)
	events := slices.DeleteFunc(latest.Events, func(e activity.Event) bool { return e.At.Before(since) })
	views, err := visit.PageViews(ctx, d.DB, events)
	if err != nil {
		return nil, false, err
	}
	for _, e := range events {
		list = append(list, view{views[e.ID], e.Contact, e.At})
	}
	return list, len(events) == latestViews, nil
}

func (d Deps) system(ctx context.Context) (systemData, error) {
	var data systemData
	var err error
	if d.Problems != nil {
		data.Problems = d.Problems(ctx)
	}
	if data.Readers, err = d.Runner.Progress(ctx); err != nil {
		return data, err
	}
	failed, err := job.Failed(ctx, d.DB, countedFailures)
	if err != nil {
		return data, err
	}
	data.Failed = len(failed)
	turns, err := job.Turns(ctx, d.DB)
	if err != nil {
		return data, err
	}
	for _, t := range turns {
		if t.Error != "" {
			data.Missed++
		}
	}
	data.Seen, err = visit.Sites(ctx, d.DB)
	return data, err
}
