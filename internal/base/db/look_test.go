package db_test

import (
	"errors"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
)

// Who looks at a database changes nothing in it, and sees what others write.
func TestLook(t *testing.T) {
	t.Parallel()
	ctx, o := t.Context(), dbtest.Options(t)
	if _, err := db.Look(ctx, o); !errors.Is(err, db.ErrNoDatabase) {
		t.Fatalf("where there is none: %v", err)
	}
	if _, err := db.Look(ctx, o); !errors.Is(err, db.ErrNoDatabase) {
		t.Fatalf("looking made one: %v", err)
	}
	d := dbtest.With(t, o)
	look, err := db.Look(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer look.Close()
	if has, knows, err := look.Schema(ctx); has != knows || has == 0 || err != nil {
		t.Errorf("schema %d, the program knows %d, %v", has, knows, err)
	}
	if damage, err := look.Damage(ctx); damage != "" || err != nil {
		t.Errorf("damage %q, %v", damage, err)
	}
	if look.Lanes() != d.Lanes() {
		t.Errorf("%d lanes, want %d", look.Lanes(), d.Lanes())
	}
	add := func(name string) func(tx *db.Tx) error {
		return func(tx *db.Tx) error { return tx.Insert(ctx, "meta", metaColumns, [][]any{{name, "x"}}) }
	}
	for _, do := range []func(func(*db.Tx) error) error{
		func(f func(*db.Tx) error) error { return look.Do(ctx, f) },
		func(f func(*db.Tx) error) error { return look.DoRelaxed(ctx, f) },
	} {
		if err := do(add("a")); err == nil {
			t.Error("who looks can write")
		}
	}
	if err := d.Do(ctx, add("b")); err != nil {
		t.Fatal(err)
	}
	if n := names(t, look); n != 1 {
		t.Errorf("%d names are seen, want that of the other", n)
	}
}
