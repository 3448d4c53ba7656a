package db_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
)

// An address is found by all of it, whatever part of it the index is asked for.
func TestMatchTexts(t *testing.T) {
	ctx := t.Context()
	d := dbtest.Open(t)
	texts := map[int64]string{
		1: "\nanna\nanna.kern@example.test\n",
		2: "\nanna\nanna.kern@example.org\n",
		3: "\nsusanna\nsusanna.kern@example.test\n",
		4: "\nж\nжанна.к@пример.example\n",
		5: "\nbob\nanna@example.test\n",
	}
	err := d.Do(ctx, func(tx *db.Tx) error {
		for row, text := range texts {
			if err := tx.IndexText(ctx, "contact_search", row, text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		terms []string
		want  []int64
	}{
		{[]string{"anna.kern@example.test"}, []int64{1, 3}},
		{[]string{"\nanna.kern@example.test"}, []int64{1}},
		{[]string{"anna.kern@example"}, []int64{1, 2, 3}},
		{[]string{"anna.kern@exemple.test"}, nil},
		{[]string{"susanna.kern@example.test", "anna.kern@example.org"}, nil},
		{[]string{"anna.kern@example.org", "anna"}, []int64{2}},
		{[]string{"жанна.к@пример.example"}, []int64{4}},
		{[]string{"жанна.к@прижер.example"}, nil},
		{[]string{"anna@example.test"}, []int64{5}},
		{[]string{"@example.test"}, []int64{1, 3, 5}},
		{[]string{"anna kern@example.test"}, nil},
	} {
		text, args := d.Dialect().MatchTexts("contact_search", c.terms)
		var got []int64
		err := db.Each(ctx, d, `SELECT rowid FROM (`+text+`) AS found ORDER BY rowid`, args, func(row db.Row) error {
			var n int64
			err := row.Scan(&n)
			got = append(got, n)
			return err
		})
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%q: %s, %v", c.terms, diff, err)
		}
	}
}
