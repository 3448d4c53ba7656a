package bulk

import (
	"context"
	"strconv"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/stage"
)

var stageGone = fault.Say("bulk.stage_gone|The stage at which it was is gone.")

func placing(n id.Contact, number int64, e contact.Edit) stage.Placing {
	return stage.Placing{Contact: n, Stage: number, By: stage.By{Source: e.Source, Object: e.By.Object, ID: e.By.ID, Name: e.By.Name}}
}

// place puts contacts at a stage, as far as the stages let them go there.
func (c Change) place(ctx context.Context, tx *db.Tx, contacts []id.Contact, alive map[id.Contact]contact.Contact, e contact.Edit) ([]Outcome, error) {
	f, err := stage.Load(ctx, tx)
	if err != nil {
		return nil, err
	}
	is, err := stage.Of(ctx, tx, contacts)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, 0, len(contacts))
	var list []stage.Placing
	for _, n := range contacts {
		_, there := alive[n]
		why, refused := f.Refuses(is[n].Stage, c.Stage)
		switch {
		case !there:
			outcomes = append(outcomes, skipped(n, gone))
		case is[n].Stage == c.Stage:
			outcomes = append(outcomes, skipped(n, same))
		case refused:
			outcomes = append(outcomes, skipped(n, why))
		default:
			outcomes = append(outcomes, Outcome{Contact: n, Was: []string{strconv.FormatInt(is[n].Stage, 10)}})
			list = append(list, placing(n, c.Stage, e))
		}
	}
	return outcomes, f.SetAll(ctx, tx, list)
}

// placeBack puts contacts where they were, unless they went on since. Nobody is kept
// from going back so.
func (c Change) placeBack(ctx context.Context, tx *db.Tx, done []Outcome, alive map[id.Contact]contact.Contact, e contact.Edit) (left []Outcome, err error) {
	f, err := stage.Load(ctx, tx)
	if err != nil {
		return nil, err
	}
	var contacts []id.Contact
	for _, o := range done {
		contacts = append(contacts, o.Contact)
	}
	is, err := stage.Of(ctx, tx, contacts)
	if err != nil {
		return nil, err
	}
	var list []stage.Placing
	for _, o := range done {
		was, err := strconv.ParseInt(o.Was[0], 10, 64)
		if err != nil {
			return nil, err
		}
		_, there := alive[o.Contact]
		_, known := f.Find(was)
		switch {
		case !there:
			left = append(left, skipped(o.Contact, gone))
		case is[o.Contact].Stage != c.Stage:
			left = append(left, skipped(o.Contact, since))
		case was != 0 && !known:
			left = append(left, skipped(o.Contact, stageGone))
		default:
			list = append(list, placing(o.Contact, was, e))
		}
	}
	return left, f.SetAll(ctx, tx, list)
}
