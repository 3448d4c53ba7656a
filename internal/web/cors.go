package web

import (
	"net/http"
	"net/url"
	"strings"
)

// What LetRead says is the same for everybody, and said with every page view:
// these values are shared, and nobody changes them.
var (
	letCredentials = []string{"true"}
	letHeaders     = []string{"Origin, X-Requested-With, Content-Type, Authorization"}
	letMethods     = []string{"PUT, GET, POST, DELETE, OPTIONS"}
	letAge         = []string{"36000"}
)

// LetRead lets the pages of an origin read the answer, and send cookies with
// the request.
func LetRead(w http.ResponseWriter, origin string) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h["Access-Control-Allow-Credentials"] = letCredentials
	h["Access-Control-Allow-Headers"] = letHeaders
	h["Access-Control-Allow-Methods"] = letMethods
	h["Access-Control-Max-Age"] = letAge
}

// OriginAllowed compares scheme, host and port. https://*.example.fr stands for
// every name below example.fr.
func OriginAllowed(origin string, sites []string) bool {
	if len(sites) == 0 {
		return false
	}
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
