package db

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// channel is where the processes of one schema tell each other of topics.
const channel = `'ariane_' || md5(current_schema())`

const (
	// beatEvery is how often a process shows that it is alive, and hears itself.
	beatEvery = time.Second
	// deafAfter is how long a process may not have heard itself before it no longer
	// counts on hearing others.
	deafAfter = 3 * time.Second
	// goneAfter is how long another process may be silent before it counts as gone.
	goneAfter = 10 * time.Second
	// toldEvery is the least time between two messages about topics that are
	// published often.
	toldEvery = 100 * time.Millisecond
	// answerWithin bounds what a healthy server needs for one beat.
	answerWithin = 5 * time.Second
)

// others is what a process knows of the other processes on its PostgreSQL database.
type others struct {
	db     *DB
	log    *slog.Logger
	config *pgx.ConnConfig

	mu     sync.Mutex
	since  moment           // this process hears without a gap since
	self   moment           // this process heard itself last
	beats  map[int64]moment // when others were heard last
	server serverTime       // the clock that all processes share
	due    map[string]bool  // topics to tell
	wanted chan struct{}    // something is due
}

// moment is a time on both clocks: one that stands still while the machine
// sleeps, and one that somebody may set.
type moment struct{ at, wall time.Time }

func thisMoment() moment {
	now := time.Now()
	return moment{now, now.Round(0)}
}

// older tells whether more than d has passed by either clock, or the wall clock
// was set back.
func (m moment) older(d time.Duration) bool {
	now := thisMoment()
	wall := now.wall.Sub(m.wall)
	return m.at.IsZero() || now.at.Sub(m.at) > d || wall > d || wall < -d
}

type serverTime struct {
	at   time.Time // of the server
	mine time.Time // when it was that here
}

// ErrServed says that another process serves the database.
var ErrServed = errors.New("another Ariane serves this database; several can only with PostgreSQL")

// Join makes this process one that serves the database, until Close. On PostgreSQL
// it hears from then on what others publish, and they hear it; without Join,
// nothing is known of others. On SQLite only one can: ErrServed.
func (d *DB) Join(ctx context.Context) error {
	if d.dialect == SQLite {
		return d.lock()
	}
	o := &others{db: d, log: d.log, config: d.config, beats: map[int64]moment{}, due: map[string]bool{}, wanted: make(chan struct{}, 1)}
	conn, err := o.connect(ctx)
	if err != nil {
		return fmt.Errorf("join the processes on this database: %w", err)
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	d.others.Store(o)
	d.done.Go(func() { o.listen(background, conn) })
	d.done.Go(func() { o.talk(background) })
	return nil
}

// Only tells whether this process serves the database and no other one can: what
// another was doing then ended with it.
func (d *DB) Only() bool { return d.locked != nil }

// Alone tells whether no other process works on this database: what this one
// remembers of its own work is then all there is. It is false while that is not
// known for certain.
func (d *DB) Alone() bool {
	if d.dialect == SQLite {
		return true
	}
	o := d.others.Load()
	if o == nil {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.self.older(deafAfter) || time.Since(o.since.at) < deafAfter {
		return false
	}
	for process, at := range o.beats {
		if !at.older(goneAfter) {
			return false
		}
		delete(o.beats, process)
	}
	return true
}

// Hears tells whether this process has heard of all that others published until
// a moment ago. What it remembers of their work does not count otherwise.
func (d *DB) Hears() bool {
	if d.dialect == SQLite {
		return true
	}
	o := d.others.Load()
	if o == nil {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.self.older(deafAfter)
}

// Process is the number of this process among those that use the database. On
// SQLite there is only one at a time, and its number is always the same.
func (d *DB) Process() int64 { return d.process }

// SharedNow is the time by which processes on one database agree who may do
// something until when. Setting the clock of a machine does not move it.
func (d *DB) SharedNow() time.Time {
	if o := d.others.Load(); o != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.server.at.Add(time.Since(o.server.mine)).UTC().Truncate(time.Millisecond)
	}
	return d.Now()
}

func message(process int64, topic string) string { return strconv.FormatInt(process, 36) + " " + topic }

// connect begins to listen. What was published until now may have been missed.
func (o *others) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, o.config.Copy())
	if err != nil {
		return nil, err
	}
	var name string
	if err = conn.QueryRow(ctx, `SELECT set_config('application_name', `+channel+`, false)`).Scan(&name); err == nil {
		_, err = conn.Exec(ctx, `LISTEN `+pgx.Identifier{name}.Sanitize())
	}
	if err == nil {
		o.mu.Lock()
		o.since, o.self = thisMoment(), moment{}
		o.mu.Unlock()
		err = o.beat(ctx, conn)
	}
	if err != nil {
		conn.Close(ctx)
		return nil, err
	}
	o.db.topics.Range(func(_, t any) bool {
		t.(*Topic).wake(nil)
		return true
	})
	return conn, nil
}

