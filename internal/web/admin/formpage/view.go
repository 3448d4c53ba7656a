package formpage

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// formView is the page of one form.
type formView struct {
	Name, Description      string
	Status                 statusTag
	Open                   bool // takes submissions now
	Published              bool
	EditURL, PublishURL    string
	DeleteURL, ResultsURL  string
	PageURL                string
	Submissions            string
	Fields                 []fieldRow
	After                  []string // what follows a submission
	Script, Frame, Copy    string
	Changed, ChangedInFull string
}

type fieldRow struct{ Label, Type, Alias, Contact, Note string }

func (d Deps) view(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	n, err := form.CountResults(ctx, d.DB, form.ResultFilter{Form: f.ID})
	if err != nil {
		return err
	}
	v := newFormView(ctx, d.Clock(), d.BaseURL, f, n)
	if d.HTML != nil {
		if v.Copy, err = d.HTML(ctx, f); err != nil {
			return err
		}
	}
	return web.Show(w, r, web.View{Title: f.Name, Section: layout.Forms, Body: viewPage(v)})
}

func newFormView(ctx context.Context, now time.Time, baseURL string, f form.Form, submissions int) formView {
	number := strconv.FormatInt(int64(f.ID), 10)
	v := formView{
		Name: f.Name, Description: f.Description, Status: newStatusTag(ctx, f.Status(now)), Open: f.Status(now) == form.Published, Published: f.Published,
		EditURL: at("edit", f.ID), PublishURL: at("publish", f.ID), DeleteURL: at("delete", f.ID), ResultsURL: at("results", f.ID),
		PageURL:     baseURL + "/form/" + number,
		Submissions: i18n.N(ctx, submissions, "formpage.submissions|%s submission|%s submissions", i18n.Number(ctx, submissions)),
		Script:      fmt.Sprintf(`<script src="%s/form/generate.js?id=%s"></script>`, baseURL, number),
		Frame: fmt.Sprintf(`<iframe src="%s/form/%s" width="100%%" height="%d" title="%s" loading="lazy"></iframe>`,
			baseURL, number, 250+90*len(f.Fields), html.EscapeString(f.Name)),
		Changed: i18n.Ago(ctx, now, f.Modified), ChangedInFull: i18n.DateTime(ctx, f.Modified),
	}
	for _, one := range f.Fields {
		row := fieldRow{Label: one.Label, Type: typeName(ctx, one.Type), Alias: one.Alias}
		if to, found := field.ByAlias(one.ContactField); found {
			row.Contact = i18n.T(ctx, to.Label)
		}
		if one.Required {
			row.Note = i18n.T(ctx, "formpage.required|Required")
		}
		v.Fields = append(v.Fields, row)
	}
	for _, c := range postActions(ctx) {
		if c.Value == string(f.PostAction) {
			v.After = append(v.After, c.Label)
		}
	}
	if f.PostProperty != "" {
		v.After = append(v.After, f.PostProperty)
	}
	return v
}

func (d Deps) publish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	yes, u := r.PostFormValue("published") == "1", web.User(ctx)
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return form.SetPublished(ctx, tx, f.ID, yes, u.ID, u.Name()) }); err != nil {
		return err
	}
	if yes {
		web.Say(r, ui.Green, i18n.T(ctx, "formpage.opened|Visitors can fill in the form now."))
	} else {
		web.Say(r, ui.Green, i18n.T(ctx, "formpage.closed|Visitors can no longer fill in the form."))
	}
	return web.Redirect(w, r, at("view", f.ID))
}

// deleteView asks whether a form is to go.
type deleteView struct{ Name, Action, Back, Warning string }

func (d Deps) showDelete(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	n, err := form.CountResults(ctx, d.DB, form.ResultFilter{Form: f.ID})
	if err != nil {
		return err
	}
	v := deleteView{Name: f.Name, Action: at("delete", f.ID), Back: at("view", f.ID), Warning: i18n.N(ctx, n,
		"formpage.delete.text|%s submission goes with it. Contacts and their threads stay. Pages that show the form show nothing from now on.|%s submissions go with it. Contacts and their threads stay. Pages that show the form show nothing from now on.",
		i18n.Number(ctx, n))}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "formpage.delete|Delete the form"), Section: layout.Forms, Body: deletePage(v)})
}

func (d Deps) remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return form.Delete(ctx, tx, f.ID) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "formpage.deleted|The form “%s” is deleted.", f.Name))
	return web.Redirect(w, r, listURL)
}
