package ops

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/visit"
	"ariane/internal/web"
)

const (
	// hurry is how long the database may take to answer.
	hurry = 3 * time.Second
	// fresh is how long what was found out is told again: asking often costs nothing.
	fresh = time.Second
)

// Deps is what the addresses tell of.
type Deps struct {
	DB       *db.DB
	Log      *slog.Logger
	Recorder *visit.Recorder
	Runner   *activity.Runner
	Requests *web.Requests
	// Started is when the program did.
	Started time.Time
}

// Routes are the addresses.
func Routes(d Deps) []web.Route {
	p := &probe{Deps: d}
	return []web.Route{
		{Pattern: "GET /healthz", Permission: web.Tracking, Handler: healthy},
		{Pattern: "GET /readyz", Permission: web.Tracking, Handler: p.ready},
		{Pattern: "GET /metrics", Permission: web.Operator, Handler: d.metrics},
	}
}

func say(w http.ResponseWriter, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// Who has left does not mind.
	w.Write([]byte(text + "\n"))
	return nil
}

// healthy tells that the program answers.
func healthy(w http.ResponseWriter, _ *http.Request) error { return say(w, http.StatusOK, "ok") }

// probe finds out whether the program can do its work.
type probe struct {
	Deps
	mu      sync.Mutex
	asked   time.Time
	reasons []string // why it cannot
}

// ready tells whether the program can do its work; operators also what keeps it
// from it.
func (p *probe) ready(w http.ResponseWriter, r *http.Request) error {
	reasons := p.look(r.Context())
	switch {
	case len(reasons) == 0:
		return say(w, http.StatusOK, "ready")
	case !web.Operates(r):
		reasons = []string{"not ready"}
	}
	w.Header().Set("Retry-After", "5")
	return say(w, http.StatusServiceUnavailable, strings.Join(reasons, " "))
}

// look asks the database and the recorder, one at a time for all who ask.
func (p *probe) look(ctx context.Context) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.asked) < fresh {
		return p.reasons
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hurry)
	defer cancel()
	p.reasons = nil
	if err := p.DB.Ping(ctx); err != nil {
		p.Log.WarnContext(ctx, "not ready", "error", err)
		p.reasons = append(p.reasons, "database")
	}
	if trouble := p.Recorder.Trouble(); trouble != "" {
		p.reasons = append(p.reasons, "recorder-"+trouble)
	}
	p.asked = time.Now()
	return p.reasons
}
