package stagepage

import (
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/search"
	"ariane/internal/web"
)

// Deps is what these pages work with.
type Deps struct {
	DB    *db.DB
	Clock clock.Clock
	// Language is what the search of the board understands.
	Language search.Language
}

// Routes are the pages about stages.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/stages", Permission: web.SignedIn, Handler: d.list},
		{Pattern: "POST /s/stages/order", Permission: web.SignedIn, Handler: d.arrange},
		{Pattern: "POST /s/stages/forward", Permission: web.SignedIn, Handler: d.forward},
		{Pattern: "GET /s/stages/progress", Permission: web.SignedIn, Handler: d.progress},
		{Pattern: "POST /s/stages/stop/{id}", Permission: web.SignedIn, Handler: d.stop},
		{Pattern: "GET /s/stages/new", Permission: web.SignedIn, Handler: d.showNew},
		{Pattern: "POST /s/stages/new", Permission: web.SignedIn, Handler: d.create},
		{Pattern: "GET /s/stages/edit/{id}", Permission: web.SignedIn, Handler: d.showEdit},
		{Pattern: "POST /s/stages/edit/{id}", Permission: web.SignedIn, Handler: d.update},
		{Pattern: "GET /s/stages/merge/{id}", Permission: web.SignedIn, Handler: d.showMerge},
		{Pattern: "POST /s/stages/merge/{id}", Permission: web.SignedIn, Handler: d.merge},
		{Pattern: "GET /s/stages/delete/{id}", Permission: web.SignedIn, Handler: d.showDelete},
		{Pattern: "POST /s/stages/delete/{id}", Permission: web.SignedIn, Handler: d.remove},
		{Pattern: "GET /s/stages/board", Permission: web.SignedIn, Handler: d.board},
		{Pattern: "GET /s/stages/board/{id}", Permission: web.SignedIn, Handler: d.column},
		{Pattern: "GET /s/stages/place/{contact}", Permission: web.SignedIn, Handler: d.showPlace},
		{Pattern: "POST /s/stages/place/{contact}", Permission: web.SignedIn, Handler: d.place},
	}
}
