package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/id"
	"ariane/internal/search"
	"ariane/internal/user"
)

// maxPageBody bounds what anybody may send to a page, maxFile what somebody logged
// in may send, with a file in it, maxAPIBody what a call of the API may carry.
const (
	maxPageBody = 1 << 20
	maxFile     = 8 << 20
	maxAPIBody  = 8 << 20
)

// errCredentials is the cause of the fault of an API call without credentials.
var errCredentials = errors.New("no credentials")

type stateKey struct{}

// state is what is known about a request before its handler runs.
type state struct {
	server   *server
	user     user.User
	signedIn bool
	address  netip.Addr
	shared   bool // address is that of a proxy which was not declared
}

func (st *state) into(ctx context.Context) context.Context {
	return context.WithValue(ctx, stateKey{}, st)
}

func stateOf(ctx context.Context) *state {
	st, ok := ctx.Value(stateKey{}).(*state)
	if !ok {
		return &state{}
	}
	return st
}

// User is who is logged in, the zero User when nobody is.
func User(ctx context.Context) user.User { return stateOf(ctx).user }

// Who is who searches, now in the zone of their days.
func Who(ctx context.Context, now time.Time) search.Who {
	return search.Who{User: User(ctx).ID, Now: now.In(i18n.Zone(ctx))}
}

// Address is where the request comes from, behind the proxies that are believed.
func Address(ctx context.Context) netip.Addr { return stateOf(ctx).address }

// OwnAddress is Address, or the zero address where that is a proxy which was not
// declared: everybody who comes through it has the same.
func OwnAddress(ctx context.Context) netip.Addr {
	st := stateOf(ctx)
	if st.shared {
		return netip.Addr{}
	}
	return st.address
}

// loadUser reads who is logged in from the session, unless that log-in has been
// ended.
func (st *state) loadUser(ctx context.Context) error {
	m := st.server.sessions
	number, login := id.User(m.GetInt64(ctx, sessionUser)), m.GetInt64(ctx, sessionLogIn)
	if number == 0 {
		return nil
	}
	u, due, err := user.FindLoggedIn(ctx, st.server.DB, number, login, st.server.DB.Now())
	if fault.Is(err, fault.KindNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	st.user, st.signedIn = u, true
	if due {
		return st.server.DB.DoRelaxed(ctx, func(tx *db.Tx) error { return user.Note(ctx, tx, number, login) })
	}
	return nil
}

// authenticate reads the credentials of an API call.
func (st *state) authenticate(r *http.Request) error {
	name, password, ok := r.BasicAuth()
	if !ok {
		return fault.Forbidden(errCredentials)
	}
	u, err := st.server.Gate.AuthenticateOften(r.Context(), name, password, st.address.String())
	if err != nil {
		return err
	}
	st.user, st.signedIn = u, true
	return nil
}

func (st *state) permits(p Permission) error {
	switch {
	case p == Public || p == Tracking || p == Operator:
		return nil
	case !st.signedIn:
		return fault.Forbidden(errors.New("nobody is logged in"))
	case (p == Admin || p == AdminAPI) && st.user.Role != user.Admin:
		return fault.Forbidden(errors.New("an administrator is wanted"))
	}
	return nil
}

// localise gives the request the language and the time zone it is answered in.
func (st *state) localise(r *http.Request, p Permission) context.Context {
	l := i18n.Locale{Lang: i18n.English, Zone: st.user.Location()}
	if !p.api() {
		l.Lang = i18n.Match(r.Header.Get("Accept-Language"))
		if p.browser() {
			if c, err := r.Cookie(languageCookie); err == nil && i18n.Supported(c.Value) {
				l.Lang = c.Value
			}
			if i18n.Supported(st.user.Language) {
				l.Lang = st.user.Language
			}
		}
	}
	return i18n.With(r.Context(), l)
}

// clientAddress walks X-Forwarded-For from its end, past the believed proxies.
// shared tells that it ends at a machine of one's own network that says to pass
// on for others, and is not believed.
func (s *server) clientAddress(r *http.Request) (address netip.Addr, shared bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, _ = netip.ParseAddr(host)
	address = address.Unmap()
	if !s.believes(address) {
		return address.WithZone(""), ours(address) && r.Header.Get("X-Forwarded-For") != ""
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	i := len(hops) - 1
	for ; i >= 0 && s.believes(address); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = next.Unmap()
	}
	return address.WithZone(""), i >= 0 && !s.believes(address) && ours(address)
}

// ours tells the addresses of this machine and of private networks.
func ours(address netip.Addr) bool {
	return address.IsLoopback() || address.IsPrivate() || address.IsLinkLocalUnicast()
}

func (s *server) believes(address netip.Addr) bool {
	for _, p := range s.Proxies {
		if p.Contains(address) {
			return true
		}
	}
	return false
}

// LocalPath is path when it leads to a page of ours, and otherwise the fallback.
func LocalPath(path, fallback string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") ||
		strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return fallback
	}
	return path
}

func redirectToLogin(w http.ResponseWriter, r *http.Request) error {
	target := "/s/login"
	if r.Method == http.MethodGet && r.URL.Path != "/s/" {
		target += "?" + url.Values{"return": {r.URL.RequestURI()}}.Encode()
	}
	return Redirect(w, r, target)
}
