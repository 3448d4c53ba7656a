package findpage

import (
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/search"
	"ariane/internal/web"
)

// Deps is what the page works with.
type Deps struct {
	DB    *db.DB
	Clock clock.Clock
	// Language is what searches for contacts understand.
	Language search.Language
}

// Routes is the page.
func Routes(d Deps) []web.Route {
	return []web.Route{{Pattern: "GET /s/find", Permission: web.SignedIn, Handler: d.find}}
}
