package rule_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/rule"
)

var catalogue = rule.Catalogue{
	"id":     {Type: rule.Number, Expr: "person.id", Among: "SELECT person.id FROM person WHERE {}"},
	"email":  {Expr: "person.email", Folded: true, Searched: true, Among: "SELECT person.id FROM person WHERE {}"},
	"code":   {Expr: "person.code"},
	"points": {Type: rule.Number, Expr: "person.points"},
	"seen":   {Type: rule.Time, Expr: "person.seen"},
	"known":  {Type: rule.Flag, Expr: "person.email <> ''"},
	"text":   {Expr: "(SELECT s.body FROM person_search s WHERE s.rowid = person.id)", Folded: true, Lines: true, Searched: true},
	"tag": {Expr: "t.name", Folded: true, AmongAny: true, Within: "EXISTS (SELECT 1 FROM person_tag t WHERE t.person_id = person.id AND {})",
		Among: "SELECT t.person_id FROM person_tag t WHERE {}"},
	"nothing": {Expr: "person.nothing", Folded: true, Searched: true, Never: true},
}

func index(d db.Dialect, texts []string) (string, []any) { return d.MatchTexts("person_search", texts) }

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// people: 1 complete, 2 with awkward characters, 3 with nothing at all.
func people(t *testing.T) *db.DB {
	t.Helper()
	ctx := context.Background()
	d := dbtest.Open(t)
	text := "TEXT"
	search := "CREATE VIRTUAL TABLE person_search USING fts5(body, tokenize = 'trigram')"
	if d.Dialect() == db.Postgres {
		text = `TEXT COLLATE "C"`
		search = `CREATE TABLE person_search (rowid BIGINT PRIMARY KEY, body TEXT COLLATE "C" NOT NULL)`
	}
	err := d.Do(ctx, func(tx *db.Tx) error {
		for _, s := range []string{
			"CREATE TABLE person (id BIGINT PRIMARY KEY, email " + text + ", code " + text + ", points INTEGER, seen BIGINT)",
			"CREATE TABLE person_tag (person_id BIGINT, name " + text + ", PRIMARY KEY (person_id, name))",
			search,
		} {
			if _, err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		if err := tx.Insert(ctx, "person", []string{"id", "email", "code", "points", "seen"}, [][]any{
			{1, "jean.dupont@acme.fr", "A_1", 10, db.Millis(noon)},
			{2, `first-last@x%y\z.fr`, `50%\_`, 0, db.Millis(noon.Add(time.Hour))},
			{3, nil, nil, nil, nil},
		}); err != nil {
			return err
		}
		if err := tx.Insert(ctx, "person_search", []string{"rowid", "body"}, [][]any{
			{1, marked("\njean\ndupont\njean dupont\nacme\njean.dupont@acme.fr\n")},
			{2, marked("\n100% \"sure\"\nfirst_last\nfirst-last@x%y\\z.fr\n")},
		}); err != nil {
			return err
		}
		return tx.Insert(ctx, "person_tag", []string{"person_id", "name"}, [][]any{{1, "vip"}, {1, "salon"}, {2, "salon"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func marked(body string) string { return body + rule.Beginnings(body) + "\n" }

func ask(t interface{ Fatal(...any) }, d *db.DB, n rule.Node) []int64 {
	where, args, err := rule.SQL(n, catalogue, d.Dialect())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := d.Query(context.Background(), "SELECT id FROM person WHERE "+where+" ORDER BY id", args...)
	if err != nil {
		t.Fatal(where, err)
	}
	defer rows.Close()
	ids := []int64{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestSQL(t *testing.T) {
	d := people(t)
	cond := func(field string, op rule.Op, value any) rule.Node {
		return rule.Cond{Field: field, Op: op, Value: value}
	}
	for _, c := range []struct {
		name string
		node rule.Node
		want []int64
	}{
		{"nothing asked", nil, []int64{1, 2, 3}},
		{"all of none", rule.All{}, []int64{1, 2, 3}},
		{"any of none", rule.Any{}, []int64{}},
		{"equal folds", cond("email", rule.Equal, "  Jéan.Dupont@ACME.fr"), []int64{1}},
		{"equal exact", cond("code", rule.Equal, "a_1"), []int64{}},
		{"not equal holds for the absent", rule.Not{Node: cond("email", rule.Equal, "jean.dupont@acme.fr")}, []int64{2, 3}},
		{"starts", cond("email", rule.StartsWith, "Jean"), []int64{1}},
		{"starts with a whole text", cond("code", rule.StartsWith, "A_1"), []int64{1}},
		{"starts with an underscore", cond("email", rule.StartsWith, "first_last"), []int64{}},
		{"contains a percent sign", cond("email", rule.Contains, `x%y`), []int64{2}},
		{"contains a backslash", cond("email", rule.Contains, `y\z`), []int64{2}},
		{"contains an underscore", cond("email", rule.Contains, "_"), []int64{}},
		{"not containing holds for the absent", rule.Not{Node: cond("email", rule.Contains, "acme")}, []int64{2, 3}},
		{"wildcard", cond("email", rule.Like, "%@acme%"), []int64{1}},
		{"wildcard in the middle", cond("email", rule.Like, "jean%%fr"), []int64{1}},
		{"percent sign and wildcard", cond("code", rule.Like, `50\%%`), []int64{2}},
		{"literal percent sign only", cond("code", rule.Like, `50\%`), []int64{}},
		{"literal backslash and wildcard", cond("code", rule.Like, `50\%\\%`), []int64{2}},
		{"any text", cond("code", rule.Like, "%"), []int64{1, 2}},
		{"empty text equals nothing", cond("email", rule.Equal, " \x00"), []int64{}},
		{"broken text", cond("email", rule.Contains, "acm\xffe"), []int64{1}},
		{"one of", cond("code", rule.In, []string{"A_1", "B"}), []int64{1}},
		{"lines contain", cond("text", rule.Contains, "Dupon"), []int64{1}},
		{"two letters begin a word", cond("text", rule.Contains, "du"), []int64{1}},
		{"two letters within a word", cond("text", rule.Contains, "up"), []int64{}},
		{"one letter begins a word", cond("text", rule.Contains, "L"), []int64{2}},
		{"a sign anywhere", cond("text", rule.Contains, "%"), []int64{2}},
		{"never", cond("nothing", rule.Contains, "x"), []int64{}},
		{"not what never is", rule.Not{Node: cond("nothing", rule.Equal, "x")}, []int64{1, 2, 3}},
		{"wildcard after a beginning", cond("email", rule.Like, "Jean%FR"), []int64{1}},
		{"wildcard after another beginning", cond("email", rule.Like, "ean%"), []int64{}},
		{"lines contain two words", cond("text", rule.Contains, "Jean  Dupont"), []int64{1}},
		{"lines equal", cond("text", rule.Equal, "jean"), []int64{1}},
		{"lines equal a part", cond("text", rule.Equal, "jea"), []int64{}},
		{"lines start", cond("text", rule.StartsWith, "dup"), []int64{1}},
		{"lines start in the middle", cond("text", rule.StartsWith, "upo"), []int64{}},
		{"lines like", cond("text", rule.Like, "%me"), []int64{1}},
		{"lines contain quotes", cond("text", rule.Contains, `"sure`), []int64{2}},
		{"lines contain a percent sign", cond("text", rule.Contains, `0% "`), []int64{2}},
		{"lines not containing holds for the absent", rule.Not{Node: cond("text", rule.Contains, "dupont")}, []int64{2, 3}},
		{"within", cond("tag", rule.StartsWith, "sal"), []int64{1, 2}},
		{"within, two rows", rule.All{cond("tag", rule.Equal, "vip"), cond("tag", rule.Equal, "salon")}, []int64{1}},
		{"not within", rule.Not{Node: cond("tag", rule.Equal, "vip")}, []int64{2, 3}},
		{"present", cond("email", rule.Present, nil), []int64{1, 2}},
		{"flag", cond("known", rule.Is, nil), []int64{1, 2}},
		{"not flag", rule.Not{Node: cond("known", rule.Is, nil)}, []int64{3}},
		{"number", cond("points", rule.GreaterOrEqual, int64(10)), []int64{1}},
		{"number out of the column's range", cond("points", rule.Less, int64(1)<<40), []int64{1, 2}},
		{"numbers", cond("id", rule.In, []int64{1, 3, 1 << 60}), []int64{1, 3}},
		{"no numbers", cond("id", rule.In, []int64{}), []int64{}},
		{"not a number", rule.Not{Node: cond("points", rule.Equal, int64(0))}, []int64{1, 3}},
		{"time", cond("seen", rule.Greater, noon), []int64{2}},
		{"de Morgan", rule.Not{Node: rule.Any{cond("email", rule.Contains, "jean"), cond("points", rule.Equal, int64(0))}}, []int64{3}},
		{"twice not", rule.Not{Node: rule.Not{Node: cond("email", rule.Contains, "jean")}}, []int64{1}},
	} {
		if got := ask(t, d, c.node); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	deep := rule.Node(rule.All{})
	for range 70 {
		deep = rule.Not{Node: deep}
	}
	many := rule.Any{}
	for range 501 {
		many = append(many, rule.Cond{Field: "known", Op: rule.Is})
	}
	for name, n := range map[string]rule.Node{
		"unknown field":    rule.Cond{Field: "password; DROP TABLE person", Op: rule.Equal, Value: "x"},
		"unknown question": rule.Cond{Field: "email", Op: "rhymes", Value: "x"},
		"text of a number": rule.Cond{Field: "points", Op: rule.Equal, Value: "10"},
		"number of a text": rule.Cond{Field: "email", Op: rule.Equal, Value: int64(1)},
		"flag of a text":   rule.Cond{Field: "email", Op: rule.Is},
		"text of a flag":   rule.Cond{Field: "known", Op: rule.Equal, Value: "x"},
		"order of lines":   rule.Cond{Field: "text", Op: rule.Less, Value: "x"},
		"no value":         rule.Cond{Field: "email", Op: rule.Equal},
		"too deep":         deep,
		"too many":         many,
		"order of nothing": rule.Cond{Field: "nothing", Op: rule.Is},
	} {
		if _, _, err := rule.SQL(n, catalogue, db.SQLite); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTextNeverReachesSQL(t *testing.T) {
	const evil = `'); DROP TABLE person; --`
	for _, op := range []rule.Op{rule.Equal, rule.StartsWith, rule.Contains, rule.Like} {
		where, args, err := rule.SQL(rule.Cond{Field: "text", Op: op, Value: evil}, catalogue, db.Postgres)
		if err == nil && strings.Contains(strings.ToLower(where), "drop") || strings.Count(where, "?") != len(args) {
			t.Errorf("%s: %s %v %v", op, where, args, err)
		}
	}
}

// trees draws trees over the catalogue with values taken from the rows and from nowhere.
func trees(depth int) *rapid.Generator[rule.Node] {
	return rapid.Custom(func(t *rapid.T) rule.Node {
		kind := rapid.IntRange(0, 5).Draw(t, "kind")
		if depth == 0 || kind > 2 {
			return leaf(t)
		}
		nodes := rapid.SliceOfN(trees(depth-1), 0, 3)
		switch kind {
		case 0:
			return rule.All(nodes.Draw(t, "all"))
		case 1:
			return rule.Any(nodes.Draw(t, "any"))
		}
		return rule.Not{Node: trees(depth-1).Draw(t, "not")}
	})
}

func leaf(t *rapid.T) rule.Node {
	name := rapid.SampledFrom([]string{"email", "code", "text", "tag", "points", "known", "nothing", "id"}).Draw(t, "field")
	switch name {
	case "points", "id":
		return rule.Cond{Field: name, Op: rapid.SampledFrom([]rule.Op{rule.Equal, rule.Less}).Draw(t, "op"), Value: rapid.Int64Range(-1, 11).Draw(t, "number")}
	case "known":
		return rule.Cond{Field: name, Op: rule.Is}
	}
	op := rapid.SampledFrom([]rule.Op{rule.Equal, rule.StartsWith, rule.Contains, rule.Like, rule.Present}).Draw(t, "op")
	text := rapid.OneOf(rapid.SampledFrom([]string{"jean", "acme", "%", `\`, "_", "%l%", "vip", "salon", `"`, "'", "j", "du", "dup", "first", "last%", "x%"}), rapid.String())
	return rule.Cond{Field: name, Op: op, Value: text.Draw(t, "text")}
}

func TestEachRowMatchesTheTreeOrItsNegation(t *testing.T) {
	d := people(t)
	rapid.Check(t, func(t *rapid.T) {
		n := trees(3).Draw(t, "tree")
		got := append(ask(t, d, n), ask(t, d, rule.Not{Node: n})...)
		slices.Sort(got)
		if diff := cmp.Diff([]int64{1, 2, 3}, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// What an index finds are all rows that match, and no others where it says so.
func TestCandidatesAreAllThatMatch(t *testing.T) {
	d := people(t)
	some, exact := 0, 0
	check := func(t interface {
		Fatal(...any)
		Fatalf(string, ...any)
	}, n rule.Node) {
		matching := ask(t, d, n)
		for _, s := range rule.Candidates(n, catalogue, index, d.Dialect()) {
			found := map[int64]bool{}
			err := db.Each(context.Background(), d, s.Text, s.Args, func(row db.Row) error {
				var id int64
				err := row.Scan(&id)
				found[id] = true
				return err
			})
			if err != nil {
				t.Fatal(s.Text, s.Args, err)
			}
			for _, id := range matching {
				if !found[id] {
					t.Fatalf("%s %q misses %d", s.Text, s.Args, id)
				}
			}
			if some++; s.Exact {
				if exact++; len(found) != len(matching) {
					t.Fatalf("%s %q finds %v, want %v", s.Text, s.Args, found, matching)
				}
			}
		}
	}
	for _, text := range []string{"jean", "ean dup", "du", "j", "l", "zq", `"sure`, "dupont@"} {
		check(t, rule.Cond{Field: "text", Op: rule.Contains, Value: text})
		check(t, rule.All{rule.Cond{Field: "text", Op: rule.Contains, Value: text}, rule.Cond{Field: "text", Op: rule.Contains, Value: "jean"}})
	}
	rapid.Check(t, func(t *rapid.T) { check(t, trees(3).Draw(t, "tree")) })
	if some < 20 || exact < 10 {
		t.Errorf("%d selections, %d of them exact", some, exact)
	}
}

func TestCandidates(t *testing.T) {
	cond := func(field string, op rule.Op, value any) rule.Node {
		return rule.Cond{Field: field, Op: op, Value: value}
	}
	for _, c := range []struct {
		name string
		node rule.Node
		want int
	}{
		{"everything", rule.All{}, 0},
		{"nothing of none", rule.Any{}, 0},
		{"text", cond("text", rule.Contains, "dupont"), 1},
		{"one letter", cond("text", rule.Contains, "d"), 1},
		{"a sign", cond("text", rule.Contains, "@"), 0},
		{"two words, one look", rule.All{cond("text", rule.Contains, "jean"), cond("text", rule.Contains, "dupont")}, 1},
		{"word and tag", rule.All{cond("text", rule.Contains, "jean"), cond("tag", rule.Equal, "vip")}, 2},
		{"either", rule.Any{cond("text", rule.Contains, "jean"), cond("tag", rule.Equal, "vip")}, 1},
		{"either, one without", rule.Any{cond("text", rule.Contains, "jean"), cond("code", rule.Equal, "A_1")}, 0},
		{"not", rule.Not{Node: cond("text", rule.Contains, "jean")}, 0},
		{"equal by its own index", cond("email", rule.Equal, "x@y.z"), 1},
		{"contained by the text's", cond("email", rule.Contains, "@acme"), 1},
		{"with a wildcard", cond("email", rule.Like, "%acme%"), 1},
		{"a range, one look", rule.All{cond("id", rule.GreaterOrEqual, int64(2)), cond("known", rule.Is, nil), cond("id", rule.Less, int64(9))}, 1},
		{"two of several values", rule.All{cond("tag", rule.GreaterOrEqual, "salon"), cond("tag", rule.LessOrEqual, "vip")}, 2},
		{"flag", cond("known", rule.Is, nil), 0},
		{"never", cond("nothing", rule.Equal, "jean"), 0},
	} {
		for _, d := range []db.Dialect{db.SQLite, db.Postgres} {
			list := rule.Candidates(c.node, catalogue, index, d)
			if len(list) != c.want {
				t.Errorf("%s: %d selections, want %d: %+v", c.name, len(list), c.want, list)
			}
			for _, s := range list {
				if strings.Count(s.Text, "?") != len(s.Args) {
					t.Errorf("%s: %+v", c.name, s)
				}
			}
		}
	}
}
