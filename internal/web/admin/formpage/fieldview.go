package formpage

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/i18n"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/id"
	"ariane/internal/user"
	"ariane/internal/web/ui"
)

// field is the editor of the field at place i.
func (b builder) field(i int) fieldView {
	ctx, f, place := b.ctx, b.draft.Fields[i], strconv.Itoa(i)
	v := fieldView{
		Place: i, Alias: f.Alias, Kind: string(f.Type), TypeName: typeName(ctx, f.Type), Legend: orElse(f.Label, i18n.T(ctx, "formpage.unnamed|Without label")),
		First: i == 0, LastOne: i == len(b.draft.Fields)-1, Open: b.draft.Open[i],
		Up: b.button("up:" + place), Down: b.button("down:" + place), Cut: b.button("remove:" + place),
	}
	if f.ID != 0 {
		v.ID = strconv.FormatInt(f.ID, 10)
	}
	v.Inputs, v.Checks, v.More = b.inputs(i, f), b.checks(i, f), b.more(i, f)
	for _, in := range v.More {
		v.MoreOpen = v.MoreOpen || in.Wrong.Key != ""
	}
	for name := range b.wrong {
		v.Open = v.Open || strings.HasPrefix(name, partName(i, ""))
	}
	for name := range b.draft.Meanwhile {
		v.Open = v.Open || strings.HasPrefix(name, partName(i, ""))
	}
	if f.Required {
		v.Flags = append(v.Flags, i18n.T(ctx, "formpage.required|Required"))
	}
	if to, mapped := b.fields.ByAlias(f.ContactField); mapped {
		v.Flags = append(v.Flags, "→ "+to.Name(ctx))
	}
	return v
}

func (b builder) button(value string) button {
	return button{Value: value, Focus: b.to.button == value}
}

// inputs are what is asked first of a field.
func (b builder) inputs(i int, f question.Field) []ui.Input {
	ctx := b.ctx
	in := func(part, label, value, help string) ui.Input { return b.input(partName(i, part), label, value, help) }
	list := []ui.Input{in("label", i18n.T(ctx, "formpage.label|Label"), f.Label, "")}
	switch f.Type {
	case question.Heading:
		return list
	case question.FreeText:
		return append(list, area(in("text", i18n.T(ctx, "formpage.text|Text"), f.Text, linkHelp(ctx)), 4))
	case question.Consent:
		return append(list, area(in("text", i18n.T(ctx, "formpage.consent|Text beside the box"), f.Text, i18n.T(ctx, "formpage.consent.help|Kept with each answer as it was shown. [words](https://…) is a link.")), 3))
	case question.Select, question.Radio, question.Checkboxes:
		list = append(list, area(in("options", i18n.T(ctx, "formpage.options|Answers to choose from"), writeOptions(f.Options),
			i18n.T(ctx, "formpage.options.help|One a line. What stands after %s is stored instead of what is shown.", question.Separator)), 5))
	}
	return append(list, choice(in("contact_field", i18n.T(ctx, "formpage.contact_field|Fills in the contact’s"), f.ContactField, ""), b.contactFields(i)))
}

func linkHelp(ctx context.Context) string {
	return i18n.T(ctx, "formpage.link.help|An empty line begins a paragraph, [words](https://…) is a link.")
}

func (b builder) checks(i int, f question.Field) []check {
	ctx, list := b.ctx, []check(nil)
	add := func(part, label string, on bool) {
		list = append(list, check{Name: partName(i, part), Label: label, On: on})
	}
	if f.Type.Answered() && f.Type != question.Hidden {
		add("required", i18n.T(ctx, "formpage.required|Required"), f.Required)
	}
	if f.Type == question.Select || f.Type == question.Country {
		add("multiple", i18n.T(ctx, "formpage.multiple|Several answers"), f.Multiple)
	}
	if f.Type == question.Phone {
		add("international", i18n.T(ctx, "formpage.international|With the number of the country"), f.International)
	}
	if f.Type != question.Hidden && f.Type != question.Heading {
		add("hide_label", i18n.T(ctx, "formpage.hide_label|Hide the label"), f.HideLabel)
	}
	return list
}

// more are the inputs that few fields need.
func (b builder) more(i int, f question.Field) []ui.Input {
	ctx, list := b.ctx, []ui.Input(nil)
	add := func(part, label, value, help string) *ui.Input {
		list = append(list, b.input(partName(i, part), label, value, help))
		return &list[len(list)-1]
	}
	if !f.Type.Answered() {
		return nil
	}
	switch f.Type {
	case question.Hidden:
		add("default", i18n.T(ctx, "formpage.default|Value at the start"), f.Default, i18n.T(ctx, "formpage.hidden.help|A parameter of the page’s address with the name %s takes its place.", orElse(f.Alias, "…")))
	case question.Consent:
	case question.Checkboxes:
		add("default", i18n.T(ctx, "formpage.default|Value at the start"), f.Default, i18n.T(ctx, "formpage.default.several|Several values with %s between them.", question.Separator))
	default:
		in := add("default", i18n.T(ctx, "formpage.default|Value at the start"), f.Default, "")
		if f.Type == question.Date {
			in.Type = "date"
		}
	}
	if f.Type.Typed() {
		add("placeholder", i18n.T(ctx, "formpage.placeholder|Example in the empty field"), f.Placeholder, "")
	}
	switch f.Type {
	case question.Number:
		add("min", i18n.T(ctx, "formpage.min|Least value"), f.Min, "")
		add("max", i18n.T(ctx, "formpage.max|Greatest value"), f.Max, "")
		add("decimals", i18n.T(ctx, "formpage.decimals|Digits after the point"), positive(f.Decimals), "").Type = "number"
	case question.Date:
		add("min", i18n.T(ctx, "formpage.min.date|Earliest date"), f.Min, "").Type = "date"
		add("max", i18n.T(ctx, "formpage.max.date|Latest date"), f.Max, "").Type = "date"
	case question.Text, question.Paragraph:
		add("longest", i18n.T(ctx, "formpage.longest|Most characters"), positive(f.Longest), "").Type = "number"
	case question.Select, question.Country:
		add("empty", i18n.T(ctx, "formpage.empty|Said while nothing is chosen"), f.Empty, "")
	}
	if f.Type != question.Hidden {
		add("help", i18n.T(ctx, "formpage.help|Help under the field"), f.Help, "")
		add("message", i18n.T(ctx, "formpage.message|Message when it is missing"), f.Message, "")
	}
	if f.ID == 0 {
		add("alias", i18n.T(ctx, "formpage.alias|Name for machines"), f.Alias, i18n.T(ctx, "formpage.alias.help|Made from the label when empty. It cannot be changed later."))
	}
	return list
}

