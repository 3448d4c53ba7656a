package crash_test

import (
	"net"
	"sync"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/tool/crash"
)

// wire is between Ariane and a PostgreSQL server. It can stop to pass anything
// on, without a sign of that to either.
type wire struct {
	net.Listener
	to string

	mu     sync.Mutex
	change *sync.Cond
	dead   bool
	made   int // connections
	lost   int // connections that nothing passes any more
	ended  bool
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: listener, to: to}
	w.change = sync.NewCond(&w.mu)
	go w.serve()
	t.Cleanup(func() {
		listener.Close()
		w.set(func() { w.ended = true })
	})
	return w
}

func (w *wire) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	w.change.Broadcast()
}

// passes waits until something on that connection may pass, and tells whether it
// ever will.
func (w *wire) passes(number int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for (w.dead || number <= w.lost) && !w.ended {
		w.change.Wait()
	}
	return !w.ended
}

func (w *wire) serve() {
	for {
		client, err := w.Accept()
		if err != nil {
			return
		}
		var number int
		w.set(func() { w.made++; number = w.made })
		go func() {
			defer client.Close()
			if !w.passes(number) {
				return
			}
			server, err := net.Dial("tcp", w.to)
			if err != nil {
				return
			}
			defer server.Close()
			go w.copy(number, server, client)
			w.copy(number, client, server)
		}()
	}
}

func (w *wire) copy(number int, to, from net.Conn) {
	defer to.Close()
	for buffer := make([]byte, 64<<10); ; {
		n, err := from.Read(buffer)
		if !w.passes(number) || err != nil {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// noticedWithin is how long a server may be gone before that is known.
const noticedWithin = 20 * time.Second

// A server whose machine vanishes closes no connection. That is noticed, said
// from then on at once, and everything goes on when it is back: with what was on
// its way arriving late, and with all old connections lost.
func TestPostgresVanishes(t *testing.T) {
	t.Parallel()
	p := newPostgres(t)
	w := newWire(t, "127.0.0.1:"+p.port)
	straight := db.Options{URL: p.url()}
	s := prepare(t, straight)
	_, port, _ := net.SplitHostPort(w.Addr().String())
	s.Flags = []string{"--database-url=postgres://postgres@127.0.0.1:" + port + "/postgres?sslmode=disable"}
	server := start(t, s)
	traffic := crash.Drive(s.Browsers(browsers))
	traffic.Serve(server.Address)
	for _, back := range []func(){
		func() { w.dead = false },
		func() { w.dead, w.lost = false, w.made },
	} {
		more(t, traffic, 500)
		w.set(func() { w.dead = true })
		const pixel, form = "/mtracking.gif?page_url=https%3A%2F%2Fsite.test%2F", "/form/1"
		for _, moment := range []time.Duration{noticedWithin, time.Second} {
			for _, path := range []string{pixel, form} {
				begin := time.Now()
				refused(t, server, path)
				if took := time.Since(begin); took > moment {
					t.Errorf("%s was refused after %s", path, took)
				}
			}
		}
		w.set(back)
		more(t, traffic, 500)
	}
	// The connections are lost one by one, while the server answers others.
	w.set(func() { w.lost = w.made })
	more(t, traffic, 500)
	r := end(t, s, traffic, server)
	if r.Again == 0 {
		t.Error("no request was interrupted; the test shows nothing")
	}
}
