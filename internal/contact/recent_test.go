package contact_test

import (
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/id"
)

func TestRecent(t *testing.T) {
	d := dbtest.Open(t)
	var last id.Contact
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		for _, name := range []string{"Ada", "Bob"} {
			c, err := contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"firstname": name}})
			if err != nil {
				return err
			}
			last = c
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if ids, all, err := contact.Known.Recent(t.Context(), d, 2); len(ids) != 2 || !all || err != nil {
		t.Error(ids, all, err)
	}
	if ids, all, err := contact.Known.Recent(t.Context(), d, 1); len(ids) != 1 || ids[0] != last || all || err != nil {
		t.Error(ids, all, err, last)
	}
	if ids, all, err := contact.Anonymous.Recent(t.Context(), d, 1); len(ids) != 0 || !all || err != nil {
		t.Error(ids, all, err)
	}
}
