package contact

import (
	"ariane/internal/activity"
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
		"points":     {Type: rule.Number, Expr: "contact.points", Written: "CAST(contact.points AS TEXT)", Among: among},
		"created":    {Type: rule.Time, Expr: "contact.added", Among: among},
		"identified": {Type: rule.Time, Expr: "contact.identified", Among: among, Never: never},
		"modified":   {Type: rule.Time, Expr: "contact.modified"},
		"active": {Type: rule.Time, Expr: "seen.last_active", Within: "EXISTS (SELECT 1 FROM contact_active seen WHERE seen.contact_id = contact.id AND {})", Single: true,
			Among: "SELECT seen.contact_id FROM contact_active seen WHERE seen.state " + state + " AND {}"},
		"event":        {Type: rule.Number, Expr: "e.kind", Within: activity.HadRare, Among: activity.WithRare},
		"event.common": {Type: rule.Number, Expr: "e.kind", Within: activity.Had},
	}
}
