package seed

import (
	"context"
	"fmt"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/label"
	"ariane/internal/note"
	"ariane/internal/visit"
)

// team is who does by hand what is done by hand.
const team = "L’atelier"

// write writes steps, which are in the order of time, one kind after another.
func (w *writer) write(ctx context.Context, tx *db.Tx, steps []step) error {
	activity.History(tx)
	views, err := w.create(ctx, tx, steps)
	if err != nil {
		return err
	}
	pasts := make([]*visit.Past, len(views))
	for i, v := range views {
		v.past.Contact, v.past.Device = v.who.contact, v.who.device
		pasts[i] = v.past
	}
	if err := w.recorder.AddViews(ctx, tx, pasts); err != nil {
		return err
	}
	if err := w.submit(ctx, tx, steps); err != nil {
		return err
	}
	var list []label.Tagging
	for _, s := range steps {
		if s.what == tag {
			list = append(list, label.Tagging{Contact: s.who.contact, Name: s.tag, At: s.at, By: label.By{Source: activity.SourceUser, Object: "user", Name: team}})
		}
	}
	if err := label.AddAll(ctx, tx, list); err != nil {
		return err
	}
	return w.oneByOne(ctx, tx, steps)
}

type viewing struct {
	who  *person
	past *visit.Past
}

// create makes the contacts and devices that come for the first time, and returns
// all page views.
func (w *writer) create(ctx context.Context, tx *db.Tx, steps []step) ([]viewing, error) {
	var views []viewing
	var fresh []contact.New
	var who []*person
	var first []viewing
	for _, s := range steps {
		switch s.what {
		case bring:
			fresh, who = append(fresh, s.card), append(who, s.who)
		case look:
			v := viewing{s.who, &visit.Past{Hit: s.hit, At: s.at}}
			views = append(views, v)
			if s.first {
				fresh, who = append(fresh, v.past.Newcomer()), append(who, s.who)
				first = append(first, v)
			}
		}
	}
	contacts, err := contact.CreateAll(ctx, tx, fresh)
	if err != nil {
		return nil, err
	}
	for i, c := range contacts {
		who[i].contact = c
	}
	devices := make([]*visit.Past, len(first))
	for i, v := range first {
		v.past.Contact, devices[i] = v.who.contact, v.past
	}
	if err := w.recorder.AddDevices(ctx, tx, devices); err != nil {
		return nil, err
	}
	for _, v := range first {
		v.who.device = v.past.Device
	}
	return views, nil
}

func (w *writer) submit(ctx context.Context, tx *db.Tx, steps []step) error {
	var list []form.Past
	for _, s := range steps {
		if s.what == submit {
			list = append(list, form.Past{Form: &w.forms[s.form], At: s.at, Visitor: contact.Visitor{Contact: s.who.contact, Device: s.who.device, IP: s.hit.IP}, Values: s.values, Page: s.hit.URL})
		}
	}
	return form.SubmitPast(ctx, tx, list)
}

// oneByOne writes what is rare the ordinary way.
func (w *writer) oneByOne(ctx context.Context, tx *db.Tx, steps []step) error {
	now := tx.Now()
	defer tx.SetNow(now)
	for _, s := range steps {
		var err error
		tx.SetNow(s.at)
		switch s.what {
		case join:
			err = w.join(ctx, tx, s)
		case noted:
			_, err = note.Add(ctx, tx, s.who.contact, s.note, note.By{Source: activity.SourceUser, Object: "user", Name: team})
		}
		if err != nil {
			return fmt.Errorf("at %s: %w", s.at, err)
		}
	}
	return nil
}

// join is a form that comes from somebody known with another browser.
func (w *writer) join(ctx context.Context, tx *db.Tx, s step) error {
	_, err := form.SubmitIn(ctx, tx, form.Submission{Form: w.forms[s.form].ID, Values: s.values, Page: s.hit.URL, IP: s.hit.IP, Visitor: w.recorder.Visitor(s.hit.Token, s.hit)})
	return err
}
