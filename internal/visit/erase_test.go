package visit_test

import (
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/visit"
)

func TestDeletedContactComesBackAsANewVisitor(t *testing.T) {
	d := dbtest.Open(t)
	r := recorder(t, d)
	defer r.Close()
	first := record(t, r, hit(1, 1))
	err := d.Do(t.Context(), func(tx *db.Tx) error { return contact.Delete(t.Context(), tx, first.Contact, contact.Edit{}) })
	if err != nil {
		t.Fatal(err)
	}
	second := record(t, r, hit(1, 2))
	if second.Contact == first.Contact || second.Contact == 0 {
		t.Fatalf("came back as %+v, was %+v", second, first)
	}
	if err := contact.EraseOld(t.Context(), d, d.Now().Add(contact.KeptFor)); err != nil {
		t.Fatal(err)
	}
	if err := activity.NewRunner(d, nil, visit.EraseReader()).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for contact, want := range map[visit.Answer]int{first: 0, second: 1} {
		if devices, err := visit.Devices(t.Context(), d, contact.Contact); err != nil || len(devices) != want {
			t.Errorf("contact %d: %d devices, want %d (%v)", contact.Contact, len(devices), want, err)
		}
	}
}
