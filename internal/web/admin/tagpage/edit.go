package tagpage

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/label"
	"ariane/internal/view"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	mostSuggested = 500
	// mostCompared is how many contacts are looked at for who has both of two tags.
	mostCompared = 10_000
)

// editView is the editor of a tag.
type editView struct {
	Title, Action     string
	Name, Description ui.Input
	MergeURL, DropURL string // of a stored tag
	Join              string // merges it into the one that has the name typed
	JoinText          string
}

func (d Deps) find(r *http.Request) (label.Described, error) {
	tag, err := web.PathID[int64](r, "id")
	if err != nil {
		return label.Described{}, err
	}
	return label.Find(r.Context(), d.DB, tag)
}

func by(r *http.Request) label.By {
	u := web.User(r.Context())
	return label.By{Source: activity.SourceUser, Object: "user", ID: int64(u.ID), Name: u.Name()}
}

func (d Deps) showNew(w http.ResponseWriter, r *http.Request) error {
	return d.showEditor(w, r, label.Described{}, nil)
}

func (d Deps) showEdit(w http.ResponseWriter, r *http.Request) error {
	t, err := d.find(r)
	if err != nil {
		return err
	}
	return d.showEditor(w, r, t, nil)
}

func (d Deps) create(w http.ResponseWriter, r *http.Request) error {
	return d.save(w, r, label.Described{})
}

func (d Deps) update(w http.ResponseWriter, r *http.Request) error {
	t, err := d.find(r)
	if err != nil {
		return err
	}
	return d.save(w, r, t)
}

func (d Deps) save(w http.ResponseWriter, r *http.Request, t label.Described) error {
	ctx := r.Context()
	was := t.Name
	t.Name, t.Description = r.PostFormValue("name"), r.PostFormValue("description")
	err := d.DB.Do(ctx, func(tx *db.Tx) error {
		if t.ID == 0 {
			_, err := label.Create(ctx, tx, t)
			return err
		}
		if err := label.Change(ctx, tx, t); err != nil || field.Printable(t.Name) == was {
			return err
		}
		return form.Retag(ctx, tx, was, field.Printable(t.Name))
	})
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
		return d.showEditor(w, r, t, err)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "tagpage.saved|The tag “%s” is saved.", field.Printable(t.Name)))
	return web.Redirect(w, r, listURL)
}

func (d Deps) showEditor(w http.ResponseWriter, r *http.Request, t label.Described, refused error) error {
	ctx := r.Context()
	status, wrong := http.StatusOK, fault.Fields{}
	if f, ok := fault.Of(refused); ok {
		status, wrong = http.StatusUnprocessableEntity, f.Fields
	}
	v := editView{Title: i18n.T(ctx, "tagpage.new|New tag"), Action: listURL + "/new"}
	if t.ID != 0 {
		v.Title, v.Action, v.MergeURL, v.DropURL = i18n.T(ctx, "tagpage.edit|Change the tag"), at("edit", t.ID), at("merge", t.ID), at("delete", t.ID)
	}
	v.Name = ui.Input{Name: "name", Label: i18n.T(ctx, "tagpage.name|Name"), Value: t.Name, Wrong: wrong["name"], Required: true, Focus: true}
	if t.ID != 0 {
		v.Name.Help = i18n.T(ctx, "tagpage.name.help|Contacts and forms follow at once. What threads tell stays as it was.")
	}
	v.Description = ui.Input{Name: "description", Type: "textarea", Rows: 3, Label: i18n.T(ctx, "tagpage.description|Description"), Value: t.Description, Wrong: wrong["description"], Optional: true,
		Help: i18n.T(ctx, "tagpage.description.help|A tag with a description stays even when nobody has it any more.")}
	if errors.Is(refused, label.ErrTaken) {
		other, err := label.Named(ctx, d.DB, t.Name)
		if err != nil {
			return err
		}
		if t.ID != 0 && other.ID != 0 {
			v.Join = at("merge", t.ID) + "?" + url.Values{"into": {other.Name}}.Encode()
			v.JoinText = i18n.T(ctx, "tagpage.join|Merge into “%s” instead", other.Name)
		}
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Contacts, Status: status, Body: editPage(v)})
}

// outView says what it means that a tag goes.
type outView struct {
	Title, Text string
	Action      string
	Merge       bool
	Into        ui.Input
	Ready       bool // what is merged into is chosen
	Both        string
	Forms       []ui.Choice // that name it: address and name
	Views       []string
}

// uses tells where a tag is named besides on contacts.
func (d Deps) uses(ctx context.Context, t label.Described, v *outView) error {
	forms, err := form.Tagging(ctx, d.DB, t.Name)
	if err != nil {
		return err
	}
	for _, f := range forms {
		v.Forms = append(v.Forms, ui.Choice{Value: "/s/forms/view/" + strconv.FormatInt(int64(f.ID), 10), Label: f.Name})
	}
	views, err := view.List(ctx, d.DB, "contacts", web.User(ctx).ID)
	for _, one := range views {
		q, _ := url.ParseQuery(one.Query) // what is stored was written so
		words := field.Fold(q.Get("search"))
		if strings.Contains(words, "tag:") && strings.Contains(words, field.Fold(t.Name)) {
			v.Views = append(v.Views, one.Name)
		}
	}
	return err
}

