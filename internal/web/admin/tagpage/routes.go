package tagpage

import (
	"ariane/internal/base/db"
	"ariane/internal/web"
)

// Deps is what these pages work with.
type Deps struct{ DB *db.DB }

// Routes are the pages about tags.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/tags", Permission: web.SignedIn, Handler: d.list},
		{Pattern: "GET /s/tags/progress", Permission: web.SignedIn, Handler: d.progress},
		{Pattern: "POST /s/tags/stop/{id}", Permission: web.SignedIn, Handler: d.stop},
		{Pattern: "GET /s/tags/new", Permission: web.SignedIn, Handler: d.showNew},
		{Pattern: "POST /s/tags/new", Permission: web.SignedIn, Handler: d.create},
		{Pattern: "GET /s/tags/edit/{id}", Permission: web.SignedIn, Handler: d.showEdit},
		{Pattern: "POST /s/tags/edit/{id}", Permission: web.SignedIn, Handler: d.update},
		{Pattern: "GET /s/tags/merge/{id}", Permission: web.SignedIn, Handler: d.showMerge},
		{Pattern: "POST /s/tags/merge/{id}", Permission: web.SignedIn, Handler: d.merge},
		{Pattern: "GET /s/tags/delete/{id}", Permission: web.SignedIn, Handler: d.showDelete},
		{Pattern: "POST /s/tags/delete/{id}", Permission: web.SignedIn, Handler: d.remove},
	}
}
