package activitypage

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// Deps is what the page works with.
type Deps struct {
	DB *db.DB
	// Watcher tells what is new while the page is looked at.
	Watcher *activity.Watcher
	// Tell lays events out by day, each with whose it is.
	Tell func(ctx context.Context, events []activity.Event) (ui.Thread, error)
}

// Routes are the page and its news.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/activity", Permission: web.SignedIn, Handler: d.show},
		{Pattern: "GET /s/activity/live", Permission: web.SignedIn, Handler: d.live},
	}
}
