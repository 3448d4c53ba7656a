package formpage

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// mostFields bounds what one request can ask the editor to draw.
const mostFields = 100

// readForm reads what was typed into the editor over what the form was.
func readForm(q url.Values, f form.Form) form.Form {
	f.Name, f.Description, f.Language = q.Get("name"), q.Get("description"), q.Get("language")
	f.Button, f.PostAction, f.PostProperty = q.Get("button"), form.PostAction(q.Get("post_action")), q.Get("post_property")
	f.Published, f.RenderStyle = q.Get("published") != "", q.Get("render_style") != ""
	f.NoIndex, f.Kiosk = q.Get("no_index") != "", q.Get("kiosk") != ""
	f.Fields = nil
	n, _ := strconv.Atoi(q.Get("count"))
	for i := range min(max(n, 0), mostFields) {
		part := func(name string) string { return q.Get(partName(i, name)) }
		number, _ := strconv.ParseInt(part("id"), 10, 64)
		f.Fields = append(f.Fields, form.Field{
			ID: number, Label: part("label"), Alias: part("alias"), Type: question.Type(part("type")), ContactField: part("contact_field"),
			Required: part("required") != "", Message: part("message"), Default: part("default"), Placeholder: part("placeholder"), Help: part("help"),
		})
	}
	return f
}

// partName is the name of one input of the field at place i, as form.Validate
// names it.
func partName(i int, name string) string { return fmt.Sprintf("fields.%d.%s", i, name) }

// rearrange does what a button of the editor says: add:text, up:1, down:1,
// remove:1. It reports the place of the field to look at, and false when the
// button says nothing of the kind.
func rearrange(f *form.Form, button string) (place int, done bool) {
	verb, object, _ := strings.Cut(button, ":")
	if verb == "add" {
		if t := question.Type(object); slices.Contains(question.Types(), t) && len(f.Fields) < mostFields {
			f.Fields = append(f.Fields, form.Field{Type: t})
		}
		return len(f.Fields) - 1, true
	}
	i, err := strconv.Atoi(object)
	if err != nil || i < 0 || i >= len(f.Fields) {
		return 0, verb == "up" || verb == "down" || verb == "remove"
	}
	switch {
	case verb == "up" && i > 0:
		f.Fields[i-1], f.Fields[i] = f.Fields[i], f.Fields[i-1]
		return i - 1, true
	case verb == "down" && i < len(f.Fields)-1:
		f.Fields[i+1], f.Fields[i] = f.Fields[i], f.Fields[i+1]
		return i + 1, true
	case verb == "remove":
		f.Fields = slices.Delete(f.Fields, i, i+1)
		return max(i-1, 0), true
	}
	return i, verb == "up" || verb == "down"
}

func (d Deps) showNew(w http.ResponseWriter, r *http.Request) error {
	f := form.Blank(i18n.Lang(r.Context()))
	return show(w, r, http.StatusOK, newEditView(r.Context(), f, nil, -1))
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
	return show(w, r, http.StatusOK, newEditView(r.Context(), f, nil, -1))
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

// save stores the form with write, or shows the editor again with what was
// typed: rearranged, or with what is wrong.
func (d Deps) save(w http.ResponseWriter, r *http.Request, f form.Form, write func(tx *db.Tx, f *form.Form) error) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	f = readForm(r.PostForm, f)
	if place, done := rearrange(&f, r.PostForm.Get("do")); done {
		return show(w, r, http.StatusOK, newEditView(ctx, f, nil, place))
	}
	err := d.DB.Do(ctx, func(tx *db.Tx) error { return write(tx, &f) })
	if refused, ok := fault.Of(err); ok && refused.Kind == fault.KindInvalid {
		return show(w, r, http.StatusUnprocessableEntity, newEditView(ctx, f, refused.Fields, -1))
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "formpage.saved|The form “%s” is saved.", f.Name))
	return web.Redirect(w, r, at("view", f.ID))
}

func show(w http.ResponseWriter, r *http.Request, status int, v editView) error {
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Forms, Status: status, Body: editPage(v)})
}

// editView is the editor.
type editView struct {
	Title    string
	Action   string
	Back     string
	Name     string // of a stored form
	Main     []ui.Input
	After    []ui.Input
	Options  []check
	Fields   []fieldView
	Wrong    string // about the fields as a whole
	Refusals int
	Count    string
	Adds     []addButton
}

// check is one yes or no.
type check struct {
	Name, Label string
	On          bool
}

type fieldView struct {
	Place           int
	ID, Alias       string
	Legend          string
	Label, Type     ui.Input
	Contact         ui.Input
	Required        check
	More            []ui.Input
	Open            bool // the further settings
	First, LastOne  bool
	Up, Down, Erase string // values of the buttons
}

type addButton struct{ Value, Label string }

