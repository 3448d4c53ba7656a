package contact

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/rule"
)

// Sort is the order of a list.
type Sort string

// The orders of the list. Only SortLastActive and SortID order visitors; the
// others leave them in the order of SortID.
const (
	SortLastActive Sort = "last_active"
	SortName       Sort = "name"
	SortCompany    Sort = "company"
	SortEmail      Sort = "email"
	SortPlace      Sort = "place"
	SortPoints     Sort = "points"
	SortAdded      Sort = "date_added"
	SortIdentified Sort = "date_identified"
	SortID         Sort = "id"
)

// sortColumns are the indexed columns behind each order, textSorts those that hold
// text. Values of blankSorts may be missing.
var (
	sortColumns = map[Sort]string{SortLastActive: "active.last_active", SortName: "contact.sort_name", SortCompany: "contact.company",
		SortEmail: "contact.email", SortPlace: "contact.place", SortPoints: "contact.points", SortAdded: "contact.added", SortIdentified: "contact.identified", SortID: "contact.id"}
	textSorts  = []Sort{SortName, SortCompany, SortEmail, SortPlace}
	blankSorts = []Sort{SortCompany, SortEmail, SortPlace}
)

// Sorts lists the orders there are.
func Sorts() []Sort {
	return []Sort{SortLastActive, SortName, SortCompany, SortEmail, SortPlace, SortPoints, SortAdded, SortIdentified, SortID}
}

// Filter says which contacts to list, and in which order.
type Filter struct {
	// Where is the condition, everything when nil.
	Where rule.Node
	// Anonymous lets anonymous contacts appear where Where allows them. Without
	// it only known contacts do.
	Anonymous bool
	// Also is what may be asked beside the fields of a contact.
	Also rule.Catalogue
	Sort Sort // SortLastActive when empty
	Asc  bool
	// BlankLast puts those without a text to sort by at the end, whichever the
	// direction. Otherwise they come where an empty text does.
	BlankLast bool
	// After is the Next or Previous of a Page. Offset is for callers that
	// cannot keep one; it costs in proportion.
	After  string
	Offset int
	Limit  int
	// CountTo is up to how many are counted for Page.Found; fewer where that takes
	// long.
	CountTo int

	fields *field.Set // that there are; the standard ones when nil
}

// with is the filter with the fields that there are.
func (f Filter) with(ctx context.Context, q db.Q) (Filter, error) {
	set, err := field.Of(ctx, q)
	f.fields = set
	return f, err
}

// Page is a part of a list. Next and Previous lead to its neighbours, empty
// when there is none.
type Page struct {
	Contacts       []Contact
	Next, Previous string
	// Found is how many there are on all pages: at least, unless it is Exact. It is
	// zero where nobody asked for it with CountTo.
	Found int
	Exact bool
}

// cursor is a place in a list: beside the row with these values.
type cursor struct {
	Value any   `json:"v"`
	ID    int64 `json:"i"`
	Group int   `json:"g,omitempty"` // see mixedStatement
	Back  bool  `json:"b,omitempty"`
}

