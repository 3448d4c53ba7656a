package web

import (
	"net/http"
	"net/url"
	"strings"
)

// LetRead lets the pages of an origin read the answer, and send cookies with
// the request.
func LetRead(w http.ResponseWriter, origin string) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Credentials", "true")
	h.Set("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Authorization")
	h.Set("Access-Control-Allow-Methods", "PUT, GET, POST, DELETE, OPTIONS")
	h.Set("Access-Control-Max-Age", "36000")
}

// OriginAllowed compares scheme, host and port. https://*.example.fr stands for
// every name below example.fr.
func OriginAllowed(origin string, sites []string) bool {
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
