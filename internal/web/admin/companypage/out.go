package companypage

import (
	"context"
	"net/http"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/company"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// outView says what it means that a company goes.
type outView struct {
	Title, Text, More string
	Action, Back      string
	Parent, Wrong     string
	Merge             bool
	With              ui.Input
	Ready             bool // which other one is chosen
	Filled            []fact
	Sure              string // what the button says
}

func (d Deps) showMerge(w http.ResponseWriter, r *http.Request) error {
	return d.showMergeWith(w, r, r.URL.Query().Get("with"), nil)
}

// other finds the company that is to be merged into one, by its name.
func (d Deps) other(ctx context.Context, c company.Company, typed string) (other company.Company, problem fault.Text, err error) {
	number, err := company.Named(ctx, d.DB, typed)
	switch {
	case err != nil:
		return other, problem, err
	case number == 0:
		return other, fault.Say("companypage.merge.none|There is no company of this name."), nil
	case number == c.ID:
		return other, fault.Say("company.merge_itself|Choose another company: this is the one to be kept."), nil
	}
	other, err = company.Find(ctx, d.DB, number)
	return other, problem, err
}

func (d Deps) showMergeWith(w http.ResponseWriter, r *http.Request, typed string, refused *fault.Error) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	v := outView{Merge: true, Action: at("merge", c.ID), Back: at("view", c.ID), Parent: c.Name(), Title: i18n.T(ctx, "companypage.merge.title|Merge another company into “%s”", c.Name()),
		Text: i18n.T(ctx, "companypage.merge.text|The other company’s people, figures, tags and notes go to this one, and its name leads here from then on. It can be taken out again later.")}
	v.With = ui.Input{Name: "with", Label: i18n.T(ctx, "companypage.merge.with|The other company"), Value: typed, Required: true, Focus: true, Complete: "off"}
	status := http.StatusOK
	if strings.TrimSpace(typed) != "" {
		other, problem, err := d.other(ctx, c, typed)
		if err != nil {
			return err
		}
		if v.With.Wrong = problem; problem.Key == "" {
			v.Ready = true
			if err := d.previewMerge(ctx, c, other, &v); err != nil {
				return err
			}
		} else {
			status = http.StatusUnprocessableEntity
		}
	}
	if refused != nil {
		m := refused.Message()
		status, v.Wrong = http.StatusConflict, i18n.T(ctx, m.Key, m.Args...)
	}
	if !v.Ready {
		list, err := company.Suggest(ctx, d.DB, "", 200)
		if err != nil {
			return err
		}
		for _, one := range list {
			if one.ID != c.ID {
				v.With.Suggest = append(v.With.Suggest, ui.Choice{Value: one.Name()})
			}
		}
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Companies, Status: status, Body: outPage(v)})
}

func (d Deps) previewMerge(ctx context.Context, c, other company.Company, v *outView) error {
	set, err := field.OfCompanies(ctx, d.DB)
	if err != nil {
		return err
	}
	filled, owner := company.Gains(c, other)
	for _, f := range set.All() {
		if value := filled[f.Alias]; value != "" {
			v.Filled = append(v.Filled, newFact(ctx, f, value))
		}
	}
	if owner != 0 {
		names, err := d.owners(ctx)
		if err != nil {
			return err
		}
		v.Filled = append(v.Filled, fact{Label: i18n.T(ctx, "companypage.owner|Owner"), Value: names[owner]})
	}
	v.More = i18n.N(ctx, other.People, "companypage.merge.people|%s person belongs to “%s”, and will belong to “%s”.|%s people belong to “%s”, and will belong to “%s”.", i18n.Number(ctx, other.People), other.Name(), c.Name())
	v.Sure = i18n.T(ctx, "companypage.merge.do|Merge “%s” into “%s”", other.Name(), c.Name())
	return nil
}

func (d Deps) merge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	typed := r.PostFormValue("with")
	other, problem, err := d.other(ctx, c, typed)
	if err != nil {
		return err
	}
	if problem.Key != "" {
		return d.showMergeWith(w, r, typed, nil)
	}
	err = d.DB.Do(ctx, func(tx *db.Tx) error { return company.Merge(ctx, tx, c.ID, other.ID, by(r)) })
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindConflict {
		return d.showMergeWith(w, r, typed, f)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "companypage.merged|“%s” goes into “%s”.", other.Name(), c.Name()))
	return web.Redirect(w, r, at("view", c.ID))
}

func (d Deps) separate(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	number, err := web.PathID[id.Company](r, "id")
	if err != nil {
		return err
	}
	err = d.DB.Do(ctx, func(tx *db.Tx) error { return company.Separate(ctx, tx, number, by(r)) })
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindConflict {
		m := f.Message()
		web.Say(r, ui.Red, i18n.T(ctx, m.Key, m.Args...))
		return web.Redirect(w, r, at("view", number))
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "companypage.separated|The company stands on its own again."))
	return web.Redirect(w, r, at("view", number))
}

func (d Deps) showDelete(w http.ResponseWriter, r *http.Request) error { return d.askDelete(w, r, nil) }

func (d Deps) askDelete(w http.ResponseWriter, r *http.Request, refused *fault.Error) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	v := outView{Action: at("delete", c.ID), Back: at("view", c.ID), Parent: c.Name(), Title: i18n.T(ctx, "companypage.delete.title|Delete “%s”?", c.Name()),
		Text: i18n.N(ctx, c.People, "companypage.delete.text|%s person belongs to it and stays. Where it is the primary company, another one takes its place, or the company of the contact is emptied.|%s people belong to it and stay. Where it is the primary company, another one takes its place, or the company of the contact is emptied.", i18n.Number(ctx, c.People)),
		More: i18n.T(ctx, "companypage.delete.more|Its fields, notes, tags and figures are erased. This cannot be undone."), Sure: i18n.T(ctx, "companypage.delete.do|Delete the company")}
	status := http.StatusOK
	if refused != nil {
		m := refused.Message()
		status, v.Wrong = http.StatusConflict, i18n.T(ctx, m.Key, m.Args...)
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Companies, Status: status, Body: outPage(v)})
}

func (d Deps) remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	err = d.DB.Do(ctx, func(tx *db.Tx) error { return company.Delete(ctx, tx, c.ID, by(r)) })
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindConflict {
		return d.askDelete(w, r, f)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "companypage.deleted|“%s” is deleted.", c.Name()))
	return web.Redirect(w, r, listURL)
}

// changeTags adds the tags that were typed, separated by commas, or takes one off.
func (d Deps) changeTags(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		if tag := r.PostFormValue("remove"); tag != "" {
			return company.Untag(ctx, tx, c.ID, tag)
		}
		return company.Tag(ctx, tx, c.ID, strings.Split(r.PostFormValue("tags"), ","))
	})
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
		m := f.Fields["tags"]
		web.Say(r, ui.Red, i18n.T(ctx, m.Key, m.Args...))
	} else if err != nil {
		return err
	}
	return web.Redirect(w, r, at("view", c.ID)+"#tags")
}

// changeNotes writes a note, or deletes one.
func (d Deps) changeNotes(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	number := numbers(r.PostFormValue("remove"), 1)
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		if number != nil {
			return company.DeleteNote(ctx, tx, c.ID, number[0])
		}
		return company.AddNote(ctx, tx, c.ID, r.PostFormValue("text"), by(r))
	})
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
		return d.showCompany(w, r, c, viewRequest{Tab: tabNotes}, r.PostFormValue("text"), f)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, viewRequest{Tab: tabNotes}.url(c.ID)+"#parts")
}
