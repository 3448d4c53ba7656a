package contact_test

import (
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/id"
)

func TestSome(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	var known, visitor, gone id.Contact
	err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
		if known, err = contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"firstname": "Ada"}}); err != nil {
			return err
		}
		if visitor, err = contact.Create(t.Context(), tx, contact.New{IP: "192.0.2.7"}); err != nil {
			return err
		}
		if gone, err = contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"firstname": "Bob"}}); err != nil {
			return err
		}
		return contact.Delete(t.Context(), tx, gone, contact.Edit{})
	})
	if err != nil {
		t.Fatal(err)
	}
	asked := []id.Contact{known, visitor, gone, 999}
	some, err := contact.Some(t.Context(), d, asked)
	if err != nil || len(some) != 2 || some[known].Name != "Ada" || some[visitor].Name != "192.0.2.7" || !some[visitor].Anonymous() {
		t.Errorf("%+v, %v", some, err)
	}
	states, err := contact.StatesOf(t.Context(), d, asked)
	if err != nil || len(states) != 2 || states[known] != contact.Known || states[visitor] != contact.Anonymous {
		t.Errorf("%v, %v", states, err)
	}
	if none, err := contact.Some(t.Context(), d, nil); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}
