package crash_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/form"
	"ariane/internal/tool/crash"
)

const (
	rounds   = 20
	browsers = 16
)

func prepare(t *testing.T, o db.Options, changes ...func(context.Context, *db.Tx, *form.Form) error) crash.Stage {
	t.Helper()
	s, err := crash.Prepare(t.Context(), o, changes...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// binary is the path of the program.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "ariane-crash-")
		if err == nil {
			defer os.RemoveAll(folder)
			binary, err = crash.Build(folder)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// start runs a server until the end of the test.
func start(t *testing.T, s crash.Stage, starter ...string) *crash.Server {
	t.Helper()
	server, err := crash.Start(binary, s.Flags, starter...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	return server
}

func more(t *testing.T, traffic *crash.Traffic, requests int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	if err := traffic.More(ctx, requests); err != nil {
		t.Fatal(err)
	}
}

// end lets each browser have its last request acknowledged, stops the servers
// and compares.
func end(t *testing.T, s crash.Stage, traffic *crash.Traffic, servers ...*crash.Server) crash.Result {
	t.Helper()
	if err := traffic.Stop(); err != nil {
		t.Error(err)
	}
	for _, server := range servers {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}
	r, err := s.Compare(t.Context(), traffic.Browsers)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range r.Wrong {
		t.Error(wrong)
	}
	t.Logf("%d page views and %d submissions acknowledged, %d requests sent again", r.Seen, r.Sent, r.Again)
	return r
}

// TestNothingAcknowledgedIsLost kills the server again and again under load. In
// the end each page view and submission that was acknowledged is on the thread of
// its visitor, once.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	s := prepare(t, dbtest.Options(t))
	r, err := s.Kill(t.Context(), binary, browsers, rounds, func(int, int64) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range r.Wrong {
		t.Error(wrong)
	}
	if r.Again == 0 {
		t.Error("no request was interrupted; the test shows nothing")
	}
	t.Logf("%d page views and %d submissions acknowledged, %d requests sent again", r.Seen, r.Sent, r.Again)
}

// TestNothingIsLostByStopping asks the server to stop in the middle of its work.
// It ends by itself, and well; what it answered before is there.
func TestNothingIsLostByStopping(t *testing.T) {
	s := prepare(t, dbtest.Options(t))
	traffic := crash.Drive(s.Browsers(browsers))
	for range 3 {
		server := start(t, s)
		traffic.Serve(server.Address)
		more(t, traffic, 100)
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}
	server := start(t, s)
	traffic.Serve(server.Address)
	end(t, s, traffic, server)
}
