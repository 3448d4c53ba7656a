package job_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/job"
)

// withClock is a bubble whose database has a clock that can be set.
func withClock(t *testing.T, f func(b bench, set func(ahead time.Duration))) {
	synctest.Test(t, func(t *testing.T) {
		var ahead atomic.Int64
		o := dbtest.Options(t)
		o.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		f(bench{t, dbtest.With(t, o)}, func(by time.Duration) { ahead.Store(int64(by)) })
	})
}

// Whatever happens to the clock, what runs is not run beside itself.
func TestClockThatIsSetDoesNotDoubleWhatRuns(t *testing.T) {
	for name, jump := range map[string]time.Duration{"forward": 5 * time.Hour, "back": -5 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			withClock(t, func(b bench, set func(time.Duration)) {
				var jobs, tasks atomic.Int32
				b.add("ada")
				stop := b.run(job.Options{
					Handlers: []job.Handler{job.Handle(func(context.Context, greet) error {
						jobs.Add(1)
						<-time.After(5 * time.Minute)
						return nil
					})},
					Tasks: []job.Task{{Name: "count", Every: time.Hour, Run: func(context.Context) error {
						tasks.Add(1)
						<-time.After(5 * time.Minute)
						return nil
					}}},
				})
				<-time.After(time.Second)
				set(jump)
				<-time.After(10 * time.Minute)
				stop()
				b.only(job.Done, 1)
				if jobs.Load() != 1 || tasks.Load() != 1 {
					b.Errorf("the job ran %d times, the task %d times", jobs.Load(), tasks.Load())
				}
			})
		})
	}
}

// A lease given while the clock was ahead does not keep the work of a dead
// process waiting once the clock is right.
func TestClockThatWasAhead(t *testing.T) {
	withClock(t, func(b bench, set func(time.Duration)) {
		ran := make(chan string)
		o := job.Options{
			Handlers: []job.Handler{job.Handle(func(context.Context, greet) error { ran <- "job"; return nil })},
			Tasks:    []job.Task{{Name: "count", Every: time.Hour, Run: func(context.Context) error { ran <- "task"; return nil }}},
		}
		set(5 * 24 * time.Hour)
		stop := b.run(o)
		<-ran
		stop()
		b.add("ada")
		b.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE job SET state = 1, attempts = 1, run_at = ?`, db.Millis(tx.Now().Add(30*time.Second)))
			return err
		})
		set(0)
		start := time.Now()
		stop = b.run(o)
		if first, second := <-ran, <-ran; first == second {
			b.Errorf("ran two %ss", first)
		}
		if waited := time.Since(start); waited > time.Minute {
			b.Errorf("waited %s", waited)
		}
		stop()
	})
}

// Where only one process can serve a database, nobody waits for the lease of one
// that was killed.
func TestKilledWhereNobodyElseServes(t *testing.T) {
	withClock(t, func(b bench, _ func(time.Duration)) {
		if b.db.Dialect() == db.Postgres {
			b.Skip("several processes serve it")
		}
		if err := b.db.Join(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.add("ada")
		b.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE job SET state = 1, attempts = 1, run_at = ?`, db.Millis(tx.Now().Add(30*time.Second)))
			return err
		})
		ran := make(chan time.Time)
		start := time.Now()
		stop := b.run(job.Options{Handlers: []job.Handler{job.Handle(func(context.Context, greet) error { ran <- time.Now(); return nil })}})
		if waited := (<-ran).Sub(start); waited > time.Second {
			b.Errorf("waited %s", waited)
		}
		stop()
	})
}

// A process that stood still, and has lost what it was doing, changes nothing
// and lets nothing out.
func TestWhoWakesUpLateDoesNothing(t *testing.T) {
	inBubble(t, func(b bench) {
		var effects, late atomic.Int32
		asleep, wake := make(chan bool), make(chan bool)
		work := func(ctx context.Context) error {
			return b.db.Do(b.Context(), func(tx *db.Tx) error {
				if err := job.HeldIn(ctx, tx); err != nil {
					return err
				}
				tx.AfterCommit(func() { effects.Add(1) })
				return nil
			})
		}
		sleep := func(ctx context.Context) error {
			asleep <- true
			<-wake
			err := errors.Join(job.Held(ctx), work(ctx))
			if err != nil {
				late.Add(1)
			}
			return err
		}
		options := func(f func(context.Context) error) job.Options {
			return job.Options{Handlers: []job.Handler{job.Handle(func(ctx context.Context, _ greet) error { return f(ctx) })},
				Tasks: []job.Task{{Name: "count", Every: time.Hour, Run: f}}}
		}
		b.add("ada")
		stop := b.run(options(sleep))
		<-asleep
		<-asleep
		// The leases end as those of a process that does not renew them.
		b.do(func(ctx context.Context, tx *db.Tx) error {
			for _, s := range []string{`UPDATE job SET run_at = 0`, `UPDATE job_task SET run_at = 0 WHERE name = 'count'`} {
				if _, err := tx.Exec(ctx, s); err != nil {
					return err
				}
			}
			return nil
		})
		stopOther := b.run(options(work))
		for effects.Load() < 2 {
			<-time.After(time.Second)
		}
		close(wake)
		stop()
		stopOther()
		if effects.Load() != 2 || late.Load() != 2 {
			b.Errorf("%d effects, %d came too late", effects.Load(), late.Load())
		}
		b.only(job.Done, 2)
	})
}

// What is done in many transactions ends with the one that runs when the process
// is to stop, and goes on at once in the next process.
func TestSlicesStopWithTheProcess(t *testing.T) {
	inBubble(t, func(b bench) {
		sliced := func(begun chan bool) func(context.Context) error {
			return func(ctx context.Context) error {
				for first := true; ; first = false {
					if err := b.db.Do(ctx, func(tx *db.Tx) error { return job.HeldIn(ctx, tx) }); err != nil {
						return err
					}
					if first {
						begun <- true
					}
					<-time.After(time.Second)
				}
			}
		}
		jobs, tasks := make(chan bool), make(chan bool)
		running := sliced(jobs)
		o := job.Options{Handlers: []job.Handler{job.Handle(func(ctx context.Context, _ greet) error { return running(ctx) })},
			Tasks: []job.Task{{Name: "count", Every: time.Hour, Run: sliced(tasks)}}}
		b.add("ada")
		for round := range 3 {
			stop := b.run(o)
			<-jobs
			<-tasks
			start := time.Now()
			stop()
			if waited := time.Since(start); waited > 2*time.Second {
				b.Errorf("waited %s", waited)
			}
			b.only(job.Waiting, round+1)
			turns, err := job.Turns(b.Context(), b.db)
			if err != nil {
				b.Fatal(err)
			}
			for _, t := range turns {
				if t.Name == "count" && (t.Error != "" || t.RunAt.After(time.Now())) {
					b.Errorf("the turn after the stop is %+v", t)
				}
			}
		}
	})
}
