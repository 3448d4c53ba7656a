package contact

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Follow implements activity.Follow, for the kinds KindMerged, KindJoined and KindErased.
func Follow(ctx context.Context, q db.Q, e activity.Event) (from []id.Contact, into id.Contact, err error) {
	if e.Kind == KindErased {
		var erased erasure
		err := e.Decode(&erased)
		return append([]id.Contact{e.Contact}, erased.Absorbed...), 0, err
	}
	var merged Merged
	if err := e.Decode(&merged); err != nil {
		return nil, 0, err
	}
	into, err = Resolve(ctx, q, e.Contact)
	return []id.Contact{merged.Contact}, into, err
}
