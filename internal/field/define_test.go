package field_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/field"
)

type bench struct {
	*testing.T
	d *db.DB
}

func open(t *testing.T) bench { return bench{t, dbtest.Open(t)} }

var anna = field.By{User: 1, Name: "anna"}

func (b bench) do(f func(ctx context.Context, tx *db.Tx) error) error {
	return b.d.Do(b.Context(), func(tx *db.Tx) error { return f(b.Context(), tx) })
}

func (b bench) add(f field.Field) (field.Field, error) {
	err := b.do(func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = field.Add(ctx, tx, f, anna)
		return err
	})
	return f, err
}

func (b bench) added(f field.Field) field.Field {
	b.Helper()
	f, err := b.add(f)
	if err != nil {
		b.Fatal(err)
	}
	return f
}

func (b bench) set() *field.Set {
	b.Helper()
	set, err := field.Of(b.Context(), b.d)
	if err != nil {
		b.Fatal(err)
	}
	return set
}

func labelled(t field.Type, label string) field.Field {
	f := field.New(t)
	f.Renamed = label
	return f
}

// wrong lists what an error says of which properties.
func wrong(err error) []string {
	refused, _ := fault.Of(err)
	if refused == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(refused.Fields))
}

func TestAddedFieldIsThereAtOnce(t *testing.T) {
	b := open(t)
	if n := len(b.set().All()); n != 28 {
		t.Fatalf("%d fields", n)
	}
	colour := labelled(field.Select, " Couleur préférée ")
	colour.Options, colour.Group = []field.Option{{Value: "red", Label: "Rouge"}, {Label: "Bleu|vert"}, {}}, field.Personal
	colour.Default = "rouge"
	is := b.added(colour)
	got, found := b.set().ByAlias("couleur_preferee")
	if !found || got.ID <= 100 || got.Renamed != "Couleur préférée" || !got.Published || !got.Listable || got.CreatedUser != "anna" || got.Added.IsZero() {
		t.Errorf("%+v", got)
	}
	if want := []field.Option{{Value: "red", Label: "Rouge"}, {Value: "Bleu/vert", Label: "Bleu|vert"}}; !slices.Equal(got.Options, want) {
		t.Errorf("options %v", got.Options)
	}
	if is.ID != got.ID || len(b.set().Group(field.Personal)) != 1 || b.set().Defaults()["couleur_preferee"] != "red" {
		t.Errorf("%+v", is)
	}
	if again := b.added(labelled(field.Text, "Couleur préférée")); again.Alias != "couleur_preferee1" {
		t.Errorf("alias %s", again.Alias)
	}
	for label, want := range map[string]string{"Tag": "tag1", "42": "f_42", "😀": "f", strings.Repeat("ab ", 20): "ab_ab_ab_ab_ab_ab_ab_ab_a"} {
		if got := b.added(labelled(field.Text, label)).Alias; got != want {
			t.Errorf("the alias of %q is %q, want %q", label, got, want)
		}
	}
}

