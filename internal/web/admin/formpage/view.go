package formpage

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/base/job"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/user"
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
	ScriptPolicy           string // what a Content-Security-Policy has to allow for the script
	FramePolicy            string
	PreviewURL, CopyURL    string
	Window                 string // when visitors can fill it in, empty for always
	Failures               []failure
	RetryURL               string
	OutgoingURL            string // for administrators
	Changed, ChangedInFull string
}

// failure is a submission that could not be sent on.
type failure struct{ Job, What, URL, When, Error string }

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
	set, err := field.Of(ctx, d.DB)
	if err != nil {
		return err
	}
	v := newFormView(ctx, d.Clock(), d.BaseURL, set, f, n)
	if !f.Proof {
		if v.Copy, err = d.Public.HTML(ctx, f); err != nil {
			return err
		}
	}
	if v.Failures, err = d.failures(ctx, f); err != nil {
		return err
	}
	if web.User(ctx).Role == user.Admin {
		v.OutgoingURL = outgoingURL
	}
	return web.Show(w, r, web.View{Title: f.Name, Section: layout.Forms, Body: viewPage(v)})
}

func newFormView(ctx context.Context, now time.Time, baseURL string, set *field.Set, f form.Form, submissions int) formView {
	number := strconv.FormatInt(int64(f.ID), 10)
	v := formView{
		Name: f.Name, Description: f.Description, Status: newStatusTag(ctx, f.Status(now)), Open: f.Status(now) == form.Published, Published: f.Published,
		PreviewURL: at("preview", f.ID), CopyURL: "/s/forms/new?from=" + number, RetryURL: at("retry", f.ID), Window: window(ctx, f, now),
		ScriptPolicy: fmt.Sprintf("script-src %[1]s; frame-src %[1]s; form-action %[1]s", baseURL), FramePolicy: "frame-src " + baseURL,
		EditURL: at("edit", f.ID), PublishURL: at("publish", f.ID), DeleteURL: at("delete", f.ID), ResultsURL: at("results", f.ID),
		PageURL:     baseURL + "/form/" + number,
		Submissions: i18n.N(ctx, submissions, "formpage.submissions|%s submission|%s submissions", i18n.Number(ctx, submissions)),
		Script:      fmt.Sprintf(`<script src="%s/form/generate.js?id=%s"></script>`, baseURL, number),
		Frame: fmt.Sprintf(`<iframe src="%s/form/%s" width="100%%" height="%d" title="%s" loading="lazy"></iframe>`,
			baseURL, number, 250+90*len(f.Fields), html.EscapeString(f.Name)),
		Changed: i18n.When(ctx, now, f.Modified), ChangedInFull: i18n.DateTime(ctx, f.Modified),
	}
	for _, one := range f.Fields {
		row := fieldRow{Label: one.Label, Type: typeName(ctx, one.Type), Alias: one.Alias}
		if to, found := set.ByAlias(one.ContactField); found {
			row.Contact = to.Name(ctx)
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
	for _, a := range f.Actions {
		v.After = append(v.After, actionTitle(ctx, a.Type)+told(ctx, a))
	}
	return v
}

// told says what an action works with.
func told(ctx context.Context, a form.Action) string {
	switch {
	case a.Type == form.Send:
		if u, err := url.Parse(a.URL); err == nil {
			return " · " + u.Host
		}
	case a.Type == form.ChangeTags:
		var parts []string
		for _, t := range a.Add {
			parts = append(parts, "+ "+t)
		}
		for _, t := range a.Remove {
			parts = append(parts, "− "+t)
		}
		return " · " + strings.Join(parts, ", ")
	case a.Type == form.Notify:
		return " · " + i18n.N(ctx, len(a.Users), "formpage.users|%s person|%s people", i18n.Number(ctx, len(a.Users)))
	}
	return ""
}

// window says in words when visitors can fill in a form.
func window(ctx context.Context, f form.Form, now time.Time) string {
	up, down := i18n.DateTime(ctx, f.PublishUp), i18n.DateTime(ctx, f.PublishDown)
	switch f.Status(now) {
	case form.Pending:
		return i18n.T(ctx, "formpage.window.pending|opens on %s", up)
	case form.Expired:
		return i18n.T(ctx, "formpage.window.expired|closed on %s", down)
	case form.Published:
		if !f.PublishDown.IsZero() {
			return i18n.T(ctx, "formpage.window.open|closes on %s", down)
		}
	}
	return ""
}

func (d Deps) failures(ctx context.Context, f form.Form) ([]failure, error) {
	failed, err := form.FailedDeliveries(ctx, d.DB, f.ID)
	if err != nil {
		return nil, err
	}
	var list []failure
	for _, one := range failed {
		list = append(list, failure{
			Job: strconv.FormatInt(int64(one.Job), 10), URL: resultURL(form.Result{Form: f.ID, ID: one.Submission}), What: i18n.T(ctx, "formpage.result|Submission %s", strconv.FormatInt(int64(one.Submission), 10)),
			When: i18n.Ago(ctx, d.Clock(), one.At), Error: one.Error,
		})
	}
	return list, nil
}

// retry sends a submission on once more, or all that failed.
func (d Deps) retry(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	failed, err := form.FailedDeliveries(ctx, d.DB, f.ID)
	if err != nil {
		return err
	}
	only := r.PostFormValue("job")
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		for _, one := range failed {
			if only != "" && only != strconv.FormatInt(int64(one.Job), 10) {
				continue
			}
			if err := job.Retry(ctx, tx, one.Job); err != nil && !fault.Is(err, fault.KindNotFound) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "formpage.retried|It is being sent again."))
	return web.Redirect(w, r, at("view", f.ID))
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
