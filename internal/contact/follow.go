package contact

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Fates are the kinds that Follow is for.
func Fates() []activity.Kind {
	return []activity.Kind{KindMerged, KindJoined, KindUnmerged, KindVisitorUnmerged, KindErased}
}

// Follow implements activity.Follow, for Fates. What has changed since counts: a
// merge that was taken back moves nothing any more.
func Follow(ctx context.Context, q db.Q, e activity.Event) (f activity.Fate, err error) {
	switch e.Kind {
	case KindErased:
		var erased erasure
		err := e.Decode(&erased)
		return activity.Fate{From: append([]id.Contact{e.Contact}, erased.Absorbed...)}, err
	case KindUnmerged, KindVisitorUnmerged:
		var parted Parted
		if err := e.Decode(&parted); err != nil || parted.Contact == e.Contact {
			return f, err
		}
		return activity.Fate{From: []id.Contact{parted.Contact}, Into: e.Contact, Apart: true}, nil
	}
	var merged Merged
	if err := e.Decode(&merged); err != nil {
		return f, err
	}
	into, err := Resolve(ctx, q, e.Contact)
	if err != nil {
		return f, err
	}
	end, err := Resolve(ctx, q, merged.Contact)
	// What was merged the other way round since is the survivor itself.
	if err != nil || end != into || merged.Contact == into {
		return f, err
	}
	return activity.Fate{From: []id.Contact{merged.Contact}, Into: into}, nil
}
