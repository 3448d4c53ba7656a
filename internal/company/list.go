package company

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/rule"
)

// Sort is an order of the list.
type Sort string

// The orders. Names rise, the others fall, unless Turned.
const (
	SortName    Sort = "name"
	SortPeople  Sort = "people"
	SortScore   Sort = "score"
	SortChanged Sort = "changed"
	SortID      Sort = "id"
)

// sorts are the columns of the orders.
var sorts = map[Sort]string{SortName: "sort_name", SortPeople: "people", SortScore: "score", SortChanged: "changed", SortID: "id"}

// Known tells whether there is such an order.
func (s Sort) Known() bool { return sorts[s] != "" }

// Filter chooses a page of the list of companies.
type Filter struct {
	// Text is words that all have to be among the values, alias:word in that field;
	// is:mine and is:unowned ask who is in charge.
	Text string
	// User is who asks, for is:mine.
	User   id.User
	Sort   Sort // by name when empty
	Turned bool
	After  string // Next or Previous of another page, empty for the first
	Offset int
	Limit  int
}

// Page is a part of the list. Next and Previous are empty at the ends.
type Page struct {
	Companies      []Company
	Next, Previous string
}

func (p place) String() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // numbers and strings always have JSON
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func readPlace(s string) (p place, err error) {
	if s == "" {
		return p, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err == nil && (p.ID == 0 || strings.ContainsRune(p.Key, 0)) {
		err = errors.New("no place")
	}
	if err != nil {
		return p, misplaced(s, err)
	}
	return p, nil
}

func (f Filter) by() Sort {
	if f.Sort.Known() {
		return f.Sort
	}
	return SortName
}

// where is what the filter asks of a company.
func (f Filter) where(ctx context.Context, q db.Q) (string, []any, error) {
	d := q.Dialect()
	conds, args := []string{"state = 0"}, []any(nil)
	var words []string
	for _, t := range terms(f.Text) {
		not := ""
		if t.not {
			not = "NOT "
		}
		switch {
		case t.name == "is" && slices.Contains([]string{"mine", "amoi", "mien"}, t.word):
			conds, args = append(conds, not+"coalesce(owner_id, 0) = ?"), append(args, int64(f.User))
		case t.name == "is" && slices.Contains([]string{"unowned", "sansproprietaire"}, t.word):
			conds = append(conds, not+"owner_id IS NULL")
		case t.name != "":
			alias, err := aliasOf(ctx, q, t.name)
			if err != nil {
				return "", nil, err
			}
			if alias == "" {
				conds = append(conds, not+"1 = 0")
				continue
			}
			value := "coalesce(" + d.JSONValue("fields", folded+alias) + ", " + d.JSONValue("fields", alias) + ", '')"
			conds, args = append(conds, not+value+` LIKE ? ESCAPE '\'`), append(args, "%"+db.EscapeLike(t.word)+"%")
			if !t.not {
				words = append(words, strings.Fields(t.word)...)
			}
		case t.not:
			conds, args = append(conds, `NOT sort_name LIKE ? ESCAPE '\'`), append(args, "%"+db.EscapeLike(t.word)+"%")
		default:
			words = append(words, t.word)
		}
	}
	long := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return utf8.RuneCountInString(w) < db.ShortestText })
	if len(long) > 0 {
		found, more := d.MatchTexts("company_search", long)
		conds, args = append(conds, d.Unindexed("id")+" IN ("+found+")"), append(args, more...)
	}
	for _, w := range words {
		if utf8.RuneCountInString(w) < db.ShortestText {
			conds, args = append(conds, `(sort_name LIKE ? ESCAPE '\' OR sort_name LIKE ? ESCAPE '\')`), append(args, db.EscapeLike(w)+"%", "% "+db.EscapeLike(w)+"%")
		}
	}
	return strings.Join(conds, " AND "), args, nil
}

// term is a word of a search, folded, with the name before its colon.
type term struct {
	name, word string
	not        bool
}

// terms are the words of a search; what stands between quotes is one.
func terms(text string) []term {
	var list []term
	quoted := false
	for _, part := range strings.FieldsFunc(text, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && (r == ' ' || r == '\u00a0' || r == '\t')
	}) {
		t := term{}
		part, t.not = strings.CutPrefix(part, "!")
		if name, rest, found := strings.Cut(part, ":"); found && !strings.HasPrefix(part, `"`) && rest != "" && !strings.HasPrefix(rest, "//") {
			t.name, part = field.Fold(name), rest
		}
		if t.word = field.Fold(strings.Trim(part, `"+%*`)); t.word != "" {
			list = append(list, t)
		}
	}
	return list
}

