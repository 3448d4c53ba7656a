package contact_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"

	"github.com/google/go-cmp/cmp"
)

func (b bench) byPlace(asc bool) []id.Contact {
	b.Helper()
	page, err := contact.List(context.Background(), b.d, contact.Filter{Sort: contact.SortPlace, Asc: asc, BlankLast: true, Limit: 5000})
	if err != nil {
		b.Fatal(err)
	}
	return numbers(page.Contacts)
}

func (b bench) expect(what string, asc bool, want ...id.Contact) {
	b.Helper()
	if diff := cmp.Diff(want, b.byPlace(asc)); diff != "" {
		b.Errorf("%s, ascending %v: %s", what, asc, diff)
	}
}

// Contacts are in the order of where they live, whichever way a value came.
func TestContactsByPlace(t *testing.T) {
	b := open(t)
	add := func(city, region, country string) (n id.Contact) {
		t.Helper()
		n, err := b.add(byHand(map[string]string{"lastname": "X", "city": city, "state": region, "country": country}))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	nowhere := add("", "", "")
	zug := add("Zug", "", "Switzerland")
	ontario := add("London", "Ontario", "Canada")
	england := add("London", "England", "United Kingdom")
	londonderry := add("London Colney", "", "")
	evian := add("Évian", "", "France")
	egypt := add("", "", "Egypt")
	b.expect("created", true, egypt, evian, england, ontario, londonderry, zug, nowhere)
	b.expect("created", false, zug, londonderry, ontario, england, evian, egypt, nowhere)

	if err := b.update(zug, byHand(map[string]string{"city": ""})); err != nil {
		t.Fatal(err)
	}
	if err := b.update(nowhere, byHand(map[string]string{"city": "Aarau"})); err != nil {
		t.Fatal(err)
	}
	b.expect("edited", true, nowhere, egypt, evian, england, ontario, londonderry, zug) // zug lies in Switzerland

	b.do(func(ctx context.Context, tx *db.Tx) error {
		return contact.Complete(ctx, tx, egypt, map[string]string{"city": "Zagazig"})
	})
	b.do(func(ctx context.Context, tx *db.Tx) error {
		return contact.GiveAll(ctx, tx, []contact.Given{{Contact: evian, Values: map[string]string{"city": "", "country": ""}, Source: activity.SourceSystem}})
	})
	b.expect("completed and cleared", true, nowhere, england, ontario, londonderry, zug, egypt, evian)
	b.expect("completed and cleared", false, egypt, zug, londonderry, ontario, england, nowhere, evian)

	// A visitor who says where it lives, and then who it is.
	v := b.visitor(1)
	b.submit(v, "city", "Mons")
	ada := b.submit(v, "email", "ada@example.test")
	b.expect("identified", true, nowhere, england, ontario, londonderry, ada, zug, egypt, evian)
	other := b.visitor(2)
	b.submit(other, "state", "Hainaut", "city", "Paris")
	bob := b.submit(contact.Visitor{}, "email", "bob@example.test")
	if b.submit(other, "email", "bob@example.test") != bob {
		t.Fatal("the visitor is not bob")
	}
	b.expect("merged", true, nowhere, england, ontario, londonderry, ada, bob, zug, egypt, evian)
	b.remove(ada)
	b.restore(ada)
	b.expect("restored", true, nowhere, england, ontario, londonderry, ada, bob, zug, egypt, evian)
}

// A place as long as can be is sorted by its beginning.
func TestLongPlaces(t *testing.T) {
	b := open(t)
	long := strings.Repeat("ﷺ", 255) // folds to eighteen times as many letters
	var want []id.Contact
	for _, city := range []string{"A", long, "𐍈" + strings.Repeat("ﷺ", 254)} {
		n, err := b.add(byHand(map[string]string{"lastname": "X", "city": city, "state": long}))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, n)
	}
	b.expect("long", true, want...)
}

// Contacts of before there was this order are listed, and get their place.
func TestPlacesOfOldContacts(t *testing.T) {
	b := open(t)
	const many = 1203
	b.do(func(ctx context.Context, tx *db.Tx) error {
		var list []contact.New
		for i := range many {
			list = append(list, contact.New{Values: map[string]string{"lastname": "X", "city": fmt.Sprintf("C%04d", i)}})
		}
		if _, err := contact.CreateAll(ctx, tx, list); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE contact SET place = ' '`)
		return err
	})
	if n := len(b.byPlace(true)); n != many {
		t.Fatalf("%d of %d are listed", n, many)
	}
	turns := 0
	for done := false; !done; turns++ {
		b.do(func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = contact.FoldSome(ctx, tx)
			return err
		})
	}
	if turns != 3 {
		t.Errorf("%d turns", turns)
	}
	got := b.byPlace(true)
	if !slices.IsSorted(got) || len(got) != many {
		t.Errorf("%d contacts, in order: %v", len(got), slices.IsSorted(got))
	}
}

// Those who have nothing to be sorted by are last, if that is asked for.
func TestBlankLast(t *testing.T) {
	b := open(t)
	b.visitor(1)
	for i, company := range []string{"", "Zug", "Acme", ""} {
		values := map[string]string{"lastname": "X", "company": company}
		if i == 3 {
			values["email"] = "x@example.test"
		}
		if _, err := b.add(byHand(values)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		sort           contact.Sort
		asc, anonymous bool
		want           []id.Contact
	}{
		{contact.SortCompany, true, false, []id.Contact{4, 3, 2, 5}}, {contact.SortCompany, false, false, []id.Contact{3, 4, 5, 2}},
		{contact.SortCompany, true, true, []id.Contact{4, 3, 2, 5, 1}}, {contact.SortCompany, false, true, []id.Contact{3, 4, 5, 2, 1}},
		{contact.SortEmail, true, false, []id.Contact{5, 2, 3, 4}}, {contact.SortPlace, false, true, []id.Contact{5, 4, 3, 2, 1}},
	} {
		page, err := contact.List(context.Background(), b.d, contact.Filter{Sort: c.sort, Asc: c.asc, BlankLast: true, Anonymous: c.anonymous, Limit: 10})
		if diff := cmp.Diff(c.want, numbers(page.Contacts)); diff != "" || err != nil {
			t.Errorf("%+v: %s %v", c, diff, err)
		}
	}
}
