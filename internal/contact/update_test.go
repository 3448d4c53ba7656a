package contact_test

import (
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"

	"github.com/google/go-cmp/cmp"
)

func byHand(values map[string]string) contact.Edit {
	return contact.Edit{Values: values, Source: activity.SourceUser, By: contact.By{Object: "user", ID: 7, Name: "Anna"}, User: 7, UserName: "Anna"}
}

// add creates a contact by hand.
func (b bench) add(e contact.Edit) (n id.Contact, err error) {
	err = b.d.Do(b.Context(), func(tx *db.Tx) (err error) {
		n, err = contact.Add(b.Context(), tx, e)
		return err
	})
	return n, err
}

func (b bench) update(n id.Contact, e contact.Edit) error {
	return b.d.Do(b.Context(), func(tx *db.Tx) error { return contact.Update(b.Context(), tx, n, e) })
}

func TestContactByHand(t *testing.T) {
	b := open(t)
	e := byHand(map[string]string{"firstname": " Ada ", "email": "Ada@example.test", "points": "12", "city": ""})
	owner := id.User(7)
	e.Owner = &owner
	n, err := b.add(e)
	if err != nil {
		t.Fatal(err)
	}
	c := b.find(n)
	if c.Anonymous() || c.Points != 12 || c.Owner != 7 || c.CreatedByUser != "Anna" || !c.Modified.IsZero() {
		t.Errorf("%+v", c)
	}
	if diff := cmp.Diff(map[string]string{"firstname": "Ada", "email": "Ada@example.test"}, c.Fields); diff != "" {
		t.Error(diff)
	}
	owner = 0
	e = byHand(map[string]string{"firstname": "", "city": "London", "points": "-3"})
	e.Owner, e.Seen = &owner, &c.Modified
	if err := b.update(n, e); err != nil {
		t.Fatal(err)
	}
	events, err := activity.Thread(b.Context(), b.d, n, activity.Page{Limit: 1})
	var u contact.Updated
	if err != nil || events[0].Kind != contact.KindUpdated || events[0].Decode(&u) != nil {
		t.Fatal(events, err)
	}
	want := contact.Updated{By: e.By, Changes: []contact.Change{{Field: "city", New: "London"}, {Field: "firstname", Old: "Ada"},
		{Field: "points", Old: "12", New: "-3"}, {Field: "owner", Old: "7"}}}
	if diff := cmp.Diff(want, u); diff != "" {
		t.Error(diff)
	}
	if c = b.find(n); c.Points != -3 || c.Owner != 0 || c.ModifiedByUser != "Anna" || c.Name != "Ada@example.test" {
		t.Errorf("%+v", c)
	}
	// Nothing changed: nothing happened.
	if err := b.update(n, byHand(map[string]string{"city": "London", "points": "-3"})); err != nil || !b.find(n).Modified.Equal(c.Modified) {
		t.Error(err)
	}
}

func TestWhatIsWrongIsSaidByField(t *testing.T) {
	b := open(t)
	_, err := b.add(byHand(map[string]string{"email": "nobody", "website": "javascript:alert(1)", "points": "many", "attribution_date": "soon", "nosuch": "x", "last_active": "2026-01-01"}))
	f, ok := fault.Of(err)
	if !ok || f.Kind != fault.KindInvalid || len(f.Fields) != 6 {
		t.Errorf("%v %v", err, f)
	}
	if _, err := b.add(byHand(map[string]string{"points": "99999999999"})); !fault.Is(err, fault.KindInvalid) {
		t.Error(err)
	}
	if _, err := b.add(byHand(map[string]string{"city": "Paris"})); !fault.Is(err, fault.KindInvalid) {
		t.Error("a contact without identity was created:", err)
	}
	if err := b.update(99, byHand(nil)); !fault.Is(err, fault.KindNotFound) {
		t.Error(err)
	}
}

func TestTwoEditors(t *testing.T) {
	b := open(t)
	n, err := b.add(byHand(map[string]string{"firstname": "Ada"}))
	if err != nil {
		t.Fatal(err)
	}
	e := byHand(map[string]string{"city": "London"})
	e.Seen = &time.Time{}
	if err := b.update(n, e); err != nil {
		t.Fatal(err)
	}
	e = byHand(map[string]string{"city": "Paris"})
	e.Seen = &time.Time{}
	if err := b.update(n, e); !fault.Is(err, fault.KindConflict) || b.find(n).Fields["city"] != "London" {
		t.Error(err)
	}
	e.Seen = nil
	if err := b.update(n, e); err != nil || b.find(n).Fields["city"] != "Paris" {
		t.Error(err)
	}
}

func TestAddressOfAnother(t *testing.T) {
	b := open(t)
	first, err := b.add(byHand(map[string]string{"email": "ada@example.test"}))
	if err != nil {
		t.Fatal(err)
	}
	e := byHand(map[string]string{"firstname": "Bob", "email": "ADA@example.test"})
	if _, err := b.add(e); !fault.Is(err, fault.KindInvalid) {
		t.Error(err)
	}
	e.Anyway = true
	second, err := b.add(e)
	if err != nil {
		t.Fatal(err)
	}
	holder, err := contact.Holder(b.Context(), b.d, "Ada@Example.test")
	conflicts, errs := contact.Conflicts(b.Context(), b.d, second, 10)
	if holder != first || err != nil || errs != nil || len(conflicts) != 1 || conflicts[0].Owner != first {
		t.Errorf("%v %v %+v", holder, err, conflicts)
	}
	// What is there already is not asked about again.
	e = byHand(map[string]string{"email": "ada@example.test", "city": "Paris"})
	if err := b.update(second, e); err != nil {
		t.Error(err)
	}
	if _, found := b.find(second).Copyable(field.Standard())["email"]; found {
		t.Error("a copy takes the address")
	}
}
