package contact

import (
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/rule"
)

// columned are the values with a column of their own.
var columned = map[string]bool{"firstname": true, "lastname": true, "company": true, "email": true}

// inJSON tells whether a field is asked in the column of values: it has no other.
func inJSON(f field.Field) bool { return !columned[f.Alias] && !f.Computed() }

// customCatalogue is what a condition may ask about the fields in the column of
// values. Nobody has one of a field that lists are not filtered by, nor visitors one
// of those that tell who somebody is.
func customCatalogue(set *field.Set, d db.Dialect, visitors bool) rule.Catalogue {
	all := rule.Catalogue{}
	for _, f := range set.All() {
		if !inJSON(f) {
			continue
		}
		asked := valued(f, d)
		asked.Never = !f.Published || !f.Listable || visitors && f.Identifying()
		all[f.Alias] = asked
	}
	return all
}

func valued(f field.Field, d db.Dialect) rule.Field {
	if f.Indexing >= field.Filled {
		return indexed(f)
	}
	value := d.JSONValue("contact.fields", f.Alias)
	words := "COALESCE(" + d.JSONValue("contact.fields", folded+f.Alias) + ", " + value + ")"
	switch f.Type {
	case field.Number, field.Boolean:
		return rule.Field{Type: rule.Number, Expr: "CAST(" + value + " AS DOUBLE PRECISION)", Written: value}
	case field.Date:
		return rule.Field{Type: rule.Day, Expr: value, Written: value}
	case field.Datetime:
		return rule.Field{Type: rule.Moment, Expr: value, Written: value}
	case field.Tel:
		return rule.Field{Expr: digits(value), Searched: true}
	case field.Multiselect:
		return rule.Field{Expr: "'\n' || REPLACE(" + words + ", '" + field.Between + "', '\n') || '\n'", Folded: true, Lines: true}
	}
	return rule.Field{Expr: words, Folded: true, Searched: f.Type.Words()}
}

// indexed is how a field is asked in its index.
func indexed(f field.Field) rule.Field {
	rows := "field_index x WHERE x.field_id = " + strconv.FormatInt(f.ID, 10)
	out := rule.Field{Expr: "x.text", Folded: f.Type.Folded() && f.Type != field.Tel, Searched: f.Type.Words() && f.Type != field.Multiselect,
		Within: "EXISTS (SELECT 1 FROM " + rows + " AND x.contact_id = contact.id AND {})",
		Among:  "SELECT x.contact_id FROM " + rows + " AND {}"}
	out.Single = f.Type != field.Multiselect
	switch f.Type {
	case field.Number, field.Boolean:
		out.Type, out.Expr = rule.Number, "x.number"
	case field.Date:
		out.Type = rule.Day
	case field.Datetime:
		out.Type = rule.Moment
	}
	return out
}

// signs stand between the digits of telephone numbers.
var signs = []string{" ", "+", ".", "-", "/", "(", ")"}

// digits is an expression for a telephone number without signs.
func digits(expr string) string {
	for _, sign := range signs {
		expr = "REPLACE(" + expr + ", '" + sign + "', '')"
	}
	return expr
}

// dialled is a telephone number without signs.
func dialled(number string) string {
	for _, sign := range signs {
		number = strings.ReplaceAll(number, sign, "")
	}
	return number
}
