package categorypage

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/category"
	"ariane/internal/field"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const listURL = "/s/categories"

func at(what string, number int64) string {
	return listURL + "/" + what + "/" + strconv.FormatInt(number, 10)
}

// kindName is what a category is for, in words. Clients of the API know more kinds.
func kindName(ctx context.Context, k category.Kind) string {
	switch k {
	case category.Global:
		return i18n.T(ctx, "categorypage.global|Everything")
	case category.Form:
		return i18n.T(ctx, "categorypage.form|Forms")
	case category.Stage:
		return i18n.T(ctx, "categorypage.stage|Stages")
	}
	return string(k)
}

// listView is the list of categories.
type listView struct {
	Search string
	Groups []groupView
}

// groupView are the categories of one kind.
type groupView struct {
	Kind, Title string
	Rows        []row
}

type row struct {
	Title, Alias, Description, Color, Uses string
	Hidden                                 bool
	EditURL, MergeURL, DropURL             string
}

// uses counts what is in each category.
func (d Deps) uses(ctx context.Context) (map[int64]int, error) {
	all := map[int64]int{}
	for _, u := range d.Uses {
		list, err := u.Count(ctx, d.DB)
		if err != nil {
			return nil, err
		}
		for number, n := range list {
			all[number] += n
		}
	}
	return all, nil
}

func inUse(ctx context.Context, n int) string {
	if n == 0 {
		return i18n.T(ctx, "categorypage.unused|not used")
	}
	return i18n.N(ctx, n, "categorypage.uses|%s thing in it|%s things in it", i18n.Number(ctx, n))
}

func (d Deps) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := category.All(ctx, d.DB)
	if err != nil {
		return err
	}
	uses, err := d.uses(ctx)
	if err != nil {
		return err
	}
	v := listView{Search: strings.TrimSpace(r.URL.Query().Get("search"))}
	wanted := field.Fold(v.Search)
	for _, c := range all {
		if !strings.Contains(field.Fold(c.Title+" "+c.Description)+" "+c.Alias, wanted) {
			continue
		}
		i := slices.IndexFunc(v.Groups, func(g groupView) bool { return g.Kind == string(c.Kind) })
		if i < 0 {
			i, v.Groups = len(v.Groups), append(v.Groups, groupView{Kind: string(c.Kind), Title: kindName(ctx, c.Kind)})
		}
		v.Groups[i].Rows = append(v.Groups[i].Rows, row{Title: c.Title, Alias: c.Alias, Description: c.Description, Color: c.Color, Uses: inUse(ctx, uses[c.ID]), Hidden: !c.Published,
			EditURL: at("edit", c.ID), MergeURL: at("merge", c.ID), DropURL: at("delete", c.ID)})
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "categorypage.title|Categories"), Section: layout.None, Body: listPage(v)})
}

func (d Deps) find(r *http.Request) (category.Category, error) {
	number, err := web.PathID[int64](r, "id")
	if err != nil {
		return category.Category{}, err
	}
	return category.Find(r.Context(), d.DB, number)
}

// editView is the editor of a category.
type editView struct {
	Title, Action     string
	Inputs            []ui.Input
	MergeURL, DropURL string // of a stored category
}

func (d Deps) showNew(w http.ResponseWriter, r *http.Request) error {
	return d.showEditor(w, r, category.Category{Kind: category.Global, Color: colors[0], Published: true}, nil)
}

func (d Deps) showEdit(w http.ResponseWriter, r *http.Request) error {
	c, err := d.find(r)
	if err != nil {
		return err
	}
	return d.showEditor(w, r, c, nil)
}

func (d Deps) create(w http.ResponseWriter, r *http.Request) error {
	return d.save(w, r, category.Category{Kind: category.Kind(r.PostFormValue("kind"))})
}

func (d Deps) update(w http.ResponseWriter, r *http.Request) error {
	c, err := d.find(r)
	if err != nil {
		return err
	}
	return d.save(w, r, c)
}

