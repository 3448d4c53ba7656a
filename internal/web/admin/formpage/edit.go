package formpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

func (d Deps) showNew(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f := form.Blank(i18n.Lang(ctx))
	if n, err := strconv.ParseInt(r.URL.Query().Get("from"), 10, 64); err == nil {
		original, err := form.Find(ctx, d.DB, id.Form(n))
		if err != nil {
			return err
		}
		f = original.Copy()
		f.Name = i18n.T(ctx, "formpage.copy.name|Copy of %s", original.Name)
	}
	return d.showEditor(w, r, http.StatusOK, newDraft(ctx, f), nil, focus{})
}

func (d Deps) create(w http.ResponseWriter, r *http.Request) error {
	return d.save(w, r, form.Form{}, func(tx *db.Tx, f *form.Form) error {
		u := web.User(r.Context())
		f.CreatedBy, f.CreatedByUser = u.ID, u.Name()
		number, err := form.Create(r.Context(), tx, *f)
		f.ID = number
		return err
	})
}

func (d Deps) showEdit(w http.ResponseWriter, r *http.Request) error {
	f, err := d.find(r)
	if err != nil {
		return err
	}
	return d.showEditor(w, r, http.StatusOK, newDraft(r.Context(), f), nil, focus{})
}

func (d Deps) update(w http.ResponseWriter, r *http.Request) error {
	f, err := d.find(r)
	if err != nil {
		return err
	}
	return d.save(w, r, f, func(tx *db.Tx, f *form.Form) error {
		u := web.User(r.Context())
		f.ModifiedBy, f.ModifiedByUser = u.ID, u.Name()
		return form.Update(r.Context(), tx, *f)
	})
}

func (d Deps) find(r *http.Request) (form.Form, error) {
	number, err := web.PathID[id.Form](r, "id")
	if err != nil {
		return form.Form{}, err
	}
	return form.Find(r.Context(), d.DB, number)
}

// save stores the form with write, or shows the editor again with what was typed: rearranged, with what is wrong, or
// put on what somebody else stored meanwhile.
func (d Deps) save(w http.ResponseWriter, r *http.Request, f form.Form, write func(tx *db.Tx, f *form.Form) error) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	typed, wrong := readDraft(ctx, r.PostForm, f)
	if to, done := typed.rearrange(ctx, r.PostForm.Get("do")); done {
		return d.showEditor(w, r, http.StatusOK, typed, nil, to)
	}
	if len(wrong) > 0 {
		return d.showEditor(w, r, http.StatusUnprocessableEntity, typed, wrong, focus{})
	}
	err := d.DB.Do(ctx, func(tx *db.Tx) error { return write(tx, &typed.Form) })
	refused, ok := fault.Of(err)
	switch {
	case ok && refused.Kind == fault.KindInvalid:
		return d.showEditor(w, r, http.StatusUnprocessableEntity, typed, refused.Fields, focus{})
	case ok && refused.Kind == fault.KindConflict:
		return d.showMerged(w, r, typed)
	case err != nil:
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "formpage.saved|The form “%s” is saved.", typed.Name))
	return web.Redirect(w, r, at("view", typed.ID))
}

// showMerged shows the editor with what was typed on what is stored now.
func (d Deps) showMerged(w http.ResponseWriter, r *http.Request, typed draft) error {
	ctx := r.Context()
	stored, err := form.Find(ctx, d.DB, typed.ID)
	if err != nil {
		return err
	}
	was, err := url.ParseQuery(typed.Was)
	if err != nil {
		return fault.Refused(err, fault.Text{})
	}
	now := writeForm(ctx, stored)
	merged, meanwhile := merge(was, r.PostForm, now)
	next, wrong := readDraft(ctx, merged, stored)
	next.Modified, next.Was, next.Meanwhile, next.Other = stored.Modified, now.Encode(), meanwhile, stored.ModifiedByUser
	if next.Other == "" {
		next.Other = i18n.T(ctx, "formpage.somebody|Somebody")
	}
	return d.showEditor(w, r, http.StatusConflict, next, wrong, focus{})
}

func (d Deps) showEditor(w http.ResponseWriter, r *http.Request, status int, typed draft, wrong fault.Fields, to focus) error {
	users, err := user.List(r.Context(), d.DB)
	if err != nil {
		return err
	}
	set, err := field.Of(r.Context(), d.DB)
	if err != nil {
		return err
	}
	v := newEditView(r.Context(), set, typed, wrong, to, users)
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Forms, Status: status, Body: editPage(v), Editing: web.Editable("form", typed.ID)})
}

// preview answers with the page of the form as it is typed, or with its parts to the script of the editor. It stores
// nothing.
func (d Deps) preview(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	typed, _ := readDraft(r.Context(), r.PostForm, form.Form{})
	if r.PostForm.Get("do") == "draw" {
		html, css, err := d.Public.Parts(r.Context(), typed.Form)
		if err != nil {
			return err
		}
		return web.JSON(w, http.StatusOK, map[string]string{"html": html, "css": css})
	}
	return d.Public.Preview(w, r, typed.Form)
}

// previewStored answers with the page of a stored form, whether visitors can see it or not.
func (d Deps) previewStored(w http.ResponseWriter, r *http.Request) error {
	f, err := d.find(r)
	if err != nil {
		return err
	}
	return d.Public.Preview(w, r, f)
}

func typedMillis(f form.Form) string {
	if f.Modified.IsZero() {
		return ""
	}
	return strconv.FormatInt(db.Millis(f.Modified), 10)
}

// spoken gives a context the language of a form.
func spoken(ctx context.Context, language string) context.Context {
	return i18n.With(ctx, i18n.Locale{Lang: language, Zone: i18n.Zone(ctx)})
}
