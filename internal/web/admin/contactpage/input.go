package contactpage

import (
	"context"
	"math"
	"strconv"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/label"
	"ariane/internal/user"
	"ariane/internal/web/ui"
)

func tagInput(ctx context.Context, one draft, tags []label.Tag, wrong fault.Fields) *ui.Input {
	in := &ui.Input{Name: "tags", Label: i18n.T(ctx, "contactpage.tags|Tags"), Value: one.Tags, Wrong: wrong["tags"], Complete: "off",
		Help: i18n.T(ctx, "contactpage.tags.several|Several are separated by commas.")}
	for _, t := range tags {
		in.Suggest = append(in.Suggest, ui.Choice{Value: t.Name})
	}
	return in
}

func newInput(ctx context.Context, f field.Field, one draft, wrong fault.Fields) ui.Input {
	in := ui.Input{Name: f.Alias, Label: f.Name(ctx), Value: one.Values[f.Alias], Wrong: wrong[f.Alias], Complete: "off", Focus: f.Alias == "firstname" && len(wrong) == 0}
	switch f.Type {
	case field.Email:
		in.Type = "email"
	case field.Tel:
		in.Type = "tel"
	case field.URL:
		in.Type = "url"
	case field.Number:
		in.Type, in.Step = "number", strconv.FormatFloat(math.Pow10(-f.Scale), 'f', -1, 64)
	case field.Datetime:
		in.Type, in.Step = "datetime-local", "1"
	case field.Date:
		in.Type = "date"
	case field.Time:
		in.Type, in.Step = "time", "1"
	case field.Textarea, field.HTML:
		in.Type, in.Rows = "textarea", 4
	case field.Select, field.Boolean:
		in.Type, in.Choices = "select", append([]ui.Choice{{}}, choices(ctx, f, in.Value)...)
	case field.Multiselect:
		in.Type, in.Choices = "checks", choices(ctx, f, in.Value)
	}
	if in.Choices == nil {
		for _, s := range field.Suggestions(f, i18n.Lang(ctx)) {
			if f.Type == field.Country {
				s.Value = s.Label // understood in each language
			}
			in.Suggest = append(in.Suggest, ui.Choice{Value: s.Value, Label: s.Label})
		}
	}
	if f.Required {
		in.Required, in.Label = true, i18n.T(ctx, "contactpage.required|%s (required)", in.Label)
	}
	if one.ID != 0 && !f.Fits(one.Was[f.Alias]) {
		in.Help = i18n.T(ctx, "contactpage.unlisted.help|What is stored is no longer in the list. It stays until you change it.")
		if !f.Type.Chosen() {
			in.Help = i18n.T(ctx, "contactpage.overlong.help|What is stored is longer than the %d characters allowed now. It stays until you change it.", f.Most())
		}
	}
	if changed := meanwhile(ctx, one, f.Alias, func(value string) string { label, _ := f.Labelled(value); return label }); changed != "" {
		in.Help = changed
	}
	return in
}

// choices are the values of a field to choose from, and those that are stored but
// no longer among them.
func choices(ctx context.Context, f field.Field, value string) []ui.Choice {
	var list []ui.Choice
	for _, s := range field.Suggestions(f.Keeping(value), i18n.Lang(ctx)) {
		if _, known := f.Labelled(s.Value); !known {
			s.Label = i18n.T(ctx, "contactpage.unlisted|%s (no longer in the list)", s.Label)
		}
		list = append(list, ui.Choice(s))
	}
	return list
}

// meanwhile says what somebody else stored in a field.
func meanwhile(ctx context.Context, one draft, name string, words func(string) string) string {
	value, changed := one.Meanwhile[name]
	switch {
	case !changed:
		return ""
	case value == "":
		return i18n.T(ctx, "contactpage.meanwhile.empty|Somebody emptied this meanwhile.")
	}
	return i18n.T(ctx, "contactpage.meanwhile|Stored meanwhile: %s", words(value))
}

func ownerInput(ctx context.Context, one draft, users []user.User, wrong fault.Fields) ui.Input {
	in := ui.Input{Name: "owner", Type: "select", Label: i18n.T(ctx, "contactpage.owner|Owner"), Value: one.Owner, Wrong: wrong["owner"],
		Choices: []ui.Choice{{Value: "", Label: i18n.T(ctx, "contactpage.owner.none|Nobody")}}}
	names := map[string]string{}
	for _, u := range users {
		n := ownerText(u.ID)
		names[n] = u.Name()
		in.Choices = append(in.Choices, ui.Choice{Value: n, Label: u.Name()})
	}
	in.Help = meanwhile(ctx, one, "owner", func(value string) string { return names[value] })
	return in
}
