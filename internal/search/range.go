package search

import (
	"strconv"
	"strings"
	"time"

	"ariane/internal/field"
	"ariane/internal/rule"
)

// number asks for a number: 50, >50, <=50, 10..20, 10.. or ..20.
func number(c command, v value, _ *reading) (rule.Node, bool) {
	return ranged(v.text, func(op rule.Op, text string, _ bool) (rule.Node, bool) {
		n, ok := rule.ParseNumber(text)
		return rule.Cond{Field: c.fields[0], Op: op, Value: n}, ok
	})
}

// moment asks for a time: a day, month or year, before or after it, or from one up
// to another. A length of time is how long ago it was: <30d are the last 30 days,
// and so is 30d.
func moment(c command, v value, r *reading) (rule.Node, bool) {
	text := strings.TrimSpace(v.text)
	if from, to, ok := strings.Cut(text, ".."); ok {
		// 7d..30d goes back in time.
		if _, ago := rule.Ago(from, r.Now); ago || from == "" && isLength(to) {
			text = to + ".." + from
		}
	} else if isLength(text) {
		text = "<" + text
	}
	return ranged(text, func(op rule.Op, text string, end bool) (rule.Node, bool) {
		if at, ok := rule.Ago(text, r.Now); ok {
			if !end {
				op = sooner[op]
			}
			return rule.Cond{Field: c.fields[0], Op: op, Value: rule.Span{From: at, To: at.Add(time.Millisecond)}}, op != ""
		}
		s, ok := rule.When(text, r.Now)
		return rule.Cond{Field: c.fields[0], Op: op, Value: s}, ok
	})
}

func isLength(text string) bool {
	_, ok := rule.Ago(text, time.Time{})
	return ok
}

// sooner is what a question about how long ago it was asks about the moment.
var sooner = map[rule.Op]rule.Op{rule.Less: rule.Greater, rule.LessOrEqual: rule.GreaterOrEqual, rule.Greater: rule.Less, rule.GreaterOrEqual: rule.LessOrEqual}

var comparisons = []struct {
	sign string
	op   rule.Op
}{{">=", rule.GreaterOrEqual}, {"<=", rule.LessOrEqual}, {">", rule.Greater}, {"<", rule.Less}, {"=", rule.Equal}}

// ranged reads a comparison, or a range, with ask for what stands in it; end tells
// that this is an end of a range.
func ranged(text string, ask func(op rule.Op, text string, end bool) (rule.Node, bool)) (rule.Node, bool) {
	text = strings.TrimSpace(text)
	for _, c := range comparisons {
		if rest, found := strings.CutPrefix(text, c.sign); found {
			return ask(c.op, strings.TrimSpace(rest), false)
		}
	}
	from, to, both := strings.Cut(text, "..")
	if !both {
		return ask(rule.Equal, text, false)
	}
	var ends rule.All
	for _, end := range []struct {
		op   rule.Op
		text string
	}{{rule.GreaterOrEqual, from}, {rule.LessOrEqual, to}} {
		if end.text = strings.TrimSpace(end.text); end.text == "" {
			continue
		}
		n, ok := ask(end.op, end.text, true)
		if !ok {
			return nil, false
		}
		ends = append(ends, n)
	}
	if len(ends) == 1 {
		return ends[0], true
	}
	return ends, len(ends) > 0
}

// yesOrNo asks a Boolean field.
func yesOrNo(c command, v value, _ *reading) (rule.Node, bool) {
	text, problem := field.Clean(field.Field{Type: field.Boolean}, v.text)
	if problem != nil || text == "" {
		return nil, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return rule.Cond{Field: c.fields[0], Op: rule.Equal, Value: n}, err == nil
}
