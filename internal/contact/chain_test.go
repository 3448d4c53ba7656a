package contact_test

import (
	"fmt"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// However often who survived a merge is merged into another, all their numbers lead to the last.
func TestLongChainOfMerges(t *testing.T) {
	b := open(t)
	const most = 150
	var all []id.Contact
	err := b.d.Do(t.Context(), func(tx *db.Tx) error {
		list := make([]contact.New, most)
		for i := range list {
			list[i].Values = map[string]string{"email": fmt.Sprintf("%d@example.test", i)}
		}
		var err error
		if all, err = contact.CreateAll(t.Context(), tx, list); err != nil {
			return err
		}
		for i := 1; i < most; i++ {
			if err := contact.Merge(t.Context(), tx, contact.Union{Survivor: all[i], Absorbed: all[i-1]}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	last := all[most-1]
	for _, c := range all {
		if end, err := contact.Resolve(t.Context(), b.d, c); err != nil || end != last {
			t.Fatalf("contact %d is %d, error %v; want %d", c, end, err, last)
		}
	}
	if got := b.submit(contact.Visitor{}, "email", "0@example.test", "city", "Paris"); got != last {
		t.Errorf("the first address leads to %d, want %d", got, last)
	}
	err = b.d.Do(t.Context(), func(tx *db.Tx) error {
		return contact.Unmerge(t.Context(), tx, contact.Separation{Absorbed: all[0]})
	})
	if err != nil || b.find(all[0]).Fields["email"] != "0@example.test" {
		t.Errorf("%+v, error %v", b.find(all[0]), err)
	}
}
