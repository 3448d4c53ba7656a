package search

import (
	"cmp"
	"context"
	"regexp"
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
	// Anonymous says that the search speaks about visitors, so that a list
	// which hides them must not.
	Anonymous bool
	// Hints are for the person who typed the search.
	Hints []fault.Text
}

// Parse reads a search. A text that cannot be understood is a fault which names
// the place, in characters from 1.
func (l Language) Parse(ctx context.Context, text string, who Who) (Query, error) {
	p := &parser{in: []rune(strings.ToValidUTF8(text, "")), reading: reading{Language: l, Who: who, ctx: ctx, commands: commands}}
	if len(p.in) > mostCharacters {
		return Query{}, fault.Refused(nil, fault.Say("search.too_long|This search is too long: at most %d characters.", mostCharacters))
	}
	where, err := p.or(place{})
	if err := cmp.Or(p.reading.err, err); err != nil {
		return Query{}, err
	}
	if where == nil {
		where = rule.All{}
	}
	p.query.Where = where
	return p.query, nil
}

type parser struct {
	in      []rune
	at      int
	terms   int
	query   Query
	reading reading
}

// place is where a term stands: inside how many brackets, below which command.
type place struct {
	depth   int
	command *command
	typed   string // the command's name as it was typed
}

func (p *parser) spaces() {
	for p.at < len(p.in) && (unicode.IsSpace(p.in[p.at]) || unicode.IsControl(p.in[p.at])) {
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

// or reads up to the closing bracket or the end; nil means that there was nothing.
func (p *parser) or(c place) (rule.Node, error) {
	var parts, chain []rule.Node
	for {
		p.spaces()
		if p.at == len(p.in) || p.in[p.at] == ')' && c.depth > 0 {
			break
		}
		if connector := p.connector(); connector != "" {
			if connector == "or" && chain != nil {
				parts = append(parts, all(chain))
				chain = nil
			}
			continue
		}
		n, err := p.unary(c)
		if err != nil {
			return nil, err
		}
		if n != nil {
			chain = append(chain, n)
		}
	}
	if chain != nil {
		parts = append(parts, all(chain))
	}
	switch len(parts) {
	case 0:
		return nil, nil
	case 1:
		return parts[0], nil
	}
	return rule.Any(parts), nil
}

func all(chain []rule.Node) rule.Node {
	if len(chain) == 1 {
		return chain[0]
	}
	return rule.All(chain)
}

// connector passes over "and" or "or" standing alone.
func (p *parser) connector() string {
	end := p.at
	for end < len(p.in) && unicode.IsLetter(p.in[end]) {
		end++
	}
	if end < len(p.in) && !unicode.IsSpace(p.in[end]) && p.in[end] != '(' && p.in[end] != ')' {
		return ""
	}
	word := string(p.in[p.at:end])
	switch {
	case strings.EqualFold(word, "or") || word == "OU":
		word = "or"
	case strings.EqualFold(word, "and") || word == "ET":
		word = "and"
	default:
		return ""
	}
	p.at = end
	return word
}

func (p *parser) unary(c place) (rule.Node, error) {
	negated, strict := p.marks()
	n, err := p.primary(c, strict)
	if n != nil && negated {
		n = rule.Not{Node: n}
	}
	return n, err
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

func (p *parser) primary(c place, strict bool) (rule.Node, error) {
	start := p.at
	if p.next('(') {
		return p.group(c, start)
	}
	name := p.name()
	if name == "" {
		return p.term(c, strict)
	}
	known, ok := p.reading.find(name)
	if !ok {
		p.at = start
		return p.term(c, strict)
	}
	c.command, c.typed = &known, name
	negated, more := p.marks()
	var n rule.Node
	var err error
	if open := p.at; p.next('(') {
		n, err = p.group(c, open)
	} else {
		n, err = p.term(c, strict || more)
	}
	if n != nil && negated {
		n = rule.Not{Node: n}
	}
	return n, err
}

func (p *parser) group(c place, open int) (rule.Node, error) {
	if c.depth++; c.depth > deepest {
		return nil, p.fault("search.too_deep|Too many brackets inside one another at character %d: at most %d.", open, deepest)
	}
	n, err := p.or(c)
	if err == nil && !p.next(')') {
		err = p.fault("search.bracket|The bracket at character %d is not closed.", open)
	}
	return n, err
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

// term reads a word or a phrase; nil when it is empty.
func (p *parser) term(c place, strict bool) (rule.Node, error) {
	start := p.at
	text, err := p.text()
	v := value{text, strict}
	switch {
	case err != nil:
		return nil, err
	case c.depth == 0 && p.at == start && p.next(')'):
		return nil, p.fault("search.unopened|The bracket at character %d was never opened.", start)
	case field.Fold(v.plain()) == "":
		return nil, nil
	}
	if p.terms++; p.terms > mostTerms {
		return nil, p.fault("search.too_many|Too many words at character %d: at most %d.", start, mostTerms)
	}
	if c.command == nil {
		return p.free(v, p.in[start] == '"'), nil
	}
	n, ok := c.command.build(*c.command, v, &p.reading)
	if !ok {
		v.text = c.typed + ":" + text
		p.query.Hints = append(p.query.Hints, c.command.problem(v.text))
		return words(v), nil
	}
	p.query.Anonymous = p.query.Anonymous || aboutVisitors(n)
	return n, nil
}

// aboutVisitors tells whether a flag asks for visitors or for others.
func aboutVisitors(n rule.Node) bool {
	if not, ok := n.(rule.Not); ok {
		n = not.Node
	}
	c, ok := n.(rule.Cond)
	return ok && c.Field == anonymous.Field
}

var unknown = regexp.MustCompile(`^([\pL_][\pL\pN_]*):(.*)$`)

// free is a term outside of any command. A name with nothing after its colon
// was not finished yet.
func (p *parser) free(v value, phrase bool) rule.Node {
	m := unknown.FindStringSubmatch(v.text)
	if m == nil || phrase || v.address() {
		return words(v)
	}
	if m[2] == "" {
		return nil
	}
	if !strings.HasPrefix(m[2], "//") {
		p.hint(m[1])
	}
	return words(v)
}

func (p *parser) hint(name string) {
	text := fault.Say("search.unknown|There is no command %s: it was searched as text.", name)
	if s := suggest(name); s != "" {
		text = fault.Say("search.suggest|There is no command %s: it was searched as text. Did you mean %s?", name, s)
	}
	p.query.Hints = append(p.query.Hints, text)
}

// text reads a word up to a space, quote or bracket, or a phrase between quotes.
func (p *parser) text() (string, error) {
	open := p.at
	if !p.next('"') {
		for p.at < len(p.in) && !unicode.IsSpace(p.in[p.at]) && !strings.ContainsRune(`()"`, p.in[p.at]) {
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
