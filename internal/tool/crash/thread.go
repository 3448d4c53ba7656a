package crash

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/visit"
)

// Thread counts the page views and submissions of a contact by what is unique in them.
func Thread(ctx context.Context, d *db.DB, contact id.Contact) (pages, notes map[string]int, err error) {
	pages, notes = map[string]int{}, map[string]int{}
	page := activity.Page{Kinds: []activity.Kind{visit.KindPageViewed, form.KindSubmitted}, Limit: 500}
	for {
		events, err := activity.Thread(ctx, d, contact, page)
		if err != nil {
			return nil, nil, err
		}
		views, err := visit.PageViews(ctx, d, events)
		if err != nil {
			return nil, nil, err
		}
		for _, v := range views {
			pages[v.URL]++
		}
		for _, e := range events {
			var s form.Submitted
			if e.Kind != form.KindSubmitted {
				continue
			}
			if err := e.Decode(&s); err != nil {
				return nil, nil, err
			}
			for _, a := range s.Answers {
				if a.Alias == "note" {
					notes[a.Value]++
				}
			}
		}
		if len(events) < page.Limit {
			return pages, notes, nil
		}
		last := events[len(events)-1]
		page.Before = activity.Cursor{At: last.At, ID: last.ID}
	}
}
