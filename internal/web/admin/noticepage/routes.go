package noticepage

import (
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/web"
)

// Deps is what the page works with.
type Deps struct {
	DB    *db.DB
	Clock clock.Clock
}

// Routes are the page and its buttons.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/notices", Permission: web.SignedIn, Handler: d.list},
		{Pattern: "POST /s/notices/read", Permission: web.SignedIn, Handler: d.readAll},
		{Pattern: "POST /s/notices/{id}/open", Permission: web.SignedIn, Handler: d.open},
		{Pattern: "POST /s/notices/{id}/read", Permission: web.SignedIn, Handler: d.read},
	}
}
