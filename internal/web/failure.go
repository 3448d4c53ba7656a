package web

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/user"
	"ariane/internal/web/layout"
)

// statuses is how the kinds of fault are answered, by pages and API alike.
var statuses = map[fault.Kind]int{
	fault.KindInvalid:     http.StatusBadRequest,
	fault.KindNotFound:    http.StatusNotFound,
	fault.KindConflict:    http.StatusConflict,
	fault.KindForbidden:   http.StatusForbidden,
	fault.KindUnavailable: http.StatusServiceUnavailable,
}

// wrongMethod is why an address does not answer: it can be asked by these methods.
type wrongMethod []string

func (wrongMethod) Error() string { return "no such method here" }

// retryAfter is when it is worth coming again, in seconds.
const retryAfter = "5"

func unknown(_ http.ResponseWriter, r *http.Request) error {
	return fault.NotFound(errors.New("no such page"))
}

// fail answers a request whose handler returned an error.
func (s *server) fail(w http.ResponseWriter, r *http.Request, route Route, err error) {
	f, isFault := fault.Of(err)
	if !isFault && db.Unavailable(err) {
		f, isFault = fault.Of(fault.Unavailable(err, fault.Text{}))
	}
	var tooLarge *http.MaxBytesError
	var allowed wrongMethod
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, errGone) || errors.Is(err, context.Canceled):
		s.Log.DebugContext(r.Context(), "client gone", "route", route.Pattern)
		return
	case errors.As(err, &tooLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.As(err, &allowed):
		status = http.StatusMethodNotAllowed
		w.Header().Set("Allow", strings.Join(allowed, ", "))
	case errors.Is(err, user.ErrTooMany):
		status = http.StatusTooManyRequests
	case isFault:
		status = statuses[f.Kind]
	}
	level := slog.LevelDebug
	if status == http.StatusInternalServerError {
		level = slog.LevelError
	} else if status == http.StatusServiceUnavailable {
		level = slog.LevelWarn
	}
	s.Log.Log(r.Context(), level, "request failed", "route", route.Pattern, "status", status, "error", err)
	if wrote(w) {
		return
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", retryAfter)
	}
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case route.Permission.api() || strings.HasPrefix(r.URL.Path, "/api/"):
		s.failJSON(w, r, status, f, err)
	case route.Permission.browser():
		s.failPage(w, r, status, f)
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		w.Write([]byte(sayFault(r.Context(), status, f) + "\n"))
	}
}

// sayFault is the message of an error for people. What is not a fault is
// internal and gets no details.
func sayFault(ctx context.Context, status int, f *fault.Error) string {
	switch {
	case status == http.StatusRequestEntityTooLarge:
		return i18n.T(ctx, "web.too_large|What was sent is too large.")
	case status == http.StatusMethodNotAllowed:
		return i18n.T(ctx, "web.method|This address cannot be asked in this way.")
	case f == nil:
		return i18n.T(ctx, "web.internal|Something went wrong on our side. It has been noted in the log.")
	}
	m := f.Message()
	return i18n.T(ctx, m.Key, m.Args...)
}

func (s *server) failPage(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
	ctx := stateOf(r.Context()).localise(r, Public)
	r = r.WithContext(ctx)
	title := i18n.T(ctx, "web.title.wrong|Something went wrong")
	switch status {
	case http.StatusNotFound:
		title = i18n.T(ctx, "web.title.not_found|Nothing here")
	case http.StatusMethodNotAllowed:
		title = i18n.T(ctx, "web.title.method|Not like this")
	case http.StatusForbidden:
		title = i18n.T(ctx, "web.title.forbidden|Not allowed")
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		title = i18n.T(ctx, "web.title.later|Not right now")
	}
	err := Show(w, r, View{Title: title, Status: status, Body: layout.Problem(title, sayFault(ctx, status, f), "/s/dashboard", status == http.StatusNotFound)})
	if err != nil && !errors.Is(err, errGone) {
		s.Log.ErrorContext(ctx, "error page failed", "error", err)
		http.Error(w, sayFault(ctx, status, f), status)
	}
}

// apiError is one error as clients of the API expect it.
type apiError struct {
	Message string `json:"message"`
	Code    int    `json:"code"`
	Type    string `json:"type,omitempty"`
	Details any    `json:"details,omitempty"`
}

func (s *server) failJSON(w http.ResponseWriter, r *http.Request, status int, f *fault.Error, err error) {
	ctx := i18n.With(r.Context(), i18n.Locale{Lang: i18n.English})
	e := apiError{Code: status, Message: sayFault(ctx, status, f), Details: []string{}}
	switch {
	case errors.Is(err, errCredentials):
		e = apiError{Code: http.StatusUnauthorized, Message: "API authorization denied.", Type: "access_denied"}
	case errors.Is(err, user.ErrWrong):
		e = apiError{Code: http.StatusUnauthorized, Message: "Authorization denied, invalid credentials.", Type: "access_denied"}
	case status == http.StatusNotFound:
		e.Message = "Item was not found."
	case status == http.StatusForbidden:
		e.Message = "You do not have access to the requested area/action."
	case f != nil && len(f.Fields) > 0:
		details := map[string][]string{}
		var messages []string
		for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
			text := i18n.T(ctx, f.Fields[name].Key, f.Fields[name].Args...)
			details[name] = []string{text}
			messages = append(messages, name+": "+text)
		}
		e.Message, e.Details = strings.Join(messages, ", "), details
	}
	if err := JSON(w, e.Code, map[string][]apiError{"errors": {e}}); err != nil {
		s.Log.DebugContext(ctx, "client gone", "error", err)
	}
}
