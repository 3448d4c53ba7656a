package contact_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// mixedPeople are visitors and known contacts, the number of all.
func mixedPeople(t *testing.T) (*db.DB, int) {
	ctx := context.Background()
	d := dbtest.Open(t)
	const people = 23
	err := d.Do(ctx, func(tx *db.Tx) error {
		for i := range people {
			n := contact.New{IP: fmt.Sprintf("10.0.0.%d", i)}
			if i%3 > 0 {
				n.Points = (i * 7) % 5
				n.Values = map[string]string{"email": fmt.Sprintf("p%d@example.test", i%4), "lastname": fmt.Sprintf("Name%d", i%6), "company": "Acme", "city": []string{"", "Évian", "Zug"}[i/4%3]}
			}
			if _, err := contact.Create(ctx, tx, n); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE contact_active SET last_active = last_active + contact_id * 7919 % 10 * 1000`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d, people
}

func TestVisitorsAndKnownContactsInOneList(t *testing.T) {
	ctx := context.Background()
	d, people := mixedPeople(t)
	ids := func(f contact.Filter) (list []id.Contact, page contact.Page) {
		t.Helper()
		page, err := contact.List(ctx, d, f)
		if err != nil {
			t.Fatal(f.Sort, err)
		}
		for _, c := range page.Contacts {
			list = append(list, c.ID)
		}
		return list, page
	}
	for _, sort := range contact.Sorts() {
		for _, asc := range []bool{true, false} {
			f := contact.Filter{Anonymous: true, Sort: sort, Asc: asc, Limit: 100}
			whole, page := ids(f)
			if len(whole) != people {
				t.Fatalf("%s: %d contacts", sort, len(whole))
			}
			for i, c := range page.Contacts[1:] {
				before := page.Contacts[i]
				if sort == contact.SortLastActive && (asc && before.LastActive.After(c.LastActive) || !asc && before.LastActive.Before(c.LastActive)) {
					t.Errorf("last active: %v before %v", before.LastActive, c.LastActive)
				}
				if sort == contact.SortEmail && (asc && before.Fields["email"] > c.Fields["email"] || !asc && before.Fields["email"] < c.Fields["email"]) {
					t.Errorf("email: %q before %q", before.Fields["email"], c.Fields["email"])
				}
				if sort == contact.SortPoints && c.State == before.State && (asc && before.Points > c.Points || !asc && before.Points < c.Points) {
					t.Errorf("points: %d before %d", before.Points, c.Points)
				}
			}
			reversed, _ := ids(contact.Filter{Anonymous: true, Sort: sort, Asc: !asc, Limit: 100})
			slices.Reverse(reversed)
			if !slices.Equal(whole, reversed) {
				t.Errorf("%s: %v, the other way round %v", sort, whole, reversed)
			}
			f.Limit = 4
			var walked []id.Contact
			var last contact.Page
			for f.After = ""; ; f.After = last.Next {
				var part []id.Contact
				part, last = ids(f)
				walked = append(walked, part...)
				if last.Next == "" {
					break
				}
			}
			if !slices.Equal(walked, whole) {
				t.Errorf("%s, page by page: %v, want %v", sort, walked, whole)
			}
			var back []id.Contact
			for f.After = last.Previous; f.After != ""; f.After = last.Previous {
				var part []id.Contact
				part, last = ids(f)
				back = append(part, back...)
			}
			if !slices.Equal(back, whole[:len(back)]) || len(back) != 20 {
				t.Errorf("%s, backwards: %v, want %v", sort, back, whole)
			}
			f.After = ""
			for f.Offset = range people {
				if part, _ := ids(f); !slices.Equal(part, whole[f.Offset:min(f.Offset+4, people)]) {
					t.Errorf("%s from %d: %v, want %v", sort, f.Offset, part, whole[f.Offset:])
				}
			}
		}
	}
}
