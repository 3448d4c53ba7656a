package web

import (
	"bytes"
	"errors"
	"net/http"
	"regexp"
	"strconv"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/user"
	"ariane/internal/web/layout"
)

// editable are the things that View.Editing may name.
var editable = regexp.MustCompile(`^(company|contact|form)/[1-9][0-9]{0,17}$`)

// Editable is what View.Editing takes; empty for something that is only created.
func Editable[T ~int64](kind string, number T) string {
	if number == 0 {
		return ""
	}
	return kind + "/" + strconv.FormatInt(int64(number), 10)
}

// editing notes that the user edits a thing, and says who else does.
func editing(r *http.Request, thing string) (layout.Editing, error) {
	ctx := r.Context()
	e := layout.Editing{Thing: thing}
	if !editable.MatchString(thing) {
		return e, fault.NotFound(errors.New("edit: no such thing"))
	}
	store := stateOf(ctx).server.DB
	var others []user.Editor
	err := store.DoRelaxed(ctx, func(tx *db.Tx) (err error) {
		others, err = user.Edit(ctx, tx, User(ctx).ID, thing)
		return err
	})
	if err != nil {
		return e, err
	}
	for _, o := range others {
		minutes := int(store.Now().Sub(o.Since).Minutes())
		if minutes < 1 {
			e.Others = append(e.Others, i18n.T(ctx, "web.editing.now|%s has just opened this page too.", o.Name))
		} else {
			e.Others = append(e.Others, i18n.N(ctx, minutes, "web.editing|%s has been editing this for %s minute.|%s has been editing this for %s minutes.", o.Name, i18n.Number(ctx, minutes)))
		}
	}
	return e, nil
}

// stillEditing answers the script of a page on which a thing is changed: it
// calls again and again, and shows who else is there.
func stillEditing(w http.ResponseWriter, r *http.Request) error {
	e, err := editing(r, r.PostFormValue("thing"))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := layout.Editors(e.Others).Render(r.Context(), &b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(b.Bytes())
	return gone(err)
}

// doneEditing is told when such a page is closed.
func doneEditing(w http.ResponseWriter, r *http.Request) error {
	ctx, thing := r.Context(), r.PostFormValue("thing")
	if !editable.MatchString(thing) {
		return fault.NotFound(errors.New("edit: no such thing"))
	}
	err := stateOf(ctx).server.DB.DoRelaxed(ctx, func(tx *db.Tx) error { return user.Leave(ctx, tx, User(ctx).ID, thing) })
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