func (c cursor) encode() string {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // numbers and strings always have JSON
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func decodeCursor(s string, text bool) (cursor, error) {
	var c struct {
		Value json.RawMessage `json:"v"`
		ID    int64           `json:"i"`
		Group int             `json:"g"`
		Back  bool            `json:"b"`
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	got := cursor{ID: c.ID, Group: c.Group, Back: c.Back}
	if err == nil && text {
		var v string
		err = json.Unmarshal(c.Value, &v)
		got.Value = v
	} else if err == nil {
		var v int64
		err = json.Unmarshal(c.Value, &v)
		got.Value = v
	}
	if err != nil || text && strings.ContainsRune(got.Value.(string), 0) {
		return got, fault.Invalid(fault.Fields{"after": fault.Say("contact.bad_cursor|This page of the list does not exist.")})
	}
	return got, nil
}

// catalogue is what a condition may ask about a contact of a state. Visitors have
// no values that tell who somebody is.
func catalogue(state string, set *field.Set, d db.Dialect) rule.Catalogue {
	never := state == "= 0"
	known := func(column string) rule.Field {
		return rule.Field{Type: rule.Text, Expr: "contact." + column, Folded: true, Searched: true, Never: never}
	}
	indexed := func(column string) rule.Field {
		f := known(column)
		f.Among = "SELECT contact.id FROM contact WHERE contact.state = 1 AND {}"
		return f
	}
	all := customCatalogue(set, d, never)
	maps.Copy(all, figures(state))
	maps.Copy(all, rule.Catalogue{
		"anonymous": {Type: rule.Flag, Expr: "contact.state = 0"},
		"text":      {Type: rule.Text, Expr: "(SELECT s.body FROM contact_search s WHERE s.rowid = contact.id)", Folded: true, Lines: true, Searched: true, Never: never},
		"firstname": indexed("firstname"),
		"lastname":  indexed("lastname"),
		"company":   indexed("company"),
		"email":     indexed("email"),
		"ip": {Type: rule.Text, Expr: "a.address", AmongAny: true,
			Within: "EXISTS (SELECT 1 FROM contact_ip i JOIN ip_address a ON a.id = i.ip_id WHERE i.contact_id = contact.id AND {})",
			Among:  "SELECT i.contact_id FROM ip_address a JOIN contact_ip i ON i.ip_id = a.id WHERE {}",
			Values: "SELECT 1 FROM ip_address a WHERE {}"},
		"id": {Type: rule.Number, Expr: "contact.id", Among: "SELECT contact.id FROM contact WHERE {}"},
	})
	return all
}

// searched is how the texts of contacts are found.
func searched(d db.Dialect, texts []string) (string, []any) {
	return d.MatchTexts("contact_search", texts)
}

// searchedAmong is how they are found among the first contacts.
func searchedAmong(contacts int) rule.Index {
	return func(d db.Dialect, texts []string) (string, []any) {
		return d.MatchTextsAmong("contact_search", contacts, texts)
	}
}

// catalogue is what the filter's condition may ask.
func (f Filter) catalogue(state string, d db.Dialect) rule.Catalogue {
	set := f.fields
	if set == nil {
		set = field.Standard()
	}
	asked := catalogue(state, set, d)
	maps.Copy(asked, f.Also)
	return asked
}

// query is a list in SQL: FROM and WHERE with the arguments, and the column of
// the order.
type query struct {
	from  string
	where []string
	args  []any
	sort  Sort
}

// plan chooses the state that the list is about, so that the index of its order
// serves it, and the order that the state has an index for.
func plan(f Filter, d db.Dialect) (query, error) {
	state, rest := standing(f)
	return planState(f, state, rest, d)
}

func planState(f Filter, state string, rest rule.Node, d db.Dialect) (query, error) {
	q := query{sort: f.Sort}
	if q.sort == "" {
		q.sort = SortLastActive
	}
	if _, ok := sortColumns[q.sort]; !ok {
		return q, fault.Invalid(fault.Fields{"sort": fault.Say("contact.bad_sort|Contacts cannot be sorted by %s.", string(q.sort))})
	}
	if state != "= 1" && q.sort != SortLastActive || state == mixed {
		q.sort = SortID
	}
	q.from = "contact LEFT JOIN contact_active active ON active.contact_id = contact.id"
	if q.sort == SortLastActive {
		q.from = "contact_active active JOIN contact ON contact.id = active.contact_id"
		q.where = append(q.where, "active.state "+state)
	}
	q.where = append(q.where, "contact.state "+state)
	where, args, err := rule.SQL(rest, f.catalogue(state, d), d)
	if err != nil {
		return q, err
	}
	// What needs nothing else of a contact is asked before that is read.
	q.where, q.args = append(q.where, ownID.ReplaceAllLiteralString(where, q.id())), args
	return q, nil
}

var ownID = regexp.MustCompile(`\bcontact\.id\b`)

const mixed = "IN (0, 1)"

// standing takes the condition on anonymity out of a filter when it holds for
// the whole list.
func standing(f Filter) (state string, rest rule.Node) {
	if !f.Anonymous {
		return "= 1", f.Where
	}
	anonymous := func(n rule.Node) bool { c, ok := n.(rule.Cond); return ok && c.Field == "anonymous" }
	nodes, ok := f.Where.(rule.All)
	if !ok {
		nodes = rule.All{f.Where}
	}
	if i := slices.IndexFunc(nodes, anonymous); i >= 0 {
		return "= 0", slices.Delete(slices.Clone(nodes), i, i+1)
	}
	known := func(n rule.Node) bool { c, ok := n.(rule.Not); return ok && anonymous(c.Node) }
	if i := slices.IndexFunc(nodes, known); i >= 0 {
		return "= 1", slices.Delete(slices.Clone(nodes), i, i+1)
	}
	return mixed, f.Where
}

// statement is the SQL of a page of the list. back tells that it reads
// backwards.
func statement(f Filter, d db.Dialect) (text string, args []any, back bool, err error) {
	p, err := plan(f, d)
	if err != nil {
		return "", nil, false, err
	}
	state, _ := standing(f)
	if state == mixed && f.Sort != SortID && f.Sort != SortAdded || f.After != "" && p.shared() || f.lastBlank(p.sort) {
		return mixedStatement(f, d)
	}
	desc, column := !f.Asc, sortColumns[p.sort]
	if f.After != "" {
		c, err := decodeCursor(f.After, slices.Contains(textSorts, p.sort))
		if err != nil {
			return "", nil, false, err
		}
		if back = c.Back; back {
			desc = !desc
		}
		p = p.beyond(c, desc)[0]
	}
	text = `SELECT ` + contactColumns + `, ` + column + `, 0 FROM ` + p.from + ` WHERE ` + strings.Join(p.where, " AND ") +
		` ORDER BY ` + p.order(desc) + ` LIMIT ? OFFSET ?`
	return text, append(p.args, f.Limit+1, f.Offset), back, nil
}

// List reads a page of contacts.
func List(ctx context.Context, q db.Q, f Filter) (Page, error) {
	f, err := f.with(ctx, q)
	if err != nil {
		return Page{}, err
	}
	// What is refused is refused before an index is asked.
	if _, _, _, err := statement(f, q.Dialect()); err != nil {
		return Page{}, err
	}
	few, err := candidates(ctx, q, f)
	if err != nil {
		return Page{}, err
	}
	if few.found {
		return listCandidates(ctx, q, f, few)
	}
	page, err := listInOrder(ctx, q, f)
	if err == nil && f.CountTo > 0 {
		page.Found, page.Exact, err = countUpTo(ctx, q, f, few)
		page.Found = max(page.Found, len(page.Contacts))
	}
	return page, err
}

// listInOrder is List that reads the contacts in their order until enough of them
// match.
func listInOrder(ctx context.Context, q db.Q, f Filter) (Page, error) {
	text, args, back, err := statement(f, q.Dialect())
	if err != nil {
		return Page{}, err
	}
	rows, err := q.Query(ctx, text, args...)
	if err != nil {
		return Page{}, fmt.Errorf("list contacts: %w", err)
	}
	defer rows.Close()
	var list []Contact
	var places []cursor
	for rows.Next() {
		var place cursor
		c, err := scanContact(extra{rows, []any{&place.Value, &place.Group}})
		if err != nil {
			return Page{}, fmt.Errorf("list contacts: %w", err)
		}
		place.ID = int64(c.ID)
		list, places = append(list, c), append(places, place)
	}
	if err := rows.Err(); err != nil {
		return Page{}, fmt.Errorf("list contacts: %w", err)
	}
	page := cut(list, places, f, back)
	return page, addIPs(ctx, q, page.Contacts)
}

// extra scans more columns than a contact has.
type extra struct {
	row  scanner
	more []any
}

func (e extra) Scan(dest ...any) error { return e.row.Scan(append(dest, e.more...)...) }

// cut takes the row too many off, puts a page read backwards in order, and
// tells where its neighbours are.
func cut(list []Contact, places []cursor, f Filter, back bool) Page {
	more := len(list) > f.Limit
	if more {
		list, places = list[:f.Limit], places[:f.Limit]
	}
	if back {
		slices.Reverse(list)
		slices.Reverse(places)
	}
	page := Page{Contacts: list}
	if len(list) == 0 {
		return page
	}
	if more || back {
		page.Next = places[len(places)-1].encode()
	}
	if back && more || !back && f.After != "" {
		first := places[0]
		first.Back = true
		page.Previous = first.encode()
	}
	return page
}

// shared tells whether many contacts may have the same value in the order.
func (q query) shared() bool { return q.sort != SortID && q.sort != SortLastActive }

// beyond is what comes after a place: the rows that share its value, and the
// others. SQLite would read all that share it up to the place.
func (q query) beyond(c cursor, desc bool) []query {
	than := " > ?"
	if desc {
		than = " < ?"
	}
	column := sortColumns[q.sort]
	switch {
	case q.sort == SortID:
		return []query{q.with("contact.id"+than, c.ID)}
	case !q.shared():
		return []query{q.with("("+column+", "+q.id()+")"+strings.Replace(than, "?", "(?, ?)", 1), c.Value, c.ID)}
	}
	return []query{q.with(column+" = ? AND "+q.id()+than, c.Value, c.ID), q.with(column+than, c.Value)}
}

func (q query) with(where string, args ...any) query {
	q.where, q.args = append(slices.Clone(q.where), where), append(slices.Clone(q.args), args...)
	return q
}

func (q query) id() string {
	if q.sort == SortLastActive {
		return "active.contact_id"
	}
	return "contact.id"
}

func (q query) order(desc bool) string {
	direction := " ASC"
	if desc {
		direction = " DESC"
	}
	if q.sort == SortID {
		return "contact.id" + direction
	}
	return sortColumns[q.sort] + direction + ", " + q.id() + direction
}

func unconditional(n rule.Node) bool {
	all, ok := n.(rule.All)
	return n == nil || ok && len(all) == 0
}
