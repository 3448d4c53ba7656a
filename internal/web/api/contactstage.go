package api

import (
	"context"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/category"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/stage"
)

// stagesOf are the stages of some contacts.
type stagesOf struct {
	funnel     stage.Funnel
	categories map[int64]category.Category
	is         map[id.Contact]stage.At
}

func readStages(ctx context.Context, q db.Q, contacts []id.Contact) (s stagesOf, err error) {
	if s.funnel, err = stage.Load(ctx, q); err != nil || len(s.funnel.Stages) == 0 {
		return s, err
	}
	var numbers []int64
	for _, one := range s.funnel.Stages {
		if one.Category != 0 {
			numbers = append(numbers, one.Category)
		}
	}
	if s.categories, err = category.Some(ctx, q, numbers); err != nil {
		return s, err
	}
	s.is, err = stage.Of(ctx, q, contacts)
	return s, err
}

// object is the stage of a contact, null for none.
func (s stagesOf) object(c id.Contact) any {
	one, found := s.funnel.Find(s.is[c].Stage)
	if !found {
		return nil
	}
	return object{{"createdByUser", orNull(one.CreatedByUser)}, {"modifiedByUser", orNull(one.ModifiedByUser)}, {"id", one.ID}, {"name", one.Name},
		{"category", nestedCategory(s.categories[one.Category])}, {"weight", one.Weight}, {"description", orNull(one.Description)}}
}

// stageSent is where the contact is to be, nil to leave it.
func stageSent(ctx context.Context, tx *db.Tx, s sent, wrong fault.Fields) (*int64, error) {
	v := s.Get("stage")
	var nowhere int64
	switch {
	case !v.Given():
		return nil, nil
	case v.Null():
		return &nowhere, nil
	case v.Blank():
		return nil, nil
	}
	number, ok := v.Int()
	if !ok || number <= 0 {
		wrong.Add("stage", invalid)
		return nil, nil
	}
	_, err := stage.Find(ctx, tx, number)
	if fault.Is(err, fault.KindNotFound) {
		wrong.Add("stage", invalid)
		return nil, nil
	}
	return &number, err
}

// place puts the contact at the stage that was sent. Where the stages do not let it go
// there it stays.
func (w writing) place(ctx context.Context, tx *db.Tx, c id.Contact) error {
	if w.stage == nil {
		return nil
	}
	if err := contact.HoldAll(ctx, tx, []id.Contact{c}); err != nil {
		return err
	}
	by := stage.By{Source: w.edit.Source, Object: w.edit.By.Object, ID: w.edit.By.ID, Name: w.edit.By.Name}
	err := stage.Set(ctx, tx, c, *w.stage, by)
	if fault.Is(err, fault.KindInvalid) {
		return nil
	}
	return err
}
