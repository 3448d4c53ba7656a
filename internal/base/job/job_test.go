package job_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/id"
)

type greet struct {
	Name string `json:"name"`
}

func (greet) Kind() string { return "greet" }

// bench is a database with a runner on it, inside a bubble where time passes
// when everybody waits.
type bench struct {
	*testing.T
	db *db.DB
}

func inBubble(t *testing.T, f func(b bench)) {
	synctest.Test(t, func(t *testing.T) { f(bench{t, dbtest.Open(t)}) })
}

func (b bench) do(f func(ctx context.Context, tx *db.Tx) error) {
	b.Helper()
	if err := b.db.Do(b.Context(), func(tx *db.Tx) error { return f(b.Context(), tx) }); err != nil {
		b.Fatal(err)
	}
}

func (b bench) add(name string, options ...job.Option) (added id.Job) {
	b.Helper()
	b.do(func(ctx context.Context, tx *db.Tx) (err error) {
		added, err = job.Enqueue(ctx, tx, greet{name}, options...)
		return err
	})
	return added
}

// run starts a runner and returns the function that stops it and waits.
func (b bench) run(o job.Options) (stop func()) {
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	r := job.NewRunner(b.db, slog.New(slog.NewTextHandler(b.Output(), nil)), o)
	go func() { done <- r.Run(ctx) }()
	return func() {
		b.Helper()
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
}

func (b bench) recent() []job.Job {
	b.Helper()
	jobs, err := job.Recent(b.Context(), b.db, 100)
	if err != nil {
		b.Fatal(err)
	}
	return jobs
}

func (b bench) only(want job.State, attempts int) job.Job {
	b.Helper()
	jobs := b.recent()
	if len(jobs) != 1 || jobs[0].State != want || jobs[0].Attempts != attempts {
		b.Fatalf("jobs %+v, want one in state %d after %d attempts", jobs, want, attempts)
	}
	return jobs[0]
}

func TestRunsAfterCommitAtOnce(t *testing.T) {
	inBubble(t, func(b bench) {
		ran := make(chan string)
		stop := b.run(job.Options{Handlers: []job.Handler{job.Handle(func(_ context.Context, g greet) error {
			ran <- g.Name
			return nil
		})}})
		synctest.Wait()
		start := time.Now()
		broken := errors.New("broken")
		err := b.db.Do(b.Context(), func(tx *db.Tx) error {
			if _, err := job.Enqueue(b.Context(), tx, greet{"never"}); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			b.Fatal(err)
		}
		b.add("ada")
		if got := <-ran; got != "ada" {
			b.Errorf("ran %s", got)
		}
		if waited := time.Since(start); waited > 0 {
			b.Errorf("woken after %s", waited)
		}
		stop()
		if j := b.only(job.Done, 1); j.Finished.IsZero() || string(j.Args) != `{"name":"ada"}` {
			b.Errorf("%+v", j)
		}
	})
}

func TestWaitsForItsTime(t *testing.T) {
	inBubble(t, func(b bench) {
		at := time.Now().Add(time.Minute)
		ran := make(chan time.Time)
		b.add("ada", job.At(at))
		stop := b.run(job.Options{Handlers: []job.Handler{job.Handle(func(context.Context, greet) error {
			ran <- time.Now()
			return nil
		})}})
		if got := <-ran; got.Before(at) || got.After(at.Add(time.Second)) {
			b.Errorf("ran at %s, wanted %s", got, at)
		}
		stop()
	})
}

func TestTriesAgainThenFailsThenIsRetried(t *testing.T) {
	inBubble(t, func(b bench) {
		var times []time.Time
		start, works := time.Now(), false
		handlers := []job.Handler{job.Handle(func(context.Context, greet) error {
			times = append(times, time.Now())
			switch {
			case works:
				return nil
			case len(times) == 2:
				panic("dropped the phone")
			}
			return errors.New("nobody answers \x00")
		}, job.Attempts(3))}
		added := b.add("ada")
		stop := b.run(job.Options{Handlers: handlers})
		for failed := []job.Job(nil); len(failed) == 0; {
			<-time.After(time.Second)
			var err error
			if failed, err = job.Failed(b.Context(), b.db, 10); err != nil {
				b.Fatal(err)
			}
		}
		stop()
		if len(times) != 3 || times[1].Sub(start) < time.Second || times[2].Sub(times[1]) < 16*time.Second {
			b.Errorf("tried at %v", times)
		}
		if j := b.only(job.Failure, 3); j.Error != "nobody answers " {
			b.Errorf("error %q", j.Error)
		}
		works = true
		b.do(func(ctx context.Context, tx *db.Tx) error { return job.Retry(ctx, tx, added) })
		err := b.db.Do(b.Context(), func(tx *db.Tx) error { return job.Retry(b.Context(), tx, added) })
		if !fault.Is(err, fault.KindNotFound) {
			b.Errorf("retried twice: %v", err)
		}
		stop = b.run(job.Options{Handlers: handlers})
		synctest.Wait()
		<-time.After(time.Second)
		stop()
		b.only(job.Done, 1)
	})
}

func TestPermanentErrorIsNotTriedAgain(t *testing.T) {
	inBubble(t, func(b bench) {
		b.add("ada")
		stop := b.run(job.Options{Handlers: []job.Handler{job.Handle(func(context.Context, greet) error {
			return fmt.Errorf("greet: %w", job.Permanent(errors.New("no such person")))
		})}})
		<-time.After(time.Second)
		stop()
		if j := b.only(job.Failure, 1); j.Error != "greet: no such person" {
			b.Errorf("error %q", j.Error)
		}
	})
}

func TestUniqueWhileWaitingOrRunning(t *testing.T) {
	inBubble(t, func(b bench) {
		running, release := make(chan bool), make(chan bool)
		if b.add("ada", job.Unique("ada")) == 0 || b.add("ada", job.Unique("ada")) != 0 || b.add("bob", job.Unique("bob")) == 0 || b.add("bob") == 0 {
			b.Fatalf("%+v", b.recent())
		}
		stop := b.run(job.Options{Workers: 1, Handlers: []job.Handler{job.Handle(func(context.Context, greet) error {
			running <- true
			<-release
			return nil
		})}})
		<-running
		if b.add("ada", job.Unique("ada")) != 0 {
			b.Error("added beside the running one")
		}
		release <- true
		<-running
		if b.add("ada", job.Unique("ada")) == 0 {
			b.Error("not added after the first was done")
		}
		close(release)
		<-running
		<-running
		stop()
	})
}

func TestNothingIsAddedWhileReplaying(t *testing.T) {
	inBubble(t, func(b bench) {
		b.do(func(ctx context.Context, tx *db.Tx) error {
			tx.SetReplaying(true)
			added, err := job.Enqueue(ctx, tx, greet{"ada"})
			if added != 0 {
				b.Errorf("added %d", added)
			}
			return err
		})
		if jobs := b.recent(); len(jobs) != 0 {
			b.Errorf("%+v", jobs)
		}
	})
}

// TestJobOfDeadProcessIsTakenAgain takes a job without ever noting its end, as a
// process does that is killed.
func TestJobOfDeadProcessIsTakenAgain(t *testing.T) {
	inBubble(t, func(b bench) {
		b.add("ada")
		b.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE job SET state = 1, attempts = 1, run_at = ?`, db.Millis(tx.Now().Add(30*time.Second)))
			return err
		})
		start := time.Now()
		ran := make(chan bool)
		stop := b.run(job.Options{Handlers: []job.Handler{job.Handle(func(context.Context, greet) error { ran <- true; return nil })}})
		<-ran
		if waited := time.Since(start); waited < 30*time.Second || waited > time.Minute {
			b.Errorf("taken again after %s", waited)
		}
		stop()
		b.only(job.Done, 2)
	})
}

func TestJobThatKillsItsProcessEndsUpFailed(t *testing.T) {
	inBubble(t, func(b bench) {
		b.add("ada")
		b.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE job SET state = 1, attempts = 3`)
			return err
		})
		stop := b.run(job.Options{Handlers: []job.Handler{job.Handle(func(context.Context, greet) error {
			b.Error("ran once more")
			return nil
		}, job.Attempts(3))}})
		<-time.After(time.Second)
		stop()
		b.only(job.Failure, 4)
	})
}

