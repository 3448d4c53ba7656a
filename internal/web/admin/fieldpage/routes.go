package fieldpage

import (
	"ariane/internal/base/db"
	"ariane/internal/web"
)

// Deps is what these pages work with.
type Deps struct{ DB *db.DB }

// Routes are the pages about fields.
func Routes(d Deps) []web.Route {
	return []web.Route{
		{Pattern: "GET /s/fields", Permission: web.Admin, Handler: d.list},
		{Pattern: "POST /s/fields/order", Permission: web.Admin, Handler: d.arrange},
		{Pattern: "GET /s/fields/new", Permission: web.Admin, Handler: d.showNew},
		{Pattern: "POST /s/fields/new", Permission: web.Admin, Handler: d.create},
		{Pattern: "GET /s/fields/edit/{id}", Permission: web.Admin, Handler: d.showEdit},
		{Pattern: "POST /s/fields/edit/{id}", Permission: web.Admin, Handler: d.update},
		{Pattern: "POST /s/fields/check/{id}", Permission: web.Admin, Handler: d.check},
		{Pattern: "GET /s/fields/delete/{id}", Permission: web.Admin, Handler: d.showDelete},
		{Pattern: "POST /s/fields/delete/{id}", Permission: web.Admin, Handler: d.remove},
		{Pattern: "POST /s/fields/restore/{id}", Permission: web.Admin, Handler: d.restore},
	}
}
