package rule

import (
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/field"
)

// Span is a day, or another stretch of time: from one moment up to another, which
// is not part of it. Equal means within, Less before, Greater after it, and
// LessOrEqual and GreaterOrEqual take it in.
type Span struct{ From, To time.Time }

var signs = map[Op]string{Equal: " = ", Less: " < ", LessOrEqual: " <= ", Greater: " > ", GreaterOrEqual: " >= "}

func (c *compiler) compare(f Field, op Op, mark string, value any, unsuited error) (string, error) {
	sign, ok := signs[op]
	if !ok {
		return "", unsuited
	}
	c.args = append(c.args, value)
	return "(" + f.Expr + sign + mark + ")", nil
}

// span compares with the ends of a stretch of time.
func (c *compiler) span(f Field, op Op, s Span, unsuited error) (string, error) {
	mark, from, to := "?", any(nil), any(nil)
	switch f.Type {
	case Time:
		mark, from, to = wholeMark, db.Millis(s.From), db.Millis(s.To)
	case Moment:
		from, to = s.From.UTC().Format(field.DatetimeLayout), s.To.UTC().Format(field.DatetimeLayout)
	case Day:
		from, to = s.From.Format(time.DateOnly), s.To.Format(time.DateOnly)
	}
	switch op {
	case Equal:
		c.args = append(c.args, from, to)
		return "(" + f.Expr + " >= " + mark + " AND " + f.Expr + " < " + mark + ")", nil
	case Less, GreaterOrEqual:
		return c.compare(f, op, mark, from, unsuited)
	case LessOrEqual:
		return c.compare(f, Less, mark, to, unsuited)
	case Greater:
		return c.compare(f, GreaterOrEqual, mark, to, unsuited)
	}
	return "", unsuited
}

// How numbers are bound, whichever type a column has.
const (
	wholeMark   = "CAST(? AS BIGINT)"
	decimalMark = "CAST(? AS DOUBLE PRECISION)"
)

// fewNumbers is how many numbers are bound one by one.
const fewNumbers = 100

func (c *compiler) number(f Field, op Op, value any, unsuited error) (string, error) {
	switch v := value.(type) {
	case int64:
		return c.compare(f, op, wholeMark, v, unsuited)
	case float64:
		return c.compare(f, op, decimalMark, v, unsuited)
	case []int64:
		if op == In && len(v) > fewNumbers {
			in, args := db.InIDs(c.dialect, f.Expr, v)
			c.args = append(c.args, args...)
			return "(" + in + ")", nil
		}
		if op == In {
			return c.in(f.Expr, wholeMark, bound(v, func(n int64) any { return n })), nil
		}
	case []float64:
		if op == In {
			return c.in(f.Expr, decimalMark, bound(v, func(n float64) any { return n })), nil
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
