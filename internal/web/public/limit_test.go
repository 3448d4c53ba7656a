package public

import (
	"net/netip"
	"testing"
	"time"

	"ariane/internal/id"
)

func TestLimiter(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	l := newLimiter(func() time.Time { return now })
	one, neighbour, other := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2"), netip.MustParseAddr("192.0.2.7")
	for i := range limitBurst {
		if wait := l.take(1, one); wait != 0 {
			t.Fatalf("submission %d waits %s", i, wait)
		}
	}
	if wait := l.take(1, neighbour); wait <= 0 || wait > limitPause {
		t.Errorf("one too many waits %s", wait)
	}
	l.giveBack(1, neighbour)
	if l.take(1, one) != 0 || l.take(1, one) == 0 {
		t.Error("what was given back cannot be taken, or twice")
	}
	if l.take(2, one) != 0 || l.take(1, other) != 0 || l.take(1, netip.Addr{}) != 0 {
		t.Error("another form, another network or nobody waits")
	}
	now = now.Add(limitPause)
	if l.take(1, one) != 0 || l.take(1, one) == 0 {
		t.Error("one more is due after a pause, not two")
	}
	now = now.Add(limitBurst * limitPause)
	l.forget(now)
	if len(l.free) != 0 {
		t.Errorf("%d are remembered without need", len(l.free))
	}
}

// A number of a form is anybody's to make up.
func TestLimiterRemembersWhoSendsOften(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	l := newLimiter(func() time.Time { return now })
	robot := netip.MustParseAddr("192.0.2.7")
	for range limitBurst {
		l.take(1, robot)
	}
	for i := range limitMost + 10 {
		l.take(id.Form(1000+i), robot)
	}
	if l.take(1, robot) == 0 {
		t.Error("forgotten for others that do not exist")
	}
	if len(l.free) > limitMost {
		t.Errorf("%d are remembered", len(l.free))
	}
}
