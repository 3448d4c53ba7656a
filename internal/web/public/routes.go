package public

import (
	"ariane/internal/base/db"
	"ariane/internal/base/setting"
	"ariane/internal/visit"
	"ariane/internal/web"
)

// Deps is what the door needs.
type Deps struct {
	DB       *db.DB
	Recorder *visit.Recorder
	Policy   *visit.Policy
	Sites    *setting.Cached[[]string]
	// BaseURL is the public address, without slash at the end.
	BaseURL string

	limit *limiter
}

// Routes lists the addresses of the door. Pages made for the reference system may call all of them below
// /index.php.
func Routes(d Deps) []web.Route {
	d.limit = newLimiter(d.DB.Now)
	list := []web.Route{{Pattern: "/", Permission: web.Public, Handler: d.missing}}
	list = append(list,
		web.Route{Pattern: "GET /preferences/{token}", Permission: web.Tracking, Handler: d.preferences},
		web.Route{Pattern: "POST /preferences/{token}", Permission: web.Tracking, Handler: d.prefer},
	)
	for _, prefix := range []string{"", "/index.php"} {
		list = append(list,
			web.Route{Pattern: "GET " + prefix + "/form/generate.js", Permission: web.Tracking, Handler: d.generate},
			web.Route{Pattern: "GET " + prefix + "/form/message", Permission: web.Tracking, Handler: d.message},
			web.Route{Pattern: "GET " + prefix + "/form/embed/{id}", Permission: web.Tracking, Handler: d.embed},
			web.Route{Pattern: "GET " + prefix + "/form/{id}", Permission: web.Tracking, Handler: d.page},
			web.Route{Pattern: "POST " + prefix + "/form/submit", Permission: web.Tracking, Handler: d.submit},
			web.Route{Pattern: "OPTIONS " + prefix + "/form/submit", Permission: web.Tracking, Handler: d.preflight},
		)
	}
	return list
}
