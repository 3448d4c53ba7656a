package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/rule"
	"ariane/internal/search"
)

var catalogue = rule.Catalogue{
	"anonymous": {Type: rule.Flag, Expr: "p.known = 0"},
	"id":        {Type: rule.Number, Expr: "p.id"},
	"text":      {Expr: "p.body", Folded: true, Lines: true},
	"email":     {Expr: "p.email", Folded: true},
	"firstname": {Expr: "p.firstname", Folded: true},
	"lastname":  {Expr: "p.lastname", Folded: true},
	"company":   {Expr: "p.company", Folded: true},
	"ip":        {Expr: "i.address", Within: "EXISTS (SELECT 1 FROM address i WHERE i.person = p.id AND {})"},
}

type person struct{ name, first, last, email, company, city, ip string }

// people are those of the worked examples: A, B, the visitor C, D without last name.
var people = []person{
	{"A", "Jean", "Dupont", "jean.dupont@acme.fr", "Acme", "Lyon", ""},
	{"B", "Paul", "Martin", "paul_m@beta.ca", "Beta", "Montréal", ""},
	{"C", "", "", "", "", "", "88.12.3.4"},
	{"D", "Jeanne", "", "", "100% \\ Zoé", "", "2001:db8::7"},
}

func open(t *testing.T) *db.DB {
	t.Helper()
	ctx := context.Background()
	d := dbtest.Open(t)
	text := "TEXT"
	if d.Dialect() == db.Postgres {
		text = `TEXT COLLATE "C"`
	}
	orNull := func(s string) any {
		if s == "" {
			return nil
		}
		return field.Fold(s)
	}
	err := d.Do(ctx, func(tx *db.Tx) error {
		create := strings.ReplaceAll("CREATE TABLE person (id BIGINT PRIMARY KEY, known INTEGER, name TEXT_, body TEXT_, email TEXT_, firstname TEXT_, lastname TEXT_, company TEXT_)", "TEXT_", text)
		if _, err := tx.Exec(ctx, create); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "CREATE TABLE address (person BIGINT, address "+text+")"); err != nil {
			return err
		}
		for i, p := range people {
			known, lines := 0, "\n"
			for _, s := range []string{p.first, p.last, p.first + " " + p.last, p.email, p.company, p.city} {
				if s = field.Fold(s); s != "" {
					known = 1
					lines += s + "\n"
				}
			}
			err := tx.Insert(ctx, "person", []string{"id", "known", "name", "body", "email", "firstname", "lastname", "company"},
				[][]any{{i + 1, known, p.name, lines, orNull(p.email), orNull(p.first), orNull(p.last), orNull(p.company)}})
			if err == nil && p.ip != "" {
				err = tx.Insert(ctx, "address", []string{"person", "address"}, [][]any{{i + 1, p.ip}})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var words = search.Language{}

func parse(text string) (search.Query, error) {
	return words.Parse(context.Background(), text, search.Who{Now: time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)})
}

// list answers a search as a list does: visitors are hidden unless it speaks about them.
func list(d *db.DB, text string) (string, error) {
	q, err := parse(text)
	if err != nil {
		return "", err
	}
	if !q.Anonymous {
		q.Where = rule.All{q.Where, rule.Not{Node: rule.Cond{Field: "anonymous", Op: rule.Is}}}
	}
	return names(d, q.Where)
}

func names(d *db.DB, n rule.Node) (string, error) {
	where, args, err := rule.SQL(n, catalogue, d.Dialect())
	if err != nil {
		return "", err
	}
	rows, err := d.Query(context.Background(), "SELECT p.name FROM person p WHERE "+where+" ORDER BY p.id", args...)
	if err != nil {
		return "", fmt.Errorf("%s: %w", where, err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return "", err
		}
		found = append(found, name)
	}
	return strings.Join(found, " "), rows.Err()
}

func TestSearch(t *testing.T) {
	d := open(t)
	for _, c := range []struct{ text, want string }{
		{"", "A B D"},
		{"is:anonymous", "C"},
		{"est:anonyme", "C"},
		{"EST:Anonyme", "C"},
		{"!is:anonymous", "A B D"},
		{"is:identified", "A B D"},
		{`"is:anonymous"`, ""},
		{"is:anonymous or jean", "A C D"},
		{"ip:88.12 is:anonymous", "C"},
		{"is:anonymous 88.12", "C"},
		{"is:anonymous 88.13", ""},
		{"ip:88.12", ""},
		{"ip:+2001:db8::7", "D"},
		{"2001:db8", "D"},
		{"jean", "A D"},
		{"+jean", "A"},
		{`"jean dupont"`, "A"},
		{"jean dupont", "A"},
		{"dupont and jean", "A"},
		{"jean or montreal", "A B D"},
		{"JEAN OU montreal", "A B D"},
		{"jean ou montreal", ""},
		{"jean ET dupont", "A"},
		{"(jean or montréal)", "A B D"},
		{"dupont or paul jeanne", "A"},
		{"(dupont or paul) beta", "B"},
		{"!(jean or paul)", ""},
		{"!jean", "B"},
		{"!(!jean)", "A D"},
		{"email:%@acme.fr", "A"},
		{"email:acme", ""},
		{"email:(jean OR paul)", "A B"},
		{"email:!jean", "B D"},
		{"!email:jean", "B D"},
		{"email:+jean.dupont@acme.fr", "A"},
		{"email:+jean", ""},
		{"email:+!jean.dupont@acme.fr", "B D"},
		{"email:paul_m", "B"},
		{"email:pau__m", ""},
		{"name:jean", "A D"},
		{"nom:mart", "B"},
		{"!name:jean", "B"},
		{"société:acme", "A"},
		{"societe:acme", "A"},
		{"Company:ac", "A"},
		{`company:"100% \"`, "D"},
		{`company:100\%`, "D"},
		{`company:+100%`, "D"},
		{`100\%`, "D"},
		{`"\ zoe"`, "D"},
		{"%dupont%", "A"},
		{"%pont", "A"},
		{"%upon", ""},
		{"ids:1,4", "A D"},
		{"!ids:1,4", "B"},
		{"ids:x", ""},
		{"foo:", "A B D"},
		{"email:", "A B D"},
		{"()", "A B D"},
		{"or and OR", "A B D"},
		{"or jean or", "A D"},
		{"https://acme.fr/a", ""},
		{"(email:)", "A B D"},
		{"'; DROP TABLE person; --", ""},
		{"jean\x00 \xff dupont", "A"},
	} {
		got, err := list(d, c.text)
		if err != nil || got != c.want {
			t.Errorf("%s: %q (%v), want %q", c.text, got, err, c.want)
		}
	}
}

func TestHints(t *testing.T) {
	for text, want := range map[string]string{
		"email:x":           "",
		"foo:bar":           "There is no command foo: it was searched as text.",
		"emial:x":           "There is no command emial: it was searched as text. Did you mean email?",
		"is:lost":           "There is no command is:lost: it was searched as text.",
		"points:many":       "points takes a number: points:50, points:>50 or points:10..20. It was searched as text.",
		"créé:soon":         "created takes a date: created:2026-03, created:<30d for the last 30 days, or created:2026-01-01..2026-03-31. It was searched as text.",
		"https://acme.fr":   "",
		"fe80::1":           "",
		`"foo:bar"`:         "",
		`!comapny:"a b" ok`: "There is no command comapny: it was searched as text. Did you mean company?",
	} {
		q, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range q.Hints {
			got = append(got, h.English())
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestFaultsNameThePlace(t *testing.T) {
	for text, want := range map[string]string{
		`é "two words`:                 "The quote at character 3 is not closed.",
		"a (b":                         "The bracket at character 3 is not closed.",
		"email:(b":                     "The bracket at character 7 is not closed.",
		"a) b":                         "The bracket at character 2 was never opened.",
		strings.Repeat("(", 11):        "Too many brackets inside one another at character 11: at most 10.",
		strings.Repeat("a ", 51):       "Too many words at character 101: at most 50.",
		strings.Repeat("é", 1001):      "This search is too long: at most 1000 characters.",
		strings.Repeat("!", 999) + ")": "The bracket at character 1000 was never opened.",
	} {
		_, err := parse(text)
		f, ok := fault.Of(err)
		if !ok || f.Kind != fault.KindInvalid {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := f.Message().English(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestDeepestSearchCompiles(t *testing.T) {
	text := strings.Repeat("!(a or b name:c !", 10) + "x" + strings.Repeat(")", 10)
	q, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := rule.SQL(q.Where, catalogue, db.SQLite); err != nil {
		t.Fatal(err)
	}
}

var pieces = []string{"jean", "dupont", "paul", "acme", "%", "_", `\%`, "88.12", "is:anonymous", "email:", "name:je", "ids:1,2", "foo:bar",
	"(", ")", "!", "+", `"`, "or", "and", "OU", "ET", ":", "'", "é", "\x00", " ", "  "}

func texts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.String()), 0, 12).Draw(t, "pieces"),
			rapid.SampledFrom([]string{"", " "}).Draw(t, "separator"))
	})
}

// TestAnyTextIsAnsweredOrRefused also checks that q and !(q) share no row and
// leave none out, that brackets around q change nothing, and that spaces do not.
func TestAnyTextIsAnsweredOrRefused(t *testing.T) {
	d := open(t)
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		q, err := parse(text)
		if fault.Is(err, fault.KindInvalid) {
			return
		}
		ask := func(n rule.Node) string {
			got, err := names(d, n)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		yes, no := ask(q.Where), ask(rule.Not{Node: q.Where})
		both := slices.Sorted(slices.Values(strings.Fields(yes + " " + no)))
		if diff := cmp.Diff([]string{"A", "B", "C", "D"}, both); diff != "" {
			t.Fatal(diff)
		}
		for _, same := range []string{"(" + text + ")", "  " + strings.ReplaceAll(text, " ", "   ") + " "} {
			again, err := parse(same)
			if fault.Is(err, fault.KindInvalid) {
				continue // too long or too deep by now
			}
			if got := ask(again.Where); got != yes && !strings.Contains(text, `"`) {
				t.Fatalf("%q finds %q, %q finds %q", text, yes, same, got)
			}
		}
	})
}

func TestOrderOfWordsIsIndifferent(t *testing.T) {
	d := open(t)
	words := rapid.SampledFrom([]string{"jean", "!jean", "dupont", "email:paul", "!email:jean", "(paul or jean)", "is:anonymous", "!ids:4"})
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(words, 1, 5).Draw(t, "words")
		mixed := rapid.Permutation(list).Draw(t, "mixed")
		var got []string
		for _, text := range []string{strings.Join(list, " "), strings.Join(mixed, " AND ")} {
			q, err := parse(text)
			if err != nil {
				t.Fatal(err)
			}
			found, err := names(d, q.Where)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, found)
		}
		if got[0] != got[1] {
			t.Fatalf("%v finds %q, %v finds %q", list, got[0], mixed, got[1])
		}
	})
}

func TestHintWhereNotAllPageViewsWereLookedThrough(t *testing.T) {
	l := search.Language{Hits: func(context.Context, []search.Hit, bool) ([]int64, bool, error) { return []int64{1}, false, nil }}
	q, err := l.Parse(t.Context(), "visited:/a utm_term:b", search.Who{})
	if err != nil || len(q.Hints) != 1 || !strings.HasPrefix(q.Hints[0].English(), "Page views were looked through") {
		t.Fatal(q.Hints, err)
	}
}
