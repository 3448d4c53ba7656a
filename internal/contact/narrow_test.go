package contact

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/id"
	"ariane/internal/rule"

	"github.com/google/go-cmp/cmp"
)

// Whether contacts are found by an index and put in order, or read in order until
// enough of them match: every page is the same, there and back.
func TestBothWaysToList(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), dbtest.Open(t)
	random := rand.New(rand.NewPCG(3, 4))
	err := d.Do(ctx, func(tx *db.Tx) error {
		for i := range 150 {
			n := New{IP: fmt.Sprintf("192.0.2.%d", i%40)}
			if i%3 > 0 {
				n.Values = map[string]string{"email": fmt.Sprintf("p%d@example.test", i), "lastname": []string{"Zoé", "Élan", "Abel", "Ma", ""}[random.IntN(5)], "company": []string{"", "Acme", "Écorce"}[random.IntN(3)],
					"city": []string{"", "", "Paris", "Évian", "Zug"}[random.IntN(5)], "country": []string{"", "France"}[random.IntN(2)]}
				n.Points = random.IntN(4)
			}
			if _, err := Create(ctx, tx, n); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE contact_active SET last_active = last_active + contact_id * 7919 % 10 * 1000`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text := func(op rule.Op, field, value string) rule.Node { return rule.Cond{Field: field, Op: op, Value: value} }
	visitors := rule.Cond{Field: "anonymous", Op: rule.Is}
	compared := 0
	for _, where := range []rule.Node{
		text(rule.Contains, "text", "abel"), text(rule.Contains, "text", "ma"), text(rule.Contains, "text", "z"), text(rule.Contains, "text", "nobody"),
		text(rule.StartsWith, "company", "a"), text(rule.StartsWith, "lastname", "m"), text(rule.Equal, "email", "p7@example.test"), text(rule.Like, "email", "%7@exa%"),
		text(rule.StartsWith, "ip", "192.0.2.1"), text(rule.Like, "ip", "192.0.2.%1"),
		rule.All{text(rule.Contains, "text", "abel"), text(rule.Equal, "company", "acme")},
		rule.Any{text(rule.Contains, "text", "abel"), text(rule.Equal, "company", "acme"), text(rule.Equal, "ip", "192.0.2.6")},
		rule.Cond{Field: "id", Op: rule.Less, Value: int64(20)},
		rule.All{visitors, text(rule.Contains, "text", "abel")}, rule.All{visitors, text(rule.StartsWith, "ip", "192.0.2.")},
		rule.All{text(rule.Contains, "text", "abel"), rule.Not{Node: visitors}},
	} {
		for _, sort := range Sorts() {
			for _, f := range []Filter{{Sort: sort}, {Sort: sort, Asc: true}, {Sort: sort, Anonymous: true}, {Sort: sort, Anonymous: true, Asc: true},
				{Sort: sort, BlankLast: true}, {Sort: sort, BlankLast: true, Asc: true}, {Sort: sort, Anonymous: true, BlankLast: true}} {
				f.Where, f.Limit = where, 4
				compared += samePages(t, d, f)
			}
		}
	}
	if compared < 1000 {
		t.Errorf("%d pages only", compared)
	}
}

// samePages compares the pages of a filter, and returns how many there are.
func samePages(t *testing.T, d *db.DB, f Filter) (pages int) {
	t.Helper()
	ctx := context.Background()
	found, err := candidates(ctx, d, f)
	if err != nil {
		t.Fatal(err)
	}
	if !found.found {
		if state, _ := standing(f); state != "= 0" {
			t.Fatalf("no index finds %+v", f)
		}
		return 0 // visitors are not searched
	}
	total := 0
	for steps := []string{""}; len(steps) > 0; pages++ {
		f.After, steps = steps[0], steps[1:]
		want, err := listInOrder(ctx, d, f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := listCandidates(ctx, d, f, found)
		if err != nil {
			t.Fatal(err)
		}
		looked := found
		looked.by.Exact = false
		for _, way := range []struct {
			few  few
			lazy bool
		}{{looked, false}, {looked, true}, {found, true}} {
			f.CountTo = 1000
			other, err := listFew(ctx, d, f, way.few, way.lazy)
			f.CountTo = 0
			other.Exact = other.Exact || way.lazy
			if diff := cmp.Diff(got, other); diff != "" || err != nil {
				t.Fatalf("%+v: from what an index finds (-), by %+v (+): %s, %v", f, way, diff, err)
			}
		}
		if !got.Exact || total != 0 && got.Found != total {
			t.Fatalf("%d found on one page of %+v, %d on another", got.Found, f, total)
		}
		total = got.Found
		if diff := cmp.Diff(numbersOf(want), numbersOf(got)); diff != "" {
			t.Fatalf("%+v: in order (-), from candidates (+): %s", f, diff)
		}
		if (want.Next == "") != (got.Next == "") || (want.Previous == "") != (got.Previous == "") {
			t.Fatalf("%+v: next %q and %q, previous %q and %q", f, want.Next, got.Next, want.Previous, got.Previous)
		}
		if f.After == "" {
			counted, err := Count(ctx, d, f)
			if err != nil || counted != got.Found {
				t.Fatalf("%+v: %d counted, %d found, %v", f, counted, got.Found, err)
			}
		}
		if got.Next != "" && pages < 6 {
			steps = append(steps, got.Next)
			if pages == 3 {
				steps = append([]string{got.Previous}, steps...)
			}
		}
	}
	return pages
}

func numbersOf(p Page) []id.Contact {
	var list []id.Contact
	for _, c := range p.Contacts {
		list = append(list, c.ID)
	}
	return list
}

// Too many candidates are counted as far as that is quick, and all where somebody
// wants to know.
func TestCountOfMany(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), dbtest.Open(t)
	err := d.Do(ctx, func(tx *db.Tx) error {
		var list []New
		for i := range narrowTo + 500 {
			list = append(list, New{IP: fmt.Sprintf("198.18.%d.%d", i/250, i%250), Values: map[string]string{"email": fmt.Sprintf("p%d@example.test", i), "company": []string{"Acme", "Écorce"}[i%2]}})
		}
		_, err := CreateAll(ctx, tx, list)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	example, acme := rule.Cond{Field: "text", Op: rule.Contains, Value: "example"}, rule.Cond{Field: "company", Op: rule.Equal, Value: "acme"}
	half, tenth := rule.Cond{Field: "text", Op: rule.Contains, Value: "acme"}, rule.Cond{Field: "text", Op: rule.Contains, Value: "7@example"}
	seen := func(from string) rule.Node { return rule.Cond{Field: "ip", Op: rule.StartsWith, Value: from} }
	for _, c := range []struct {
		where     rule.Node
		most      int
		low, high int
		exact     bool
	}{
		{nil, 0, narrowTo + 500, narrowTo + 500, true},
		{nil, 100, 100, 100, false},
		{example, 0, narrowTo + 500, narrowTo + 500, true},
		{example, 10_000, narrowTo, narrowTo, false},
		{example, 100, 100, 100, false},
		{rule.All{example, acme}, 0, narrowTo/2 + 250, narrowTo/2 + 250, true},
		{rule.All{example, acme}, 10_000, 500, narrowTo/2 + 250, false},
		{half, 10_000, narrowTo/2 + 250, narrowTo/2 + 250, true},
		{half, 0, narrowTo/2 + 250, narrowTo/2 + 250, true},
		{tenth, 10_000, narrowTo/10 + 50, narrowTo/10 + 50, true},
		{rule.All{half, tenth}, 10_000, 0, 0, true},
		{seen("198.18."), 10_000, countedAmong, countedAmong, false},
		{seen("198.18."), 0, narrowTo + 500, narrowTo + 500, true},
		{seen("198.18.2."), 10_000, 250, 250, true},
		{rule.All{seen("198.18."), example}, 10_000, countedAmong, countedAmong, false},
		{rule.Any{seen("198.18."), example}, 10_000, countedAmong, narrowTo + 500, false},
		{rule.Any{example, acme}, 10_000, 1500, narrowTo + 500, false},
		{rule.All{example, rule.Not{Node: acme}}, 0, narrowTo/2 + 250, narrowTo/2 + 250, true},
		{rule.All{example, rule.Not{Node: acme}}, 10_000, 400, narrowTo/2 + 250, false},
		{rule.Not{Node: acme}, 10_000, 400, narrowTo/2 + 250, false},
		{rule.Not{Node: acme}, 0, narrowTo/2 + 250, narrowTo/2 + 250, true},
	} {
		f := Filter{Where: c.where, Limit: 3, CountTo: c.most}
		page, err := List(ctx, d, f)
		n, exact := page.Found, page.Exact
		if c.most == 0 {
			n, err = Count(ctx, d, f)
			exact = true
		}
		if err != nil || n < c.low || n > c.high || exact != c.exact {
			t.Errorf("%+v up to %d: %d (%t), want %d to %d (%t), %v", c.where, c.most, n, exact, c.low, c.high, c.exact, err)
		}
	}
	for _, where := range []rule.Node{example, seen("198.18."), rule.All{example, seen("198.18.")}} {
		f := Filter{Where: where, Sort: SortEmail, Limit: 30}
		page, err := List(ctx, d, f)
		if len(page.Contacts) != 30 || page.Next == "" || page.Exact || page.Found != 0 || err != nil {
			t.Errorf("%+v: %d contacts, %v", where, len(page.Contacts), err)
		}
		inOrder, err := listInOrder(ctx, d, f)
		if diff := cmp.Diff(numbersOf(inOrder), numbersOf(page)); diff != "" || err != nil {
			t.Errorf("%+v: in order (-), listed (+): %s, %v", where, diff, err)
		}
	}
}
