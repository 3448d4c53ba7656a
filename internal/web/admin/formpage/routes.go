package formpage

import (
	"context"
	"net/http"

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
	Public  Public
}

// Public is what these pages need of those that visitors see.
type Public interface {
	// HTML writes a form as it is copied into a page.
	HTML(ctx context.Context, f form.Form) (string, error)
	// Parts is the form that Preview shows, its style apart from its HTML.
	Parts(ctx context.Context, f form.Form) (html, css string, err error)
	// Preview answers with the page of a form that need not be stored.
	Preview(w http.ResponseWriter, r *http.Request, f form.Form) error
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
		{Pattern: "POST /s/forms/preview", Permission: web.SignedIn, Handler: d.preview},
		{Pattern: "GET /s/forms/preview/{id}", Permission: web.SignedIn, Handler: d.previewStored},
		{Pattern: "GET /s/forms/results/{id}", Permission: web.SignedIn, Handler: d.results},
		{Pattern: "GET /s/forms/results/{id}/{submission}", Permission: web.SignedIn, Handler: d.result},
		{Pattern: "GET /s/forms/results/{id}/delete", Permission: web.SignedIn, Handler: d.showForget},
		{Pattern: "POST /s/forms/results/{id}/delete", Permission: web.SignedIn, Handler: d.forget},
		{Pattern: "GET /s/forms/export/{id}", Permission: web.SignedIn, Handler: d.export},
		{Pattern: "GET /s/forms/outgoing", Permission: web.Admin, Handler: d.showOutgoing},
		{Pattern: "POST /s/forms/outgoing", Permission: web.Admin, Handler: d.saveOutgoing},
		{Pattern: "POST /s/forms/retry/{id}", Permission: web.SignedIn, Handler: d.retry},
	}
}
