package app

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// followed are the kinds of events that follow understands.
func followed() []activity.Kind {
	return []activity.Kind{contact.KindMerged, contact.KindJoined, contact.KindErased}
}

// follow tells what became of contacts, to the neighbours of contact.
func follow(ctx context.Context, q db.Q, e activity.Event) (from []id.Contact, into id.Contact, err error) {
	if e.Kind == contact.KindErased {
		var erased contact.Erased
		err := e.Decode(&erased)
		return append([]id.Contact{e.Contact}, erased.Absorbed...), 0, err
	}
	var merged contact.Merged
	if err := e.Decode(&merged); err != nil {
		return nil, 0, err
	}
	into, err = contact.Resolve(ctx, q, e.Contact)
	return []id.Contact{merged.Contact}, into, err
}
