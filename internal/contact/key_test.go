package contact_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"

	"pgregory.net/rapid"
)

// holders are contacts who give few addresses, so that many want the same.
type holders struct {
	*rapid.T
	d      *db.DB
	run    int
	people []id.Contact
}

// act does something at random to somebody.
func (h *holders) act() {
	ctx := context.Background()
	pick := func(name string) id.Contact { return rapid.SampledFrom(h.people).Draw(h.T, name) }
	values := func() map[string]string {
		v := map[string]string{"lastname": "Meyer"}
		if local := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(h.T, "email"); local != "" {
			v["email"] = fmt.Sprintf("%s%d@site.test", local, h.run)
		} else {
			v["email"] = ""
		}
		return v
	}
	err := h.d.Do(ctx, func(tx *db.Tx) (err error) {
		edit := contact.Edit{Anyway: true, Source: activity.SourceUser}
		switch kind := rapid.IntRange(0, 9).Draw(h.T, "what"); {
		case len(h.people) < 4 || kind == 0:
			edit.Values = values()
			var c id.Contact
			if c, err = contact.Add(ctx, tx, edit); err == nil {
				h.people = append(h.people, c)
			}
			return err
		case kind < 4:
			edit.Values = values()
			return contact.Update(ctx, tx, pick("edited"), edit)
		case kind < 6:
			return contact.Merge(ctx, tx, contact.Union{Survivor: pick("survivor"), Absorbed: pick("absorbed"), Source: activity.SourceUser})
		case kind < 8:
			return contact.Unmerge(ctx, tx, contact.Separation{Absorbed: pick("parted"), Source: activity.SourceUser})
		case kind == 8:
			return contact.Delete(ctx, tx, pick("deleted"), contact.Edit{})
		}
		return contact.Restore(ctx, tx, pick("restored"), contact.Edit{})
	})
	if _, refused := fault.Of(err); err != nil && !refused {
		h.Fatal(err)
	}
}

// check tells of values and keys that do not fit.
func (h *holders) check() {
	ctx := context.Background()
	there, err := contact.Some(ctx, h.d, h.people)
	if err != nil {
		h.Fatal(err)
	}
	absorbed, err := contact.Absorbed(ctx, h.d, h.people)
	if err != nil {
		h.Fatal(err)
	}
	owners := map[string]id.Contact{}
	keys, err := contact.Keys(ctx, h.d, h.people...)
	if err != nil {
		h.Fatal(err)
	}
	for _, k := range keys {
		owners[k.Value] = k.Contact
		switch c, lives := there[k.Contact]; {
		case !lives:
			h.Fatalf("%s leads to contact %d, which is not there", k.Value, k.Contact)
		case k.Origin == 0 && c.Fields["email"] != k.Value && len(absorbed[k.Contact]) == 0:
			h.Fatalf("%s leads to contact %d, which has %q", k.Value, k.Contact, c.Fields["email"])
		case k.Origin != 0 && !slices.Contains(absorbed[k.Contact], k.Origin):
			h.Fatalf("%s leads to contact %d by %d, which is not merged into it", k.Value, k.Contact, k.Origin)
		}
	}
	waiting := map[id.Contact]string{}
	err = db.Each(ctx, h.d, `SELECT contact_id, value FROM identity_conflict JOIN contact ON id = contact_id WHERE state = 1`, nil, func(row db.Row) error {
		var c id.Contact
		var value string
		err := row.Scan(&c, &value)
		if !slices.Contains(h.people, c) {
			return err
		}
		if there[c].Fields["email"] != value {
			h.Fatalf("contact %d waits for %s and has %q", c, value, there[c].Fields["email"])
		}
		if owners[value] == c || owners[value] == 0 {
			h.Fatalf("contact %d waits for %s, which leads to %d", c, value, owners[value])
		}
		waiting[c] = value
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	for _, c := range there {
		if value := c.Fields["email"]; value != "" && owners[value] != c.ID && waiting[c.ID] == "" {
			h.Fatalf("contact %d has %s, which leads to %d, and does not wait for it", c.ID, value, owners[value])
		}
	}
}

// Each address leads to one contact who has it or had it before a merge, and all
// others who have it wait for it, whatever happens to whom.
func TestKeysAreOfWhoHasTheValue(t *testing.T) {
	d := dbtest.Open(t)
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		h := &holders{T: t, d: d, run: run}
		for range rapid.IntRange(4, 25).Draw(t, "steps") {
			h.act()
			h.check()
		}
	})
}
