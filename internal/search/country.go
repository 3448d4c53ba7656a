package search

import (
	"ariane/internal/field"
	"ariane/internal/rule"
)

// fewestLetters is how much of a name in another language finds its country: less is
// the beginning of too many.
const fewestLetters = 3

// country asks whether one of the fields starts with the value, or is a country that
// is called so in another language.
func country(c command, v value, r *reading) (rule.Node, bool) {
	node, ok := starts(c, v, r)
	if !ok || v.wild() || len(field.Fold(v.plain())) < fewestLetters {
		return node, ok
	}
	names := field.CountriesFrom(v.plain())
	if v.strict {
		names = []string{field.CountryName(v.plain(), "en")}
	}
	if len(names) == 0 || v.strict && field.Fold(names[0]) == field.Fold(v.plain()) {
		return node, ok
	}
	either := rule.Any{node}
	for _, f := range c.fields {
		either = append(either, rule.Cond{Field: f, Op: rule.In, Value: names})
	}
	return either, true
}
