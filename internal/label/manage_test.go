package label_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/id"
	"ariane/internal/label"
)

func do(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Do(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func named(t *testing.T, d *db.DB, name string) label.Described {
	t.Helper()
	tag, err := label.Named(t.Context(), d, name)
	if err != nil {
		t.Fatal(err)
	}
	return tag
}

// counted compares what tags tell of their use with who has them.
func counted(t *testing.T, d *db.DB) {
	t.Helper()
	err := db.Each(t.Context(), d, `SELECT name, contacts, (SELECT count(*) FROM contact_tag c WHERE c.tag_id = label_tag.id) FROM label_tag`, nil, func(row db.Row) error {
		var name string
		var told, have int
		err := row.Scan(&name, &told, &have)
		if told != have {
			t.Errorf("%d contacts have %s, it is said that %d do", have, name, told)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestManage(t *testing.T) {
	d := dbtest.Open(t)
	if err := add(t, d, 1, "Prospect", "vip"); err != nil {
		t.Fatal(err)
	}
	do(t, d, func(tx *db.Tx) error {
		_, err := label.Create(t.Context(), tx, label.Described{Tag: label.Tag{Name: " Été "}, Description: "of summer"})
		return err
	})
	prospect := named(t, d, "PROSPECT")
	change := func(name, description string) error {
		return d.Do(t.Context(), func(tx *db.Tx) error {
			return label.Change(t.Context(), tx, label.Described{Tag: label.Tag{ID: prospect.ID, Name: name}, Description: description})
		})
	}
	for _, bad := range []string{"", " \x00", strings.Repeat("é", 101), "a,b"} {
		if err := change(bad, ""); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := change("ete", ""); !errors.Is(err, label.ErrTaken) || !fault.Is(err, fault.KindInvalid) {
		t.Error(err)
	}
	if err := change("prospect", strings.Repeat("x", 501)); !fault.Is(err, fault.KindInvalid) {
		t.Error(err)
	}
	for _, name := range []string{"PROSPECT", "Piste", "Piste"} {
		if err := change(name, "who may buy"); err != nil {
			t.Fatal(err)
		}
		if got := names(t, d, 1); got != name+", vip" {
			t.Errorf("%q after the name %q", got, name)
		}
	}
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := label.Create(t.Context(), tx, label.Described{Tag: label.Tag{Name: "PÏSTE"}})
		return err
	})
	if !errors.Is(err, label.ErrTaken) {
		t.Error(err)
	}
	// What is described outlives its last contact; what is not does not.
	do(t, d, func(tx *db.Tx) error {
		return label.RemoveNamed(t.Context(), tx, 1, []string{"piste", "vip"}, label.By{})
	})
	if got := named(t, d, "piste"); got.Name != "Piste" || got.Description != "who may buy" || got.Contacts != 0 {
		t.Errorf("%+v", got)
	}
	if named(t, d, "vip").ID != 0 {
		t.Error("a tag that nobody has and nobody described is still there")
	}
	counted(t, d)
}

func TestListByPages(t *testing.T) {
	d := dbtest.Open(t)
	for c := range 5 {
		for tag := range c + 1 {
			if err := add(t, d, id.Contact(c+1), fmt.Sprint("Tag ", tag)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range []label.Filter{{}, {Desc: true}, {ByUse: true}, {ByUse: true, Desc: true}, {Text: "TAG"}} {
		f.Limit = 2
		var there, back []string
		at := ""
		for {
			f.After = at
			page, err := label.List(t.Context(), d, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, tag := range page.Tags {
				there = append(there, fmt.Sprint(tag.Name, ":", tag.Contacts))
			}
			if page.Next == "" {
				f.After = page.Previous
				break
			}
			at = page.Next
		}
		for f.After != "" {
			page, err := label.List(t.Context(), d, f)
			if err != nil {
				t.Fatal(err)
			}
			f.After = page.Previous
			for _, tag := range slices.Backward(page.Tags) {
				back = append(back, fmt.Sprint(tag.Name, ":", tag.Contacts))
			}
		}
		want := []string{"Tag 0:5", "Tag 1:4", "Tag 2:3", "Tag 3:2", "Tag 4:1"}
		if f.Desc != f.ByUse {
			slices.Reverse(want)
		}
		if !slices.Equal(there, want) {
			t.Errorf("%+v: %v", f, there)
		}
		slices.Reverse(want)
		if !slices.Equal(back, want[1:]) {
			t.Errorf("%+v back: %v", f, back)
		}
	}
	if _, err := label.List(t.Context(), d, label.Filter{After: "zz", Limit: 2}); !fault.Is(err, fault.KindInvalid) {
		t.Error(err)
	}
}

// crowd gives 450 contacts a tag, of whom the last 100 have another one as well.
func crowd(t *testing.T) (d *db.DB, from, into label.Described) {
	t.Helper()
	d = dbtest.Open(t)
	do(t, d, func(tx *db.Tx) error {
		var list []label.Tagging
		for c := id.Contact(1); c <= 450; c++ {
			list = append(list, label.Tagging{Contact: c, Name: "from", At: tx.Now()})
			if c > 350 {
				list = append(list, label.Tagging{Contact: c, Name: "into", At: tx.Now()})
			}
		}
		return label.AddAll(t.Context(), tx, list)
	})
	counted(t, d)
	return d, named(t, d, "from"), named(t, d, "into")
}

// work runs jobs until no tag is on its way.
func work(t *testing.T, d *db.DB) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		ended <- job.NewRunner(d, slog.New(slog.DiscardHandler), job.Options{Handlers: []job.Handler{label.Moves(d)}}).Run(ctx)
	}()
	for {
		var left int
		if err := d.QueryRow(ctx, `SELECT count(*) FROM job WHERE state < 2`).Scan(&left); err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			break
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	counted(t, d)
}

func TestMergeOfManyContacts(t *testing.T) {
	d, from, into := crowd(t)
	by := label.By{Source: activity.SourceUser, Object: "user", ID: 7, Name: "Anna"}
	if n, err := label.Both(t.Context(), d, from.ID, into.ID, 10_000); n != 100 || err != nil {
		t.Error(n, err)
	}
	do(t, d, func(tx *db.Tx) error { return label.Merge(t.Context(), tx, from.ID, into.ID, by) })
	moves, err := label.Underway(t.Context(), d)
	if err != nil || len(moves) != 1 || moves[0] != (label.Move{From: from.ID, Into: into.ID, Name: "from", IntoName: "into", Contacts: 450, Moved: 200}) {
		t.Error(moves, err)
	}
	for what, err := range map[string]error{
		"again": d.Do(t.Context(), func(tx *db.Tx) error { return label.Delete(t.Context(), tx, from.ID, by) }),
		"into":  d.Do(t.Context(), func(tx *db.Tx) error { return label.Delete(t.Context(), tx, into.ID, by) }),
		"named": d.Do(t.Context(), func(tx *db.Tx) error {
			return label.Change(t.Context(), tx, label.Described{Tag: label.Tag{ID: from.ID, Name: "other"}})
		}),
	} {
		if !fault.Is(err, fault.KindConflict) {
			t.Error(what, err)
		}
	}
	// Who gets it meanwhile follows too.
	if err := add(t, d, 451, "from"); err != nil {
		t.Fatal(err)
	}
	work(t, d)
	if named(t, d, "from").ID != 0 {
		t.Error("the merged tag is still there")
	}
	if got := named(t, d, "into"); got.Contacts != 451 {
		t.Errorf("%d contacts have it", got.Contacts)
	}
	for c, added := range map[id.Contact]int{1: 2, 300: 2, 400: 2, 451: 2} {
		tally, err := activity.Tally(t.Context(), d, c)
		if names(t, d, c) != "into" || tally[label.KindAdded] != added || tally[label.KindRemoved] != 1 || err != nil {
			t.Error(c, names(t, d, c), tally, err)
		}
	}
	err = d.Do(t.Context(), func(tx *db.Tx) error { return label.Merge(t.Context(), tx, into.ID, into.ID, by) })
	if !fault.Is(err, fault.KindInvalid) {
		t.Error(err)
	}
}

func TestDeleteIsStopped(t *testing.T) {
	d, from, _ := crowd(t)
	do(t, d, func(tx *db.Tx) error { return label.Delete(t.Context(), tx, from.ID, label.By{}) })
	do(t, d, func(tx *db.Tx) error { return label.Stop(t.Context(), tx, from.ID) })
	work(t, d)
	if got := named(t, d, "from"); got.Contacts != 250 {
		t.Errorf("%d contacts have it still", got.Contacts)
	}
	do(t, d, func(tx *db.Tx) error {
		off := label.Tagging{Contact: 300, Name: "FROM", At: tx.Now()}
		return label.RemoveAll(t.Context(), tx, []label.Tagging{off, off, {Contact: 1, Name: "from"}})
	})
	if got := named(t, d, "from"); got.Contacts != 249 {
		t.Errorf("%d contacts have it after one lost it", got.Contacts)
	}
	do(t, d, func(tx *db.Tx) error { return label.Delete(t.Context(), tx, from.ID, label.By{}) })
	work(t, d)
	if named(t, d, "from").ID != 0 || names(t, d, 1) != "" || names(t, d, 400) != "into" {
		t.Error("it is not deleted")
	}
}
