package db

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// silentFor is how long a connection may wait for the server before that is
	// asked whether it still works for it.
	silentFor = 5 * time.Second
	// reachedWithin is the time that a server has to take a connection and answer.
	// Together with silentFor it is longer than idleInTransaction: what was under
	// way to a server when it was given up is rolled back there, not stored late.
	reachedWithin = 8 * time.Second
	// idleInTransaction is how long the server waits for the next statement of a
	// transaction before it ends that.
	idleInTransaction = 10 * time.Second
)

// errGone says that the server could not be reached when that was tried last.
var errGone = errors.New("the database server does not answer")

// link gives up connections to a PostgreSQL server that nothing will ever come
// from: a machine that vanishes, or something between, closes none of them. A
// statement may take long, so it has no time limit: while one does, the server is
// asked on another connection. When it cannot be reached, all connections are
// closed, and none is tried until it can.
type link struct {
	log    *slog.Logger
	config *pgx.ConnConfig // of the connections to ask on
	begun  time.Time
	gone   atomic.Bool
	// doubted tells that a connection could not be made in time.
	doubted atomic.Bool
	stop    context.CancelFunc
	done    sync.WaitGroup

	mu    sync.Mutex
	conns map[*linked]struct{}
}

// linked is one connection. Times are those of link.now.
type linked struct {
	net.Conn
	link    *link
	process atomic.Int32 // of the server, zero while that is not known
	// reading and writing are since when it waits, zero when it does not.
	reading, writing atomic.Int64
	heard            atomic.Int64
}

// newLink makes connections of this configuration ones that are given up.
func newLink(config *pgx.ConnConfig, log *slog.Logger) *link {
	l := &link{log: log, begun: time.Now(), conns: map[*linked]struct{}{}}
	config.DialFunc = dial
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = reachedWithin
	}
	l.config = config.Copy()
	config.DialFunc = l.dial
	config.AfterConnect = introduce
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	l.done.Go(func() { l.watch(ctx) })
	return l
}

func (l *link) close() {
	l.stop()
	l.done.Wait()
}

// dial connects, with limits for a machine that no longer takes what is sent.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silentFor, Interval: 2 * time.Second, Count: 4}, Control: limitUnsent}
	return d.DialContext(ctx, network, address)
}

func (l *link) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if l.gone.Load() {
		return nil, errGone
	}
	conn, err := dial(ctx, network, address)
	if err != nil {
		var slow net.Error
		if errors.As(err, &slow) && slow.Timeout() {
			l.doubted.Store(true)
		}
		return nil, err
	}
	c := &linked{Conn: conn, link: l}
	c.heard.Store(l.now())
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns[c] = struct{}{}
	return c, nil
}

// introduce notes which process of the server a connection is to. What a server
// says of itself when it takes a connection may be something between's.
func introduce(ctx context.Context, conn *pgconn.PgConn) error {
	under := conn.Conn()
	if secure, ok := under.(*tls.Conn); ok {
		under = secure.NetConn()
	}
	c, ok := under.(*linked)
	if !ok {
		return nil
	}
	results, err := conn.Exec(ctx, `SELECT pg_backend_pid()`).ReadAll()
	if err != nil {
		return err
	}
	var process int32
	if _, err := fmt.Sscan(string(results[0].Rows[0][0]), &process); err != nil {
		return fmt.Errorf("read the number of the server's process: %w", err)
	}
	c.process.Store(process)
	return nil
}

func (c *linked) Read(p []byte) (int, error) {
	c.reading.Store(c.link.now())
	n, err := c.Conn.Read(p)
	c.reading.Store(0)
	c.heard.Store(c.link.now())
	return n, err
}

func (c *linked) Write(p []byte) (int, error) {
	c.writing.Store(c.link.now())
	n, err := c.Conn.Write(p)
	c.writing.Store(0)
	return n, err
}

func (c *linked) Close() error {
	c.link.mu.Lock()
	delete(c.link.conns, c)
	c.link.mu.Unlock()
	return c.Conn.Close()
}

// now is never zero.
func (l *link) now() int64 { return int64(time.Since(l.begun)) + 1 }

// waiting are the connections that have waited for longer than silentFor, and
// since when.
func (l *link) waiting() map[*linked]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var waiting map[*linked]int64
	for c := range l.conns {
		for _, since := range []int64{c.reading.Load(), c.writing.Load()} {
			if since != 0 && l.now()-since > int64(silentFor) {
				if waiting == nil {
					waiting = map[*linked]int64{}
				}
				waiting[c] = since
			}
		}
	}
	return waiting
}

func (l *link) watch(ctx context.Context) {
	var idle map[*linked]int64 // which the server did nothing for when it was asked last
	var asked time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
		waiting := l.waiting()
		if gone := l.gone.Load(); !gone && !l.doubted.Load() && (len(waiting) == 0 || time.Since(asked) < silentFor) {
			continue
		}
		begun := l.now()
		busy, err := l.ask(ctx)
		asked = time.Now()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !answered(err):
			if !l.gone.Swap(true) {
				l.log.Error("the database server does not answer, its connections are given up", "error", err)
			}
			l.drop(begun, nil)
			continue
		case l.gone.Swap(false):
			l.log.Info("the database server answers again")
		}
		l.doubted.Store(false)
		before := idle
		idle = map[*linked]int64{}
		for c, since := range waiting {
			if process := c.process.Load(); err != nil || process != 0 && busy[process] {
				continue
			}
			if before[c] == since {
				l.log.Warn("a connection is given up, and all that were silent for longer: the database server does nothing for it")
				c.Conn.Close()
				// What took this one from us may have taken those too, and each would
				// be missed for as long.
				l.drop(since, busy)
			}
			idle[c] = since
		}
	}
}

// answered tells that the server answered, even if not what it was asked.
func answered(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg)
}

// ask finds the processes of the server that do something for a connection.
func (l *link) ask(ctx context.Context) (busy map[int32]bool, err error) {
	processes := l.processes()
	ctx, cancel := context.WithTimeout(ctx, reachedWithin)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, l.config.Copy())
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT pid FROM pg_stat_activity WHERE pid = ANY($1) AND coalesce(state, 'active') NOT LIKE 'idle%'`, processes)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	busy = map[int32]bool{}
	for _, process := range list {
		busy[process] = true
	}
	return busy, err
}

func (l *link) processes() []int32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]int32, 0, len(l.conns))
	for c := range l.conns {
		list = append(list, c.process.Load())
	}
	return list
}

// drop closes the connections that nothing has come from since a time, but for
// those that the server works for.
func (l *link) drop(since int64, busy map[int32]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		if c.heard.Load() < since && !busy[c.process.Load()] {
			c.Conn.Close() // whose it is forgets it
		}
	}
}
