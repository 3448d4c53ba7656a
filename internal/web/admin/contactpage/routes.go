package contactpage

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

// Routes are the pages about contacts.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/contacts", Permission: web.SignedIn, Handler: d.list},
		{Pattern: "GET /s/contacts/view/{id}", Permission: web.SignedIn, Handler: d.view},
	}
}
