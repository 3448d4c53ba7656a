package category_test

import (
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/category"
)

func create(t *testing.T, d *db.DB, c category.Category) (category.Category, error) {
	t.Helper()
	var number int64
	err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
		number, err = category.Create(t.Context(), tx, c)
		return err
	})
	if err != nil {
		return c, err
	}
	return category.Find(t.Context(), d, number)
}

func TestCategories(t *testing.T) {
	d := dbtest.Open(t)
	for _, want := range []category.Category{
		{Kind: category.Form, Title: "  Été 2026 ", Alias: "ete-2026", Color: "4e5d9d"},
		{Kind: category.Form, Title: "Été, 2026!", Alias: "ete-20261"},
		{Kind: category.Stage, Title: "Été 2026", Alias: "ete-2026"},
		{Kind: category.Global, Title: "!!!", Alias: "category"},
		{Kind: "plugin:focus", Title: "<b>\"%", Alias: "b"},
	} {
		typed := want
		if typed.Alias = ""; typed.Color != "" {
			typed.Color = " #4E5D9D"
		}
		got, err := create(t, d, typed)
		if err != nil || got.Alias != want.Alias || got.Color != want.Color || got.Title != strings.TrimSpace(want.Title) || got.Kind != want.Kind {
			t.Errorf("%+v, want %+v, %v", got, want, err)
		}
	}
	for field, c := range map[string]category.Category{
		"title": {Kind: category.Form, Title: " \x00"}, "kind": {Kind: "nothing", Title: "a"}, "color": {Kind: category.Form, Title: "a", Color: "red"},
		"description": {Kind: category.Form, Title: "a", Description: strings.Repeat("é", 501)},
	} {
		_, err := create(t, d, c)
		if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[field].Key == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	long, err := create(t, d, category.Category{Kind: category.Form, Title: strings.Repeat("é ", 50)})
	if err != nil || len(long.Alias) > 100 || strings.HasSuffix(long.Alias, "-") {
		t.Error(long, err)
	}
}

func TestWhatIsOffered(t *testing.T) {
	d := dbtest.Open(t)
	numbers := map[string]int64{}
	for _, c := range []category.Category{
		{Kind: category.Form, Title: "b", Published: true}, {Kind: category.Global, Title: "A", Published: true}, {Kind: category.Stage, Title: "c", Published: true}, {Kind: category.Form, Title: "d"},
	} {
		made, err := create(t, d, c)
		if err != nil {
			t.Fatal(err)
		}
		numbers[c.Title] = made.ID
	}
	list, err := category.Offered(t.Context(), d, category.Form)
	if err != nil || len(list) != 2 || list[0].Title != "A" || list[1].Title != "b" {
		t.Error(list, err)
	}
	for title, fits := range map[string]bool{"b": true, "A": true, "c": false, "d": true, "none": true} {
		if got, err := category.Fits(t.Context(), d, numbers[title], category.Form); got != fits || err != nil {
			t.Errorf("%s: %t %v", title, got, err)
		}
	}
	if got, err := category.Fits(t.Context(), d, 99, category.Form); got || err != nil {
		t.Error(got, err)
	}
}

func TestAChangedCategory(t *testing.T) {
	d := dbtest.Open(t)
	one, err := create(t, d, category.Category{Kind: category.Form, Title: "one"})
	if err == nil {
		_, err = create(t, d, category.Category{Kind: category.Form, Title: "two"})
	}
	if err != nil {
		t.Fatal(err)
	}
	change := func(c category.Category) error {
		return d.Do(t.Context(), func(tx *db.Tx) error { return category.Change(t.Context(), tx, c) })
	}
	one.Title, one.Kind, one.Alias, one.Published = "Uno", category.Stage, "Two", true
	if err := change(one); err != nil {
		t.Fatal(err)
	}
	got, err := category.Find(t.Context(), d, one.ID)
	if err != nil || got.Title != "Uno" || got.Kind != category.Form || got.Alias != "two1" || !got.Published {
		t.Errorf("%+v, %v", got, err)
	}
	remove := func() error {
		return d.Do(t.Context(), func(tx *db.Tx) error { return category.Remove(t.Context(), tx, one.ID) })
	}
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{remove(), change(one)} {
		if !fault.Is(err, fault.KindNotFound) {
			t.Error(err)
		}
	}
}