func (d Deps) save(w http.ResponseWriter, r *http.Request, c category.Category) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	q := r.PostForm
	c.Title, c.Alias, c.Description, c.Color, c.Published = q.Get("title"), q.Get("alias"), q.Get("description"), q.Get("color"), slices.Contains(q["published"], "1")
	err := d.DB.Do(ctx, func(tx *db.Tx) error {
		if c.ID != 0 {
			return category.Change(ctx, tx, c)
		}
		_, err := category.Create(ctx, tx, c)
		return err
	})
	if f, ok := fault.Of(err); ok && len(f.Fields) > 0 {
		return d.showEditor(w, r, c, f.Fields)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "categorypage.saved|The category “%s” is saved.", field.Printable(c.Title)))
	return web.Redirect(w, r, listURL)
}

// colors are those offered. Each can be told from the others, in light and dark.
var colors = []string{"4e5d9d", "2f7fd6", "1f9d8b", "3f9d3f", "c79a15", "d9722b", "cc4b4b", "b0509e", "7a7f87"}

func colorName(ctx context.Context, color string) string {
	names := []string{i18n.T(ctx, "categorypage.color.indigo|Indigo"), i18n.T(ctx, "categorypage.color.blue|Blue"), i18n.T(ctx, "categorypage.color.teal|Teal"),
		i18n.T(ctx, "categorypage.color.green|Green"), i18n.T(ctx, "categorypage.color.yellow|Yellow"), i18n.T(ctx, "categorypage.color.orange|Orange"),
		i18n.T(ctx, "categorypage.color.red|Red"), i18n.T(ctx, "categorypage.color.pink|Pink"), i18n.T(ctx, "categorypage.color.grey|Grey")}
	if i := slices.Index(colors, color); i >= 0 {
		return names[i]
	}
	return "#" + color
}

func (d Deps) showEditor(w http.ResponseWriter, r *http.Request, c category.Category, wrong fault.Fields) error {
	ctx := r.Context()
	v := editView{Title: i18n.T(ctx, "categorypage.new|New category"), Action: listURL + "/new"}
	if c.ID != 0 {
		v.Title, v.Action, v.MergeURL, v.DropURL = i18n.T(ctx, "categorypage.edit|Change the category"), at("edit", c.ID), at("merge", c.ID), at("delete", c.ID)
	}
	v.Inputs = append(v.Inputs, ui.Input{Name: "title", Label: i18n.T(ctx, "categorypage.name|Name"), Value: c.Title, Wrong: wrong["title"], Required: true, Focus: true, Complete: "off"})
	if c.ID == 0 {
		kind := ui.Input{Name: "kind", Type: "select", Label: i18n.T(ctx, "categorypage.kind|For"), Value: string(c.Kind), Wrong: wrong["kind"], Help: i18n.T(ctx, "categorypage.kind.help|This cannot be changed later.")}
		for _, k := range category.Kinds() {
			kind.Choices = append(kind.Choices, ui.Choice{Value: string(k), Label: kindName(ctx, k)})
		}
		v.Inputs = append(v.Inputs, kind)
	}
	color := ui.Input{Name: "color", Type: "select", Label: i18n.T(ctx, "categorypage.color|Colour"), Value: c.Color, Wrong: wrong["color"], Choices: []ui.Choice{{Label: i18n.T(ctx, "categorypage.color.none|None")}}}
	for _, one := range colors {
		color.Choices = append(color.Choices, ui.Choice{Value: one, Label: colorName(ctx, one)})
	}
	if c.Color != "" && !slices.Contains(colors, c.Color) {
		color.Choices = append(color.Choices, ui.Choice{Value: c.Color, Label: colorName(ctx, c.Color)})
	}
	yes := ""
	if c.Published {
		yes = "1"
	}
	v.Inputs = append(v.Inputs, color,
		ui.Input{Name: "alias", Label: i18n.T(ctx, "categorypage.alias|Short name"), Value: c.Alias, Optional: true, Complete: "off", Help: i18n.T(ctx, "categorypage.alias.help|For searches and the API. Made from the name where it is left empty.")},
		ui.Input{Name: "description", Type: "textarea", Rows: 3, Label: i18n.T(ctx, "categorypage.description|Description"), Value: c.Description, Wrong: wrong["description"], Optional: true},
		ui.Input{Name: "published", Type: "checks", Label: i18n.T(ctx, "categorypage.published|Where a category is chosen"), Value: yes, Choices: []ui.Choice{{Value: "1", Label: i18n.T(ctx, "categorypage.published.label|Offer this one")}}})
	status := http.StatusOK
	if len(wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.None, Status: status, Body: editPage(v)})
}

// outView says what it means that a category goes.
type outView struct {
	Title, Text, Action string
	Merge               bool
	Into                ui.Input
	IntoName            string // what is merged into, once that is chosen
}

func (d Deps) showMerge(w http.ResponseWriter, r *http.Request) error {
	return d.showMergeInto(w, r, r.URL.Query().Get("into"))
}

// others are the categories that one can be merged into.
func (d Deps) others(ctx context.Context, c category.Category) ([]category.Category, error) {
	list, err := category.All(ctx, d.DB, c.Kind, category.Global)
	return slices.DeleteFunc(list, func(o category.Category) bool { return o.ID == c.ID }), err
}

func chosenOf(list []category.Category, text string) (into category.Category) {
	for _, o := range list {
		if strconv.FormatInt(o.ID, 10) == text {
			into = o
		}
	}
	return into
}

func (d Deps) showMergeInto(w http.ResponseWriter, r *http.Request, chosen string) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	list, err := d.others(ctx, c)
	if err != nil {
		return err
	}
	uses, err := d.uses(ctx)
	if err != nil {
		return err
	}
	v := outView{Merge: true, Action: at("merge", c.ID), Title: i18n.T(ctx, "categorypage.merge.title|Merge “%s” into another category", c.Title), Text: i18n.N(ctx, uses[c.ID], "categorypage.merge.text|%s thing is in it, and goes to the other category.|%s things are in it, and go to the other category.", i18n.Number(ctx, uses[c.ID])),
		Into: ui.Input{Name: "into", Type: "select", Label: i18n.T(ctx, "categorypage.into|Into"), Value: chosen, Required: true, Focus: true, Choices: []ui.Choice{{}}}}
	for _, o := range list {
		v.Into.Choices = append(v.Into.Choices, ui.Choice{Value: strconv.FormatInt(o.ID, 10), Label: o.Title + " · " + kindName(ctx, o.Kind)})
	}
	status := http.StatusOK
	if v.IntoName = chosenOf(list, chosen).Title; v.IntoName == "" && chosen != "" {
		status, v.Into.Wrong = http.StatusUnprocessableEntity, fault.Say("categorypage.into.none|Choose another category.")
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.None, Status: status, Body: outPage(v)})
}

func (d Deps) merge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	list, err := d.others(ctx, c)
	if err != nil {
		return err
	}
	into := chosenOf(list, r.PostFormValue("into"))
	if into.ID == 0 {
		return d.showMergeInto(w, r, "0"+r.PostFormValue("into"))
	}
	if err := d.drop(ctx, c, into.ID); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "categorypage.merged|“%s” is part of “%s” now.", c.Title, into.Title))
	return web.Redirect(w, r, listURL)
}

// drop moves what is in a category, and removes it.
func (d Deps) drop(ctx context.Context, c category.Category, into int64) error {
	return d.DB.Do(ctx, func(tx *db.Tx) error {
		if err := category.Remove(ctx, tx, c.ID); err != nil {
			return err
		}
		if into != 0 {
			if _, err := category.Find(ctx, tx, into); err != nil {
				return err
			}
		}
		for _, u := range d.Uses {
			if err := u.Move(ctx, tx, c.ID, into); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d Deps) showDelete(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	uses, err := d.uses(ctx)
	if err != nil {
		return err
	}
	v := outView{Action: at("delete", c.ID), Title: i18n.T(ctx, "categorypage.delete.title|Delete the category “%s”?", c.Title), Text: i18n.N(ctx, uses[c.ID], "categorypage.delete.text|%s thing is in it, and will be in none. This cannot be undone.|%s things are in it, and will be in none. This cannot be undone.", i18n.Number(ctx, uses[c.ID]))}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.None, Body: outPage(v)})
}

func (d Deps) remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	if err := d.drop(ctx, c, 0); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "categorypage.deleted|The category “%s” is deleted.", c.Title))
	return web.Redirect(w, r, listURL)
}