func TestLongJobKeepsItsLease(t *testing.T) {
	inBubble(t, func(b bench) {
		var started atomic.Int32
		done := make(chan bool)
		b.add("ada")
		handlers := []job.Handler{job.Handle(func(ctx context.Context, _ greet) error {
			started.Add(1)
			<-time.After(10 * time.Minute)
			done <- true
			return nil
		})}
		stop, stopOther := b.run(job.Options{Handlers: handlers}), b.run(job.Options{Handlers: handlers})
		<-done
		stop()
		stopOther()
		if n := started.Load(); n != 1 {
			b.Errorf("started %d times", n)
		}
		b.only(job.Done, 1)
	})
}

func TestStopWaitsThenGivesTheJobBack(t *testing.T) {
	inBubble(t, func(b bench) {
		running := make(chan bool)
		b.add("ada")
		stop := b.run(job.Options{Grace: time.Minute, Handlers: []job.Handler{job.Handle(func(ctx context.Context, _ greet) error {
			running <- true
			<-ctx.Done()
			return ctx.Err()
		})}})
		<-running
		start := time.Now()
		stop()
		if waited := time.Since(start); waited != time.Minute {
			b.Errorf("waited %s for the job", waited)
		}
		b.only(job.Waiting, 1)
	})
}

func TestManyJobsRunOnceBesideOneAnother(t *testing.T) {
	inBubble(t, func(b bench) {
		const jobs = 60
		var most, now atomic.Int32
		names := make(chan string, 2*jobs)
		handlers := []job.Handler{job.Handle(func(_ context.Context, g greet) error {
			most.Store(max(most.Load(), now.Add(1)))
			<-time.After(time.Second)
			now.Add(-1)
			names <- g.Name
			return nil
		})}
		for i := range jobs {
			b.add(fmt.Sprint(i))
		}
		stop, stopOther := b.run(job.Options{Workers: 3, Handlers: handlers}), b.run(job.Options{Workers: 3, Handlers: handlers})
		seen := map[string]int{}
		for range jobs {
			seen[<-names]++
		}
		stop()
		stopOther()
		if len(seen) != jobs || len(names) > 0 {
			b.Errorf("%d different jobs, %d more", len(seen), len(names))
		}
		if n := most.Load(); n != 6 {
			b.Errorf("%d jobs at the same time, want 6", n)
		}
	})
}

