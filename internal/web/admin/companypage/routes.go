package companypage

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// Deps is what these pages work with.
type Deps struct {
	DB    *db.DB
	Clock clock.Clock
	// Tell lays out events of several contacts.
	Tell func(ctx context.Context, events []activity.Event) (ui.Thread, error)
}

// Routes are the pages about companies.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/companies", Permission: web.SignedIn, Handler: d.list},
		{Pattern: "GET /s/companies/progress", Permission: web.SignedIn, Handler: d.progress},
		{Pattern: "GET /s/companies/new", Permission: web.SignedIn, Handler: d.showNew},
		{Pattern: "POST /s/companies/new", Permission: web.SignedIn, Handler: d.create},
		{Pattern: "GET /s/companies/view/{id}", Permission: web.SignedIn, Handler: d.view},
		{Pattern: "GET /s/companies/edit/{id}", Permission: web.SignedIn, Handler: d.showEdit},
		{Pattern: "POST /s/companies/edit/{id}", Permission: web.SignedIn, Handler: d.update},
		{Pattern: "GET /s/companies/merge/{id}", Permission: web.SignedIn, Handler: d.showMerge},
		{Pattern: "POST /s/companies/merge/{id}", Permission: web.SignedIn, Handler: d.merge},
		{Pattern: "POST /s/companies/separate/{id}", Permission: web.SignedIn, Handler: d.separate},
		{Pattern: "GET /s/companies/delete/{id}", Permission: web.SignedIn, Handler: d.showDelete},
		{Pattern: "POST /s/companies/delete/{id}", Permission: web.SignedIn, Handler: d.remove},
		{Pattern: "POST /s/companies/tags/{id}", Permission: web.SignedIn, Handler: d.changeTags},
		{Pattern: "POST /s/companies/notes/{id}", Permission: web.SignedIn, Handler: d.changeNotes},
	}
}
