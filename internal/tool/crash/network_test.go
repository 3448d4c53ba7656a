package crash_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ariane/internal/base/db/dbtest"
	"ariane/internal/tool/crash"
)

// crowd opens connections that nobody uses until the end of the test.
func crowd(t *testing.T, server *crash.Server, n int) []net.Conn {
	t.Helper()
	var all []net.Conn
	for range n {
		c, err := net.Dial("tcp", server.Address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		all = append(all, c)
	}
	return all
}

// answers sends one request on a new connection.
func answers(server *crash.Server, within time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+server.Address+"/mtc.js", nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	a, err := client.Do(r)
	if err != nil {
		return err
	}
	a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return errors.New(a.Status)
	}
	return nil
}

// A server whose file descriptors are used up goes on with those it has, and with
// all once there are some again.
func TestFileDescriptorsAreUsedUp(t *testing.T) {
	t.Parallel()
	onSQLite(t)
	_, err := exec.LookPath("prlimit")
	only(t, err == nil, "prlimit is not installed")
	s := prepare(t, dbtest.Options(t))
	server := start(t, s, "prlimit", "--nofile=100:100")
	traffic := crash.Drive(s.Browsers(browsers))
	traffic.Serve(server.Address)
	more(t, traffic, 200)
	all := crowd(t, server, 300)
	if err := answers(server, time.Second); err == nil {
		t.Error("a new connection is served; the test shows nothing")
	}
	more(t, traffic, 200)
	for _, c := range all {
		c.Close()
	}
	if err := answers(server, 10*time.Second); err != nil {
		t.Error(err)
	}
	end(t, s, traffic, server)
}

// Clients that never end their headers hold nobody up, and are sent away.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	onSQLite(t)
	s := prepare(t, dbtest.Options(t))
	server := start(t, s)
	traffic := crash.Drive(s.Browsers(browsers))
	traffic.Serve(server.Address)
	more(t, traffic, 100)
	var left sync.WaitGroup
	for i, c := range crowd(t, server, 300) {
		left.Go(func() {
			head := "POST /mtc/event HTTP/1.1\r\nHost: ariane\r\nX-Slow: "
			if i%2 == 0 {
				head = "POST /mtc/event HTTP/1.1\r\nHost: ariane\r\nContent-Length: 1000\r\n\r\n"
			}
			for begin := time.Now(); ; <-time.After(300 * time.Millisecond) {
				if _, err := io.WriteString(c, head); err != nil {
					return
				}
				if head = "x"; time.Since(begin) > 20*time.Second {
					t.Errorf("slow client %d is still there", i)
					return
				}
			}
		})
	}
	for range 5 {
		if err := answers(server, time.Second); err != nil {
			t.Errorf("beside slow clients: %v", err)
		}
		more(t, traffic, 200)
	}
	left.Wait()
	end(t, s, traffic, server)
}

// descriptors counts what a server has open.
func descriptors(t *testing.T, server *crash.Server) int {
	t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", server.Process()))
	only(t, err == nil, fmt.Sprint(err))
	return len(list)
}

// vanish ends our half of a connection without telling the other, as a machine
// does whose network is gone.
func vanish(c net.Conn) error {
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		return err
	}
	const repair = 19 // TCP_REPAIR
	var set error
	err = raw.Control(func(fd uintptr) { set = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, repair, 1) })
	return errors.Join(err, set, c.Close())
}

// Connections whose other half is gone are given up.
func TestHalfOpenConnections(t *testing.T) {
	t.Parallel()
	onSQLite(t)
	s := prepare(t, dbtest.Options(t))
	server := start(t, s)
	if err := answers(server, 10*time.Second); err != nil {
		t.Fatal(err)
	}
	before := descriptors(t, server)
	all := crowd(t, server, 200)
	for i, c := range all {
		sent := "GET /mtc.js HTTP/1.1\r\nHost: ariane\r\n\r\n" // then the connection is kept
		if i%2 == 0 {
			sent = "POST /mtc/event HTTP/1.1\r\nHost: ari"
		}
		if _, err := io.WriteString(c, sent); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(10 * time.Second); descriptors(t, server) < before+len(all)-20 && time.Now().Before(end); {
		<-time.After(10 * time.Millisecond)
	}
	if n := descriptors(t, server); n < before+len(all)-20 {
		t.Errorf("%d descriptors at once; the test shows nothing", n)
	}
	for _, c := range all {
		err := vanish(c)
		only(t, !errors.Is(err, syscall.EPERM), "a connection cannot be made half open")
		if err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(time.Minute); descriptors(t, server) > before+20; <-time.After(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d descriptors are open, %d before", descriptors(t, server), before)
		}
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
}

// resident is the most memory that a server has used, in MB.
func resident(t *testing.T, server *crash.Server) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", server.Process()))
	only(t, err == nil, fmt.Sprint(err))
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes >> 10
}

// zeros is a body of so many bytes that takes no room.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p, bytes.Repeat([]byte{'a'}, int(min(int64(len(p)), z.left, 32<<10))))
	z.left -= int64(n)
	return n, nil
}

