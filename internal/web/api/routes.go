package api

import (
	"ariane/internal/activity"
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/search"
	"ariane/internal/web"
)

// Deps is what this door needs.
type Deps struct {
	DB    *db.DB
	Clock clock.Clock
	// Language is what the parameter search understands.
	Language search.Language
	// Kinds are all kinds of events there are.
	Kinds []activity.Definition
}

type door struct {
	Deps
	totals totals
}

// Routes lists the addresses of this door.
func Routes(d Deps) []web.Route {
	a := &door{Deps: d}
	var routes []web.Route
	for _, prefix := range []string{"/api", "/index.php/api"} {
		add := func(method, path string, h web.Handler) {
			routes = append(routes, web.Route{Pattern: method + " " + prefix + path, Permission: web.API, Handler: answer(h)})
		}
		add("GET", "/contacts", a.contacts)
		add("GET", "/contacts/{$}", a.contacts)
		add("GET", "/contacts/{id}", a.contact)
		add("GET", "/contacts/{id}/activity", a.activity)
		add("GET", "/contacts/list/fields", a.listFields)
		add("POST", "/contacts/{id}/merge", a.merge)
		add("POST", "/contacts/{id}/unmerge", a.unmerge)
		add("POST", "/contacts/{id}/dnc/{channel}/{verb}", a.permit)
		for _, c := range a.writes(a.contactResource()) {
			add(c.method, "/contacts"+c.path, c.handler)
		}
		for path, calls := range map[string][]call{"/stages": a.stageCalls(), "/categories": a.categoryCalls()} {
			for _, c := range calls {
				add(c.method, path+c.path, c.handler)
			}
		}
		add("GET", "/contacts/{id}/companies", a.companiesOf)
		for _, c := range a.companyCalls() {
			add(c.method, "/companies"+c.path, c.handler)
		}
		fields := a.fieldCalls(field.Contact)
		for _, c := range fields {
			routes = append(routes, web.Route{Pattern: c.method + " " + prefix + "/fields/contact" + c.path, Permission: changing(c.method), Handler: answer(c.handler)})
		}
		for _, c := range a.fieldCalls(field.Company) {
			routes = append(routes, web.Route{Pattern: c.method + " " + prefix + "/fields/company" + c.path, Permission: changing(c.method), Handler: answer(c.handler)})
		}
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			bare := web.Route{Pattern: method + " " + prefix + "/fields", Permission: changing(method), Handler: answer(shortened(fields))}
			routes = append(routes, bare)
			bare.Pattern += "/{rest...}"
			routes = append(routes, bare)
		}
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			add(method, "/", notFound)
		}
	}
	return routes
}
