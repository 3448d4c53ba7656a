package fieldpage

import (
	"net/http"
	"strconv"

	"ariane/internal/base/db"
	"ariane/internal/base/i18n"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// deleteView says what removing a field means.
type deleteView struct {
	Name, Back, Action string
	Forms              []ui.Choice // that fill it in: address and name
	Public, Fixed      bool
}

func (d Deps) showDelete(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	v := deleteView{Name: f.Name(ctx), Back: at("edit", f.ID), Action: at("delete", f.ID), Fixed: f.Fixed}
	forms, err := form.Filling(ctx, d.DB, f.Alias)
	if err != nil {
		return err
	}
	for _, one := range forms {
		v.Forms = append(v.Forms, ui.Choice{Value: "/s/forms/view/" + strconv.FormatInt(int64(one.ID), 10), Label: one.Name})
	}
	t, err := setting.Get(ctx, d.DB, setting.Followed)
	if err != nil {
		return err
	}
	v.Public = t.Public[f.Alias] != ""
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "fieldpage.delete|Remove the field"), Section: layout.Fields, Body: deletePage(v)})
}

func (d Deps) remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := contact.Sweep{Field: f.ID}.Start(ctx, tx, func() (field.Field, error) { return field.Remove(ctx, tx, f.ID, by(r)) })
		return err
	})
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "fieldpage.removed|%s is removed. Its values are kept for 30 days.", f.Name(ctx)))
	return web.Redirect(w, r, listURL)
}
