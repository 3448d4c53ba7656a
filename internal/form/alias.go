package form

import (
	"slices"
	"strconv"
	"strings"

	"ariane/internal/field"
)

const (
	longestFormAlias  = 10
	longestFieldAlias = 25
)

// reserved are the names that the protocol of a submission or the HTML of a form uses itself.
var reserved = []string{
	"message", "error", "id", "return", "name", "messenger",
	"formid", "formname", "submit", "mauticpage", "submissionkey", "referrer", "wrapper", "proof", Trap,
}

// clean makes a name of letters, digits and underscores out of a text.
func clean(s string, longest int) string {
	words := strings.FieldsFunc(field.Fold(s), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := strings.Join(words, "_")
	if len(name) > longest {
		name = name[:longest]
	}
	return strings.Trim(name, "_")
}

// alias is the name made from a wish, unlike those taken.
func (f Form) alias(wish string, taken []string) string {
	name := clean(wish, longestFieldAlias)
	if name == "" || name[0] >= '0' && name[0] <= '9' || slices.Contains(reserved, name) || name == f.DOMName() {
		name = clean("f_"+name, longestFieldAlias)
	}
	unique := name
	for n := 2; slices.Contains(taken, unique); n++ {
		suffix := strconv.Itoa(n)
		unique = name[:min(len(name), longestFieldAlias-len(suffix))] + suffix
	}
	return unique
}

// Trap is a name under which a form has an input that nobody sees. Robots fill it in.
const Trap = "other_website"

// Draft is the form as it would be saved now, to be looked at.
func (f Form) Draft() Form { return f.withAliases(f) }

// withAliases fills in the aliases of the form and of its fields. Those of saved are kept.
func (f Form) withAliases(saved Form) Form {
	f.Alias = saved.Alias
	if f.Alias == "" {
		f.Alias = clean(f.Name, longestFormAlias)
	}
	f.Fields = slices.Clone(f.Fields)
	var taken []string
	for i, given := range f.Fields {
		f.Fields[i].ID = 0
		for _, old := range saved.Fields {
			if given.ID != 0 && old.ID == given.ID {
				f.Fields[i].ID, f.Fields[i].Alias = old.ID, old.Alias
				taken = append(taken, old.Alias)
			}
		}
	}
	for i, given := range f.Fields {
		if given.ID != 0 {
			continue
		}
		wish := given.Alias
		if wish == "" {
			wish = given.Label
		}
		f.Fields[i].Alias = f.alias(wish, taken)
		taken = append(taken, f.Fields[i].Alias)
	}
	return f
}
