package web

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

var hostName = regexp.MustCompile(`^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

// Origin reads the address of a web site as people write it, "www.example.com",
// "http://localhost:8080/shop" or "*.example.com", into scheme and host. Without
// a scheme it is https.
func Origin(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return "", false
	}
	wildcard, host := "", strings.ToLower(u.Hostname())
	if rest, found := strings.CutPrefix(host, "*."); found {
		wildcard, host = "*.", rest
	}
	host, err = idna.Lookup.ToASCII(host)
	if err != nil || !hostName.MatchString(host) || len(host) > 253 {
		return "", false
	}
	origin := u.Scheme + "://" + wildcard + host
	if port := u.Port(); port != "" && !(u.Scheme == "https" && port == "443") && !(u.Scheme == "http" && port == "80") {
		origin += ":" + port
	}
	return origin, true
}
