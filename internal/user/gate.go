package user

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"

	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"
)

// ErrWrong is the cause of the fault for credentials that do not fit. It does
// not say whether the account exists.
var ErrWrong = errors.New("wrong user name or password")

// ErrTooMany is the cause of the fault for an address that has to wait.
var ErrTooMany = errors.New("too many failed attempts")

const (
	freeFailures = 5                // of one login from an address, after which they wait
	freeGuesses  = 50               // of all logins from an address, after which it waits
	longestWait  = 15 * time.Minute // between attempts
	remembered   = time.Minute      // for which right API credentials need no hash
	hashesAtOnce = 2                // 19 MiB each
)

// Gate checks who is knocking. One serves the whole program.
type Gate struct {
	q        db.Q
	now      clock.Clock
	failures *otter.Cache[[sha256.Size]byte, failure]
	right    *otter.Cache[[sha256.Size]byte, known]
	secret   []byte
	hashes   chan struct{}
}

type failure struct {
	count int
	until time.Time
}

type known struct {
	user    id.User
	version int64
	until   time.Time
}

// NewGate makes a gate that reads users from q.
func NewGate(q db.Q, now clock.Clock) *Gate {
	secret := make([]byte, 32)
	rand.Read(secret)
	return &Gate{
		q: q, now: now, secret: secret, hashes: make(chan struct{}, hashesAtOnce),
		failures: otter.Must(&otter.Options[[sha256.Size]byte, failure]{MaximumSize: 20_000,
			ExpiryCalculator: otter.ExpiryWriting[[sha256.Size]byte, failure](2 * longestWait)}),
		right: otter.Must(&otter.Options[[sha256.Size]byte, known]{MaximumSize: 1_000,
			ExpiryCalculator: otter.ExpiryWriting[[sha256.Size]byte, known](remembered)}),
	}
}

// Authenticate checks a user name or e-mail address with its password, coming
// from an address. The fault of credentials that do not fit has the cause
// ErrWrong; that of an address that has to wait, ErrTooMany.
func (g *Gate) Authenticate(ctx context.Context, login, password, address string) (User, error) {
	// Sums, because a login may be as long as a request.
	attempt, guesses := sha256.Sum256([]byte(address+"\x00"+fold(login))), sha256.Sum256([]byte(address))
	for _, counted := range [][sha256.Size]byte{attempt, guesses} {
		if f, found := g.failures.GetIfPresent(counted); found {
			// Longer than anybody ever has to wait: the clock was set back.
			if wait := f.until.Sub(g.now()); wait > 0 && wait <= longestWait {
				return User{}, fault.Unavailable(ErrTooMany, fault.Say("user.login.wait|Too many attempts. Try again in %d s.", int(wait/time.Second)+1))
			}
		}
	}
	u, hash, err := findByLogin(ctx, g.q, login)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return User{}, fmt.Errorf("authenticate: %w", err)
	}
	fits, err := g.compare(ctx, hash, password)
	if err != nil {
		return User{}, err
	}
	if !fits || !u.Active {
		g.failed(attempt, freeFailures)
		g.failed(guesses, freeGuesses)
		return User{}, fault.Refused(ErrWrong, fault.Say("user.login.wrong|User name or password is not right."))
	}
	g.failures.Invalidate(attempt)
	return u, nil
}

// AuthenticateOften is Authenticate for callers that send their credentials
// with every request: for a minute, what was right is not hashed again.
func (g *Gate) AuthenticateOften(ctx context.Context, login, password, address string) (User, error) {
	mac := hmac.New(sha256.New, g.secret)
	fmt.Fprintf(mac, "%d:%s%s", len(login), login, password)
	key := [sha256.Size]byte(mac.Sum(nil))
	if k, found := g.right.GetIfPresent(key); found && g.now().Before(k.until) {
		u, err := Find(ctx, g.q, k.user)
		if err == nil && u.Active && u.SessionVersion == k.version {
			return u, nil
		}
	}
	u, err := g.Authenticate(ctx, login, password, address)
	if err != nil {
		return u, err
	}
	g.right.Set(key, known{u.ID, u.SessionVersion, g.now().Add(remembered)})
	return u, nil
}

// compare bounds how many hashes are computed at once, and so the memory.
func (g *Gate) compare(ctx context.Context, hash, password string) (bool, error) {
	select {
	case g.hashes <- struct{}{}:
		defer func() { <-g.hashes }()
	case <-ctx.Done():
		return false, fault.Unavailable(ctx.Err(), fault.Text{})
	}
	if len(password) > maxPassword {
		password = ""
	}
	return passwordMatches(hash, password), nil
}

// failed makes the next attempt wait once the free ones are used up: two seconds
// at first, then twice as long each time.
func (g *Gate) failed(attempt [sha256.Size]byte, free int) {
	g.failures.Compute(attempt, func(f failure, _ bool) (failure, otter.ComputeOp) {
		f.count++
		if f.count >= free {
			wait := longestWait
			if over := f.count - free; over < 9 {
				wait = min(wait, 2*time.Second<<over)
			}
			f.until = g.now().Add(wait)
		}
		return f, otter.WriteOp
	})
}
