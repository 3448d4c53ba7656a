package api

import (
	"ariane/internal/activity"
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/search"
	"ariane/internal/web"
)

// Deps is what this door needs.
type Deps struct {
	DB    *db.DB
	Clock clock.Clock
	// Language is what the parameter search understands.
	Language search.Language
	// Kinds are all kinds of events there are.
	Kinds []activity.Definition
}

type door struct {
	Deps
	totals totals
}

// Routes lists the addresses of this door.
func Routes(d Deps) []web.Route {
	a := &door{Deps: d}
	var routes []web.Route
	for _, prefix := range []string{"/api", "/index.php/api"} {
		add := func(method, path string, h web.Handler) {
			routes = append(routes, web.Route{Pattern: method + " " + prefix + path, Permission: web.API, Handler: answer(h)})
		}
		add("GET", "/contacts", a.contacts)
		add("GET", "/contacts/{$}", a.contacts)
		add("GET", "/contacts/{id}", a.contact)
		add("GET", "/contacts/{id}/activity", a.activity)
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			add(method, "/", notFound)
		}
	}
	return routes
}
