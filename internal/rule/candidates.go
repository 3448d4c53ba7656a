package rule

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ariane/internal/base/db"
)

// Selection is a query for identifiers of rows, with the arguments it binds. It
// may give one twice.
type Selection struct {
	Text string
	Args []any
	// Exact tells that it finds the rows that match and no others, Texts that it
	// asks Index alone, Listed that they lie in few pieces of indexes.
	Exact, Texts, Listed bool
	// Values is a query with the same arguments which finds about as many or fewer,
	// and sooner; empty where there is none.
	Values string
}

// Candidates are queries each of which finds all rows that match a tree by an
// index, and perhaps others. There are none where no index helps. The tree was
// accepted by SQL.
func Candidates(n Node, catalogue Catalogue, index Index, d db.Dialect) []Selection {
	f := finder{catalogue: catalogue, index: index, dialect: d}
	found := f.node(n)
	return found.all(f)
}

// found is what follows from a node: that texts are held, and that the row is
// among those of each query.
type found struct {
	texts   []string
	queries []Selection
	// whole tells that these are all that the node asks.
	whole bool
}

type finder struct {
	catalogue Catalogue
	index     Index
	dialect   db.Dialect
}

// all are the queries, the most selective kinds first.
func (n found) all(f finder) []Selection {
	list := slices.Clone(n.queries)
	if len(n.texts) > 0 {
		text, args := f.index(f.dialect, n.texts)
		list = append(list, Selection{Text: text, Args: args, Texts: true, Exact: true})
	}
	for i := range list {
		list[i].Exact = list[i].Exact && n.whole && len(list) == 1
	}
	return list
}

func (f finder) node(n Node) found {
	switch n := n.(type) {
	case Cond:
		return f.cond(n)
	case All:
		return f.every(n)
	case Any:
		return f.any(n)
	}
	return found{}
}

// every is what follows from all parts. Those that ask an index for the same value
// are one query: a range is found from its beginning to its end.
func (f finder) every(parts All) found {
	all := found{whole: true}
	asked := map[string]bool{}
	for i, part := range parts {
		var p found
		if q, ok := part.(Cond); ok && f.ranged(q) {
			if asked[q.Field] {
				continue
			}
			asked[q.Field] = true
			same := []Cond{q}
			for _, other := range parts[i+1:] {
				if o, ok := other.(Cond); ok && o.Field == q.Field && f.ranged(o) {
					same = append(same, o)
				}
			}
			p = f.among(f.catalogue[q.Field], same)
		} else {
			p = f.node(part)
		}
		all.texts, all.queries = append(all.texts, p.texts...), append(all.queries, p.queries...)
		all.whole = all.whole && p.whole
	}
	return all
}

// ranged tells that an index in the order of the values answers a condition, of which
// a row has one at most.
func (f finder) ranged(q Cond) bool {
	field, ok := f.catalogue[q.Field]
	return ok && !field.Never && field.Among != "" && ordered[q.Op] && (field.Within == "" || field.Single)
}

// any is one query, if each part has one.
func (f finder) any(parts Any) found {
	either := Selection{Exact: true, Texts: true, Listed: true}
	var texts []string
	var ones []Selection
	for _, part := range parts {
		list := f.node(part).all(f)
		if len(list) == 0 {
			return found{}
		}
		one := list[0]
		either.Exact, either.Texts, either.Listed = either.Exact && one.Exact, either.Texts && one.Texts, either.Listed && one.Listed
		if slices.ContainsFunc(ones, func(other Selection) bool { return other.Text == one.Text && slices.Equal(other.Args, one.Args) }) {
			continue
		}
		ones = append(ones, one)
		texts, either.Args = append(texts, "SELECT * FROM ("+one.Text+") AS part"), append(either.Args, one.Args...)
	}
	switch len(ones) {
	case 0:
		return found{}
	case 1:
		either.Text, either.Values = ones[0].Text, ones[0].Values
		return found{queries: []Selection{either}, whole: true}
	}
	either.Text = strings.Join(texts, " UNION ALL ")
	return found{queries: []Selection{either}, whole: true}
}

// ordered are the questions that an index in the order of the values answers.
var ordered = map[Op]bool{Equal: true, In: true, StartsWith: true, Less: true, LessOrEqual: true, Greater: true, GreaterOrEqual: true}

func (f finder) cond(q Cond) found {
	field, ok := f.catalogue[q.Field]
	if !ok || q.Op == Is || q.Op == Present || field.Never {
		return found{}
	}
	if field.Among != "" && (ordered[q.Op] || field.AmongAny) {
		return f.among(field, []Cond{q})
	}
	text, isText := q.Value.(string)
	if !isText || !field.Searched || !field.Folded {
		return found{}
	}
	text = field.sure(q.Op, field.value(text))
	if utf8.RuneCountInString(text) < db.ShortestText {
		return found{}
	}
	return found{texts: []string{text}, whole: field.Lines && q.Op == Contains}
}

// fewPieces is in how many pieces of an index the rows of a Selection lie that is
// Listed.
const fewPieces = 100

// among is the query that finds the rows for whose value all these conditions hold.
func (f finder) among(field Field, conds []Cond) found {
	c := &compiler{dialect: f.dialect, index: true}
	parts, inOrder, pieces := make([]string, len(conds)), true, 1
	for i, q := range conds {
		var err error
		if parts[i], err = c.cond(field, q); err != nil {
			return found{}
		}
		inOrder = inOrder && ordered[q.Op]
		switch list := q.Value.(type) {
		case []int64:
			pieces = max(pieces, len(list))
		case []float64:
			pieces = max(pieces, len(list))
		case []string:
			pieces = max(pieces, len(list))
		}
	}
	fill := func(query string) string { return strings.Replace(query, "{}", strings.Join(parts, " AND "), 1) }
	one := Selection{Text: fill(field.Among), Args: c.args, Exact: true, Listed: inOrder && field.Values == "" && pieces <= fewPieces}
	if inOrder {
		one.Values = fill(field.Values)
	}
	return found{queries: []Selection{one}, whole: true}
}

// mark stands before the beginnings of words in a searched text.
const mark = "\x01"

// Beginnings is what a searched text needs at its end for searches with fewer than
// db.ShortestText characters, which mean the beginning of a word: an index is
// asked for the mark and these characters.
func Beginnings(folded string) string {
	var b strings.Builder
	seen := map[string]bool{}
	for word := range strings.FieldsFuncSeq(folded, between) {
		first := word
		for i, n := 0, 0; i < len(word); n++ {
			if n == db.ShortestText-1 {
				first = word[:i]
				break
			}
			_, size := utf8.DecodeRuneInString(word[i:])
			i += size
		}
		if !seen[first] {
			seen[first] = true
			b.WriteString(strings.Repeat(mark, db.ShortestText-1) + first)
		}
	}
	return b.String()
}

// beginning is a short text as Beginnings has it. Longer ones, and those with
// signs in them, stay as they are.
func beginning(text string) string {
	if n := utf8.RuneCountInString(text); n < db.ShortestText && !strings.ContainsFunc(text, between) {
		return strings.Repeat(mark, db.ShortestText-n) + text
	}
	return text
}

// between tells what is no part of a word.
func between(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }
