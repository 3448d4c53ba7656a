package formpage

import (
	"context"

	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/form"
	"ariane/internal/web"
)

// Deps is what these pages work with.
type Deps struct {
	DB    *db.DB
	Clock clock.Clock
	// BaseURL is the public address, without slash at the end.
	BaseURL string
	// HTML writes a form as it is copied into a page.
	HTML func(ctx context.Context, f form.Form) (string, error)
}

// Routes are the pages about forms.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/forms", Permission: web.SignedIn, Handler: d.list},
		{Pattern: "GET /s/forms/new", Permission: web.SignedIn, Handler: d.showNew},
		{Pattern: "POST /s/forms/new", Permission: web.SignedIn, Handler: d.create},
		{Pattern: "GET /s/forms/view/{id}", Permission: web.SignedIn, Handler: d.view},
		{Pattern: "GET /s/forms/edit/{id}", Permission: web.SignedIn, Handler: d.showEdit},
		{Pattern: "POST /s/forms/edit/{id}", Permission: web.SignedIn, Handler: d.update},
		{Pattern: "POST /s/forms/publish/{id}", Permission: web.SignedIn, Handler: d.publish},
		{Pattern: "GET /s/forms/delete/{id}", Permission: web.SignedIn, Handler: d.showDelete},
		{Pattern: "POST /s/forms/delete/{id}", Permission: web.SignedIn, Handler: d.remove},
		{Pattern: "GET /s/forms/results/{id}", Permission: web.SignedIn, Handler: d.results},
	}
}
