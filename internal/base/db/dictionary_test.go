package db_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
)

// A text has one number, whoever asks for it first, in whatever order.
func TestNumbers(t *testing.T) {
	d := dbtest.Open(t)
	ask := func(texts ...string) (numbers map[string]int64, err error) {
		err = d.Do(t.Context(), func(tx *db.Tx) (err error) {
			numbers, err = tx.Numbers(t.Context(), "ip_address", "address", "id", texts)
			return err
		})
		return numbers, err
	}
	if got, err := ask("", ""); err != nil || got[""] != 0 {
		t.Errorf("%v, %v", got, err)
	}
	var texts []string
	for i := range 50 {
		texts = append(texts, fmt.Sprint("192.0.2.", i))
	}
	found := make([]map[string]int64, 8)
	var all sync.WaitGroup
	for i := range found {
		all.Go(func() {
			mine := append([]string{texts[i], texts[i], ""}, texts[i*3:]...)
			mine = append(mine, texts[:i*3]...)
			var err error
			if found[i], err = ask(mine...); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	again, err := ask(texts...)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int64]bool{}
	for _, s := range texts {
		if again[s] == 0 || seen[again[s]] {
			t.Errorf("%s has %d", s, again[s])
		}
		seen[again[s]] = true
	}
	for _, f := range found {
		if diff := cmp.Diff(again, f); diff != "" {
			t.Error(diff)
		}
	}
}
