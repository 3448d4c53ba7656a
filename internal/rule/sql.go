package rule

import (
	"fmt"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
)

const (
	deepest   = 64
	mostConds = 500
)

type compiler struct {
	catalogue Catalogue
	dialect   db.Dialect
	args      []any
	conds     int
	// index tells that the condition is to be answered by an index. Elsewhere it is
	// asked of one row after another, in an order that another index gives.
	index bool
}

// SQL turns a tree into a condition for WHERE with ? placeholders and the
// arguments it binds. A tree that the catalogue cannot answer is a fault.
func SQL(n Node, catalogue Catalogue, d db.Dialect) (string, []any, error) {
	c := &compiler{catalogue: catalogue, dialect: d}
	where, err := c.node(n, 0, false)
	return where, c.args, err
}

func (c *compiler) node(n Node, depth int, negated bool) (string, error) {
	if n == nil {
		return "1 = 1", nil
	}
	if depth > deepest {
		return "", fault.Refused(nil, fault.Say("rule.too_deep|These conditions are nested too deeply."))
	}
	return n.compile(c, depth, negated)
}

func (a All) compile(c *compiler, depth int, negated bool) (string, error) {
	return c.join(a, " AND ", "1 = 1", depth, negated)
}

func (a Any) compile(c *compiler, depth int, negated bool) (string, error) {
	return c.join(a, " OR ", "1 = 0", depth, negated)
}

func (n Not) compile(c *compiler, depth int, _ bool) (string, error) {
	where, err := c.node(n.Node, depth+1, true)
	return "NOT (" + where + ")", err
}

func (c *compiler) join(nodes []Node, word, empty string, depth int, negated bool) (string, error) {
	if len(nodes) == 0 {
		return empty, nil
	}
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		var err error
		if parts[i], err = c.node(n, depth+1, negated); err != nil {
			return "", err
		}
	}
	return "(" + strings.Join(parts, word) + ")", nil
}

// compile leaves a condition that is NULL for an absent value as it is, so that
// indexes serve it, except below a negation, where NULL has to become false.
func (q Cond) compile(c *compiler, _ int, negated bool) (string, error) {
	if c.conds++; c.conds > mostConds {
		return "", fault.Refused(nil, fault.Say("rule.too_many|There are too many conditions: at most %d.", mostConds))
	}
	f, ok := c.catalogue[q.Field]
	if !ok {
		return "", fault.Refused(nil, fault.Say("rule.unknown_field|There is no field %s.", q.Field))
	}
	if f.Never {
		// It is refused in the same cases.
		ignored := *c
		_, err := ignored.cond(f, q)
		return "(1 = 0)", err
	}
	where, err := c.cond(f, q)
	if err != nil {
		return "", err
	}
	if f.Within != "" {
		where = strings.Replace(f.Within, "{}", where, 1)
	}
	if negated {
		return "COALESCE(" + where + ", FALSE)", nil
	}
	return where, nil
}

func (c *compiler) cond(f Field, q Cond) (string, error) {
	if !c.index && f.Among != "" && f.Within == "" {
		f.Expr = c.dialect.Unindexed(f.Expr)
	}
	unsuited := fault.Refused(fmt.Errorf("%s %s %T", q.Field, q.Op, q.Value),
		fault.Say("rule.unsuited|%s cannot be asked in this way.", q.Field))
	switch {
	case f.Type == Flag && q.Op == Is:
		return "(" + f.Expr + ")", nil
	case f.Type == Flag || q.Op == Is:
		return "", unsuited
	case q.Op == Present && f.Type == Text:
		return "(" + f.Expr + " <> '')", nil
	case q.Op == Present:
		return "(" + f.Expr + " IS NOT NULL)", nil
	}
	switch v := q.Value.(type) {
	case string:
		if f.Type == Text {
			return c.text(f, q.Op, v, unsuited)
		}
	case int64:
		if f.Type == Number {
			return c.compare(f, q.Op, v, unsuited)
		}
	case time.Time:
		if f.Type == Time {
			return c.compare(f, q.Op, db.Millis(v), unsuited)
		}
	case []int64:
		if f.Type == Number && q.Op == In {
			return c.in(f.Expr, "CAST(? AS BIGINT)", bound(v, func(n int64) any { return n })), nil
		}
	case []string:
		if f.Type == Text && q.Op == In && !f.Lines {
			return c.in(f.Expr, "?", bound(v, func(s string) any { return f.value(s) })), nil
		}
	}
	return "", unsuited
}

