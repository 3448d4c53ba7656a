package track

import (
	"net/http"
	"strings"

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
}

// Routes lists the addresses of the door. Pages made for the reference system
// may call all of them below /index.php.
func Routes(d Deps) []web.Route {
	var list []web.Route
	for _, prefix := range []string{"", "/index.php"} {
		list = append(list,
			web.Route{Pattern: "GET " + prefix + "/mtc.js", Permission: web.Tracking, Handler: d.script},
			web.Route{Pattern: "GET " + prefix + "/mtc", Permission: web.Tracking, Handler: d.whoAmI},
			web.Route{Pattern: "OPTIONS " + prefix + "/mtc", Permission: web.Tracking, Handler: d.preflight},
			web.Route{Pattern: "POST " + prefix + "/mtc/event", Permission: web.Tracking, Handler: d.event},
			web.Route{Pattern: "GET " + prefix + "/mtc/event", Permission: web.Tracking, Handler: d.event},
			web.Route{Pattern: "OPTIONS " + prefix + "/mtc/event", Permission: web.Tracking, Handler: d.preflight},
			web.Route{Pattern: "POST " + prefix + "/mtc/link", Permission: web.Tracking, Handler: d.link},
			web.Route{Pattern: "GET " + prefix + "/mtracking.gif", Permission: web.Tracking, Handler: d.pixel},
			web.Route{Pattern: "POST " + prefix + "/mtracking.gif", Permission: web.Tracking, Handler: d.pixel},
		)
	}
	return list
}

func (d Deps) secure() bool { return len(d.BaseURL) > 5 && d.BaseURL[:6] == "https:" }

func (d Deps) preflight(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("Access-Control-Request-Headers") != "" {
		if err := d.allowOrigin(w, r, strings.HasSuffix(r.URL.Path, "/mtc")); err != nil {
			return err
		}
	} else {
		w.Header().Add("Vary", "Origin")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
