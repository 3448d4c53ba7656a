package activity

import "strconv"

// frequent is the kind of most events, which the index by kind leaves out.
const frequent Kind = 10

// rare is the condition for the others.
var rare = "kind <> " + strconv.Itoa(int(frequent))

// What conditions on contacts ask about their events, which they call e, with {}
// in the place of what is asked: whether one had such an event, and for the kinds
// that are not the most frequent one, which contacts had.
const (
	Had      = "EXISTS (SELECT 1 FROM event e WHERE e.contact_id = contact.id AND {})"
	HadRare  = "EXISTS (SELECT 1 FROM event e WHERE e.contact_id = contact.id AND e.kind <> 10 AND {})"
	WithRare = "SELECT e.contact_id FROM event e WHERE e.kind <> 10 AND {}"
)

// Frequent tells whether most events are of this kind, so that no index leads from
// it to contacts.
func (k Kind) Frequent() bool { return k == frequent }
