package consentpage

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

// Routes are the pages about the permission to write to a contact.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/permission/{id}", Permission: web.SignedIn, Handler: d.show},
		{Pattern: "POST /s/permission/{id}/block", Permission: web.SignedIn, Handler: d.block},
		{Pattern: "POST /s/permission/{id}/allow", Permission: web.SignedIn, Handler: d.allow},
		{Pattern: "POST /s/permission/{id}/preferences", Permission: web.SignedIn, Handler: d.choose},
		{Pattern: "POST /s/permission/{id}/consents", Permission: web.SignedIn, Handler: d.declare},
		{Pattern: "GET /s/permission/{id}/consents.csv", Permission: web.SignedIn, Handler: d.exportCSV},
		{Pattern: "GET /s/permission/{id}/consents.json", Permission: web.SignedIn, Handler: d.exportJSON},
	}
}