func TestWhatNoFieldCanBe(t *testing.T) {
	b := open(t)
	b.added(func() field.Field { f := labelled(field.Text, "a"); f.Alias = "shoe"; return f }())
	for name, c := range map[string]struct {
		f    func(*field.Field)
		want []string
	}{
		"no label":            {func(f *field.Field) { f.Renamed = " \u202e" }, []string{"label"}},
		"long label":          {func(f *field.Field) { f.Renamed = strings.Repeat("é", 192) }, []string{"label"}},
		"unknown type, group": {func(f *field.Field) { f.Type, f.Group = "blob", "x" }, []string{"group", "type"}},
		"capitals":            {func(f *field.Field) { f.Alias = "Shoe" }, []string{"alias"}},
		"digits only":         {func(f *field.Field) { f.Alias = "12_3" }, []string{"alias"}},
		"long alias":          {func(f *field.Field) { f.Alias = strings.Repeat("a", 26) }, []string{"alias"}},
		"quote":               {func(f *field.Field) { f.Alias = "a'b" }, []string{"alias"}},
		"taken":               {func(f *field.Field) { f.Alias = "shoe" }, []string{"alias"}},
		"taken by standard":   {func(f *field.Field) { f.Alias = "city" }, []string{"alias"}},
		"search command":      {func(f *field.Field) { f.Alias = "segment" }, []string{"alias"}},
		"list without values": {func(f *field.Field) { f.Type = field.Select }, []string{"options"}},
		"value twice":         {func(f *field.Field) { f.Type, f.Options = field.Select, []field.Option{{Value: "É"}, {Value: "e"}} }, []string{"options"}},
		"boolean unnamed":     {func(f *field.Field) { f.Type = field.Boolean }, []string{"no", "yes"}},
		"scale":               {func(f *field.Field) { f.Type, f.Scale, f.Rounding = field.Number, 10, 9 }, []string{"rounding", "scale"}},
		"limit":               {func(f *field.Field) { f.Limit = 256 }, []string{"limit"}},
		"no limit":            {func(f *field.Field) { f.Limit = 0 }, []string{"limit"}},
		"bad default":         {func(f *field.Field) { f.Type, f.Default = field.Date, "soon" }, []string{"default"}},
		"default, unique":     {func(f *field.Field) { f.Unique, f.Default = true, "x" }, []string{"default"}},
		"default, social":     {func(f *field.Field) { f.Group, f.Default = field.Social, "x" }, []string{"default"}},
	} {
		f := labelled(field.Text, "Shoe size")
		c.f(&f)
		if _, err := b.add(f); !slices.Equal(wrong(err), c.want) {
			t.Errorf("%s: %v, want %v (%v)", name, wrong(err), c.want, err)
		}
	}
}

func TestChangedDefinitions(t *testing.T) {
	b := open(t)
	shoe := b.added(labelled(field.Number, "Shoe"))
	change := func(f field.Field, seen *time.Time) (field.Field, error) {
		err := b.do(func(ctx context.Context, tx *db.Tx) (err error) {
			f, err = field.Change(ctx, tx, f, anna, seen)
			return err
		})
		return f, err
	}
	shoe.Type, shoe.Alias, shoe.Renamed, shoe.Scale, shoe.Unique = field.Text, "other", "Pointure", 1, true
	never := time.Time{}
	is, err := change(shoe, &never)
	if err != nil || is.Type != field.Number || is.Alias != "shoe" || is.Renamed != "Pointure" || is.Scale != 1 || is.Indexing != field.Filling || is.ModifiedUser != "anna" {
		t.Errorf("%+v %v", is, err)
	}
	if got, _ := b.set().ByAlias("shoe"); !cmp.Equal(got, is) {
		t.Error(cmp.Diff(is, got))
	}
	if _, err := change(shoe, &never); !fault.Is(err, fault.KindConflict) {
		t.Errorf("somebody else's change is overwritten: %v", err)
	}
	city, _ := b.set().ByAlias("city")
	city.Renamed, city.Published, city.Type, city.Group, city.Unique, city.Default = "Town", false, field.Number, field.Social, true, "Paris"
	if city, err = change(city, nil); err != nil || city.Renamed != "Town" || city.Published || city.Type != field.Text || city.Group != field.Core || city.Unique || city.Default != "Paris" {
		t.Errorf("%+v %v", city, err)
	}
	if slices.ContainsFunc(b.set().Published(), func(f field.Field) bool { return f.Alias == "city" }) || len(b.set().Published()) != 28 {
		t.Error("a hidden field is shown")
	}
	city.Renamed, city.Default, city.Published = "City", "", true
	if city, err = change(city, nil); err != nil || city.Renamed != "" {
		t.Errorf("a standard field with its own name keeps its translations: %+v, %v", city, err)
	}
	name, _ := b.set().ByAlias("firstname")
	name.Default = "x"
	if _, err := change(name, nil); !slices.Equal(wrong(err), []string{"default"}) {
		t.Error(err)
	}
}

