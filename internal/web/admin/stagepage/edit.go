package stagepage

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/category"
	"ariane/internal/field"
	"ariane/internal/stage"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// draft is a stage as it is typed.
type draft struct {
	stage.Stage
	Weight, Up, Down, Category string
	wrong                      fault.Fields
}

// minutes is how browsers write a date with its time.
const minutes = "2006-01-02T15:04"

func stored(ctx context.Context, s stage.Stage) draft {
	moment := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(i18n.Zone(ctx)).Format(minutes)
	}
	return draft{Stage: s, Weight: strconv.FormatInt(s.Weight, 10), Up: moment(s.PublishUp), Down: moment(s.PublishDown), Category: strconv.FormatInt(s.Category, 10), wrong: fault.Fields{}}
}

// readDraft reads what was sent from the editor of a stage.
func readDraft(r *http.Request, s stage.Stage) (draft, error) {
	if err := r.ParseForm(); err != nil {
		return draft{}, fault.Refused(err, fault.Text{})
	}
	ctx, q := r.Context(), r.PostForm
	d := draft{Stage: s, Weight: q.Get("weight"), Up: q.Get("publishUp"), Down: q.Get("publishDown"), Category: q.Get("category"), wrong: fault.Fields{}}
	d.Name, d.Description, d.Published = q.Get("name"), q.Get("description"), slices.Contains(q["published"], "1")
	var err error
	if d.Stage.Weight, err = strconv.ParseInt(strings.TrimSpace(d.Weight), 10, 64); err != nil {
		d.wrong.Add("weight", fault.Say("stagepage.weight.wrong|Give a whole number."))
	}
	d.Stage.Category = 0
	if d.Category != "" {
		if d.Stage.Category, err = strconv.ParseInt(d.Category, 10, 64); err != nil {
			d.Stage.Category = -1 // there is none
		}
	}
	moment := func(name, typed string) (t time.Time) {
		for _, l := range []string{minutes, minutes + ":05"} {
			if t, err = time.ParseInLocation(l, typed, i18n.Zone(ctx)); err == nil || typed == "" {
				return t
			}
		}
		d.wrong.Add(name, fault.Say("stagepage.moment|This is not a date."))
		return t
	}
	d.PublishUp, d.PublishDown = moment("publishUp", d.Up), moment("publishDown", d.Down)
	return d, nil
}

// editView is the editor of a stage.
type editView struct {
	Title, Action     string
	Inputs, More      []ui.Input
	MergeURL, DropURL string // of a stored stage
}

func (d Deps) find(r *http.Request) (stage.Stage, error) {
	number, err := web.PathID[int64](r, "id")
	if err != nil {
		return stage.Stage{}, err
	}
	return stage.Find(r.Context(), d.DB, number)
}

func by(r *http.Request) stage.By {
	u := web.User(r.Context())
	return stage.By{Source: activity.SourceUser, Object: "user", ID: int64(u.ID), Name: u.Name()}
}

func (d Deps) showNew(w http.ResponseWriter, r *http.Request) error {
	f, err := stage.Load(r.Context(), d.DB)
	if err != nil {
		return err
	}
	return d.showEditor(w, r, stored(r.Context(), stage.Stage{Published: true, Weight: f.Last()}))
}

func (d Deps) showEdit(w http.ResponseWriter, r *http.Request) error {
	s, err := d.find(r)
	if err != nil {
		return err
	}
	return d.showEditor(w, r, stored(r.Context(), s))
}

func (d Deps) create(w http.ResponseWriter, r *http.Request) error {
	return d.save(w, r, stage.Stage{})
}

func (d Deps) update(w http.ResponseWriter, r *http.Request) error {
	s, err := d.find(r)
	if err != nil {
		return err
	}
	return d.save(w, r, s)
}

