package view_test

import (
	"context"
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/id"
	"ariane/internal/view"
)

const ada, bob id.User = 1, 2

func TestViews(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	do := func(f func(tx *db.Tx) error) {
		t.Helper()
		if err := d.Do(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	add := func(v view.View) (n int64) {
		t.Helper()
		v.List = "contacts"
		do(func(tx *db.Tx) (err error) {
			n, err = view.Add(ctx, tx, v)
			return err
		})
		return n
	}
	expect := func(user id.User, want string) {
		t.Helper()
		list, err := view.List(ctx, d, "contacts", user)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range list {
			if v.Default {
				v.Name += "*"
			}
			got = append(got, v.Name)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%d sees %q, want %q", user, s, want)
		}
	}
	vip := add(view.View{Owner: ada, Name: " VIP\x00 ", Query: "search=tag%3Avip", Default: true})
	team := add(view.View{Owner: ada, Name: "Équipe", Shared: true})
	add(view.View{Owner: bob, Name: "z", Default: true})
	expect(ada, "Équipe VIP*")
	expect(bob, "Équipe z*")
	if _, err := view.Find(ctx, d, bob, vip); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("bob finds ada's view: %v", err)
	}
	shared, err := view.Find(ctx, d, bob, team)
	if err != nil || shared.Owner != ada || shared.Default {
		t.Fatal(shared, err)
	}
	shared.Default = true
	do(func(tx *db.Tx) error { return view.Begin(ctx, tx, shared, bob) })
	expect(bob, "Équipe* z")
	expect(ada, "Équipe VIP*")
	shared.Shared, shared.Default = false, false
	do(func(tx *db.Tx) error { return view.Change(ctx, tx, shared, ada) })
	expect(bob, "z")
	shared.Shared = true
	do(func(tx *db.Tx) error { return view.Change(ctx, tx, shared, ada) })
	expect(bob, "Équipe z")
	do(func(tx *db.Tx) error { return view.Delete(ctx, tx, view.View{ID: vip}) })
	expect(ada, "Équipe")
}

func TestViewsAreRefused(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	for _, v := range []view.View{{}, {Name: " \x00"}, {Name: strings.Repeat("é", 61)}, {Name: "a", Query: strings.Repeat("a", 4001)}} {
		err := d.Do(ctx, func(tx *db.Tx) error {
			_, err := view.Add(ctx, tx, v)
			return err
		})
		if f, ok := fault.Of(err); !ok || f.Fields["name"].Key == "" {
			t.Errorf("%+v: %v", v, err)
		}
	}
	err := d.Do(ctx, func(tx *db.Tx) error {
		for range 51 {
			if _, err := view.Add(ctx, tx, view.View{List: "contacts", Owner: ada, Name: "a"}); err != nil {
				return err
			}
		}
		return nil
	})
	if !fault.Is(err, fault.KindInvalid) {
		t.Error(err)
	}
}