// aliasOf finds the field that a search means: by its alias, with or without what the
// aliases of companies begin with.
func aliasOf(ctx context.Context, q db.Q, name string) (string, error) {
	set, err := field.OfCompanies(ctx, q)
	if err != nil {
		return "", err
	}
	if words := map[string]string{"nom": "name", "ville": "city", "pays": "country", "secteur": "industry", "telephone": "phone"}; words[name] != "" {
		name = words[name]
	}
	for _, alias := range []string{name, "company" + name} {
		if f, found := set.ByAlias(alias); found && f.Published {
			return f.Alias, nil
		}
	}
	return "", nil
}

// List returns a page of companies.
func List(ctx context.Context, q db.Q, f Filter) (Page, error) {
	from, err := readPlace(f.After)
	if err != nil {
		return Page{}, err
	}
	where, args, err := f.where(ctx, q)
	if err != nil {
		return Page{}, err
	}
	sort := f.by()
	column := sorts[sort]
	order, compare := "ASC", ">"
	if (sort != SortName) != f.Turned != from.Back {
		order, compare = "DESC", "<"
	}
	sorted := column + " " + order
	if sort != SortID {
		sorted += ", id " + order
	}
	if from.ID != 0 && sort == SortID {
		where, args = where+" AND id "+compare+" ?", append(args, from.ID)
	} else if from.ID != 0 {
		var at any = from.N
		if sort == SortName {
			at = from.Key
		}
		where, args = where+" AND ("+column+", id) "+compare+" (?, ?)", append(args, at, from.ID)
	}
	var list []Company
	err = db.Each(ctx, q, `SELECT `+companyColumns+` FROM company WHERE `+where+` ORDER BY `+sorted+` LIMIT ? OFFSET ?`, append(args, f.Limit+1, f.Offset), func(row db.Row) error {
		c, err := scanCompany(row)
		list = append(list, c)
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("list companies: %w", err)
	}
	return f.page(list, from), nil
}

// page cuts off what tells that there is more, and says where to go on.
func (f Filter) page(list []Company, from place) Page {
	more := len(list) > f.Limit
	list = list[:min(len(list), f.Limit)]
	if from.Back {
		slices.Reverse(list)
	}
	p := Page{Companies: list}
	if len(list) == 0 {
		return p
	}
	at := func(c Company, back bool) string {
		one := place{Back: back, ID: int64(c.ID)}
		switch f.by() {
		case SortName:
			one.Key = field.Fold(c.Name())
		case SortPeople:
			one.N = int64(c.People)
		case SortScore:
			one.N = int64(c.Score)
		case SortChanged:
			one.N = db.Millis(c.Changed())
		}
		return one.String()
	}
	if more || from.Back {
		p.Next = at(list[len(list)-1], false)
	}
	if from.ID != 0 && (more || !from.Back) {
		p.Previous = at(list[0], true)
	}
	return p
}

// Count is the number of companies of the filter, counted no further than most.
func Count(ctx context.Context, q db.Q, f Filter, most int) (n int, err error) {
	where, args, err := f.where(ctx, q)
	if err != nil {
		return 0, err
	}
	limit := ""
	if most > 0 {
		limit, args = " LIMIT ?", append(args, most)
	}
	if err := q.QueryRow(ctx, `SELECT count(*) FROM (SELECT id FROM company WHERE `+where+limit+`) found`, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count companies: %w", err)
	}
	return n, nil
}

// Suggest lists companies whose name begins with a text, by name.
func Suggest(ctx context.Context, q db.Q, text string, limit int) ([]Company, error) {
	key := field.Fold(text)
	var list []Company
	err := db.Each(ctx, q, `SELECT `+companyColumns+` FROM company WHERE state = 0 AND sort_name >= ? AND sort_name < ? ORDER BY sort_name, id LIMIT ?`,
		[]any{key, key + "\U0010ffff", limit}, func(row db.Row) error {
			c, err := scanCompany(row)
			list = append(list, c)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("suggest companies: %w", err)
	}
	return list, nil
}

// Field is how a list of contacts is asked for a company, by its number.
func Field() rule.Field {
	return rule.Field{Type: rule.Number, Expr: "cm.company_id",
		Within: "EXISTS (SELECT 1 FROM company_member cm WHERE cm.contact_id = contact.id AND {})",
		Among:  "SELECT cm.contact_id FROM company_member cm WHERE cm.gone = 0 AND {}"}
}
