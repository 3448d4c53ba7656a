package contact_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/rule"
)

// define adds a field of contacts.
func (b bench) define(t field.Type, alias string, change ...func(*field.Field)) field.Field {
	b.Helper()
	f := field.New(t)
	f.Renamed, f.Alias = strings.ToUpper(alias), alias
	for _, c := range change {
		c(&f)
	}
	b.do(func(ctx context.Context, tx *db.Tx) error {
		var err error
		f, err = field.Add(b.Context(), tx, f, field.By{})
		return err
	})
	return f
}

// values has a good value of each type, with how it is stored, and a bad one.
var values = []struct {
	kind                   field.Type
	typed, stored, refused string
}{
	{field.Text, "  Pêche ", "Pêche", strings.Repeat("x", 65)},
	{field.Textarea, "a\r\nb", "a\nb", strings.Repeat("x", 10_001)},
	{field.HTML, "<p>a</p>", "<p>a</p>", strings.Repeat("x", 10_001)},
	{field.Email, "b@example.org", "b@example.org", "b@"},
	{field.Tel, "+33 1 23", "+33 1 23", "home"},
	{field.URL, "acme.fr", "https://acme.fr", "ftp://x"},
	{field.Number, "1 000,5", "1001", "much"},
	{field.Boolean, "oui", "1", "maybe"},
	{field.Select, "Rouge", "red", "green"},
	{field.Multiselect, "blue|red", "red|blue", "blue|green"},
	{field.Lookup, "anything", "anything", strings.Repeat("x", 65)},
	{field.Date, "2026-02-28", "2026-02-28", "28/02/2026"},
	{field.Datetime, "2026-02-28T10:00:00+02:00", "2026-02-28 08:00:00", "yesterday"},
	{field.Time, "9:30", "09:30:00", "25:00"},
	{field.Country, "France", "France", strings.Repeat("x", 256)},
	{field.Region, "Bretagne", "Bretagne", strings.Repeat("x", 256)},
	{field.Timezone, "Europe/Paris", "Europe/Paris", strings.Repeat("x", 256)},
	{field.Locale, "fr_FR", "fr_FR", strings.Repeat("x", 256)},
}

func list(f *field.Field) {
	f.Yes, f.No = "Yes", "No"
	f.Options = []field.Option{{Value: "red", Label: "Rouge"}, {Value: "blue", Label: "Bleu"}}
}

func TestValuesOfEachType(t *testing.T) {
	b := open(t)
	good, bad, want := map[string]string{"firstname": "Ada"}, map[string]string{"firstname": "Ada"}, map[string]string{"firstname": "Ada"}
	for _, v := range values {
		alias := "own_" + string(v.kind)
		b.define(v.kind, alias, list)
		good[alias], bad[alias], want[alias] = v.typed, v.refused, v.stored
	}
	c, err := b.add(contact.Edit{Values: good})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, b.find(c).Fields); diff != "" {
		t.Error(diff)
	}
	_, err = b.add(contact.Edit{Values: bad})
	refused, _ := fault.Of(err)
	for _, v := range values {
		if refused == nil || refused.Fields["own_"+string(v.kind)].Key == "" {
			t.Errorf("%s takes %q: %v", v.kind, v.refused, err)
		}
	}
}

func TestCustomValuesAreFoundByText(t *testing.T) {
	b := open(t)
	b.define(field.Select, "colour", list)
	b.define(field.Multiselect, "colours", list)
	b.define(field.Text, "job")
	b.define(field.Number, "size")
	c := b.create("firstname", "Ada", "colour", "red", "colours", "blue|red", "job", "Épicière", "size", "4242")
	for text, want := range map[string]int{"rouge": 1, "bleu": 1, "epiciere": 1, "4242": 0} {
		page, err := contact.List(b.Context(), b.d, contact.Filter{Where: rule.Cond{Field: "text", Op: rule.Contains, Value: text}, Limit: 5})
		if err != nil || len(page.Contacts) != want {
			t.Errorf("%s finds %v, %v", text, page.Contacts, err)
		}
	}
	if got := b.find(c).Fields; len(got) != 5 {
		t.Errorf("what is stored besides is no value: %v", got)
	}
}

