package sitepage

import (
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/web"
)

// Deps is what this page works with.
type Deps struct {
	DB    *db.DB
	Clock clock.Clock
	// BaseURL is the public address, without slash at the end.
	BaseURL string
}

// Routes are the page and its form.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/tracking", Permission: web.Admin, Handler: d.show},
		{Pattern: "POST /s/tracking", Permission: web.Admin, Handler: d.save},
	}
}
