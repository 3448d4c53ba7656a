package visit_test

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/visit"
)

// cutter passes on to a database server, and ends the connection on which the
// next commit succeeds before that is told.
type cutter struct{ armed atomic.Bool }

func (c *cutter) serve(t *testing.T, server string) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(func() {
		listener.Close()
		all.Wait()
	})
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { c.pass(client, server) })
		}
	})
	return listener.Addr().String()
}

func (c *cutter) pass(client net.Conn, address string) {
	defer client.Close()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		io.Copy(server, client)
		server.Close()
	}()
	part := make([]byte, 1<<20)
	for {
		n, err := server.Read(part)
		if err != nil || bytes.Contains(part[:n], []byte("COMMIT\x00")) && c.armed.CompareAndSwap(true, false) {
			return
		}
		if _, err := client.Write(part[:n]); err != nil {
			return
		}
	}
}

// What was committed but not confirmed is lost when the database server crashes.
// It is stored when it is sent again.
func TestHitsThatMayBeLost(t *testing.T) {
	o := dbtest.Options(t)
	if o.URL == "" {
		t.Skip("SQLite has no server to crash")
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		t.Fatal(err)
	}
	name := "ariane-" + visit.NewToken()
	q := u.Query()
	q.Set("application_name", name)
	u.RawQuery = q.Encode()
	looker := dbtest.With(t, o)
	o.URL = u.String()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	join(t, d)
	r := recorder(t, d)
	defer r.Close()
	count := func(query string, args ...any) (n int) {
		t.Helper()
		if err := looker.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	views := func() int {
		return count(`SELECT count(*) FROM event WHERE kind = ?`, int(visit.KindPageViewed))
	}
	record(t, r, hit(1, 1))
	ended := count(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = ? AND query LIKE '%emit_message%'`, name)
	if _, err := r.Record(t.Context(), hit(1, 2)); err == nil || ended != 1 || views() != 2 {
		t.Fatalf("%d connections ended; %v, %d views", ended, err, views())
	}
	err = looker.Do(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `DELETE FROM event WHERE id = (SELECT max(id) FROM event)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	record(t, r, hit(1, 2))
	if n := views(); n != 2 {
		t.Errorf("%d views after the second was sent again", n)
	}
}

// Whether a commit happened may not be known. Nothing is then stored a second time.
func TestHitsOfACommitThatWasNotConfirmed(t *testing.T) {
	o := dbtest.Options(t)
	if o.URL == "" {
		t.Skip("SQLite has no connections to lose")
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		t.Fatal(err)
	}
	var c cutter
	u.Host = c.serve(t, u.Host)
	o.URL = u.String()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	r := recorder(t, d)
	defer r.Close()
	views := func() (n int) {
		if err := d.QueryRow(t.Context(), `SELECT count(*) FROM event WHERE kind = ?`, int(visit.KindPageViewed)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if _, err := r.Record(t.Context(), hit(1, 1)); err != nil {
		t.Fatal(err)
	}
	c.armed.Store(true)
	if _, err := r.Record(t.Context(), hit(1, 2)); err == nil {
		t.Error("the hit is confirmed without knowing")
	}
	if _, err := r.Record(t.Context(), hit(1, 2)); err != nil || views() != 2 {
		t.Errorf("sent again: %v, %d views", err, views())
	}
	c.armed.Store(true)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() { r.Record(t.Context(), hit(10+i, 0)) })
	}
	all.Wait()
	if n := views(); n > 202 || c.armed.Load() {
		t.Errorf("%d views", n)
	}
}