// hostileRequests are what nobody sends who means well.
func hostileRequests(server *crash.Server) []func() (*http.Request, error) {
	many := strings.Repeat("a=b&", 10_000)
	base := "http://" + server.Address
	var list []func() (*http.Request, error)
	post := func(path, kind string, length int64, body func() io.Reader) {
		list = append(list, func() (*http.Request, error) {
			r, err := http.NewRequest(http.MethodPost, base+path, body())
			if err == nil {
				r.ContentLength = length
				r.Header.Set("Content-Type", kind)
			}
			return r, err
		})
	}
	const form, huge = "application/x-www-form-urlencoded", 300 << 20
	for _, path := range []string{"/mtc/event", "/mtc", "/form/submit", "/s/login", "/api/contacts/new", "/mtracking.gif", "/"} {
		for _, kind := range []string{form, "application/json", "text/plain", "multipart/form-data; boundary=x"} {
			for _, length := range []int64{huge, -1} {
				post(path, kind, length, func() io.Reader {
					return io.MultiReader(strings.NewReader("--x\r\nContent-Disposition: form-data; name=a\r\n\r\n"), &zeros{huge})
				})
			}
			post(path, kind, int64(len(many)), func() io.Reader { return strings.NewReader(many) })
			post(path, kind, 12, func() io.Reader { return strings.NewReader("a=%00%zz\xff\xfe\x00%") })
		}
		for _, query := range []string{many, "a=%00&b=%ff%fe%zz&%", "ct=" + strings.Repeat("%41", 10_000), "mautic_device_id=%00"} {
			list = append(list, func() (*http.Request, error) {
				r, err := http.NewRequest(http.MethodGet, base+path, nil)
				if err == nil {
					r.URL.RawQuery = query
				}
				return r, err
			})
		}
		list = append(list, func() (*http.Request, error) {
			r, err := http.NewRequest(http.MethodGet, base+path, nil)
			if err == nil {
				for i := range 20_000 {
					r.Header.Set("X-Flood-"+strconv.Itoa(i), strings.Repeat("y", 100))
				}
			}
			return r, err
		}, func() (*http.Request, error) {
			r, err := http.NewRequest(http.MethodGet, base+path, nil)
			if err == nil {
				r.Header.Set("Cookie", strings.Repeat("mautic_device_id=x; ", 2500))
			}
			return r, err
		})
	}
	return list
}

// Whatever is sent, the answer is no failure of ours, and memory stays flat.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	onSQLite(t)
	s := prepare(t, dbtest.Options(t))
	server := start(t, s)
	traffic := crash.Drive(s.Browsers(browsers))
	traffic.Serve(server.Address)
	more(t, traffic, 300)
	client := &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	work := make(chan func() (*http.Request, error))
	var closed, refused, taken int
	var mu sync.Mutex
	var all sync.WaitGroup
	var first int
	for range 24 {
		all.Go(func() {
			for make := range work {
				r, err := make()
				if err != nil {
					t.Error(err)
					continue
				}
				a, err := client.Do(r)
				status := 0
				if err == nil {
					status = a.StatusCode
					io.Copy(io.Discard, a.Body)
					a.Body.Close()
				}
				mu.Lock()
				switch {
				case err != nil:
					closed++
				case status >= 500:
					t.Errorf("%s %s, %s: %d", r.Method, r.URL.Path, r.Header.Get("Content-Type"), status)
				case status >= 400:
					refused++
				default:
					taken++
				}
				mu.Unlock()
				var slow net.Error
				if errors.As(err, &slow) && slow.Timeout() {
					t.Errorf("%s %s, %s: no answer", r.Method, r.URL.Path, r.Header.Get("Content-Type"))
				}
			}
		})
	}
	for round := range 4 {
		if round == 1 {
			first = resident(t, server)
		}
		for _, one := range hostileRequests(server) {
			work <- one
		}
	}
	close(work)
	all.Wait()
	more(t, traffic, 100)
	after := resident(t, server)
	t.Logf("%d refused, %d closed, %d answered otherwise; at most %d MB, %d MB after the first quarter", refused, closed, taken, after, first)
	if after > first+50 || after > 300 {
		t.Errorf("memory grew from %d to %d MB", first, after)
	}
	end(t, s, traffic, server)
}