// contactFields are the fields of a contact that fit, without those that others fill.
func (b builder) contactFields(i int) []ui.Choice {
	own := b.draft.Fields[i]
	choices := []ui.Choice{{Value: "", Label: i18n.T(b.ctx, "formpage.contact_field.none|nothing: kept with the submission")}}
	for _, f := range b.fields.Writable() {
		taken := slices.ContainsFunc(b.draft.Fields, func(other question.Field) bool { return other.ContactField == f.Alias })
		if f.Alias == own.ContactField || own.Type.Fits(f) && !taken {
			choices = append(choices, ui.Choice{Value: f.Alias, Label: f.Name(b.ctx)})
		}
	}
	return choices
}

// action is the editor of the action at place i.
func (b builder) action(i int, users []user.User) actionView {
	ctx, a := b.ctx, b.draft.Actions[i]
	in := func(part, label, value, help string) ui.Input {
		return b.input(actionName(i, part), label, value, help)
	}
	v := actionView{Place: i, Kind: string(a.Type), Title: actionTitle(ctx, a.Type), Cut: b.button("unact:" + strconv.Itoa(i))}
	if a.ID != 0 {
		v.ID = strconv.FormatInt(a.ID, 10)
	}
	switch a.Type {
	case form.ChangeTags:
		v.Inputs = []ui.Input{
			in("add", i18n.T(ctx, "formpage.action.add|Add these tags"), strings.Join(a.Add, ", "), i18n.T(ctx, "formpage.action.tags.help|With commas between them.")),
			in("remove", i18n.T(ctx, "formpage.action.remove|Remove these tags"), strings.Join(a.Remove, ", "), ""),
		}
	case form.Notify:
		for _, u := range users {
			number := strconv.FormatInt(int64(u.ID), 10)
			v.Checks = append(v.Checks, check{Name: actionName(i, "users"), Value: number, Label: u.Name(), On: slices.Contains(a.Users, id.User(u.ID))})
		}
		if t, found := b.wrong[actionName(i, "users")]; found {
			v.Wrong = i18n.T(ctx, t.Key, t.Args...)
		}
	case form.Send:
		v.Inputs = []ui.Input{
			typed(in("url", i18n.T(ctx, "formpage.action.url|Address"), a.URL, i18n.T(ctx, "formpage.action.url.help|Each answer is posted there. When the address does not answer, it is tried again for half a day.")), "url"),
			optional(in("authorization", i18n.T(ctx, "formpage.action.authorization|Authorization header"), a.Authorization, "")),
		}
		v.Checks = []check{{Name: actionName(i, "json"), Label: i18n.T(ctx, "formpage.action.json|As JSON, not as a form is sent"), On: a.JSON}}
	}
	return v
}

func actionTitle(ctx context.Context, t form.ActionType) string {
	switch t {
	case form.Notify:
		return i18n.T(ctx, "formpage.action.notify|Tell colleagues")
	case form.Send:
		return i18n.T(ctx, "formpage.action.send|Send the answers to an address")
	}
	return i18n.T(ctx, "formpage.action.changetags|Change the contact’s tags")
}

func typeName(ctx context.Context, t question.Type) string {
	switch t {
	case question.Email:
		return i18n.T(ctx, "formpage.type.email|E-mail")
	case question.Phone:
		return i18n.T(ctx, "formpage.type.phone|Phone")
	case question.Number:
		return i18n.T(ctx, "formpage.type.number|Number")
	case question.URL:
		return i18n.T(ctx, "formpage.type.url|Web address")
	case question.Paragraph:
		return i18n.T(ctx, "formpage.type.paragraph|Long text")
	case question.Select:
		return i18n.T(ctx, "formpage.type.select|List")
	case question.Radio:
		return i18n.T(ctx, "formpage.type.radio|One of several")
	case question.Checkboxes:
		return i18n.T(ctx, "formpage.type.checkboxes|Boxes to tick")
	case question.Country:
		return i18n.T(ctx, "formpage.type.country|Country")
	case question.Date:
		return i18n.T(ctx, "formpage.type.date|Date")
	case question.Consent:
		return i18n.T(ctx, "formpage.type.consent|Consent")
	case question.Hidden:
		return i18n.T(ctx, "formpage.type.hidden|Hidden")
	case question.Heading:
		return i18n.T(ctx, "formpage.type.heading|Heading")
	case question.FreeText:
		return i18n.T(ctx, "formpage.type.freetext|Text to read")
	}
	return i18n.T(ctx, "formpage.type.text|Text")
}
