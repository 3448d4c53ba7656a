package contact

import (
	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/rule"
)

// figures is what a condition may ask about the row of a contact and about what
// happened, beside its values.
func figures(state string) rule.Catalogue {
	among := "SELECT contact.id FROM contact WHERE contact.state = 1 AND {}"
	if state != "= 1" {
		among = "" // the indexes leave visitors out
	}
	never := state == "= 0"
	return rule.Catalogue{
		"owner":      {Type: rule.Number, Expr: "contact.owner_id", Among: "SELECT contact.id FROM contact WHERE {}"},
		"points":     {Type: rule.Number, Expr: "contact.points", Among: among},
		"created":    {Type: rule.Time, Expr: "contact.added", Among: among},
		"identified": {Type: rule.Time, Expr: "contact.identified", Among: among, Never: never},
		"modified":   {Type: rule.Time, Expr: "contact.modified"},
		"active": {Type: rule.Time, Expr: "seen.last_active", Within: "EXISTS (SELECT 1 FROM contact_active seen WHERE seen.contact_id = contact.id AND {})",
			Among: "SELECT seen.contact_id FROM contact_active seen WHERE seen.state " + state + " AND {}"},
		"event":        {Type: rule.Number, Expr: "e.kind", Within: activity.HadRare, Among: activity.WithRare},
		"event.common": {Type: rule.Number, Expr: "e.kind", Within: activity.Had},
	}
}

// Asks tells whether a condition can ask for values of a field.
func Asks(f field.Field) bool {
	switch f.Type {
	case field.Number, field.Datetime, field.Tel:
		return true
	}
	return columned[f.Alias]
}

// columned are the texts with a column of their own.
var columned = map[string]bool{"firstname": true, "lastname": true, "company": true, "email": true}

// valued is how the value of a field is asked that has no column.
func valued(f field.Field, d db.Dialect, never bool) rule.Field {
	value := d.JSONText("contact.fields", f.Alias)
	switch f.Type {
	case field.Number:
		return rule.Field{Type: rule.Number, Expr: "CAST(" + value + " AS DOUBLE PRECISION)"}
	case field.Datetime:
		return rule.Field{Type: rule.Moment, Expr: value}
	}
	return rule.Field{Expr: digits(value), Never: never}
}

// digits is what a telephone number is written with, but for signs and spaces.
func digits(expr string) string {
	for _, sign := range []string{" ", "+", ".", "-", "/", "(", ")"} {
		expr = "REPLACE(" + expr + ", '" + sign + "', '')"
	}
	return expr
}
