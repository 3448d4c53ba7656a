package track_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/visit"
)

// When more page views wait than the queue holds, the next ones are told when to
// come again; those that wait are stored.
func TestFullQueue(t *testing.T) {
	r := serve(t)
	const most = 6000
	var accepted, refused atomic.Int64
	var all sync.WaitGroup
	view := func(i int) {
		body := url.Values{"page_url": {site + fmt.Sprintf("/%d", i)}, "mautic_device_id": {fmt.Sprintf("%032x", i+1)}}.Encode()
		q := httptest.NewRequest(http.MethodPost, base+"/mtc/event", strings.NewReader(body))
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("User-Agent", chrome)
		w := httptest.NewRecorder()
		r.handler.ServeHTTP(w, q)
		switch {
		case w.Code == http.StatusOK:
			accepted.Add(1)
		case w.Code == http.StatusServiceUnavailable && w.Header().Get("Retry-After") != "":
			refused.Add(1)
		default:
			t.Errorf("%d, Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
		}
	}
	r.do(func(tx *db.Tx) error {
		// Nobody else stores page views while this is held.
		if err := tx.Lock("hits"); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM meta`).Scan(&n); err != nil {
			return err
		}
		for i := range most {
			all.Go(func() { view(i) })
		}
		for refused.Load() == 0 {
			runtime.Gosched()
		}
		return nil
	})
	all.Wait()
	view(most)
	var stored int64
	if err := r.db.QueryRow(t.Context(), `SELECT count(*) FROM event WHERE kind = ?`, int(visit.KindPageViewed)).Scan(&stored); err != nil {
		t.Fatal(err)
	}
	if refused.Load() == 0 || stored != accepted.Load() || accepted.Load()+refused.Load() != most+1 {
		t.Errorf("%d accepted, %d refused, %d stored", accepted.Load(), refused.Load(), stored)
	}
	t.Logf("%d accepted, %d told to come again", accepted.Load(), refused.Load())
}