func TestTasks(t *testing.T) {
	inBubble(t, func(b bench) {
		var runs []time.Duration
		start := time.Now()
		task := job.Task{Name: "count", Description: "Count", Every: 10 * time.Second, Run: func(context.Context) error {
			<-time.After(5 * time.Second)
			runs = append(runs, time.Since(start).Round(time.Second))
			if len(runs) == 2 {
				return errors.New("lost count")
			}
			return nil
		}}
		o := job.Options{Tasks: []job.Task{task}}
		stop, stopOther := b.run(o), b.run(o)
		<-time.After(37 * time.Second)
		turns, err := job.Turns(b.Context(), b.db)
		if err != nil {
			b.Fatal(err)
		}
		stop()
		stopOther()
		if !slices.Equal(runs, []time.Duration{5 * time.Second, 20 * time.Second, 35 * time.Second}) {
			b.Errorf("ran after %v", runs)
		}
		if i := slices.IndexFunc(turns, func(t job.Turn) bool { return t.Name == "count" }); i < 0 || turns[i].RanAt.IsZero() || turns[i].Error != "" {
			b.Errorf("%+v", turns)
		}
	})
}

func TestFinishedJobsAreForgotten(t *testing.T) {
	inBubble(t, func(b bench) {
		for days := range 40 {
			at := db.Millis(time.Now().Add(time.Hour - time.Duration(days)*24*time.Hour))
			for _, state := range []job.State{job.Done, job.Failure} {
				added := b.add(fmt.Sprint(days))
				b.do(func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.Exec(ctx, `UPDATE job SET state = ?, finished = ? WHERE id = ?`, int(state), at, int64(added))
					return err
				})
			}
		}
		stop := b.run(job.Options{})
		<-time.After(time.Second)
		stop()
		kept := map[job.State]int{}
		for _, j := range b.recent() {
			kept[j.State]++
		}
		if kept[job.Done] != 4 || kept[job.Failure] != 31 {
			b.Errorf("kept %v", kept)
		}
	})
}