func (d Deps) showMerge(w http.ResponseWriter, r *http.Request) error {
	return d.showMergeWith(w, r, r.URL.Query().Get("into"), nil)
}

func (d Deps) showMergeWith(w http.ResponseWriter, r *http.Request, typed string, refused *fault.Error) error {
	ctx := r.Context()
	t, err := d.find(r)
	if err != nil {
		return err
	}
	v := outView{Merge: true, Action: at("merge", t.ID), Title: i18n.T(ctx, "tagpage.merge.title|Merge “%s” into another tag", t.Name),
		Text: i18n.N(ctx, int(t.Contacts), "tagpage.merge.text|%s contact has it, and gets the other tag in its place. The thread tells of it.|%s contacts have it, and get the other tag in its place. Their threads tell of it.", i18n.Number(ctx, int(t.Contacts)))}
	v.Into = ui.Input{Name: "into", Label: i18n.T(ctx, "tagpage.into|Into"), Value: typed, Required: true, Focus: true, Complete: "off"}
	status := http.StatusOK
	var into label.Described
	if typed != "" {
		if into, err = label.Named(ctx, d.DB, typed); err != nil {
			return err
		}
		switch into.ID {
		case 0:
			v.Into.Wrong = fault.Say("tagpage.into.none|There is no tag of this name.")
		case t.ID:
			v.Into.Wrong = fault.Say("label.same|Choose another tag: this is the one to be merged.")
		default:
			v.Ready = true
		}
	}
	if refused != nil {
		v.Into.Wrong, v.Ready = refused.Message(), false
	}
	if v.Into.Wrong.Key != "" {
		status = http.StatusUnprocessableEntity
	}
	if v.Ready {
		if v.Both, err = d.both(ctx, t, into); err != nil {
			return err
		}
	} else if v.Into.Suggest, err = d.suggest(ctx, t.ID); err != nil {
		return err
	}
	if err := d.uses(ctx, t, &v); err != nil {
		return err
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Contacts, Status: status, Body: outPage(v)})
}

// both says how many contacts have two tags.
func (d Deps) both(ctx context.Context, t, into label.Described) (string, error) {
	n, err := label.Both(ctx, d.DB, t.ID, into.ID, mostCompared)
	if t.Contacts > mostCompared {
		return i18n.N(ctx, n, "tagpage.both.some|Of the first %[2]s of them, %[1]s has “%[3]s” already.|Of the first %[2]s of them, %[1]s have “%[3]s” already.", i18n.Number(ctx, n), i18n.Number(ctx, mostCompared), into.Name), err
	}
	return i18n.N(ctx, n, "tagpage.both|%s of them has “%s” already.|%s of them have “%s” already.", i18n.Number(ctx, n), into.Name), err
}

func (d Deps) suggest(ctx context.Context, but int64) ([]ui.Choice, error) {
	tags, err := label.All(ctx, d.DB, mostSuggested)
	tags = slices.DeleteFunc(tags, func(t label.Tag) bool { return t.ID == but })
	var list []ui.Choice
	for _, t := range tags {
		list = append(list, ui.Choice{Value: t.Name})
	}
	return list, err
}

func (d Deps) merge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t, err := d.find(r)
	if err != nil {
		return err
	}
	typed := r.PostFormValue("into")
	into, err := label.Named(ctx, d.DB, typed)
	if err != nil {
		return err
	}
	if into.ID == 0 || into.ID == t.ID {
		return d.showMergeWith(w, r, typed, nil)
	}
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		if err := label.Merge(ctx, tx, t.ID, into.ID, by(r)); err != nil {
			return err
		}
		return form.Retag(ctx, tx, t.Name, into.Name)
	})
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindConflict {
		return d.showMergeWith(w, r, typed, f)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "tagpage.merged|“%s” goes into “%s”.", t.Name, into.Name))
	return web.Redirect(w, r, listURL)
}

func (d Deps) showDelete(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t, err := d.find(r)
	if err != nil {
		return err
	}
	v := outView{Action: at("delete", t.ID), Title: i18n.T(ctx, "tagpage.delete.title|Delete the tag “%s”?", t.Name),
		Text: i18n.N(ctx, int(t.Contacts), "tagpage.delete.text|%s contact has it, and loses it. The thread tells of it. This cannot be undone.|%s contacts have it, and lose it. Their threads tell of it. This cannot be undone.", i18n.Number(ctx, int(t.Contacts)))}
	if err := d.uses(ctx, t, &v); err != nil {
		return err
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Contacts, Body: outPage(v)})
}

func (d Deps) remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t, err := d.find(r)
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return label.Delete(ctx, tx, t.ID, by(r)) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "tagpage.deleted|The tag “%s” is deleted.", t.Name))
	return web.Redirect(w, r, listURL)
}
