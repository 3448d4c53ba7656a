package rule_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/rule"
)

// TestOperators has the operator tables of the segments specification, sections
// 4.2, 4.3, 4.6 and 4.8: row a has values, b others, c none.
func TestOperators(t *testing.T) {
	ctx := context.Background()
	d := emptyThings(t)
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2022, 3, 5, 12, 0, 0, 0, paris)
	at := func(day string) *time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", day, paris)
		if err != nil {
			t.Fatal(err)
		}
		return &when
	}
	err = store(ctx, d, []thing{
		{text: new("elodie"), list: []string{"red", "green"}, whole: new(int64(120)), part: new(2.5), at: at("2022-02-28 00:30"), day: new("2022-02-26"), moment: new("2022-03-04 23:30:00"), tags: []string{"vip", "salon"}, flag: true},
		{text: new("100% zoe"), list: []string{"blue"}, whole: new(int64(-3)), part: new(0.0), at: at("2021-12-31 23:59"), day: new("2022-02-05"), moment: new("2021-06-01 00:00:00"), tags: []string{"salon"}},
		{},
	})
	if err != nil {
		t.Fatal(err)
	}
	catalogue := rule.Catalogue{}
	for name, f := range things {
		if f.Type == rule.Number || f.Type == rule.Day {
			f.Written = "CAST(" + f.Expr + " AS TEXT)"
		}
		catalogue[name] = f
	}
	for _, c := range []struct{ field, operator, values, want string }{
		{"text", "=", "ÉLODIE", "a"},
		{"text", "!=", "elodie", "b c"},
		{"text", "empty", "", "c"},
		{"text", "!empty", "", "a b"},
		{"text", "like", "lod", "a"},
		{"text", "like", "el%ie", "a"},
		{"text", "like", "%zoe", "b"},
		{"text", "!like", "lod", "b c"},
		{"text", "startsWith", "100%", "b"},
		{"text", "endsWith", "die", "a"},
		{"text", "contains", "% z", "b"},
		{"text", "in", "elodie|zoe", "a"},
		{"text", "!in", "elodie|zoe", "b c"},
		{"text", "regexp", "^e.*e$", "a"},
		{"text", "regexp", "É", "a b"},
		{"text", "!regexp", "^e", "b c"},
		{"text", "gt", "a", "refused"},
		{"text", "=", "", "refused"},
		{"text", "regexp", "(", "refused"},
		{"list", "in", "red|blue", "a b"},
		{"list", "all", "red|green", "a"},
		{"list", "all", "red|blue", ""},
		{"list", "!in", "red", "b c"},
		{"list", "empty", "", "c"},
		{"list", "!empty", "", "a b"},
		{"list", "=", "red", "refused"},
		{"whole", "=", "120", "a"},
		{"whole", "!=", "120", "b c"},
		{"whole", "gt", "-3", "a"},
		{"whole", "gte", "-3", "a b"},
		{"whole", "lt", "120", "b"},
		{"whole", "lte", "120,5", "a b"},
		{"whole", "between", "-3|0", "b"},
		{"whole", "!between", "-3|0", "a c"},
		{"whole", "between", "1", "refused"},
		{"whole", "empty", "", "c"},
		{"whole", "!empty", "", "a b"},
		{"whole", "like", "12%", "a"},
		{"whole", "!like", "12%", "b c"},
		{"whole", "startsWith", "-", "b"},
		{"whole", "endsWith", "20", "a"},
		{"whole", "contains", "2", "a"},
		{"whole", "regexp", `^\d+$`, "a"},
		{"whole", "!regexp", `^\d+$`, "b c"},
		{"whole", "=", "many", "refused"},
		{"whole", "=", "NaN", "refused"},
		{"whole", "in", "1", "refused"},
		{"part", "=", "2.5", "a"},
		{"part", "lt", "1", "b"},
		{"at", "=", "2022-02-28", "a"},
		{"at", "=", "last week", ""},
		{"at", "=", "this week", "a"},
		{"at", "!=", "this week", "b c"},
		{"at", "=", "2022", "a"},
		{"at", "gt", "last year", "a"},
		{"at", "gte", "last year", "a b"},
		{"at", "lt", "this week", "b"},
		{"at", "lte", "2021-12-31", "b"},
		{"at", "gte", "-5 days", "a"},
		{"at", "between", "2021-12-31|2022-02-27", "b"},
		{"at", "!between", "2021-12-31|2022-02-27", "a c"},
		{"at", "empty", "", "c"},
		{"at", "like", "2022", "refused"},
		{"at", "=", "soon", "refused"},
		{"day", "=", "-1 week", "a"},
		{"day", "=", "-1 month", "b"},
		{"day", "=", "last month", "a b"},
		{"day", "gte", "first day of last month", "a b"},
		{"day", "lt", "2022-02-26", "b"},
		{"day", "gt", "2022-02-26", ""},
		{"day", "!empty", "", "a b"},
		{"day", "like", "2022-02-2", "a"},
		{"moment", "=", "today", "a"},
		{"moment", "=", "yesterday", ""},
		{"moment", "lt", "today", "b"},
		{"tag", "in", "vip|other", "a"},
		{"tag", "!in", "vip", "b c"},
		{"tag", "!=", "vip", "b c"},
		{"tag", "empty", "", "c"},
		{"tag", "!empty", "", "a b"},
		{"flag", "=", "1", "a"},
		{"flag", "=", "non", "b c"},
		{"flag", "!=", "oui", "b c"},
		{"flag", "=", "perhaps", "refused"},
		{"flag", "empty", "", "refused"},
		{"nowhere", "=", "1", "refused"},
		{"text", "delete", "1", "refused"},
	} {
		n, err := catalogue.Ask(c.field, c.operator, strings.Split(c.values, "|"), now)
		var got []string
		if err == nil {
			var where string
			var args []any
			if where, args, err = rule.SQL(n, catalogue, d.Dialect()); err == nil {
				err = db.Each(ctx, d, "SELECT id FROM thing WHERE "+where+" ORDER BY id", args, func(row db.Row) error {
					var id int
					err := row.Scan(&id)
					got = append(got, string(rune('a'+id)))
					return err
				})
			}
		}
		if fault.Is(err, fault.KindInvalid) {
			err, got = nil, []string{"refused"}
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s %s %q: %q, %v; want %q", c.field, c.operator, c.values, got, err, c.want)
		}
	}
	for name, f := range catalogue {
		if list := f.Operators(); len(list) == 0 || slices.Contains(list, "") {
			t.Errorf("%s: %q", name, list)
		}
	}
}