func newEditView(ctx context.Context, f form.Form, wrong fault.Fields, focus int) editView {
	v := editView{
		Title: i18n.T(ctx, "formpage.new|New form"), Action: "/s/forms/new", Back: listURL, Refusals: len(wrong), Count: strconv.Itoa(len(f.Fields)),
		Main: []ui.Input{
			{Name: "name", Label: i18n.T(ctx, "formpage.name|Name"), Value: f.Name, Wrong: wrong["name"], Focus: f.ID == 0 && focus < 0,
				Help: i18n.T(ctx, "formpage.name.help|For you and for the title of the form’s own page.")},
			{Name: "description", Label: i18n.T(ctx, "formpage.description|Description"), Value: f.Description, Wrong: wrong["description"], Optional: true,
				Help: i18n.T(ctx, "formpage.description.help|Only you and your colleagues see it.")},
		},
		After: []ui.Input{
			{Name: "post_action", Type: "select", Label: i18n.T(ctx, "formpage.after|After sending"), Value: string(f.PostAction), Wrong: wrong["post_action"], Choices: postActions(ctx)},
			{Name: "post_property", Type: "textarea", Label: i18n.T(ctx, "formpage.after.text|Message, or address of the page"), Value: f.PostProperty, Wrong: wrong["post_property"],
				Help: i18n.T(ctx, "formpage.after.help|{formfield=email} stands for what was answered.")},
			{Name: "button", Label: i18n.T(ctx, "formpage.button|Words on the button"), Value: f.Button, Wrong: wrong["button"], Optional: true},
			{Name: "language", Type: "select", Label: i18n.T(ctx, "formpage.language|Language of the form"), Value: f.Language, Wrong: wrong["language"],
				Choices: []ui.Choice{{Value: i18n.English, Label: "English"}, {Value: i18n.French, Label: "Français"}}},
		},
		Options: []check{
			{"published", i18n.T(ctx, "formpage.published|Active: visitors can fill it in"), f.Published},
			{"render_style", i18n.T(ctx, "formpage.style|Bring a style along"), f.RenderStyle},
			{"no_index", i18n.T(ctx, "formpage.no_index|Keep its own page out of search engines"), f.NoIndex},
			{"kiosk", i18n.T(ctx, "formpage.kiosk|Kiosk: many people fill it in on the same device, and none of them is followed"), f.Kiosk},
		},
	}
	if f.ID != 0 {
		v.Title, v.Action, v.Back, v.Name = i18n.T(ctx, "formpage.edit|Edit the form"), at("edit", f.ID), at("view", f.ID), f.Name
	}
	if t, found := wrong["fields"]; found {
		v.Wrong = i18n.T(ctx, t.Key, t.Args...)
	}
	for i, one := range f.Fields {
		v.Fields = append(v.Fields, newFieldView(ctx, one, i, len(f.Fields), wrong, i == focus))
	}
	for _, t := range question.Types() {
		v.Adds = append(v.Adds, addButton{"add:" + string(t), typeName(ctx, t)})
	}
	return v
}

func newFieldView(ctx context.Context, f form.Field, i, n int, wrong fault.Fields, focus bool) fieldView {
	in := func(part, label, value string) ui.Input {
		return ui.Input{Name: partName(i, part), Label: label, Value: value, Wrong: wrong[partName(i, part)]}
	}
	place := strconv.Itoa(i)
	v := fieldView{
		Place: i + 1, Alias: f.Alias, First: i == 0, LastOne: i == n-1, Up: "up:" + place, Down: "down:" + place, Erase: "remove:" + place,
		Legend:   i18n.T(ctx, "formpage.field|Field %d", i+1),
		Label:    in("label", i18n.T(ctx, "formpage.label|Label"), f.Label),
		Type:     in("type", i18n.T(ctx, "formpage.type|Type"), string(f.Type)),
		Contact:  in("contact_field", i18n.T(ctx, "formpage.contact_field|Fills in the contact’s"), f.ContactField),
		Required: check{partName(i, "required"), i18n.T(ctx, "formpage.required|Required"), f.Required},
		More: []ui.Input{
			in("default", i18n.T(ctx, "formpage.default|Value at the start"), f.Default),
			in("placeholder", i18n.T(ctx, "formpage.placeholder|Example in the empty field"), f.Placeholder),
			in("help", i18n.T(ctx, "formpage.help|Help under the field"), f.Help),
			in("message", i18n.T(ctx, "formpage.message|Message when it is missing"), f.Message),
		},
	}
	if f.ID != 0 {
		v.ID = strconv.FormatInt(f.ID, 10)
	}
	if f.Label != "" {
		v.Legend = f.Label
	}
	v.Label.Focus = focus
	v.Type.Type, v.Type.Choices = "select", types(ctx)
	v.Contact.Type, v.Contact.Choices = "select", contactFields(ctx)
	if f.Type == question.Hidden {
		v.More = v.More[:1]
		v.More[0].Help = i18n.T(ctx, "formpage.hidden.help|A parameter of the page’s address with the name %s takes its place.", orElse(f.Alias, "…"))
		v.Open = true
	}
	for _, m := range v.More {
		v.Open = v.Open || m.Wrong.Key != ""
	}
	return v
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func typeName(ctx context.Context, t question.Type) string {
	switch t {
	case question.Email:
		return i18n.T(ctx, "formpage.type.email|E-mail")
	case question.Hidden:
		return i18n.T(ctx, "formpage.type.hidden|Hidden")
	}
	return i18n.T(ctx, "formpage.type.text|Text")
}

func types(ctx context.Context) []ui.Choice {
	var choices []ui.Choice
	for _, t := range question.Types() {
		choices = append(choices, ui.Choice{Value: string(t), Label: typeName(ctx, t)})
	}
	return choices
}

func contactFields(ctx context.Context) []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: i18n.T(ctx, "formpage.contact_field.none|nothing: kept with the submission")}}
	for _, f := range question.Mappable() {
		choices = append(choices, ui.Choice{Value: f.Alias, Label: i18n.T(ctx, f.Label)})
	}
	return choices
}

func postActions(ctx context.Context) []ui.Choice {
	labels := map[form.PostAction]string{
		form.Message:  i18n.T(ctx, "formpage.post.message|Show a message"),
		form.Redirect: i18n.T(ctx, "formpage.post.redirect|Go to another page"),
		form.Return:   i18n.T(ctx, "formpage.post.return|Stay on the form"),
	}
	var choices []ui.Choice
	for _, a := range form.PostActions() {
		choices = append(choices, ui.Choice{Value: string(a), Label: labels[a]})
	}
	return choices
}
