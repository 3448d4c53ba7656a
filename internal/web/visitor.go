package web

import (
	"net/http"
	"strconv"
	"strings"

	"ariane/internal/visit"
)

// The cookies of the protocol (tracking specification, section 4).
const (
	deviceCookie  = "mautic_device_id"
	contactCookie = "mtc_id"
	viewCookie    = "mautic_referer_id"
	deviceMaxAge  = 365 * 24 * 60 * 60
	viewMaxAge    = 30 * 60
)

// DeviceToken is the device token of a request: that of our cookie, else the one
// sent, empty when neither is well formed.
func DeviceToken(r *http.Request, sent string) string {
	if c, err := r.Cookie(deviceCookie); err == nil && visit.WellFormed(c.Value) {
		return c.Value
	}
	if visit.WellFormed(sent) {
		return sent
	}
	return ""
}

// SetVisitor gives the browser its device token, and for convenience the numbers
// of the contact and of the page view: they are never trusted. Without https
// browsers refuse cookies for other sites, so they are for ours then.
func SetVisitor(w http.ResponseWriter, a visit.Answer, secure bool) {
	attributes := cookieAttributes(secure)
	h := w.Header()
	h.Add("Set-Cookie", deviceCookie+"="+a.Token+"; Max-Age="+strconv.Itoa(deviceMaxAge)+attributes)
	h.Add("Set-Cookie", contactCookie+"="+strconv.FormatInt(int64(a.Contact), 10)+attributes)
	if a.View != 0 {
		h.Add("Set-Cookie", viewCookie+"="+strconv.FormatInt(int64(a.View), 10)+"; Max-Age="+strconv.Itoa(viewMaxAge)+attributes)
	}
}

func cookieAttributes(secure bool) string {
	if secure {
		return "; Path=/; Secure; SameSite=None"
	}
	return "; Path=/; SameSite=Lax"
}

// ForgetVisitor takes the cookies of SetVisitor back from a browser that has them.
func ForgetVisitor(w http.ResponseWriter, r *http.Request, secure bool) {
	for _, name := range []string{deviceCookie, contactCookie, viewCookie} {
		if _, err := r.Cookie(name); err == nil {
			w.Header().Add("Set-Cookie", name+"=; Max-Age=0"+cookieAttributes(secure))
		}
	}
}

// VisitRequest is what decides whether a request is followed. Consent is what
// the page says of it.
func VisitRequest(r *http.Request, consent string) visit.Request {
	h := r.Header
	return visit.Request{
		UserAgent: r.UserAgent(), Address: Address(r.Context()), Consent: consent,
		Head: r.Method == http.MethodHead, DoNotTrack: h.Get("Dnt") == "1", PrivacyControl: h.Get("Sec-Gpc") == "1",
		Prefetch: strings.Contains(h.Get("Sec-Purpose"), "prefetch") || h.Get("Purpose") == "prefetch" || h.Get("X-Moz") == "prefetch",
	}
}

// VisitorHit describes the browser of a request: what its headers say, and what
// is kept of its address.
func VisitorHit(r *http.Request, p *visit.Policy) (visit.Hit, error) {
	language, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	language, _, _ = strings.Cut(language, ";")
	h := visit.Hit{UserAgent: r.UserAgent(), Language: strings.TrimSpace(language)}
	var err error
	h.IP, h.Place, err = p.Origin(r.Context(), Address(r.Context()))
	return h, err
}

// Insider tells whether a request to a Tracking route comes from a browser in
// which somebody is logged in: they are never followed.
func Insider(r *http.Request) (bool, error) {
	s := stateOf(r.Context()).server
	c, err := r.Cookie(s.sessions.Cookie.Name)
	if err != nil {
		return false, nil
	}
	ctx, err := s.sessions.Load(r.Context(), c.Value)
	if err != nil {
		return false, err
	}
	st := &state{server: s}
	err = st.loadUser(ctx)
	return st.signedIn, err
}