func (d Deps) save(w http.ResponseWriter, r *http.Request, s stage.Stage) error {
	ctx := r.Context()
	one, err := readDraft(r, s)
	if err != nil {
		return err
	}
	if len(one.wrong) > 0 {
		return d.showEditor(w, r, one)
	}
	u := web.User(ctx)
	one.ModifiedBy, one.ModifiedByUser = u.ID, u.Name()
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		if s.ID != 0 {
			return stage.Change(ctx, tx, one.Stage)
		}
		one.CreatedBy, one.CreatedByUser = u.ID, u.Name()
		_, err := stage.Create(ctx, tx, one.Stage)
		return err
	})
	if f, ok := fault.Of(err); ok && len(f.Fields) > 0 {
		one.wrong = f.Fields
		return d.showEditor(w, r, one)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "stagepage.saved|The stage “%s” is saved.", field.Printable(one.Name)))
	return web.Redirect(w, r, listURL)
}

func (d Deps) showEditor(w http.ResponseWriter, r *http.Request, one draft) error {
	ctx := r.Context()
	v := editView{Title: i18n.T(ctx, "stagepage.new|New stage"), Action: listURL + "/new"}
	if one.ID != 0 {
		v.Title, v.Action, v.MergeURL, v.DropURL = i18n.T(ctx, "stagepage.edit|Change the stage"), at("edit", one.ID), at("merge", one.ID), at("delete", one.ID)
	}
	categories, err := category.Offered(ctx, d.DB, category.Stage)
	if err != nil {
		return err
	}
	choices := []ui.Choice{{Label: i18n.T(ctx, "stagepage.category.none|None")}}
	for _, c := range categories {
		choices = append(choices, ui.Choice{Value: strconv.FormatInt(c.ID, 10), Label: c.Title})
	}
	if is := one.Stage.Category; is > 0 && !slices.ContainsFunc(categories, func(c category.Category) bool { return c.ID == is }) {
		if c, err := category.Find(ctx, d.DB, is); err == nil {
			choices = append(choices, ui.Choice{Value: one.Category, Label: c.Title})
		}
	}
	yes := ""
	if one.Published {
		yes = "1"
	}
	wrong := one.wrong
	v.Inputs = []ui.Input{
		{Name: "name", Label: i18n.T(ctx, "stagepage.name|Name"), Value: one.Name, Wrong: wrong["name"], Required: true, Focus: true, Complete: "off"},
		{Name: "description", Type: "textarea", Rows: 3, Label: i18n.T(ctx, "stagepage.description|Description"), Value: one.Description, Wrong: wrong["description"], Optional: true},
	}
	v.More = []ui.Input{
		{Name: "weight", Type: "number", Step: "1", Label: i18n.T(ctx, "stagepage.weight|Weight"), Value: one.Weight, Wrong: wrong["weight"], Required: true, Complete: "off", Help: i18n.T(ctx, "stagepage.weight.help|Lighter stages come first. Those of one weight stand side by side: nobody goes back between them.")},
		{Name: "category", Type: "select", Label: i18n.T(ctx, "stagepage.category|Category"), Value: one.Category, Choices: choices, Wrong: wrong["category"]},
		{Name: "publishUp", Type: "datetime-local", Label: i18n.T(ctx, "stagepage.up|Offered from"), Value: one.Up, Wrong: wrong["publishUp"], Optional: true},
		{Name: "publishDown", Type: "datetime-local", Label: i18n.T(ctx, "stagepage.down|Offered until"), Value: one.Down, Wrong: wrong["publishDown"], Optional: true, Help: i18n.T(ctx, "stagepage.window.help|In your time zone, %s.", i18n.Zone(ctx).String())},
		{Name: "published", Type: "checks", Label: i18n.T(ctx, "stagepage.published|Where a stage is chosen"), Value: yes, Choices: []ui.Choice{{Value: "1", Label: i18n.T(ctx, "stagepage.published.label|Offer this one")}}, Help: i18n.T(ctx, "stagepage.published.help|Who is at a stage that is not offered stays there.")},
	}
	status := http.StatusOK
	if len(wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Stages, Status: status, Body: editPage(v)})
}