// beat shows that this process is alive. It hears it itself, after all that was
// published before.
func (o *others) beat(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	var ms int64
	var none any
	asked := time.Now()
	err := conn.QueryRow(ctx, `SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint), pg_notify(`+channel+`, $1)`,
		message(o.db.process, "")).Scan(&ms, &none)
	if err != nil {
		return err
	}
	half := time.Since(asked) / 2
	o.mu.Lock()
	defer o.mu.Unlock()
	o.server = serverTime{Time(ms), asked.Add(half)}
	return nil
}

// listen wakes those who wait for what other processes publish.
func (o *others) listen(ctx context.Context, conn *pgx.Conn) {
	for ctx.Err() == nil {
		var err error
		if conn == nil {
			if conn, err = o.connect(ctx); err != nil {
				if ctx.Err() == nil {
					o.log.Warn("other processes are not heard", "error", err)
				}
				select {
				case <-ctx.Done():
				case <-time.After(beatEvery):
				}
				continue
			}
		}
		if err = o.hear(ctx, conn); err == nil {
			err = o.beat(ctx, conn)
		}
		if err != nil && ctx.Err() == nil {
			o.log.Warn("the connection to other processes was lost", "error", err)
			o.close(conn)
			conn = nil
		}
	}
	if conn != nil {
		o.close(conn)
	}
}

func (o *others) close(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn.Close(ctx)
}

// hear takes what arrives until the next beat.
func (o *others) hear(ctx context.Context, conn *pgx.Conn) error {
	until, cancel := context.WithTimeout(ctx, beatEvery)
	defer cancel()
	for {
		n, err := conn.WaitForNotification(until)
		if err != nil {
			if until.Err() != nil {
				return ctx.Err()
			}
			return err
		}
		o.heard(n.Payload)
	}
}

func (o *others) heard(payload string) {
	from, topics, _ := strings.Cut(payload, " ")
	process, err := strconv.ParseInt(from, 36, 64)
	if err != nil {
		return
	}
	if process == o.db.process {
		if topics == "" {
			o.mu.Lock()
			o.self = thisMoment()
			o.mu.Unlock()
		}
		return
	}
	o.mu.Lock()
	o.beats[process] = thisMoment()
	o.mu.Unlock()
	for sent := range strings.FieldsSeq(topics) {
		topic, about := numbersOf(sent)
		o.db.Topic(topic).wake(about)
	}
}

// tell lets the others know of a topic, soon.
func (o *others) tell(topic string) {
	o.mu.Lock()
	o.due[topic] = true
	o.mu.Unlock()
	select {
	case o.wanted <- struct{}{}:
	default:
	}
}

// talk sends what is due, many topics in one message. While there is nobody to
// hear it, it says nothing.
func (o *others) talk(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.wanted:
		}
		if !o.db.Alone() {
			o.mu.Lock()
			var topics []string
			for topic := range o.due {
				topics = append(topics, topic)
			}
			clear(o.due)
			o.mu.Unlock()
			_, err := o.db.ahead.ExecContext(ctx, `SELECT pg_notify(`+channel+`, $1)`, message(o.db.process, strings.Join(topics, " ")))
			if err != nil && ctx.Err() == nil {
				o.log.Debug("other processes are not told", "topics", topics, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(toldEvery):
		}
	}
}
