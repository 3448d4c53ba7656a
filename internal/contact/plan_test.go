package contact

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/field"
	"ariane/internal/rule"
)

// No page of the list, however deep, may sort the contacts: an index has to
// give them in order.
func TestListsComeFromAnIndexInOrder(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	err := d.Do(ctx, func(tx *db.Tx) error {
		for i := range 400 {
			if _, err := Create(ctx, tx, New{Values: map[string]string{"email": fmt.Sprintf("p%d@example.test", i), "city": []string{"", "Zug"}[i%2]}, Points: i % 7}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, sort := range Sorts() {
		for _, f := range []Filter{
			{Sort: sort}, {Sort: sort, Asc: true},
			{Sort: sort, Anonymous: true, Where: rule.Cond{Field: "anonymous", Op: rule.Is}},
			{Sort: sort, Anonymous: true}, {Sort: sort, Anonymous: true, Asc: true},
			{Sort: sort, BlankLast: true}, {Sort: sort, BlankLast: true, Asc: true}, {Sort: sort, BlankLast: true, Anonymous: true},
		} {
			f.Limit = 30
			for range 2 {
				text, args, _, err := statement(f, d.Dialect())
				if err != nil {
					t.Fatal(err)
				}
				if plan := dbtest.PlanOf(t, d, text, args...); len(plan.Scans)+len(plan.Sorts) > 0 {
					t.Errorf("sort %s, ascending %v, anonymous %v: reads %q, sorts %q\n%s%s", sort, f.Asc, f.Anonymous, plan.Scans, plan.Sorts, text, plan.Text)
				}
				for _, piece := range strings.Split(text, " UNION ALL ") {
					if column := regexp.QuoteMeta(sortColumns[sort]); len(regexp.MustCompile(column+` <=? \?`).FindAllString(piece, -1)) > 1 || len(regexp.MustCompile(column+` >=? \?`).FindAllString(piece, -1)) > 1 {
						t.Errorf("sort %s: two bounds at one end, of which SQLite may take the wider one\n%s", sort, piece)
					}
				}
				p, err := List(ctx, d, f)
				if err != nil {
					t.Fatal(err)
				}
				if f.After = p.Next; f.After == "" {
					break
				}
			}
		}
	}
}

// In the order of the list, the value of a contact is looked at, not those of all
// contacts that the condition holds for.
func TestWalkedListsAskOneContact(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	if d.Dialect() != db.SQLite {
		t.Skip("PostgreSQL decides by how many rows there are")
	}
	for _, kind := range []field.Type{field.Number, field.Text, field.Date} {
		f := field.New(kind)
		f.Renamed, f.Alias, f.Filterable = "One", "one_"+string(kind), true
		if err := d.Do(ctx, func(tx *db.Tx) error { _, err := field.Add(ctx, tx, f, field.By{}); return err }); err != nil {
			t.Fatal(err)
		}
	}
	span := rule.Span{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}
	for _, c := range []rule.Cond{
		{Field: "one_number", Op: rule.Greater, Value: int64(7)},
		{Field: "one_text", Op: rule.StartsWith, Value: "x"},
		{Field: "one_date", Op: rule.Less, Value: span},
		{Field: "active", Op: rule.Less, Value: span},
	} {
		f, err := Filter{Where: rule.Any{c, rule.Cond{Field: "email", Op: rule.EndsWith, Value: "x"}}, Limit: 30}.with(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		text, args, _, err := statement(f, d.Dialect())
		if err != nil {
			t.Fatal(err)
		}
		plan := dbtest.PlanOf(t, d, text, args...)
		if strings.Contains(plan.Text, "field_index_number") || strings.Contains(plan.Text, "field_index_text") || strings.Contains(plan.Text, "SEARCH seen USING COVERING INDEX contact_active_order") {
			t.Errorf("%v: %s\n%s", c, text, plan.Text)
		}
	}
}

// A page of very many that an index lists is found in the index of the order, from
// where it begins: none of them is looked up but those on it.
func TestWalkedListsReadTheIndexOfTheOrder(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	list := make([]New, narrowTo+1000)
	for i := range list {
		list[i].Values = map[string]string{"email": fmt.Sprintf("p%d@example.test", i), "lastname": "Durand"}
	}
	if err := d.Do(ctx, func(tx *db.Tx) error { _, err := CreateAll(ctx, tx, list); return err }); err != nil {
		t.Fatal(err)
	}
	where := rule.Cond{Field: "lastname", Op: rule.StartsWith, Value: "dur"}
	for _, f := range []Filter{{Sort: SortLastActive}, {Sort: SortLastActive, Asc: true}, {Sort: SortName}, {Sort: SortID}} {
		f.Where, f.Limit, f.CountTo = where, 30, 10_000
		for range 2 {
			walked := 0
			asked := map[string][]any{}
			d.Watch(func(query string, args []any) { asked[query] = slices.Clone(args) })
			page, err := List(ctx, d, f)
			d.Watch(func(string, []any) {})
			for query, args := range asked {
				switch {
				case strings.Contains(query, " AS ordered WHERE "):
					walked++
					args[slices.Index(args, any(walkedFirst))] = 100
					if plan := dbtest.PlanOf(t, d, query, args...); len(plan.Scans)+len(plan.Sorts) > 0 {
						t.Errorf("sort %s, ascending %v: reads %q, sorts %q\n%s%s", f.Sort, f.Asc, plan.Scans, plan.Sorts, query, plan.Text)
					}
				case strings.Contains(query, "COALESCE("):
					t.Errorf("sort %s: puts all of them in order\n%s", f.Sort, query)
				}
			}
			if err != nil || len(page.Contacts) != f.Limit || page.Found != 2*countedAmong || page.Exact || walked != 1 {
				t.Fatalf("%+v: %d contacts, %d found, %d times walked, %v", f, len(page.Contacts), page.Found, walked, err)
			}
			if f.After = page.Next; f.Sort == SortName {
				break // there the next page is read in order
			}
		}
	}
}
