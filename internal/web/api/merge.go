package api

import (
	"context"
	"net/http"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/api/param"
)

// merge answers POST /contacts/{id}/merge: the contact that the body names is
// absorbed by the one of the address, which is answered.
func (a *door) merge(w http.ResponseWriter, r *http.Request) error {
	return a.joining(w, r, func(ctx context.Context, tx *db.Tx, number id.Contact, body param.Value) error {
		other, given := body.Get("contact").Int()
		if !given {
			return fault.Invalid(fault.Fields{"contact": fault.Say("api.merge.contact|Name the contact that is to be absorbed by its number.")})
		}
		to, err := contact.Resolve(ctx, tx, number)
		if err != nil {
			return err
		}
		from, err := contact.Find(ctx, tx, id.Contact(other))
		if err != nil {
			return err
		}
		by := through(ctx, false)
		return contact.Merge(ctx, tx, contact.Union{Survivor: to, Absorbed: from.ID, Take: body.Get("take").Texts(","), Source: by.Source, By: by.By})
	})
}

// unmerge answers POST /contacts/{id}/unmerge: the contact of the address, which was
// absorbed, stands alone again and is answered.
func (a *door) unmerge(w http.ResponseWriter, r *http.Request) error {
	return a.joining(w, r, func(ctx context.Context, tx *db.Tx, number id.Contact, _ param.Value) error {
		if _, err := contact.Find(ctx, tx, number); err != nil {
			return err
		}
		by := through(ctx, false)
		return contact.Unmerge(ctx, tx, contact.Separation{Absorbed: number, Source: by.Source, By: by.By})
	})
}

// joining does something about who a contact is and answers that contact.
func (a *door) joining(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, tx *db.Tx, number id.Contact, body param.Value) error) error {
	ctx := r.Context()
	if !digits(r.PathValue("id")) {
		return notFound(w, r)
	}
	number, err := web.PathID[id.Contact](r, "id")
	if err != nil {
		return err
	}
	body, err := param.Body(r)
	if err != nil {
		return err
	}
	if err := a.DB.Do(ctx, func(tx *db.Tx) error { return do(ctx, tx, number, body) }); err != nil {
		return err
	}
	return a.contactResource().show(ctx, w, http.StatusOK, int64(number), shape{alone: true})
}
