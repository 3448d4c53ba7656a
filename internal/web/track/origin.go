package track

import (
	"net/http"
	"net/url"
	"strings"
)

// allowOrigin lets pages of the allowed sites read the answer (tracking
// specification, section 5). What tells who somebody is, is for those alone,
// also when every site may send visits.
func (d Deps) allowOrigin(w http.ResponseWriter, r *http.Request, tells bool) error {
	h := w.Header()
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	sites, err := d.Sites.Get(r.Context())
	if err != nil {
		return err
	}
	if !originAllowed(origin, sites) {
		rules, err := d.Policy.Rules(r.Context())
		if err != nil || !rules.AnySite || tells {
			return err
		}
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Credentials", "true")
	h.Set("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Authorization")
	h.Set("Access-Control-Allow-Methods", "PUT, GET, POST, DELETE, OPTIONS")
	h.Set("Access-Control-Max-Age", "36000")
	return nil
}

// originAllowed compares scheme, host and port. https://*.example.fr stands for
// every name below example.fr.
func originAllowed(origin string, sites []string) bool {
	o, err := url.Parse(strings.ToLower(origin))
	if err != nil || o.Host == "" {
		return false
	}
	for _, site := range sites {
		scheme, host, found := strings.Cut(strings.ToLower(strings.TrimRight(site, "/")), "://")
		if !found || scheme != o.Scheme {
			continue
		}
		if below, wild := strings.CutPrefix(host, "*."); host == o.Host || wild && strings.HasSuffix(o.Host, "."+below) {
			return true
		}
	}
	return false
}
