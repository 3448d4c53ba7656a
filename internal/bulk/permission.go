package bulk

import (
	"context"
	"slices"
	"strconv"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/id"
)

var refused = fault.Say("bulk.unsubscribed|The person unsubscribed: that stands.")

func speaker(e contact.Edit) consent.By {
	return consent.By{Source: e.Source, Object: e.By.Object, ID: e.By.ID, Name: e.By.Name}
}

// blockOf is what is said of a channel of a contact; its reason is None where it may be
// contacted by it.
func blockOf(all []consent.Block, channel consent.Channel) consent.Block {
	if i := slices.IndexFunc(all, func(b consent.Block) bool { return b.Channel == channel }); i >= 0 {
		return all[i]
	}
	return consent.Block{Channel: channel}
}

// permit blocks a channel of contacts, or lets them be contacted by it again. What a
// person chose stands.
func (c Change) permit(ctx context.Context, tx *db.Tx, contacts []id.Contact, alive map[id.Contact]contact.Contact, e contact.Edit) ([]Outcome, error) {
	is, err := consent.Blocks(ctx, tx, contacts)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, 0, len(contacts))
	for _, n := range contacts {
		_, there := alive[n]
		was := blockOf(is[n], c.Channel)
		changed := false
		switch {
		case !there:
			outcomes = append(outcomes, skipped(n, gone))
			continue
		case was.Reason == consent.Unsubscribed:
			outcomes = append(outcomes, skipped(n, refused))
			continue
		case c.Kind == Block:
			changed, err = consent.Add(ctx, tx, n, consent.Block{Channel: c.Channel, Reason: consent.Manual, Comment: c.Comment}, false, speaker(e))
		default:
			changed, err = consent.Remove(ctx, tx, n, c.Channel, speaker(e))
		}
		if err != nil {
			return nil, err
		}
		if !changed {
			outcomes = append(outcomes, skipped(n, same))
			continue
		}
		outcomes = append(outcomes, Outcome{Contact: n, Was: []string{strconv.Itoa(int(was.Reason)), was.Comment}})
	}
	return outcomes, nil
}

// permitBack says again what was said before, unless something else was said since.
func (c Change) permitBack(ctx context.Context, tx *db.Tx, done []Outcome, alive map[id.Contact]contact.Contact, e contact.Edit) (left []Outcome, err error) {
	contacts := make([]id.Contact, len(done))
	for i, o := range done {
		contacts[i] = o.Contact
	}
	is, err := consent.Blocks(ctx, tx, contacts)
	if err != nil {
		return nil, err
	}
	for _, o := range done {
		_, there := alive[o.Contact]
		now := blockOf(is[o.Contact], c.Channel)
		stands := now.Reason == consent.None
		if c.Kind == Block {
			stands = now.Reason == consent.Manual && now.Comment == c.Comment
		}
		switch {
		case !there:
			left = append(left, skipped(o.Contact, gone))
			continue
		case !stands:
			left = append(left, skipped(o.Contact, since))
			continue
		}
		was, err := strconv.Atoi(o.Was[0])
		if err == nil && c.Kind == Block {
			_, err = consent.Remove(ctx, tx, o.Contact, c.Channel, speaker(e))
		}
		if err == nil && consent.Reason(was) != consent.None {
			_, err = consent.Add(ctx, tx, o.Contact, consent.Block{Channel: c.Channel, Reason: consent.Reason(was), Comment: o.Was[1]}, false, speaker(e))
		}
		if err != nil {
			return nil, err
		}
	}
	return left, nil
}
