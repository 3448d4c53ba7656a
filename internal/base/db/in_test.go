package db_test

import (
	"fmt"
	"slices"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
)

// Lists find the same whether they are short or long, and whatever the texts hold.
func TestInLists(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), dbtest.Open(t)
	odd := []string{"plain", `"quoted"`, `back\slash`, "<b>&", "é\u2028ligne", "tab\tnew\nline", "💚"}
	if d.Dialect() == db.SQLite {
		odd = append(odd, "null\x00byte", "broken\xff") // PostgreSQL takes neither
	}
	err := d.Do(ctx, func(tx *db.Tx) error {
		var rows [][]any
		for i, s := range odd {
			rows = append(rows, []any{s, int64(1000 + i)})
		}
		for i := range 100 {
			rows = append(rows, []any{fmt.Sprint("word ", i), int64(i)})
		}
		return tx.Insert(ctx, "ip_address", []string{"address", "id"}, rows)
	})
	if err != nil {
		t.Fatal(err)
	}
	find := func(where string, args []any) (found []string) {
		t.Helper()
		err := db.Each(ctx, d, `SELECT address FROM ip_address WHERE `+where, args, func(row db.Row) error {
			var s string
			err := row.Scan(&s)
			found = append(found, s)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(found)
		return found
	}
	for _, filling := range []int{0, 5, 50} {
		texts, numbers := slices.Clone(odd), []int64{}
		for i := range odd {
			numbers = append(numbers, int64(1000+i))
		}
		for i := range filling {
			texts, numbers = append(texts, fmt.Sprint("word ", i)), append(numbers, int64(i))
		}
		want := slices.Sorted(slices.Values(texts))
		if found := find(db.InTexts(d.Dialect(), "address", append(texts, "not there"))); !slices.Equal(found, want) {
			t.Errorf("%d more: texts %q, want %q", filling, found, want)
		}
		if found := find(db.InIDs(d.Dialect(), "id", append(numbers, 77777))); !slices.Equal(found, want) {
			t.Errorf("%d more: numbers find %q, want %q", filling, found, want)
		}
	}
	if found := find(db.InTexts(d.Dialect(), "address", nil)); len(found) > 0 {
		t.Errorf("nothing finds %q", found)
	}
}
