package api

import (
	"encoding/csv"
	"slices"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/web/api/param"
)

// term is a condition of the parameter where: a comparison, or several of them.
type term struct {
	column, expr string
	values       []string
	terms        terms // of andX and orX
}

type terms []term

// deepestTerm bounds how far conditions lie within others.
const deepestTerm = 10

// readTerms reads the parameter where.
func readTerms(query param.Value) (terms, error) {
	return readTermsIn(query.Get("where"), 0)
}

func readTermsIn(v param.Value, depth int) (terms, error) {
	var list terms
	for _, one := range v.All() {
		if one.Get("internal").Given() {
			continue
		}
		t := term{column: one.Get("col").Text(), expr: one.Get("expr").Text()}
		if t.column == "" {
			t.column = one.Get("column").Text()
		}
		value := one.Get("val")
		if !value.Given() {
			value = one.Get("value")
		}
		group := t.expr == "andX" || t.expr == "orX"
		switch {
		case t.expr == "":
			return nil, refused("where", fault.Say(`api.where.expr|"expr" is missing in the where clause array.`))
		case t.column == "" && !group:
			return nil, refused("where", fault.Say(`api.where.col|"col" is missing in the where clause array.`))
		case !group && !slices.Contains(comparisons, t.expr), depth > deepestTerm:
			return nil, refused("where", fault.Say("api.where.unknown|“%s” cannot be asked.", t.expr))
		}
		var err error
		if group {
			if t.terms, err = readTermsIn(value, depth+1); err != nil {
				return nil, err
			}
		}
		t.values = several(value, t.expr)
		list = append(list, t)
	}
	return list, nil
}

var comparisons = []string{"eq", "neq", "lt", "lte", "gt", "gte", "like", "notLike", "in", "notIn", "between", "notBetween", "isNull", "isNotNull", "isEmpty", "isNotEmpty"}

// several are the values of a comparison. Those of a list may come as one text.
func several(v param.Value, expr string) []string {
	if v.List() {
		return v.Texts("")
	}
	if expr == "in" || expr == "notIn" {
		r := csv.NewReader(strings.NewReader(v.Text()))
		r.TrimLeadingSpace, r.LazyQuotes = true, true
		if list, err := r.Read(); err == nil {
			return list
		}
	}
	return []string{v.Text()}
}

// match tells whether all conditions hold for an item.
func (list terms) match(o object) bool {
	return !slices.ContainsFunc(list, func(t term) bool { return !t.match(o) })
}

func (t term) match(o object) bool {
	switch t.expr {
	case "andX":
		return t.terms.match(o)
	case "orX":
		return slices.ContainsFunc(t.terms, func(t term) bool { return t.match(o) })
	}
	m, known := o.column(t.column)
	if !known {
		return false
	}
	is, none := text(m.value), m.value == nil
	to := func(i int) int {
		if i >= len(t.values) {
			return 2 // neither
		}
		return compare(is, t.values[i])
	}
	switch t.expr {
	case "isNull":
		return none
	case "isNotNull":
		return !none
	case "isEmpty":
		return is == ""
	case "isNotEmpty":
		return is != ""
	}
	if none {
		return false // as null is to nothing
	}
	switch t.expr {
	case "eq":
		return to(0) == 0
	case "neq":
		return to(0) != 0
	case "lt":
		return to(0) == -1
	case "lte":
		return to(0) == -1 || to(0) == 0
	case "gt":
		return to(0) == 1
	case "gte":
		return to(0) == 1 || to(0) == 0
	case "like":
		return len(t.values) > 0 && like(is, t.values[0])
	case "notLike":
		return len(t.values) > 0 && !like(is, t.values[0])
	case "between":
		return (to(0) == 1 || to(0) == 0) && (to(1) == -1 || to(1) == 0)
	case "notBetween":
		return to(0) == -1 || to(1) == 1
	}
	among := slices.ContainsFunc(t.values, func(v string) bool { return compare(is, v) == 0 })
	return among == (t.expr == "in")
}

// like compares with a pattern in which % stands for any text.
func like(text, pattern string) bool {
	parts := strings.Split(field.Fold(pattern), "%")
	text = field.Fold(text)
	if len(parts) == 1 {
		return text == parts[0]
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return ok && strings.HasSuffix(rest, parts[len(parts)-1])
}
