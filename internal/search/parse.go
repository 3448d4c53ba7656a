package search

import (
	"cmp"
	"context"
	"strings"
	"unicode"

	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/rule"
)

const (
	mostCharacters = 1000
	mostTerms      = 50
	deepest        = 10
)

// Query is a parsed search.
type Query struct {
	Where rule.Node
	// Written is the search as a tree of its words; Parse reads its String as the same.
	Written Term
	// Anonymous says that the search speaks about visitors, so that a list
	// which hides them must not.
	Anonymous bool
	// Hints are for the person who typed the search.
	Hints []fault.Text
}

// Parse reads a search. A text that cannot be understood is a fault which names
// the place, in characters from 1.
func (l Language) Parse(ctx context.Context, text string, who Who) (Query, error) {
	r := &reading{Language: l, Who: who, ctx: ctx, commands: commands}
	written, err := r.parse(text)
	if err := cmp.Or(r.err, err); err != nil {
		return Query{}, err
	}
	q := Query{Where: rule.All{}, Written: written}
	if !written.Empty() {
		r.visitorsToo = r.Hits != nil && r.ofVisitors(written)
		q.Where = r.ask(written, nil)
	}
	q.Anonymous, q.Hints = r.anonymous, r.hints
	return q, r.err
}

// parse reads the words of a search.
func (r *reading) parse(text string) (Term, error) {
	text = printable(text)
	p := &parser{in: []rune(text), reading: r}
	if len(p.in) > mostCharacters {
		return Term{}, fault.Refused(nil, fault.Say("search.too_long|This search is too long: at most %d characters.", mostCharacters))
	}
	return p.or(place{})
}

// printable is a text with spaces in the place of control characters.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(text, ""))
}

type parser struct {
	in      []rune
	at      int
	terms   int
	reading *reading
}

// place is where a term stands: inside how many brackets, below a command or not.
type place struct {
	depth int
	below bool
}

func (p *parser) spaces() {
	for p.at < len(p.in) && unicode.IsSpace(p.in[p.at]) {
		p.at++
	}
}

func (p *parser) next(c rune) bool {
	if p.at < len(p.in) && p.in[p.at] == c {
		p.at++
		return true
	}
	return false
}

// or reads up to the closing bracket or the end.
func (p *parser) or(c place) (Term, error) {
	var parts, chain []Term
	or := ""
	for {
		p.spaces()
		if p.at == len(p.in) || p.in[p.at] == ')' && c.depth > 0 {
			break
		}
		if word, connector := p.connector(); connector != "" {
			if connector == "or" && chain != nil {
				or = cmp.Or(or, word)
				parts = append(parts, join(chain, ""))
				chain = nil
			}
			continue
		}
		t, err := p.unary(c)
		if err != nil {
			return Term{}, err
		}
		if !t.Empty() {
			chain = append(chain, t)
		}
	}
	return join(append(parts, join(chain, "")), or), nil
}

// connector passes over "and" or "or" standing alone.
func (p *parser) connector() (word, connector string) {
	end := p.at
	for end < len(p.in) && unicode.IsLetter(p.in[end]) {
		end++
	}
	if end < len(p.in) && !unicode.IsSpace(p.in[end]) && p.in[end] != '(' && p.in[end] != ')' {
		return "", ""
	}
	word = string(p.in[p.at:end])
	if connector = connects(word); connector != "" {
		p.at = end
	}
	return word, connector
}

// connects is "and" or "or" for a word that stands for it.
func connects(word string) string {
	switch {
	case strings.EqualFold(word, "or") || word == "OU":
		return "or"
	case strings.EqualFold(word, "and") || word == "ET":
		return "and"
	}
	return ""
}

func (p *parser) unary(c place) (Term, error) {
	negated, strict := p.marks()
	t, err := p.primary(c, strict)
	t.Not = t.Not != negated
	return t, err
}

// marks reads ! and + in any order before a term.
func (p *parser) marks() (negated, strict bool) {
	for {
		switch {
		case p.next('!'):
			negated = !negated
		case p.next('+'):
			strict = true
		default:
			return negated, strict
		}
	}
}

func (p *parser) primary(c place, strict bool) (Term, error) {
	start := p.at
	if p.next('(') {
		return p.group(c, start)
	}
	name := p.name()
	if name == "" {
		return p.term(c, strict)
	}
	if _, ok := p.reading.find(name); !ok {
		p.at = start
		return p.term(c, strict)
	}
	c.below = true
	negated, more := p.marks()
	var t Term
	var err error
	if open := p.at; p.next('(') {
		t, err = p.group(c, open)
	} else {
		t, err = p.term(c, strict || more)
	}
	t.Not = t.Not != negated
	return t.under(name), err
}

func (p *parser) group(c place, open int) (Term, error) {
	if c.depth++; c.depth > deepest {
		return Term{}, p.fault("search.too_deep|Too many brackets inside one another at character %d: at most %d.", open, deepest)
	}
	t, err := p.or(c)
	if err == nil && !p.next(')') {
		err = p.fault("search.bracket|The bracket at character %d is not closed.", open)
	}
	return t, err
}

func (p *parser) fault(key string, at int, args ...any) error {
	return fault.Refused(nil, fault.Say(key, append([]any{at + 1}, args...)...))
}

// name passes over the name of a command and its colon.
func (p *parser) name() string {
	end := p.at
	for end < len(p.in) && (unicode.IsLetter(p.in[end]) || p.in[end] == '_' || end > p.at && unicode.IsDigit(p.in[end])) {
		end++
	}
	if end == p.at || end == len(p.in) || p.in[end] != ':' {
		return ""
	}
	name := string(p.in[p.at:end])
	p.at = end + 1
	return name
}

// term reads a word or a phrase; it is empty where that says nothing. A name with
// nothing after its colon was not finished yet.
func (p *parser) term(c place, strict bool) (Term, error) {
	start := p.at
	text, err := p.text()
	v := value{text, strict}
	switch {
	case err != nil:
		return Term{}, err
	case c.depth == 0 && p.at == start && p.next(')'):
		return Term{}, p.fault("search.unopened|The bracket at character %d was never opened.", start)
	case field.Fold(v.plain()) == "":
		return Term{}, nil
	}
	if p.terms++; p.terms > mostTerms {
		return Term{}, p.fault("search.too_many|Too many words at character %d: at most %d.", start, mostTerms)
	}
	t := Term{Text: text, Strict: strict, Quoted: p.in[start] == '"' || connects(text) != ""}
	if name, rest := t.unknown(); !c.below && name != "" && rest == "" {
		return Term{}, nil
	}
	return t, nil
}

// text reads a word up to a space, quote or bracket, or a phrase between quotes.
func (p *parser) text() (string, error) {
	open := p.at
	if !p.next('"') {
		for p.at < len(p.in) && !ends(p.in[p.at]) {
			p.at++
		}
		word := string(p.in[open:p.at])
		if strings.HasSuffix(word, ":") && p.at < len(p.in) && p.in[p.at] == '"' {
			rest, err := p.text()
			return word + rest, err
		}
		return word, nil
	}
	for start := p.at; p.at < len(p.in); p.at++ {
		if p.in[p.at] == '"' {
			p.at++
			return string(p.in[start : p.at-1]), nil
		}
	}
	return "", p.fault("search.quote|The quote at character %d is not closed.", open)
}
