package ops

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/job"
	"ariane/internal/base/metric"
	"ariane/internal/visit"
	"ariane/internal/web"
)

// hurry is how long the database may take to answer.
const hurry = 3 * time.Second

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
	return []web.Route{
		{Pattern: "GET /healthz", Permission: web.Operator, Handler: healthy},
		{Pattern: "GET /readyz", Permission: web.Operator, Handler: d.ready},
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

// ready tells whether the program can do its work, and what keeps it from it.
func (d Deps) ready(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), hurry)
	defer cancel()
	var reasons []string
	if err := d.DB.Ping(ctx); err != nil {
		d.Log.WarnContext(ctx, "not ready", "error", err)
		reasons = append(reasons, "database")
	}
	if trouble := d.Recorder.Trouble(); trouble != "" {
		reasons = append(reasons, "recorder-"+trouble)
	}
	for _, name := range d.Runner.Asleep() {
		reasons = append(reasons, "reader-"+name)
	}
	if len(reasons) > 0 {
		w.Header().Set("Retry-After", "5")
		return say(w, http.StatusServiceUnavailable, strings.Join(reasons, " "))
	}
	return say(w, http.StatusOK, "ready")
}

// metrics tells in figures what the program does. What needs the database is
// left out when it does not answer.
func (d Deps) metrics(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), hurry)
	defer cancel()
	var b bytes.Buffer
	m := metric.NewWriter(&b)
	d.process(m)
	t := d.Recorder.Tally
	m.Counted("ariane_hits_total", "Page views by what became of them: stored, repeated, contact (not to be followed), overload, failed, or why they are not followed.", "outcome", &t.Hits)
	m.One("ariane_hits_waiting", metric.Gauge, "Page views that wait to be stored.", float64(d.Recorder.Waiting()))
	m.Histogram("ariane_commit_hits", "Page views stored by one commit.", t.Size)
	m.Histogram("ariane_commit_seconds", "Time of a commit of page views, without waiting for the disk.", t.Time)
	m.Histogram("ariane_commit_disk_seconds", "Time until a commit of page views is on the disk.", t.Disk)
	d.Requests.Write(m)
	up := 1.0
	if err := d.stored(ctx, m); err != nil {
		d.Log.WarnContext(ctx, "metrics of the database", "error", err)
		up = 0
	}
	m.One("ariane_database_up", metric.Gauge, "Whether the database answers.", up)
	if err := m.Err(); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	// Who has left does not mind.
	w.Write(b.Bytes())
	return nil
}

func (d Deps) process(m *metric.Writer) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	m.One("process_start_time_seconds", metric.Gauge, "When the program started, in seconds since 1970.", float64(d.Started.Unix()))
	m.One("go_goroutines", metric.Gauge, "Goroutines.", float64(runtime.NumGoroutine()))
	m.One("go_memstats_heap_inuse_bytes", metric.Gauge, "Memory in use.", float64(memory.HeapInuse))
	m.One("go_memstats_sys_bytes", metric.Gauge, "Memory taken from the system.", float64(memory.Sys))
}

// stored tells what is known by the database. Whatever fails, all before it is written whole.
func (d Deps) stored(ctx context.Context, m *metric.Writer) error {
	size, err := d.DB.Size(ctx)
	if err != nil {
		return err
	}
	m.One("ariane_database_bytes", metric.Gauge, "Size of the database.", float64(size.Database))
	m.One("ariane_database_log_bytes", metric.Gauge, "Size of the log written ahead of the database (SQLite).", float64(size.Log))
	jobs, err := job.Count(ctx, d.DB, d.DB.Now())
	if err != nil {
		return err
	}
	m.Head("ariane_jobs", metric.Gauge, "Background jobs by state; those that are done are forgotten after some days.")
	for _, s := range []struct {
		state string
		n     int
	}{{"waiting", jobs.Waiting}, {"running", jobs.Running}, {"done", jobs.Done}, {"failed", jobs.Failed}} {
		m.Value("ariane_jobs", float64(s.n), "state", s.state)
	}
	m.One("ariane_job_late_seconds", metric.Gauge, "How long the job that should have begun first has been waiting.", jobs.Late.Seconds())
	readers, err := d.Runner.Progress(ctx)
	if err != nil {
		return fmt.Errorf("progress of readers: %w", err)
	}
	m.Head("ariane_reader_behind_events", metric.Gauge, "Events that a reader has not read yet, at most.")
	for _, p := range readers {
		m.Value("ariane_reader_behind_events", float64(p.Behind), "reader", p.Reader)
	}
	m.Head("ariane_reader_faults", metric.Gauge, "Events that a reader could not handle and has set aside.")
	for _, p := range readers {
		m.Value("ariane_reader_faults", float64(p.Faults), "reader", p.Reader)
	}
	return nil
}
