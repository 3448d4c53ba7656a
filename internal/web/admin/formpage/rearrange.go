package formpage

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/i18n"
	"ariane/internal/form"
	"ariane/internal/form/question"
)

// focus is where the editor puts the cursor: on an input, or on a button by its value. Neither is the usual place.
type focus struct{ input, button string }

// rearrange does what a button of the editor says: add:text, up:1, down:1, order:2,0,1, remove:1, act:tags, unact:0. It
// reports where to look then, and false when the button says nothing of the kind.
func (d *draft) rearrange(ctx context.Context, button string) (focus, bool) {
	verb, object, _ := strings.Cut(button, ":")
	switch verb {
	case "add":
		if t := question.Type(object); slices.Contains(question.Types(), t) && len(d.Fields) < mostFields {
			d.Fields = append(d.Fields, d.blank(ctx, t))
		}
		d.Open[len(d.Fields)-1] = true
		return focus{input: partName(len(d.Fields)-1, "label")}, true
	case "act":
		if t := form.ActionType(object); slices.Contains(form.ActionTypes(), t) && len(d.Actions) < mostActions {
			d.Actions = append(d.Actions, form.Action{Type: t, JSON: true})
		}
		first := map[form.ActionType]string{form.ChangeTags: "add", form.Send: "url"}[form.ActionType(object)]
		return focus{input: actionName(len(d.Actions)-1, first), button: "unact:" + strconv.Itoa(len(d.Actions)-1)}, true
	case "unact":
		if i, err := strconv.Atoi(object); err == nil && i >= 0 && i < len(d.Actions) {
			d.Actions = slices.Delete(d.Actions, i, i+1)
		}
		return focus{button: "act:" + string(form.ChangeTags)}, true
	case "order":
		d.order(object)
		return focus{}, true
	case "up", "down", "remove":
		return d.move(verb, object), true
	}
	return focus{}, false
}

func (d *draft) move(verb, object string) focus {
	i, err := strconv.Atoi(object)
	if err != nil || i < 0 || i >= len(d.Fields) {
		return focus{}
	}
	if verb == "remove" {
		d.Fields = slices.Delete(d.Fields, i, i+1)
		for j := i; j < len(d.Fields); j++ {
			d.Open[j] = d.Open[j+1]
		}
		return focus{button: "remove:" + strconv.Itoa(max(min(i, len(d.Fields)-1), 0))}
	}
	to := i + 1
	if verb == "up" {
		to = i - 1
	}
	if to < 0 || to >= len(d.Fields) {
		return focus{}
	}
	d.Fields[i], d.Fields[to] = d.Fields[to], d.Fields[i]
	d.Open[i], d.Open[to] = d.Open[to], d.Open[i]
	if to == 0 {
		verb = "down" // the other button cannot be pressed there
	} else if to == len(d.Fields)-1 {
		verb = "up"
	}
	return focus{button: verb + ":" + strconv.Itoa(to)}
}

// order puts the fields into the order of these places; those that are not named stay behind.
func (d *draft) order(places string) {
	var list []question.Field
	open, taken := map[int]bool{}, map[int]bool{}
	take := func(i int) {
		if i >= 0 && i < len(d.Fields) && !taken[i] {
			taken[i], open[len(list)] = true, d.Open[i]
			list = append(list, d.Fields[i])
		}
	}
	for p := range strings.SplitSeq(places, ",") {
		if i, err := strconv.Atoi(p); err == nil {
			take(i)
		}
	}
	for i := range d.Fields {
		take(i)
	}
	d.Fields, d.Open = list, open
}

// blank is what a new field begins with.
func (d *draft) blank(ctx context.Context, t question.Type) question.Field {
	f := question.Field{Type: t}
	taken := func(alias string) bool {
		return slices.ContainsFunc(d.Fields, func(other question.Field) bool { return other.ContactField == alias })
	}
	if usual := t.Usual(); !taken(usual) {
		f.ContactField = usual
	}
	ctx = spoken(ctx, d.Language)
	switch t {
	case question.Email, question.Phone, question.URL, question.Country, question.Date:
		f.Label = typeName(ctx, t)
	case question.Consent:
		f.Label, f.Required = i18n.T(ctx, "formpage.blank.consent|Consent"), true
		f.Text = i18n.T(ctx, "formpage.blank.consent.text|I agree to be contacted by e-mail.")
	}
	return f
}
