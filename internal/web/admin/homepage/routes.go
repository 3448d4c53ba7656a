package homepage

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/web"
)

// Deps is what the page works with.
type Deps struct {
	DB     *db.DB
	Clock  clock.Clock
	Runner *activity.Runner
	// Problems tells what else needs attention; nil for nothing.
	Problems func(ctx context.Context) []string
}

// Routes are the page.
func Routes(d Deps) []web.Route {
	return []web.Route{{Pattern: "GET /s/dashboard", Permission: web.SignedIn, Handler: d.show}}
}
