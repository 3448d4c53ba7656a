package peoplepage

import (
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/web"
)

// Deps is what these pages work with.
type Deps struct {
	DB    *db.DB
	Clock clock.Clock
	// BaseURL is the public address, without slash at the end.
	BaseURL string
}

// Routes are the pages about users.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/users", Permission: web.Admin, Handler: d.list},
		{Pattern: "GET /s/users/new", Permission: web.Admin, Handler: d.showNew},
		{Pattern: "POST /s/users/new", Permission: web.Admin, Handler: d.create},
		{Pattern: "GET /s/users/{id}", Permission: web.Admin, Handler: d.showEdit},
		{Pattern: "POST /s/users/{id}", Permission: web.Admin, Handler: d.save},
		{Pattern: "POST /s/users/{id}/active", Permission: web.Admin, Handler: d.setActive},
		{Pattern: "POST /s/users/{id}/link", Permission: web.Admin, Handler: d.openLink},
		{Pattern: "POST /s/users/{id}/logins/{login}/end", Permission: web.Admin, Handler: d.endLogIn},
	}
}
