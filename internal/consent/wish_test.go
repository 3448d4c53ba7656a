package consent_test

import (
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/consent"
	"ariane/internal/id"
)

func wish(t *testing.T, d *db.DB, c id.Contact, most int) {
	t.Helper()
	do(t, d, func(tx *db.Tx) error {
		return consent.Wishing(t.Context(), tx, c, map[consent.Channel]consent.Wish{consent.Email: often(most, consent.Week)}, consent.By{})
	})
}

func most(t *testing.T, d *db.DB, c id.Contact) int {
	t.Helper()
	list, err := consent.Wishes(t.Context(), d, c)
	if err != nil {
		t.Fatal(err)
	}
	return list[consent.Email].Most
}

// Contacts specification, 9.2: the wishes of the one who lives on count.
func TestWishesAtMerges(t *testing.T) {
	d := dbtest.Open(t)
	a, b := person(t, d, "ada"), person(t, d, "bea")
	want := func(step string, of id.Contact, is int) {
		t.Helper()
		for range 2 {
			if got := most(t, d, of); got != is {
				t.Errorf("%s: %d, want %d", step, got, is)
			}
			catchUp(t, d)
		}
	}
	wish(t, d, a, 1)
	wish(t, d, b, 2)
	merge(t, d, a, b)
	want("merged", a, 1)
	wish(t, d, b, 3)
	want("chosen by the one who was merged", a, 3)
	part(t, d, b)
	want("parted", a, 1)
	want("parted, the other", b, 3)
	merge(t, d, a, b)
	want("merged again", a, 1)
	wish(t, d, a, 0)
	want("nothing wished any more", a, 0)
	part(t, d, b)
	want("parted again", b, 3)
}

func TestWishesAreTold(t *testing.T) {
	d := dbtest.Open(t)
	a := person(t, d, "ada")
	wish(t, d, a, 0)
	wish(t, d, a, 1)
	wish(t, d, a, 1)
	wish(t, d, a, 0)
	events, err := activity.All(t.Context(), d, a, consent.KindWishes)
	if err != nil || len(events) != 2 {
		t.Fatal(events, err)
	}
	var w consent.Wished
	if err := events[1].Decode(&w); err != nil || len(w.Changes) != 1 || w.Changes[0].Old != often(1, consent.Week) || !w.Changes[0].New.Plain() {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestWrongWishes(t *testing.T) {
	d := dbtest.Open(t)
	a := person(t, d, "ada")
	wish(t, d, a, 7)
	for name, list := range map[string]map[consent.Channel]consent.Wish{
		"email.most": {consent.Email: often(-1, consent.Day)},
		"sms.most":   {consent.SMS: often(1001, consent.Day)},
		"email.per":  {consent.Email: often(1, "YEAR")},
		"email.from": {consent.Email: {From: "2026-02-30"}},
		"sms.to":     {consent.SMS: {From: "2026-03-02", To: "2026-03-01"}},
		"preferred":  {consent.SMS: {Preferred: true}, consent.Email: {Preferred: true}},
		"channel":    {"pigeon": {}},
	} {
		err := d.Do(t.Context(), func(tx *db.Tx) error { return consent.Wishing(t.Context(), tx, a, list, consent.By{}) })
		if f, ok := fault.Of(err); !ok || f.Fields[name].Key == "" || most(t, d, a) != 7 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
