package findpage

import (
	"ariane/internal/base/db"
	"ariane/internal/web"
)

// Deps is what the page works with.
type Deps struct{ DB *db.DB }

// Routes is the page.
func Routes(d Deps) []web.Route {
	return []web.Route{{Pattern: "GET /s/find", Permission: web.SignedIn, Handler: d.find}}
}
