package categorypage

import (
	"context"

	"ariane/internal/base/db"
	"ariane/internal/web"
)

// Deps is what these pages work with.
type Deps struct {
	DB *db.DB
	// Uses are the packages whose things are in categories.
	Uses []Use
}

// Use is what one package puts into categories.
type Use struct {
	// Count counts what is in each category.
	Count func(ctx context.Context, q db.Q) (map[int64]int, error)
	// Move puts what is in a category into another, or, where that is zero, into none.
	Move func(ctx context.Context, tx *db.Tx, from, into int64) error
}

// Routes are the pages about categories.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/categories", Permission: web.SignedIn, Handler: d.list},
		{Pattern: "GET /s/categories/new", Permission: web.SignedIn, Handler: d.showNew},
		{Pattern: "POST /s/categories/new", Permission: web.SignedIn, Handler: d.create},
		{Pattern: "GET /s/categories/edit/{id}", Permission: web.SignedIn, Handler: d.showEdit},
		{Pattern: "POST /s/categories/edit/{id}", Permission: web.SignedIn, Handler: d.update},
		{Pattern: "GET /s/categories/merge/{id}", Permission: web.SignedIn, Handler: d.showMerge},
		{Pattern: "POST /s/categories/merge/{id}", Permission: web.SignedIn, Handler: d.merge},
		{Pattern: "GET /s/categories/delete/{id}", Permission: web.SignedIn, Handler: d.showDelete},
		{Pattern: "POST /s/categories/delete/{id}", Permission: web.SignedIn, Handler: d.remove},
	}
}