func bound[T any](list []T, f func(T) any) []any {
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = f(v)
	}
	return args
}

func (c *compiler) in(expr, mark string, args []any) string {
	if len(args) == 0 {
		return "1 = 0"
	}
	c.args = append(c.args, args...)
	return "(" + expr + " IN (" + mark + strings.Repeat(", "+mark, len(args)-1) + "))"
}

var signs = map[Op]string{Equal: " = ", Less: " < ", LessOrEqual: " <= ", Greater: " > ", GreaterOrEqual: " >= "}

func (c *compiler) compare(f Field, op Op, value int64, unsuited error) (string, error) {
	sign, ok := signs[op]
	if !ok {
		return "", unsuited
	}
	c.args = append(c.args, value)
	return "(" + f.Expr + sign + "CAST(? AS BIGINT))", nil
}

// value is how a text is compared with this field.
func (f Field) value(s string) string {
	if f.Folded {
		return field.Fold(s)
	}
	return field.Printable(s)
}

func (c *compiler) text(f Field, op Op, text string, unsuited error) (string, error) {
	text = f.value(text)
	if text == "" {
		return "1 = 0", nil
	}
	escaped := db.EscapeLike(text)
	switch {
	case op == Like:
		pattern, _ := like(text)
		if f.Lines {
			pattern = "%\n" + pattern + "\n%"
		} else if first, _, _ := strings.Cut(text, "%"); first != "" && !strings.Contains(first, `\`) {
			// What an index in order can be asked.
			c.args = append(c.args, first, first+last)
			return "(" + f.Expr + " >= ? AND " + f.Expr + " < ? AND " + c.like(f, pattern) + ")", nil
		}
		return c.like(f, pattern), nil
	case op == Contains:
		return c.like(f, "%"+db.EscapeLike(f.sure(op, text))+"%"), nil
	case op == Equal && f.Lines:
		return c.like(f, "%\n"+escaped+"\n%"), nil
	case op == StartsWith && f.Lines:
		return c.like(f, "%\n"+escaped+"%"), nil
	case op == StartsWith:
		c.args = append(c.args, text, text+last)
		return "(" + f.Expr + " >= ? AND " + f.Expr + " < ?)", nil
	}
	sign, ok := signs[op]
	if !ok || f.Lines {
		return "", unsuited
	}
	c.args = append(c.args, text)
	return "(" + f.Expr + sign + "?)", nil
}

// last is greater than any other character.
const last = "\U0010FFFF"

// sure is a text that every value holds for which the condition is true.
func (f Field) sure(op Op, text string) string {
	switch {
	case op == Like:
		_, longest := like(text)
		return longest
	case f.Searched && (op == Equal || op == StartsWith || op == Contains && f.Lines):
		return beginning(text)
	}
	return text
}

// like asks for a pattern in SQL's form.
func (c *compiler) like(f Field, pattern string) string {
	c.args = append(c.args, pattern)
	return "(" + f.Expr + ` LIKE ? ESCAPE '\')`
}

// like turns a pattern of the language into one of SQL, and returns the longest
// text without wildcard in it.
func like(text string) (pattern, longest string) {
	var b, run strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '%':
			if !strings.HasSuffix(b.String(), "%") || strings.HasSuffix(b.String(), `\%`) {
				b.WriteByte('%')
			}
			longest = longer(longest, run.String())
			run.Reset()
			continue
		case strings.HasPrefix(text[i:], `\%`), strings.HasPrefix(text[i:], `\\`):
			i++
		}
		b.WriteString(db.EscapeLike(text[i : i+1]))
		run.WriteByte(text[i])
	}
	return b.String(), longer(longest, run.String())
}

func longer(a, b string) string {
	if len(b) > len(a) {
		return b
	}
	return a
}
