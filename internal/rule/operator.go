package rule

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/fault"
)

// Questions that become several.
const (
	allOf    Op = "all"
	twoSided Op = "between"
)

// operators are the questions of filters by the keys that they are stored and sent
// with (segments specification, section 4.2).
var operators = map[string]struct {
	op      Op
	negated bool
}{
	"=": {Equal, false}, "!=": {Equal, true},
	"gt": {Greater, false}, "gte": {GreaterOrEqual, false}, "lt": {Less, false}, "lte": {LessOrEqual, false},
	"empty": {Present, true}, "!empty": {Present, false},
	"like": {Like, false}, "!like": {Like, true},
	"startsWith": {StartsWith, false}, "endsWith": {EndsWith, false}, "contains": {Contains, false},
	"in": {In, false}, "!in": {In, true}, "all": {allOf, false},
	"regexp": {Matches, false}, "!regexp": {Matches, true},
	"between": {twoSided, false}, "!between": {twoSided, true},
}

// Operators lists the keys of the operators that suit a field.
func (f Field) Operators() []string {
	switch {
	case f.Type == Flag:
		return []string{"=", "!="}
	case f.Type == Time, f.Type != Text && f.Written == "":
		return []string{"=", "!=", "gt", "gte", "lt", "lte", "between", "!between", "empty", "!empty"}
	case f.Type != Text:
		return []string{"=", "!=", "gt", "gte", "lt", "lte", "between", "!between", "empty", "!empty", "like", "!like", "regexp", "!regexp", "startsWith", "endsWith", "contains"}
	case f.Lines:
		return []string{"in", "!in", "all", "empty", "!empty"}
	}
	return []string{"=", "!=", "empty", "!empty", "like", "!like", "regexp", "!regexp", "in", "!in", "startsWith", "endsWith", "contains"}
}

// Ask is a filter as a tree: a field, an operator by its key, and what it is
// compared with, as it was typed. Negated operators hold where there is no value.
// Days are those of the zone of now, and last from their beginning to their end.
// What makes no sense is a fault.
func (c Catalogue) Ask(name, operator string, values []string, now time.Time) (Node, error) {
	f, ok := c[name]
	if !ok {
		return nil, fault.Refused(nil, fault.Say("rule.unknown_field|There is no field %s.", name))
	}
	o := operators[operator]
	if !slices.Contains(f.Operators(), operator) {
		return nil, fault.Refused(fmt.Errorf("%s %s", name, operator), fault.Say("rule.unsuited|%s cannot be asked in this way.", name))
	}
	n, err := f.ask(name, o.op, values, now)
	if err == nil && o.negated {
		n = Not{Node: n}
	}
	return n, err
}

func (f Field) ask(name string, op Op, values []string, now time.Time) (Node, error) {
	if op == Present && f.Type != Flag {
		return Cond{Field: name, Op: Present}, nil
	}
	values = slices.DeleteFunc(slices.Clone(values), func(s string) bool { return f.value(s) == "" })
	if len(values) == 0 || op == twoSided && len(values) != 2 {
		return nil, fault.Refused(nil, fault.Say("rule.no_value|Say what %s is compared with.", name))
	}
	switch {
	case f.Type == Flag:
		return f.flag(name, values[0])
	case op == In:
		return Cond{Field: name, Op: In, Value: values}, nil
	case op == allOf:
		var each All
		for _, v := range values {
			each = append(each, Cond{Field: name, Op: Equal, Value: v})
		}
		return each, nil
	case op == twoSided:
		least, err := f.ask(name, GreaterOrEqual, values[:1], now)
		if err != nil {
			return nil, err
		}
		most, err := f.ask(name, LessOrEqual, values[1:], now)
		return All{least, most}, err
	case f.Type == Text || wording[op]:
		return Cond{Field: name, Op: op, Value: values[0]}.likening(), nil
	}
	value, ok := f.read(values[0], now)
	if !ok {
		return nil, fault.Refused(nil, fault.Say("rule.not_value|%s cannot be compared with “%s”.", name, values[0]))
	}
	return Cond{Field: name, Op: op, Value: value}, nil
}

// wording are the questions about how a value is written.
var wording = map[Op]bool{StartsWith: true, EndsWith: true, Contains: true, Like: true, Matches: true}

// likening is a pattern without a wildcard as one for a text anywhere.
func (q Cond) likening() Cond {
	if text, ok := q.Value.(string); ok && q.Op == Like && !strings.Contains(text, "%") {
		q.Op = Contains
	}
	return q
}

func (f Field) flag(name, value string) (Node, error) {
	switch f.value(value) {
	case "1", "true", "yes", "oui":
		return Cond{Field: name, Op: Is}, nil
	case "0", "false", "no", "non":
		return Not{Node: Cond{Field: name, Op: Is}}, nil
	}
	return nil, fault.Refused(nil, fault.Say("rule.not_value|%s cannot be compared with “%s”.", name, value))
}

// read is a value of the field's type.
func (f Field) read(text string, now time.Time) (any, bool) {
	if f.Type != Number {
		return When(text, now)
	}
	return ParseNumber(text)
}

// ParseNumber reads an int64, or a float64 with a point or a comma.
func ParseNumber(text string) (any, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
}
