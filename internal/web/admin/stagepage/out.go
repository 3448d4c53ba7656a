package stagepage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/stage"
	"ariane/internal/view"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// outView says what it means that a stage goes.
type outView struct {
	Title, Text string
	Action      string
	Merge       bool
	Into        ui.Input
	IntoName    string // what is merged into, once that is chosen
	Views       []string
}

// views are the saved views that name a stage.
func (d Deps) views(ctx context.Context, s stage.Stage) ([]string, error) {
	list, err := view.List(ctx, d.DB, "contacts", web.User(ctx).ID)
	var names []string
	for _, one := range list {
		q, _ := url.ParseQuery(one.Query) // what is stored was written so
		words := field.Fold(q.Get("search"))
		if (strings.Contains(words, "stage:") || strings.Contains(words, "etape:")) && strings.Contains(words, field.Fold(s.Name)) {
			names = append(names, one.Name)
		}
	}
	return names, err
}

func (d Deps) showMerge(w http.ResponseWriter, r *http.Request) error {
	return d.showMergeWith(w, r, r.URL.Query().Get("into"), nil)
}

func (d Deps) showMergeWith(w http.ResponseWriter, r *http.Request, chosen string, refused *fault.Error) error {
	ctx := r.Context()
	s, err := d.find(r)
	if err != nil {
		return err
	}
	f, err := stage.Load(ctx, d.DB)
	if err != nil {
		return err
	}
	v := outView{Merge: true, Action: at("merge", s.ID), Title: i18n.T(ctx, "stagepage.merge.title|Merge “%s” into another stage", s.Name),
		Text: i18n.N(ctx, int(s.Contacts), "stagepage.merge.text|%s contact is there, and goes to the other stage. The thread tells of it.|%s contacts are there, and go to the other stage. Their threads tell of it.", i18n.Number(ctx, int(s.Contacts)))}
	v.Into = ui.Input{Name: "into", Type: "select", Label: i18n.T(ctx, "stagepage.into|Into"), Value: chosen, Required: true, Focus: true, Choices: []ui.Choice{{}}}
	for _, other := range f.Stages {
		if other.ID != s.ID {
			v.Into.Choices = append(v.Into.Choices, ui.Choice{Value: strconv.FormatInt(other.ID, 10), Label: other.Name})
		}
	}
	status := http.StatusOK
	if chosen != "" {
		into := chosenOf(f, chosen)
		switch into.ID {
		case 0:
			v.Into.Wrong = fault.Say("stage.unknown|There is no such stage.")
		case s.ID:
			v.Into.Wrong = fault.Say("stage.same|Choose another stage: this is the one to be merged.")
		default:
			v.IntoName = into.Name
		}
	}
	if refused != nil {
		v.Into.Wrong, v.IntoName = refused.Message(), ""
	}
	if v.Into.Wrong.Key != "" {
		status = http.StatusUnprocessableEntity
	}
	if v.Views, err = d.views(ctx, s); err != nil {
		return err
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Stages, Status: status, Body: outPage(v)})
}

// chosenOf is the stage of a number as it was sent, zero for none.
func chosenOf(f stage.Funnel, text string) stage.Stage {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return stage.Stage{}
	}
	s, _ := f.Find(n)
	return s
}

func (d Deps) merge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := d.find(r)
	if err != nil {
		return err
	}
	f, err := stage.Load(ctx, d.DB)
	if err != nil {
		return err
	}
	chosen := r.PostFormValue("into")
	into := chosenOf(f, chosen)
	if into.ID == 0 || into.ID == s.ID {
		return d.showMergeWith(w, r, "0"+chosen, nil)
	}
	err = d.DB.Do(ctx, func(tx *db.Tx) error { return stage.Merge(ctx, tx, s.ID, into.ID, by(r)) })
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindConflict {
		return d.showMergeWith(w, r, chosen, f)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "stagepage.merged|“%s” goes into “%s”.", s.Name, into.Name))
	return web.Redirect(w, r, listURL)
}

func (d Deps) showDelete(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := d.find(r)
	if err != nil {
		return err
	}
	v := outView{Action: at("delete", s.ID), Title: i18n.T(ctx, "stagepage.delete.title|Delete the stage “%s”?", s.Name),
		Text: i18n.N(ctx, int(s.Contacts), "stagepage.delete.text|%s contact is there, and will be at no stage. The thread tells of it. This cannot be undone.|%s contacts are there, and will be at no stage. Their threads tell of it. This cannot be undone.", i18n.Number(ctx, int(s.Contacts)))}
	if v.Views, err = d.views(ctx, s); err != nil {
		return err
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Stages, Body: outPage(v)})
}

func (d Deps) remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := d.find(r)
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return stage.Delete(ctx, tx, s.ID, by(r)) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "stagepage.deleted|The stage “%s” is deleted.", s.Name))
	return web.Redirect(w, r, listURL)
}
