package track

import (
	"net/http"

	"ariane/internal/web"
)

// allowOrigin lets pages of the allowed sites read the answer (tracking
// specification, section 5). What tells who somebody is, is for those alone,
// also when every site may send visits.
func (d Deps) allowOrigin(w http.ResponseWriter, r *http.Request, tells bool) error {
	w.Header().Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	sites, err := d.Sites.Get(r.Context())
	if err != nil {
		return err
	}
	if !web.OriginAllowed(origin, sites) {
		rules, err := d.Policy.Rules(r.Context())
		if err != nil || !rules.AnySite || tells {
			return err
		}
	}
	web.LetRead(w, origin)
	return nil
}
