package rule

import (
	"fmt"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
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
		where = strings.Replace(f.Within, "{}", where+eachAlone, 1)
	}
	if negated {
		return "COALESCE(" + where + ", FALSE)", nil
	}
	return where, nil
}

// eachAlone ends the condition of a subquery. It changes nothing but that PostgreSQL
// asks it of one row after another: without it, it may find the rows of the subquery
// first, all there are, for a list that ends after a few.
const eachAlone = " LIMIT 1 OFFSET 0"

func (c *compiler) cond(f Field, q Cond) (string, error) {
	if !c.index && f.Among != "" && (f.Within == "" || f.Single) {
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
	if v, ok := q.Value.(Span); ok && (f.Type == Time || f.Type == Day || f.Type == Moment) {
		return c.span(f, q.Op, v, unsuited)
	}
	if f.Written != "" && wording[q.Op] {
		return c.text(Field{Expr: f.Written}, q, unsuited)
	}
	switch f.Type {
	case Text:
		return c.text(f, q, unsuited)
	case Number:
		return c.number(f, q.Op, q.Value, unsuited)
	case Time:
		if v, ok := q.Value.(time.Time); ok {
			return c.compare(f, q.Op, wholeMark, db.Millis(v), unsuited)
		}
	}
	return "", unsuited
}
