package formpage

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/user"
	"ariane/internal/web/ui"
)

// editView is the editor.
type editView struct {
	Title    string
	Action   string
	Back     string
	Name     string // of a stored form
	Seen     string
	Was      string
	Main     []ui.Input
	After    []ui.Input
	Window   []ui.Input // of publication
	Options  []check
	Fields   []fieldView
	Actions  []actionView
	Wrong    []string // about the fields or the actions as a whole
	Refusals int
	Other    string // who changed the form meanwhile
	Adds     []addButton
	Acts     []addButton
}

// check is one yes or no.
type check struct {
	Name, Label string
	Value       string // 1 when empty
	On          bool
	Focus       bool
}

func (c check) value() string {
	if c.Value == "" {
		return "1"
	}
	return c.Value
}

type fieldView struct {
	Place     int
	ID, Alias string
	Kind      string
	TypeName  string
	Legend    string
	Inputs    []ui.Input
	Checks    []check
	More      []ui.Input
	Flags     []string // said of the field while its settings are out of sight
	Open      bool
	MoreOpen  bool
	// First and LastOne cannot be moved further.
	First, LastOne bool
	Up, Down, Cut  button
}

// button is one that sends the editor back and forth.
type button struct {
	Value string
	Focus bool
}

type actionView struct {
	Place    int
	ID, Kind string
	Title    string
	Inputs   []ui.Input
	Checks   []check
	Wrong    string
	Cut      button
}

type addButton struct {
	Value, Label string
	Focus        bool
}

// builder makes the parts of the editor.
type builder struct {
	fields *field.Set
	ctx    context.Context
	draft  draft
	wrong  fault.Fields
	to     focus
	lead   string // the first input that is wrong, which gets the cursor
}

func newEditView(ctx context.Context, set *field.Set, d draft, wrong fault.Fields, to focus, users []user.User) editView {
	b := builder{fields: set, ctx: ctx, draft: d, wrong: wrong, to: to}
	b.lead = b.firstWrong()
	v := editView{
		Title: i18n.T(ctx, "formpage.new|New form"), Action: "/s/forms/new", Back: listURL, Refusals: len(wrong), Seen: typedMillis(d.Form), Was: d.Was, Other: d.Other,
		Main: []ui.Input{
			b.input("name", i18n.T(ctx, "formpage.name|Name"), d.Name, i18n.T(ctx, "formpage.name.help|For you and for the title of the form’s own page.")),
			optional(b.input("description", i18n.T(ctx, "formpage.description|Description"), d.Description, i18n.T(ctx, "formpage.description.help|Only you and your colleagues see it."))),
		},
		After: []ui.Input{
			choice(b.input("post_action", i18n.T(ctx, "formpage.after.do|The visitor’s next step"), string(d.PostAction), ""), postActions(ctx)),
			area(b.input("post_property", i18n.T(ctx, "formpage.after.text|Message, or address of the page"), d.PostProperty, i18n.T(ctx, "formpage.after.help|{formfield=email} stands for what was answered.")), 3),
			optional(b.input("button", i18n.T(ctx, "formpage.button|Words on the button"), d.Button, "")),
			choice(b.input("language", i18n.T(ctx, "formpage.language|Language of the form"), d.Language, ""), []ui.Choice{{Value: i18n.English, Label: "English"}, {Value: i18n.French, Label: "Français"}}),
		},
		Window: []ui.Input{
			optional(typed(b.input("publish_up", i18n.T(ctx, "formpage.up.at|Opens on"), d.Up, ""), "datetime-local")),
			optional(typed(b.input("publish_down", i18n.T(ctx, "formpage.down.at|Closes on"), d.Down, i18n.T(ctx, "formpage.window.help|In your time zone, %s.", i18n.Zone(ctx).String())), "datetime-local")),
		},
		Options: []check{
			{Name: "published", Label: i18n.T(ctx, "formpage.published|Active: visitors can fill it in"), On: d.Published},
			{Name: "render_style", Label: i18n.T(ctx, "formpage.style|Bring a style along"), On: d.RenderStyle},
			{Name: "no_index", Label: i18n.T(ctx, "formpage.no_index|Keep its own page out of search engines"), On: d.NoIndex},
			{Name: "kiosk", Label: i18n.T(ctx, "formpage.kiosk|Kiosk: many people fill it in on the same device, and none of them is followed"), On: d.Kiosk},
			{Name: "proof", Label: i18n.T(ctx, "formpage.proof|Stronger protection against robots: browsers work for a second before they send. Without JavaScript the form cannot be sent, and copies of it cannot either"), On: d.Proof},
		},
	}
	if d.ID != 0 {
		v.Title, v.Action, v.Back, v.Name = i18n.T(ctx, "formpage.edit|Edit the form"), at("edit", d.ID), at("view", d.ID), d.Name
	} else if b.lead == "" && to == (focus{}) {
		v.Main[0].Focus = true
	}
	for _, name := range []string{"fields", "actions"} {
		if t, found := wrong[name]; found {
			v.Wrong = append(v.Wrong, i18n.T(ctx, t.Key, t.Args...))
		}
	}
	for i := range d.Fields {
		v.Fields = append(v.Fields, b.field(i))
	}
	for i := range d.Actions {
		v.Actions = append(v.Actions, b.action(i, users))
	}
	for _, t := range question.Types() {
		v.Adds = append(v.Adds, addButton{Value: "add:" + string(t), Label: typeName(ctx, t)})
	}
	for _, t := range form.ActionTypes() {
		v.Acts = append(v.Acts, addButton{Value: "act:" + string(t), Label: actionTitle(ctx, t), Focus: to.button == "act:"+string(t)})
	}
	return v
}

