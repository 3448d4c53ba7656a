package crash_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"
	"ariane/internal/form"
	"ariane/internal/tool/crash"
)

// hook is the program that submissions are sent on to.
type hook struct {
	*httptest.Server
	mu   sync.Mutex
	seen map[string]int
}

func newHook(t *testing.T) *hook {
	h := &hook{seen: map[string]int{}}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.seen[r.Header.Get("Idempotency-Key")]++
	}))
	t.Cleanup(h.Close)
	return h
}

// receive lets every submission be sent to the hook.
func (h *hook) receive(ctx context.Context, tx *db.Tx, f *form.Form) error {
	f.Actions = append(f.Actions, form.Action{Type: form.Send, URL: h.URL, JSON: true})
	return setting.Set(ctx, tx, setting.OutgoingHosts, []string{strings.TrimPrefix(h.URL, "http://")})
}

func count(t *testing.T, d *db.DB, query string) (n int) {
	t.Helper()
	if err := d.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// standsStill is for how long a process is frozen: longer than the leases of
// readers, jobs and transactions.
const standsStill = 35 * time.Second

// Three processes serve one database. One is killed, one stands still in the
// middle of its work until the others have taken it over, and wakes up. Nothing
// is lost, and nothing happens twice.
func TestProcessesOnOneDatabase(t *testing.T) {
	o := dbtest.Options(t)
	if o.URL == "" {
		t.Skip("SQLite serves one process")
	}
	h := newHook(t)
	s := prepare(t, o, h.receive)
	first, frozen, killed := start(t, s), start(t, s), start(t, s)
	traffic := crash.Drive(s.Browsers(browsers))
	traffic.Pace(10 * time.Millisecond)
	traffic.Serve(first.Address, frozen.Address, killed.Address)
	more(t, traffic, 1000)
	if err := frozen.Freeze(); err != nil {
		t.Fatal(err)
	}
	wake := time.After(standsStill)
	more(t, traffic, 100)
	killed.Kill()
	more(t, traffic, 100)
	// Whoever spreads the requests notices that two do not answer.
	traffic.Serve(first.Address)
	more(t, traffic, 500)
	<-wake
	if err := frozen.Thaw(); err != nil {
		t.Fatal(err)
	}
	traffic.Serve(first.Address, frozen.Address)
	more(t, traffic, 1000)
	fourth := start(t, s)
	traffic.Serve(first.Address, frozen.Address, fourth.Address)
	more(t, traffic, 500)
	if err := traffic.Stop(); err != nil {
		t.Error(err)
	}

	d := dbtest.With(t, o)
	for end := time.Now().Add(time.Minute); count(t, d, `SELECT count(*) FROM job WHERE state < 2`) > 0 ||
		count(t, d, `SELECT coalesce(max(e.id), 0) - min(c.event_id) FROM reader_cursor c, (SELECT max(id) AS id FROM event) e WHERE c.reader = 'report.day'`) > 0; {
		if time.Now().After(end) {
			t.Fatalf("%d jobs and %d readers do not come to an end", count(t, d, `SELECT count(*) FROM job WHERE state < 2`), count(t, d, `SELECT count(*) FROM reader_cursor`))
		}
		<-time.After(20 * time.Millisecond)
	}
	r := end(t, s, traffic, first, frozen, fourth)
	if r.Again == 0 {
		t.Error("no request was interrupted; the test shows nothing")
	}
	if events, counted := count(t, d, `SELECT count(*) FROM event`), count(t, d, `SELECT sum(events) FROM report_day`); events != counted {
		t.Errorf("%d events, counted %d times", events, counted)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	twice := 0
	for _, times := range h.seen {
		twice += times - 1
	}
	// A request may have been under way in the process that was killed, and in the
	// one that stood still, with each of their four workers.
	if len(h.seen) != r.Sent || twice > 8 {
		t.Errorf("%d of %d submissions were sent on, %d of them twice", len(h.seen), r.Sent, twice)
	}
	if failed := count(t, d, `SELECT count(*) FROM job WHERE state = 3`); failed > 0 {
		t.Errorf("%d jobs failed", failed)
	}
}
