package public

import (
	"net/netip"
	"sync"
	"time"

	"ariane/internal/id"
)

// A network may send a form so many times at once, and once more after each
// pause. People behind one address share it; robots are slowed down.
const (
	limitBurst = 20
	limitPause = 15 * time.Second
	// limitMost bounds what a crowd of addresses makes us remember.
	limitMost = 50_000
)

// sender is who is counted: a network and the form it sends.
type sender struct {
	form    id.Form
	network netip.Prefix
}

// limiter counts submissions. A sender is remembered by the time at which it
// would have none to its account.
type limiter struct {
	now  func() time.Time
	mu   sync.Mutex
	free map[sender]time.Time
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, free: map[sender]time.Time{}}
}

// senderOf is false for nobody in particular: a socket of this machine, or a
// proxy that was not declared.
func senderOf(form id.Form, address netip.Addr) (sender, bool) {
	if !address.IsValid() {
		return sender{}, false
	}
	address = address.Unmap()
	length := 32
	if address.Is6() {
		length = 64 // what one customer is given
	}
	network, err := address.WithZone("").Prefix(length)
	return sender{form, network}, err == nil
}

// take counts one more, or returns how long the sender has to wait.
func (l *limiter) take(form id.Form, address netip.Addr) time.Duration {
	who, ok := senderOf(form, address)
	if !ok {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	free := l.free[who]
	if free.Before(now) || free.Sub(now) > limitBurst*limitPause { // later than any can be: the clock was set back
		free = now
	}
	if wait := free.Sub(now) - (limitBurst-1)*limitPause; wait > 0 {
		return wait
	}
	if len(l.free) >= limitMost {
		l.forget(now)
	}
	l.free[who] = free.Add(limitPause)
	return 0
}

// giveBack does not count one that was taken: it was we who could not accept it.
func (l *limiter) giveBack(form id.Form, address netip.Addr) {
	who, ok := senderOf(form, address)
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if free, counted := l.free[who]; counted {
		l.free[who] = free.Add(-limitPause)
	}
}

// forget makes room. Those with the least to their account go first: whoever
// makes up senders does not make us forget who sends often.
func (l *limiter) forget(now time.Time) {
	for owing := time.Duration(0); owing == 0 || len(l.free) > limitMost/2; owing += limitPause {
		for who, free := range l.free {
			if !free.After(now.Add(owing)) {
				delete(l.free, who)
			}
		}
	}
}
