package ops_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/user"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/ops"
)

const token = "a secret of the operator"

type watched struct {
	*testing.T
	db       *db.DB
	recorder *visit.Recorder
	url      string
}

func watch(t *testing.T) *watched {
	t.Helper()
	w := &watched{T: t}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	var err error
	if w.db, err = db.Open(t.Context(), dbtest.Options(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.db.Close() })
	w.recorder = visit.NewRecorder(w.db)
	t.Cleanup(w.recorder.Close)
	runner := activity.NewRunner(w.db, log, activity.Reader{Name: "tester", Kinds: []activity.Kind{visit.KindPageViewed},
		Handle: func(context.Context, *db.Tx, []activity.Event) error { return nil }})
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	runner.Stop()
	requests := &web.Requests{}
	h, err := web.New(web.Options{DB: w.db, Gate: user.NewGate(w.db, clock.System), Log: log, OperatorToken: token, Requests: requests},
		ops.Routes(ops.Deps{DB: w.db, Log: log, Recorder: w.recorder, Runner: runner, Requests: requests, Started: time.Now()}))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// ask asks as a program of this machine, unless the headers say otherwise.
func (w *watched) ask(path string, header ...string) (int, string) {
	w.Helper()
	q, err := http.NewRequest(http.MethodGet, w.url+path, nil)
	if err != nil {
		w.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			q.Host = header[i+1]
		}
		q.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		w.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.Fatal(err)
	}
	return answer.StatusCode, strings.TrimSpace(string(body))
}

var outside = []string{"Host", "ariane.example.com", "X-Forwarded-For", "203.0.113.1"}

func TestReadyOnlyWhenAllRuns(t *testing.T) {
	t.Parallel()
	w := watch(t)
	for _, who := range [][]string{nil, outside} {
		if status, body := w.ask("/readyz", who...); status != http.StatusOK || body != "ready" {
			t.Errorf("when all runs: %d %s", status, body)
		}
	}
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.recorder.Record(t.Context(), visit.Hit{URL: "https://site.test/"}); err == nil {
		t.Fatal("a hit is recorded without a database")
	}
	// It is told for a moment that all was well.
	var status int
	var body string
	for deadline := time.Now().Add(10 * time.Second); status != http.StatusServiceUnavailable && time.Now().Before(deadline); {
		status, body = w.ask("/readyz")
	}
	if status != http.StatusServiceUnavailable || body != "database recorder-failing" {
		t.Errorf("without a database: %d %s", status, body)
	}
	if status, body := w.ask("/readyz", outside...); status != http.StatusServiceUnavailable || body != "not ready" {
		t.Errorf("strangers are told %d %s", status, body)
	}
	if status, body := w.ask("/healthz", outside...); status != http.StatusOK || body != "ok" {
		t.Errorf("the process answers %d %s", status, body)
	}
	status, body = w.ask("/metrics")
	if status != http.StatusOK || !strings.Contains(body, "\nariane_database_up 0") || !strings.Contains(body, `ariane_hits_total{outcome="failed"} 1`) {
		t.Errorf("metrics without a database: %d %s", status, body)
	}
}

func TestMetricsAreForOperators(t *testing.T) {
	t.Parallel()
	w := watch(t)
	for _, c := range []struct {
		status int
		header []string
	}{
		{http.StatusOK, nil},
		{http.StatusOK, []string{"Host", "localhost:8080"}},
		{http.StatusOK, []string{"Host", "[::1]"}},
		{http.StatusForbidden, []string{"X-Forwarded-For", "203.0.113.1"}},
		{http.StatusForbidden, []string{"X-Forwarded-For", "127.0.0.1"}},
		{http.StatusForbidden, []string{"Forwarded", "for=127.0.0.1"}},
		{http.StatusForbidden, []string{"Via", "1.1 proxy"}},
		{http.StatusForbidden, []string{"Host", "ariane.example.com"}},
		{http.StatusForbidden, []string{"Host", "localhost.example.com"}},
		{http.StatusForbidden, []string{"Host", "127.0.0.1.example.com:80"}},
		{http.StatusForbidden, []string{"Authorization", "Bearer another secret"}},
		{http.StatusForbidden, []string{"Authorization", "Bearer "}},
		{http.StatusOK, append([]string{"Authorization", "Bearer " + token}, outside...)},
	} {
		if got, _ := w.ask("/metrics", c.header...); got != c.status {
			t.Errorf("with %q: %d, want %d", c.header, got, c.status)
		}
	}
}

// grammar is a line of the text format.
var grammar = regexp.MustCompile(`^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="(\\.|[^"\\])*"(,[a-z]+="(\\.|[^"\\])*")*\})? (-?[0-9.]+(e[-+][0-9]+)?|\+Inf))$`)

func TestMetrics(t *testing.T) {
	t.Parallel()
	w := watch(t)
	hit := visit.Hit{Token: visit.NewToken(), View: visit.NewToken(), URL: "https://site.test/secret-page", IP: "203.0.113.77"}
	for range 2 {
		if _, err := w.recorder.Record(t.Context(), hit); err != nil {
			t.Fatal(err)
		}
	}
	if status, _ := w.ask("/healthz"); status != http.StatusOK {
		t.Fatal(status)
	}
	_, body := w.ask("/metrics")
	lines := strings.Split(body, "\n")
	for _, want := range []string{`ariane_hits_total{outcome="stored"} 1`, `ariane_hits_total{outcome="repeated"} 1`, `ariane_hits_total{outcome="overload"} 0`,
		"ariane_hits_waiting 0", "ariane_commit_hits_count 2", `ariane_commit_hits_bucket{le="1"} 2`, "ariane_commit_disk_seconds_count 2",
		`ariane_http_requests_total{route="GET /healthz",status="200"} 1`, `ariane_http_request_seconds_count{route="GET /healthz"} 1`,
		"ariane_database_up 1", `ariane_jobs{state="waiting"} 0`, "ariane_job_late_seconds 0",
		`ariane_reader_behind_events{reader="tester"} 2`, `ariane_reader_faults{reader="tester"} 0`} {
		if !slices.Contains(lines, want) {
			t.Errorf("%q is missing in\n%s", want, body)
		}
	}
	if !regexp.MustCompile(`(?m)^ariane_write_seconds_count [1-9]`).MatchString(body) {
		t.Errorf("no transaction that writes is counted in\n%s", body)
	}
	for _, secret := range []string{hit.Token, "secret-page", "site.test", hit.IP} {
		if strings.Contains(body, secret) {
			t.Errorf("%q is told", secret)
		}
	}
	seen := map[string]bool{}
	for _, line := range lines {
		if !grammar.MatchString(line) {
			t.Errorf("%q is no line of the format", line)
		}
		name := line[:strings.LastIndexByte(line, ' ')]
		if !strings.HasPrefix(line, "#") && seen[name] {
			t.Errorf("%q is there twice", name)
		}
		seen[name] = true
	}
}
