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
	deviceMaxAge  = 365 * 24 * 60 * 60
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

// SetVisitor gives the browser its device token, and the contact's number for
// convenience: it is never trusted. Without https browsers refuse cookies for
// other sites, so they are for ours then.
func SetVisitor(w http.ResponseWriter, a visit.Answer, secure bool) {
	attributes := "; Path=/; SameSite=Lax"
	if secure {
		attributes = "; Path=/; Secure; SameSite=None"
	}
	h := w.Header()
	h.Add("Set-Cookie", deviceCookie+"="+a.Token+"; Max-Age="+strconv.Itoa(deviceMaxAge)+attributes)
	h.Add("Set-Cookie", contactCookie+"="+strconv.FormatInt(int64(a.Contact), 10)+attributes)
}

// VisitorHit describes the browser of a request that is not itself a page view,
// such as a form.
func VisitorHit(r *http.Request) visit.Hit {
	language, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	language, _, _ = strings.Cut(language, ";")
	return visit.Hit{UserAgent: r.UserAgent(), IP: AddressText(r), Language: strings.TrimSpace(language)}
}

// AddressText is Address in words, empty when it is not known.
func AddressText(r *http.Request) string {
	if a := Address(r.Context()); a.IsValid() {
		return a.String()
	}
	return ""
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
