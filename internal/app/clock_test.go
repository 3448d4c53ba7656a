package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"ariane/internal/app"
	"ariane/internal/form"
	"ariane/internal/visit"
)

// The clock of the machine may be set while Ariane works, forward and back.
// Visitors and colleagues notice nothing, and everything is stored once.
func TestClockIsSet(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	r := run(t, behindProxy, func(c *app.Config) {
		c.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())).UTC() }
	})
	r.plantForm()
	jumps := []time.Duration{0, 3 * time.Hour, -3 * time.Hour, -400 * 24 * time.Hour, 24 * time.Hour, 0}
	for i, jump := range jumps {
		ahead.Store(int64(jump))
		for range 2 {
			v := url.Values{"page_url": {fmt.Sprintf("https://site.test/%d", i)}, "mautic_device_id": {fmt.Sprintf("%032x", 7)}, "mtc_view": {fmt.Sprintf("%032x", 100+i)}}
			if got := r.post(r.visitor, "/mtc/event", v); got.status != http.StatusOK {
				t.Errorf("%s: page view: %d %s", jump, got.status, got.body)
			}
			v = url.Values{"mauticform[formId]": {"3"}, "mauticform[firstname]": {"Ada"}, "mauticform[submissionkey]": {fmt.Sprintf("%032x", 200+i)}, "mauticform[consent]": {"1"}}
			if got := r.post(r.visitor, "/form/submit?ajax=1", v); got.status != http.StatusOK {
				t.Errorf("%s: submission: %d %s", jump, got.status, got.body)
			}
		}
		for _, path := range []string{"/s/dashboard", "/s/contacts?search=is%3Aanonymous", "/s/system"} {
			if got := r.get(r.office, path); got.status != http.StatusOK {
				t.Errorf("%s: %s: %d", jump, path, got.status)
			}
		}
	}
	r.catchUp()
	for kind, want := range map[int]int{int(visit.KindPageViewed): len(jumps), int(form.KindSubmitted): len(jumps)} {
		var stored, counted int
		if err := r.DB.QueryRow(t.Context(), `SELECT count(*) FROM event WHERE kind = ?`, kind).Scan(&stored); err != nil {
			t.Fatal(err)
		}
		if err := r.DB.QueryRow(t.Context(), `SELECT coalesce(sum(events), 0) FROM report_day WHERE kind = ?`, kind).Scan(&counted); err != nil {
			t.Fatal(err)
		}
		if stored != want || counted != want {
			t.Errorf("%d events of kind %d, counted %d times, want %d", stored, kind, counted, want)
		}
	}
}
