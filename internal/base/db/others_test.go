package db_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
)

// patience bounds what processes need to hear each other.
const patience = 20 * time.Second

// joined are two processes on one database; on SQLite there is only one.
func joined(t *testing.T) (*db.DB, *db.DB) {
	t.Helper()
	o := dbtest.Options(t)
	if o.URL == "" {
		t.Skip("SQLite serves one process")
	}
	first, second := dbtest.With(t, o), dbtest.With(t, o)
	for _, d := range []*db.DB{first, second} {
		if d.Alone() || d.Hears() {
			t.Error("knows of others without asking")
		}
		if err := d.Join(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return first, second
}

func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !f(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %s: %s", patience, what)
		}
	}
}

func woken(t *testing.T, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatal("nobody woke us")
	}
}

func TestProcessesHearEachOther(t *testing.T) {
	first, second := joined(t)
	until(t, "hears", func() bool { return first.Hears() && second.Hears() })
	committed, undone, often := second.Topic("committed").Wait(), second.Topic("undone").Wait(), second.Topic("often").Wait()
	err := first.Do(t.Context(), func(tx *db.Tx) error {
		if err := tx.Publish("undone"); err != nil {
			return err
		}
		return context.Canceled
	})
	if err == nil {
		t.Fatal("committed")
	}
	if err := first.Do(t.Context(), func(tx *db.Tx) error { return tx.Publish("committed") }); err != nil {
		t.Fatal(err)
	}
	woken(t, committed)
	first.Topic("often").Publish()
	woken(t, often)
	select {
	case <-undone:
		t.Error("heard of what was not committed")
	default:
	}
	if first.Alone() || second.Alone() {
		t.Error("alone beside another")
	}
	if apart := first.SharedNow().Sub(second.SharedNow()).Abs(); apart > time.Second {
		t.Errorf("the shared clocks are %s apart", apart)
	}
}

// A process whose connection is lost knows that it hears nothing, and looks at
// everything again once it does.
func TestProcessThatHearsNoLonger(t *testing.T) {
	first, second := joined(t)
	until(t, "hears", second.Hears)
	woke := second.Topic("any").Wait()
	var ended int
	err := first.QueryRow(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE application_name = 'ariane_' || md5(current_schema())`).Scan(&ended)
	if err != nil || ended == 0 {
		t.Fatalf("ended %d connections: %v", ended, err)
	}
	woken(t, woke)
	until(t, "hears again", second.Hears)
}

func TestOneProcessServesSQLite(t *testing.T) {
	o := dbtest.Options(t)
	if o.URL != "" {
		t.Skip("PostgreSQL serves many")
	}
	first, err := db.Open(t.Context(), o)
	if err == nil {
		err = first.Join(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	second := dbtest.With(t, o)
	if err := second.Join(t.Context()); !errors.Is(err, db.ErrServed) {
		t.Errorf("the second one: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Join(t.Context()); err != nil {
		t.Errorf("after the end of the first: %v", err)
	}
}

func TestProcessThatIsLeftAlone(t *testing.T) {
	t.Parallel()
	first, second := joined(t)
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	until(t, "alone", first.Alone)
}

// What is published says what it is about, in this process and in others.
func TestWhatIsPublishedIsToldOf(t *testing.T) {
	t.Parallel()
	first, second := joined(t)
	heard := make(chan []int64, 10)
	stop := second.Topic("any").Hear(func(about []int64) { heard <- about })
	for _, about := range [][]int64{{1, -7, 1 << 62}, nil} {
		if err := first.Do(t.Context(), func(tx *db.Tx) error { return tx.Publish("any", about...) }); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-heard:
			if !slices.Equal(got, about) {
				t.Errorf("heard of %v, want %v", got, about)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%v: nothing is heard", about)
		}
	}
	stop()
	if err := second.Do(t.Context(), func(tx *db.Tx) error { return tx.Publish("any", 1) }); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-heard:
		t.Errorf("heard of %v after the end", got)
	default:
	}
}
