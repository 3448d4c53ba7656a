package db

import (
	"slices"
	"testing"
	"time"
)

// What is fetched travels with statements that may wait for another transaction,
// which may want identifiers too: neither may wait for the other.
func TestReserveIsFreeWhileMoreIsFetched(t *testing.T) {
	t.Parallel()
	r := &reserve{ids: []int64{1, 2}}
	taken, err := r.take(3, func(n int) ([]int64, error) {
		other := make(chan []int64)
		go func() {
			ids, _ := r.take(2, func(n int) ([]int64, error) { return []int64{100, 101, 102}, nil })
			other <- ids
		}()
		select {
		case ids := <-other:
			if !slices.Equal(ids, []int64{100, 101}) {
				t.Errorf("the other got %d", ids)
			}
		case <-time.After(10 * time.Second):
			t.Error("the other waits")
		}
		return []int64{10, 11}, nil
	})
	if err != nil || !slices.Equal(taken, []int64{1, 2, 10}) {
		t.Errorf("%d %v", taken, err)
	}
	// What is kept came from two: it is handed out in rising order all the same.
	if taken, err := r.take(2, nil); err != nil || !slices.Equal(taken, []int64{11, 102}) {
		t.Errorf("%d %v", taken, err)
	}
}
