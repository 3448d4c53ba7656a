package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// recorder remembers how a request was answered.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// wrote tells whether an answer has begun.
func wrote(w http.ResponseWriter) bool {
	for {
		if rec, ok := w.(*recorder); ok {
			return rec.status != 0
		}
		inner, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return false
		}
		w = inner.Unwrap()
	}
}

// observe logs a request by its route - a path may hold a secret - and turns a
// panic into an error.
func (s *server) observe(route Route, next http.Handler) http.Handler {
	level := slog.LevelInfo
	if route.Permission == Tracking || route.Permission == Operator {
		level = slog.LevelDebug
	}
	count := s.Requests.route(route.Pattern)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.Log.ErrorContext(r.Context(), "panic", "route", route.Pattern, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if rec.status == 0 {
					http.Error(rec, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
				}
			}
			if rec.status == 0 {
				rec.status = http.StatusOK
			}
			count.add(rec.status, time.Since(begin))
			if !s.Log.Enabled(r.Context(), level) {
				return
			}
			s.Log.Log(r.Context(), level, "request", "route", route.Pattern, "method", r.Method, "status", rec.status,
				"duration_ms", time.Since(begin).Milliseconds())
		}()
		next.ServeHTTP(rec, r)
	})
}

const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *server) setHeaders(w http.ResponseWriter, p Permission) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if s.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if p == Tracking {
		return
	}
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
}