func TestOrderOfFields(t *testing.T) {
	b := open(t)
	aliases := func(g field.Group) (list []string) {
		for _, f := range b.set().Group(g) {
			list = append(list, f.Alias)
		}
		return list
	}
	if got := aliases(field.Core)[:4]; !slices.Equal(got, []string{"firstname", "lastname", "title", "position"}) {
		t.Error(got)
	}
	f := labelled(field.Text, "Bluesky")
	f.Group = field.Social
	f = b.added(f)
	twitter, _ := b.set().ByAlias("twitter")
	if err := b.do(func(ctx context.Context, tx *db.Tx) error {
		return field.Arrange(ctx, tx, field.Contact, field.Social, []int64{f.ID, twitter.ID, 999})
	}); err != nil {
		t.Fatal(err)
	}
	if got := aliases(field.Social); !slices.Equal(got, []string{"bluesky", "twitter", "facebook", "foursquare", "instagram", "linkedin", "skype"}) {
		t.Error(got)
	}
	if twitter, _ := b.set().ByAlias("twitter"); !twitter.Published || twitter.Renamed != "" {
		t.Errorf("a place changes nothing else: %+v", twitter)
	}
}

func TestRemovedAndRestored(t *testing.T) {
	b := open(t)
	f := labelled(field.Text, "Shoe")
	f.Filterable = true
	f = b.added(f)
	remove := func(n int64) error {
		return b.do(func(ctx context.Context, tx *db.Tx) error { _, err := field.Remove(ctx, tx, n, anna); return err })
	}
	if err := remove(1); err == nil || !strings.Contains(err.Error(), "") {
		t.Error("a fixed field is removed")
	}
	if err := remove(f.ID); err != nil {
		t.Fatal(err)
	}
	if _, found := b.set().ByAlias("shoe"); found {
		t.Error("it is still there")
	}
	if got, found := b.set().Ever("shoe"); !found || got.Removed.IsZero() || len(b.set().Removed()) != 1 {
		t.Errorf("%+v", got)
	}
	again := labelled(field.Text, "x")
	again.Alias = "shoe"
	if _, err := b.add(again); !slices.Equal(wrong(err), []string{"alias"}) {
		t.Errorf("its values would come back in another field: %v", err)
	}
	if err := remove(f.ID); !fault.Is(err, fault.KindNotFound) {
		t.Error(err)
	}
	err := b.do(func(ctx context.Context, tx *db.Tx) error { _, err := field.Restore(ctx, tx, f.ID, anna); return err })
	if got, found := b.set().ByAlias("shoe"); err != nil || !found || got.Indexing != field.Filling {
		t.Errorf("%+v %v", got, err)
	}
}

// TestEachProcessKnows: what one process changes, another with its own cache reads.
func TestEachProcessKnows(t *testing.T) {
	o := dbtest.Options(t)
	b := bench{t, dbtest.With(t, o)}
	if b.d.Dialect() != db.Postgres {
		t.Skip("SQLite has one process")
	}
	other := bench{t, dbtest.With(t, o)}
	for _, d := range []*db.DB{b.d, other.d} {
		if err := d.Join(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	other.set()
	changed := other.d.Topic("field").Wait()
	b.added(labelled(field.Text, "Shoe"))
	<-changed
	if _, found := other.set().ByAlias("shoe"); !found {
		t.Error("the other process does not know")
	}
}

func TestNowSeesItsOwnTransaction(t *testing.T) {
	b := open(t)
	before := b.set()
	err := b.do(func(ctx context.Context, tx *db.Tx) error {
		if _, err := field.Add(ctx, tx, labelled(field.Text, "Shoe"), anna); err != nil {
			return err
		}
		for name, read := range map[string]func() (*field.Set, error){"Now": func() (*field.Set, error) { return field.Now(ctx, tx) }} {
			set, err := read()
			if err != nil {
				return err
			}
			if _, found := set.ByAlias("shoe"); !found {
				t.Errorf("%s does not see it", name)
			}
		}
		return fmt.Errorf("undone")
	})
	if after := b.set(); err == nil || len(after.All()) != len(before.All()) {
		t.Errorf("%d fields, %v", len(after.All()), err)
	}
}