func TestDefaults(t *testing.T) {
	b := open(t)
	b.define(field.Text, "origin", func(f *field.Field) { f.Default = "web" })
	one, two := b.create(), b.create("firstname", "Ada", "origin", "fair")
	if c := b.find(one); c.Fields["origin"] != "web" || !c.Anonymous() {
		t.Errorf("%+v", c)
	}
	if c := b.find(b.visitor(1).Contact); c.Fields["origin"] != "web" {
		t.Errorf("a visitor begins like others: %+v", c)
	}
	if c := b.find(two); c.Fields["origin"] != "fair" {
		t.Errorf("%+v", c)
	}
}

func TestAttributionHasItsDate(t *testing.T) {
	b := open(t)
	c := b.create("firstname", "Ada", "attribution", "12.5")
	date := func() string { return b.find(c).Fields["attribution_date"] }
	if len(date()) != len(field.DatetimeLayout) {
		t.Errorf("no date of today: %q", date())
	}
	b.edited(c, "attribution_date", "2026-01-02 00:00:00")
	b.edited(c, "attribution", "13")
	if date() != "2026-01-02 00:00:00" {
		t.Errorf("a date that is there stays: %s", date())
	}
	b.edited(c, "attribution", "")
	if date() != "" {
		t.Errorf("no amount, no date: %s", date())
	}
}

func TestStoredValueStaysWhenItsListChanges(t *testing.T) {
	b := open(t)
	f := b.define(field.Select, "colour", list)
	c := b.create("firstname", "Ada", "colour", "red")
	f.Options = f.Options[1:]
	b.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := field.Change(b.Context(), tx, f, field.By{}, nil)
		return err
	})
	b.edited(c, "lastname", "Lovelace", "colour", "red")
	if got := b.find(c).Fields["colour"]; got != "red" {
		t.Errorf("it is %q", got)
	}
	err := b.edit(b.create("firstname", "Bob"), "colour", "red")
	if refused, _ := fault.Of(err); refused == nil || refused.Fields["colour"].Key == "" {
		t.Errorf("nobody else can get it: %v", err)
	}
}

func (b bench) edit(c id.Contact, pairs ...string) error {
	given := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		given[pairs[i]] = pairs[i+1]
	}
	return b.update(c, contact.Edit{Values: given, Source: activity.SourceUser})
}

func (b bench) edited(c id.Contact, pairs ...string) {
	b.Helper()
	if err := b.edit(c, pairs...); err != nil {
		b.Fatal(err)
	}
}

func (b bench) create(values ...string) (c id.Contact) {
	b.Helper()
	given := map[string]string{}
	for i := 0; i < len(values); i += 2 {
		given[values[i]] = values[i+1]
	}
	b.do(func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = contact.Create(ctx, tx, contact.New{Values: given})
		return err
	})
	return c
}

func TestUniqueValueByHand(t *testing.T) {
	b := open(t)
	b.define(field.Text, "badge", func(f *field.Field) { f.Unique = true })
	b.create("firstname", "Ada", "badge", "A-1")
	bob := b.create("firstname", "Bob")
	err := b.edit(bob, "badge", "a-1")
	if refused, _ := fault.Of(err); refused == nil || !strings.Contains(refused.Fields["badge"].English(), "Ada") {
		t.Errorf("want who has it: %v", err)
	}
	b.edited(bob, "badge", "B-1")
}

func TestRequiredByHand(t *testing.T) {
	b := open(t)
	b.define(field.Text, "badge", func(f *field.Field) { f.Required = true })
	_, err := b.add(contact.Edit{Values: map[string]string{"firstname": "Ada"}, Required: []string{"badge"}})
	if refused, _ := fault.Of(err); refused == nil || refused.Fields["badge"].Key == "" {
		t.Error(err)
	}
}
