package contactpage

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"ariane/internal/activity"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// liveLines is how many of the latest lines a page that is watched is told: it
// leaves out those that it has.
const liveLines = 20

// live tells the page of a contact what is new on the thread.
func (d Deps) live(w http.ResponseWriter, r *http.Request) error {
	c, err := d.find(r)
	if err != nil {
		return err
	}
	fresh, away := d.Watcher.Subscribe(c.ID)
	defer away()
	return web.Live(w, r, fresh, func(ctx context.Context, _ []activity.Event) (templ.Component, error) { return d.latest(ctx, c.ID) })
}

// latest is the top of a thread, unfolded.
func (d Deps) latest(ctx context.Context, number id.Contact) (templ.Component, error) {
	c, err := contact.Find(ctx, d.DB, number)
	if fault.Is(err, fault.KindNotFound) {
		return nil, nil // deleted meanwhile: there is no more news
	}
	if err != nil {
		return nil, err
	}
	data := viewData{Contact: c}
	if data.Devices, err = visit.Devices(ctx, d.DB, c.ID); err != nil {
		return nil, err
	}
	if err := d.loadTelling(ctx, &data); err != nil {
		return nil, err
	}
	events, err := activity.Thread(ctx, d.DB, c.ID, activity.Page{Limit: liveLines})
	if err != nil {
		return nil, err
	}
	story, err := d.withStory(ctx, c.ID, data.Thread, events)
	if err != nil {
		return nil, err
	}
	story.Flat = true
	thread, err := newThread(ctx, d.Clock(), story)
	if err != nil {
		return nil, err
	}
	return ui.ThreadLines(thread), nil
}
