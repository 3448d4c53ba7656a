package duplicate

import (
	"context"
	"fmt"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// While the contacts of before are looked at, people are changed, added, merged and
// deleted; what comes of it is the same.
func TestContactsChangeWhileThoseOfBeforeAreLookedAt(t *testing.T) {
	w := newTown(t)
	values := func(i int) map[string]string {
		return map[string]string{"firstname": []string{"Anna", "Ana", "Bob"}[i%3], "lastname": fmt.Sprint("Moreau", i/5), "city": []string{"Lyon", "Nantes"}[i%2], "phone": fmt.Sprintf("06123456%02d", i%40)}
	}
	var people []id.Contact
	for i := range 230 {
		people = append(people, w.add(values(i)))
	}
	w.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE duplicate_fill SET definition = ''`)
		return err
	})
	if err := begin(t.Context(), w.d); err != nil {
		t.Fatal(err)
	}
	steps := map[int]func(context.Context, *db.DB) error{reading: readSome, spreading: spread, checking: checkSome, pairing: pairSome}
	met := map[int]int{}
	for i := 0; ; i++ {
		f, err := read(t.Context(), w.d, "")
		if err != nil {
			t.Fatal(err)
		}
		if f.phase == filled {
			break
		}
		met[f.phase]++
		if err := steps[f.phase](t.Context(), w.d); err != nil {
			t.Fatal(err)
		}
		w.do(func(ctx context.Context, tx *db.Tx) error {
			for j, c := range []id.Contact{people[i], people[len(people)-3-i], people[120+i]} {
				if err := contact.Update(ctx, tx, c, contact.Edit{Values: values(i + 50*j), Source: activity.SourceUser}); err != nil {
					return err
				}
			}
			if err := contact.Merge(ctx, tx, contact.Union{Survivor: people[50+2*i], Absorbed: people[51+2*i], Source: activity.SourceUser}); err != nil {
				return err
			}
			return contact.Delete(ctx, tx, people[150+i], contact.Edit{})
		})
		w.add(values(i))
		w.catchUp()
	}
	if len(met) != len(steps) || met[reading] < 3 {
		t.Errorf("steps by phase: %v", met)
	}
	w.same("after a filling among changes")
	if len(w.found()) < 50 {
		t.Errorf("only %d candidates", len(w.found()))
	}
}
