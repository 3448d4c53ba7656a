package crash_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/tool/crash"
)

// refused waits until the server answers that it cannot do its work now: with
// 503, when to come again, and words for people.
func refused(t *testing.T, server *crash.Server, path string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; <-time.After(10 * time.Millisecond) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+server.Address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") != "" && len(body) > 0 {
			return
		}
		if answer.StatusCode >= 500 && answer.StatusCode != http.StatusServiceUnavailable || time.Now().After(end) {
			t.Fatalf("%s: %s, Retry-After %q: %s", path, answer.Status, answer.Header.Get("Retry-After"), body)
		}
	}
}

func TestPostgresRestarts(t *testing.T) {
	t.Parallel()
	p := newPostgres(t)
	s := prepare(t, db.Options{URL: p.url()})
	server := start(t, s)
	traffic := crash.Drive(s.Browsers(browsers))
	traffic.Serve(server.Address)
	for _, mode := range []string{"fast", "immediate"} {
		more(t, traffic, 500)
		p.stop(mode)
		for _, path := range []string{"/mtracking.gif?page_url=https%3A%2F%2Fsite.test%2F", "/form/1"} {
			refused(t, server, path)
		}
		p.start()
	}
	more(t, traffic, 500)
	end(t, s, traffic, server)
}

// only skips a test that this machine cannot run, outside of CI.
func only(t *testing.T, possible bool, why string) {
	t.Helper()
	if possible {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// smallDisk mounts a file system of so many MB.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	folder := t.TempDir()
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm", size), "none", folder).CombinedOutput()
	only(t, err == nil, fmt.Sprintf("no file system can be mounted: %v %s", err, out))
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", folder).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return folder
}

// fill writes a file until there is no more room.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for part := make([]byte, 64<<10); len(part) > 0; {
		if _, err := f.Write(part); errors.Is(err, syscall.ENOSPC) {
			part = part[:len(part)/2]
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// When the disk is full, that is said; once there is room again, everything goes
// on by itself. What was acknowledged is there.
func TestDiskIsFull(t *testing.T) {
	t.Parallel()
	onSQLite(t)
	folder := smallDisk(t, 48)
	s := prepare(t, db.Options{DataDir: folder})
	server := start(t, s)
	traffic := crash.Drive(s.Browsers(browsers))
	traffic.Serve(server.Address)
	for range 2 {
		more(t, traffic, 300)
		fill(t, folder+"/ballast")
		refused(t, server, "/mtracking.gif?page_url=https%3A%2F%2Fsite.test%2F")
		if err := os.Remove(folder + "/ballast"); err != nil {
			t.Fatal(err)
		}
	}
	traffic.Pace(10 * time.Millisecond)
	more(t, traffic, 300)
	end(t, s, traffic, server)
}

// While the disk is slow, everything is, and nothing else is wrong.
func TestDiskIsSlow(t *testing.T) {
	t.Parallel()
	onSQLite(t)
	_, err := exec.LookPath("strace")
	only(t, err == nil, "strace is not installed")
	s := prepare(t, dbtest.Options(t))
	server := start(t, s, "strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_enter=100000")
	traffic := crash.Drive(s.Browsers(browsers))
	traffic.Serve(server.Address)
	more(t, traffic, 200)
	begin := time.Now()
	more(t, traffic, 100)
	if took := time.Since(begin); took < 500*time.Millisecond {
		t.Errorf("100 requests of %d visitors took %s: the disk is not slow", browsers, took)
	}
	end(t, s, traffic, server)
}

// A disk that fails to store is not believed.
func TestDiskFails(t *testing.T) {
	t.Parallel()
	onSQLite(t)
	_, err := exec.LookPath("strace")
	only(t, err == nil, "strace is not installed")
	s := prepare(t, dbtest.Options(t))
	server := start(t, s, "strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=20..40")
	traffic := crash.Drive(s.Browsers(browsers))
	traffic.Serve(server.Address)
	more(t, traffic, 1000)
	end(t, s, traffic, server)
}

func onSQLite(t *testing.T) {
	t.Helper()
	if os.Getenv(dbtest.Variable) != "" {
		t.Skip("for SQLite")
	}
}