// firstWrong is the input to mend first, in the order of the page.
func (b builder) firstWrong() string {
	rank := func(name string) (int, int, int) {
		parts := strings.Split(name, ".")
		if len(parts) == 3 {
			n, _ := strconv.Atoi(parts[1])
			part := slices.Index([]string{"label", "text", "options", "contact_field", "min", "max", "decimals", "longest"}, parts[2])
			if part < 0 {
				part = 99
			}
			return map[string]int{"fields": 1, "actions": 2}[parts[0]], n, part
		}
		return map[bool]int{true: 0, false: 3}[name == "name" || name == "description"], 0, slices.Index([]string{"name", "description", "publish_up", "publish_down", "post_action", "post_property"}, name)
	}
	first := ""
	for name := range b.wrong {
		if name == "fields" || name == "actions" {
			continue
		}
		if a1, a2, a3 := rank(name); first == "" || less([]int{a1, a2, a3}, rank, first) {
			first = name
		}
	}
	return first
}

func less(a []int, rank func(string) (int, int, int), other string) bool {
	b1, b2, b3 := rank(other)
	return slices.Compare(a, []int{b1, b2, b3}) < 0
}

// input is one text to type.
func (b builder) input(name, label, value, help string) ui.Input {
	in := ui.Input{Name: name, Label: label, Value: value, Help: help, Wrong: b.wrong[name], Focus: name == b.lead || b.lead == "" && b.to.input == name}
	if other, clash := b.draft.Meanwhile[name]; clash {
		in.Help = i18n.T(b.ctx, "formpage.meanwhile|%s stored meanwhile: %s", b.draft.Other, orElse(other, i18n.T(b.ctx, "formpage.meanwhile.nothing|nothing")))
	}
	return in
}

func optional(in ui.Input) ui.Input {
	in.Optional = true
	return in
}

func typed(in ui.Input, kind string) ui.Input {
	in.Type = kind
	return in
}

func area(in ui.Input, rows int) ui.Input {
	in.Type, in.Rows = "textarea", rows
	return in
}

func choice(in ui.Input, choices []ui.Choice) ui.Input {
	in.Type, in.Choices = "select", choices
	return in
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
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
