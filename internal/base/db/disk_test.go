package db

import (
	"errors"
	"testing"
	"testing/synctest"
)

// Those who come while the disk works share the next turn, and only that turn's
// failure.
func TestDiskServesAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := make(chan error)
		begun := 0
		d := &disk{sync: func() error { begun++; return <-turn }}
		answers := make(chan error, 3)
		wait := func() { answers <- d.wait() }
		go wait()
		synctest.Wait()
		go wait()
		go wait()
		synctest.Wait()
		if begun != 1 || len(answers) != 0 {
			t.Fatalf("%d turns begun, %d answers", begun, len(answers))
		}
		turn <- nil
		synctest.Wait()
		if err := <-answers; err != nil || begun != 2 || len(answers) != 0 {
			t.Fatalf("%v; %d turns begun, %d answers: who came late must not be told before its own turn", err, begun, len(answers))
		}
		full := errors.New("no space")
		turn <- full
		for range 2 {
			if err := <-answers; !errors.Is(err, full) {
				t.Errorf("got %v, want %v", err, full)
			}
		}
		go wait()
		synctest.Wait()
		turn <- nil
		if err := <-answers; err != nil || begun != 3 {
			t.Errorf("%v after %d turns", err, begun)
		}
	})
}
