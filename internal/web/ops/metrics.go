package ops

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"

	"ariane/internal/base/job"
	"ariane/internal/base/metric"
)

// metrics tells in figures what the program does. What needs the database is
// left out when it does not answer.
func (d Deps) metrics(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), hurry)
	defer cancel()
	m := &metric.Writer{}
	d.process(m)
	t := d.Recorder.Tally
	m.Counted("ariane_hits_total", "Page views by what became of them: stored, repeated, contact (not to be followed), overload, failed, or why they are not followed.", "outcome", &t.Hits)
	m.One("ariane_hits_waiting", metric.Gauge, "Page views that wait to be stored.", float64(d.Recorder.Waiting()))
	for _, h := range []struct {
		name, help string
		of         *metric.Histogram
	}{
		{"ariane_commit_hits", "Page views stored by one commit.", t.Size},
		{"ariane_commit_seconds", "Time of a commit of page views, without waiting for the disk.", t.Time},
		{"ariane_write_seconds", "Time of a transaction that writes, from its beginning to its end; on SQLite the others wait meanwhile.", d.DB.WriteTimes},
		{"ariane_commit_disk_seconds", "Time from a commit of page views until it is on the disk.", t.Disk},
	} {
		m.Head(h.name, metric.Sizes, h.help)
		m.Histogram(h.name, h.of)
	}
	d.Requests.Write(m)
	up := 1.0
	if err := d.stored(ctx, m); err != nil {
		d.Log.WarnContext(ctx, "metrics of the database", "error", err)
		up = 0
	}
	m.One("ariane_database_up", metric.Gauge, "Whether the database answers.", up)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	// Who has left does not mind.
	w.Write(m.Bytes())
	return nil
}

// process tells of the program, under the names that all Go programs use.
func (d Deps) process(m *metric.Writer) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	m.One("process_start_time_seconds", metric.Gauge, "When the program started, in seconds since 1970.", float64(d.Started.Unix()))
	m.One("go_goroutines", metric.Gauge, "Goroutines.", float64(runtime.NumGoroutine()))
	m.One("go_memstats_heap_inuse_bytes", metric.Gauge, "Memory in use.", float64(memory.HeapInuse))
	m.One("go_memstats_sys_bytes", metric.Gauge, "Memory taken from the system.", float64(memory.Sys))
	// Where the system tells: see proc(5).
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		m.One("process_open_fds", metric.Gauge, "Open files and connections.", float64(len(open)))
	}
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		var size, resident int64
		if _, err := fmt.Fscan(strings.NewReader(string(text)), &size, &resident); err == nil {
			m.One("process_resident_memory_bytes", metric.Gauge, "Memory that the system has given.", float64(resident*int64(os.Getpagesize())))
		}
	}
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
	m.Head("ariane_jobs", metric.Gauge, "Background jobs by state; those that failed are forgotten after some days.")
	for _, s := range []struct {
		state string
		n     int
	}{{"waiting", jobs.Waiting}, {"running", jobs.Running}, {"failed", jobs.Failed}} {
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
