package consent

import "ariane/internal/rule"

// Fields are how a list of contacts is asked for who must not be contacted: by which
// channel, and for which reason, the strictest of each channel.
func Fields() rule.Catalogue {
	return rule.Catalogue{
		"dnc": {Type: rule.Text, Expr: "b.channel",
			Within: "EXISTS (SELECT 1 FROM contact_block b WHERE b.contact_id = contact.id AND {})",
			Among:  "SELECT b.contact_id FROM contact_block b WHERE {}"},
		"dnc.reason": {Type: rule.Number, Expr: "b.reason",
			Within: "EXISTS (SELECT 1 FROM contact_block b WHERE b.contact_id = contact.id AND NOT " + stricter + " AND {})",
			Among:  "SELECT b.contact_id FROM contact_block b WHERE NOT " + stricter + " AND {}"},
	}
}

// stricter is what was said of another contact before both became one, and wins.
const stricter = `EXISTS (SELECT 1 FROM contact_block s WHERE s.contact_id = b.contact_id AND s.channel = b.channel AND s.reason <> b.reason AND (s.reason = 1 OR b.reason = 2))`
