package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/klauspost/compress/gzhttp"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/user"
	"ariane/internal/web/assets"
	"ariane/internal/web/layout"
)

// fileTime is how long a request with a file may take to arrive.
const fileTime = time.Minute

const sessionLife = 14 * 24 * time.Hour

// Options is what the doors need in common.
type Options struct {
	DB   *db.DB
	Gate *user.Gate
	Log  *slog.Logger
	// Secure says that browsers come over https only.
	Secure bool
	// Proxies are the addresses whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// Undeclared is called for the first request that a proxy of one's own network
	// seems to pass on that is not among Proxies; nil for nothing.
	Undeclared func(proxy netip.Addr)
	// OperatorToken opens the Operator's routes from elsewhere; nothing does when empty.
	OperatorToken string
	// Health tells how the program does; nil where no page shows it.
	Health func(ctx context.Context) layout.Health
	// Requests counts requests when it is given.
	Requests *Requests
}

type server struct {
	Options
	mux      *http.ServeMux
	sessions *scs.SessionManager
	origin   *http.CrossOriginProtection
	streams  streams
	proxied  sync.Once // Undeclared was called
}

// New puts the routes of all doors together. It refuses a route that does not
// say who may take it. A door may answer "/", where nothing else does.
func New(o Options, routes ...[]Route) (http.Handler, error) {
	mux := http.NewServeMux()
	s := &server{Options: o, mux: mux, sessions: newSessions(o), origin: http.NewCrossOriginProtection()}
	own := []Route{
		{"GET " + assets.Base + "{file}", Tracking, assets.Serve},
		{"GET /s/keys", SignedIn, keys},
		{"POST /s/editing", SignedIn, stillEditing},
		{"POST /s/editing/end", SignedIn, doneEditing},
	}
	if !slices.ContainsFunc(slices.Concat(routes...), func(r Route) bool { return r.Pattern == "/" }) {
		own = append(own, Route{"/", Public, unknown})
	}
	for _, door := range append(routes, own) {
		for _, route := range door {
			if !route.Permission.known() || route.Handler == nil {
				return nil, fmt.Errorf("route %q does not say who may take it, or does nothing", route.Pattern)
			}
			mux.Handle(route.Pattern, compress(route, s.chain(route)))
		}
	}
	return mux, nil
}

// compress makes answers shorter, except those to what pages of other sites send:
// they are short.
func compress(route Route, h http.Handler) http.Handler {
	if route.Permission == Tracking && strings.HasPrefix(route.Pattern, http.MethodPost+" ") {
		return h
	}
	return gzhttp.GzipHandler(h)
}

func newSessions(o Options) *scs.SessionManager {
	m := scs.New()
	m.Store = user.Sessions{DB: o.DB}
	m.HashTokenInStore = true
	m.Lifetime = sessionLife
	m.Cookie.Name = "ariane_session"
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Secure = o.Secure
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		o.Log.ErrorContext(r.Context(), "session not available", "error", err)
		w.Header().Set("Retry-After", retryAfter)
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	}
	return m
}

// chain is what a request passes through on its way to one handler.
func (s *server) chain(route Route) http.Handler {
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st := &state{server: s}
		if st.address, st.shared = s.clientAddress(r); st.shared && s.Undeclared != nil {
			s.proxied.Do(func() { s.Undeclared(st.address) })
		}
		r = r.WithContext(st.into(r.Context()))
		if err := s.admit(w, r, st, route); err != nil {
			s.fail(w, r, route, err)
		}
	})
	if route.Permission.browser() {
		h = s.sessions.LoadAndSave(h)
	}
	return s.observe(route, h)
}

// admit lets a request through to the handler, or returns why not.
func (s *server) admit(w http.ResponseWriter, r *http.Request, st *state, route Route) error {
	s.setHeaders(w, route.Permission)
	switch {
	case route.Permission.browser():
		if err := s.origin.Check(r); err != nil {
			return fault.Forbidden(err)
		}
		if err := st.loadUser(r.Context()); err != nil {
			return err
		}
		most := int64(maxPageBody)
		if st.signedIn && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
			most = maxFile
			// Without a connection, in a test, there is nothing to wait for.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(fileTime))
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		if err := readTexts(r); err != nil {
			return err
		}
	case route.Permission.api():
		r.Body = http.MaxBytesReader(w, r.Body, maxAPIBody)
		if err := st.authenticate(r); err != nil {
			return err
		}
	case route.Permission == Operator:
		if err := s.operates(r); err != nil {
			return err
		}
	}
	if route.Permission != Tracking { // nothing is said in words there
		r = r.WithContext(st.localise(r, route.Permission))
	}
	if err := st.permits(route.Permission); err != nil {
		if st.signedIn || route.Permission.api() {
			return err
		}
		return redirectToLogin(w, r)
	}
	// The protocol of the API has one answer to what it does not know.
	if catchesAll(route.Pattern) && !route.Permission.api() {
		if methods := s.methods(r); len(methods) > 0 {
			return wrongMethod(methods)
		}
	}
	return route.Handler(w, r)
}

// catchesAll tells the patterns that answer what no other one does.
func catchesAll(pattern string) bool { return pattern == "" || strings.HasSuffix(pattern, "/") }

// methods lists those by which the address of a request can be asked.
func (s *server) methods(r *http.Request) []string {
	var list []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if _, pattern := s.mux.Handler(&http.Request{Method: method, URL: r.URL, Host: r.Host}); !catchesAll(pattern) {
			list = append(list, method)
		}
	}
	return list
}
