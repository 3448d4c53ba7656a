package systempage

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/web"
)

// Deps is what this page works with.
type Deps struct {
	DB     *db.DB
	Clock  clock.Clock
	Runner *activity.Runner
	// Problems tells what else needs attention; nil for nothing.
	Problems func(ctx context.Context) []string
	// Waiting is how many page views wait to be stored; nil where none do.
	Waiting func() int
	// Kinds are all kinds of event, for their names.
	Kinds []activity.Definition
}

// Routes are the page and its buttons.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/system", Permission: web.Admin, Handler: d.show},
		{Pattern: "POST /s/system/jobs/{id}/retry", Permission: web.Admin, Handler: d.retryJob},
		{Pattern: "POST /s/system/readers/{name}/replay", Permission: web.Admin, Handler: d.replay},
		{Pattern: "POST /s/system/events/{id}/retry", Permission: web.Admin, Handler: d.retryEvent},
	}
}
