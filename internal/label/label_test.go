package label_test

import (
	"context"
	"strings"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/id"
	"ariane/internal/label"
)

func names(t *testing.T, d *db.DB, contact id.Contact) string {
	t.Helper()
	tags, err := label.Of(t.Context(), d, []id.Contact{contact})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, tag := range tags[contact] {
		list = append(list, tag.Name)
	}
	return strings.Join(list, ", ")
}

func all(t *testing.T, d *db.DB) int {
	t.Helper()
	tags, err := label.All(t.Context(), d, 100)
	if err != nil {
		t.Fatal(err)
	}
	return len(tags)
}

func add(t *testing.T, d *db.DB, contact id.Contact, tags ...string) error {
	t.Helper()
	return d.Do(t.Context(), func(tx *db.Tx) error { return label.Add(t.Context(), tx, contact, tags, label.By{Name: "Anna"}) })
}

func TestTags(t *testing.T) {
	d := dbtest.Open(t)
	if err := add(t, d, 1, " Été ", "vip", "", "VIP", "\x00"); err != nil {
		t.Fatal(err)
	}
	if err := add(t, d, 2, "ete"); err != nil {
		t.Fatal(err)
	}
	if got := names(t, d, 1); got != "Été, vip" || names(t, d, 2) != "Été" || all(t, d) != 2 {
		t.Errorf("%q %q", got, names(t, d, 2))
	}
	if err := add(t, d, 1, strings.Repeat("é", 101)); !fault.Is(err, fault.KindInvalid) {
		t.Error(err)
	}
	tags, err := label.Of(t.Context(), d, []id.Contact{1})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, tag := range tags[1] {
			if err := d.Do(t.Context(), func(tx *db.Tx) error { return label.Remove(t.Context(), tx, 1, tag.ID, label.By{}) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	if names(t, d, 1) != "" || names(t, d, 2) != "Été" || all(t, d) != 1 {
		t.Error("taken off the wrong contact")
	}
	counted(t, d)
	tally, err := activity.Tally(t.Context(), d, 1)
	if tally[label.KindAdded] != 2 || tally[label.KindRemoved] != 2 || err != nil {
		t.Error(tally, err)
	}
}

func TestTagsFollow(t *testing.T) {
	d := dbtest.Open(t)
	if err := add(t, d, 1, "a", "b"); err != nil {
		t.Fatal(err)
	}
	if err := add(t, d, 2, "b", "c"); err != nil {
		t.Fatal(err)
	}
	into := id.Contact(2)
	follow := func(context.Context, db.Q, activity.Event) (activity.Fate, error) {
		return activity.Fate{From: []id.Contact{1}, Into: into}, nil
	}
	reader := label.Reader(follow, label.KindAdded)
	if err := activity.NewRunner(d, nil, reader).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := names(t, d, 2); got != "a, b, c" || names(t, d, 1) != "" {
		t.Error(got)
	}
	into = 0
	if err := add(t, d, 1, "d"); err != nil {
		t.Fatal(err)
	}
	if err := activity.NewRunner(d, nil, reader).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	counted(t, d)
	if names(t, d, 1) != "" || all(t, d) != 3 {
		t.Error("the tags of an erased contact are still there")
	}
}
