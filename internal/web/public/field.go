package public

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/field"
	"ariane/internal/form/question"
)

// fieldView is what the template of a form shows of one field.
type fieldView struct {
	Alias, Label, Kind string
	Order              int
	Row, Input         string // identifiers
	PostName           string
	HideLabel          bool
	Required           bool
	Value, Placeholder string
	Help, Complete     string
	MaxLength          int
	Min, Max, Step     string
	// Boxes is the type of the inputs of a field that is answered by ticking.
	Boxes      string
	Group      string // role of the row
	RequireBox bool   // each of the boxes is required
	Multiple   bool
	Empty      string
	Choices    []choiceView
	Consent    bool
	Text       [][]question.Piece
	Problem    string // said by the script when the answer is missing
	Wrong      string // why the answer was refused
	Focus      bool
}

type choiceView struct {
	ID, Label, Value string
	Chosen, First    bool
}

// LabelID, HelpID and ErrorID are the identifiers of what stands around the control.
func (f fieldView) LabelID() string { return f.around("label") }

// HelpID is the identifier of the help.
func (f fieldView) HelpID() string { return f.around("help") }

// ErrorID is the identifier of what is wrong.
func (f fieldView) ErrorID() string { return f.around("error") }

func (f fieldView) around(what string) string {
	return strings.Replace(f.Input, "_input_", "_"+what+"_", 1)
}

// Described are the identifiers of what is read out with the control.
func (f fieldView) Described() string {
	if f.Help != "" {
		return f.ErrorID() + " " + f.HelpID()
	}
	return f.ErrorID()
}

// Agreed is the text of a consent as one paragraph: it stands beside its box.
func (f fieldView) Agreed() []question.Piece {
	var all []question.Piece
	for i, p := range f.Text {
		if i > 0 {
			all = append(all, question.Piece{Words: " "})
		}
		all = append(all, p...)
	}
	return all
}

func newFieldView(one question.Field, order int, name, language string) fieldView {
	v := fieldView{
		Alias: one.Alias, Label: one.Label, Kind: string(one.Type), Order: order, HideLabel: one.HideLabel,
		Row: "mauticform_" + name + "_" + one.Alias, Input: "mauticform_input_" + name + "_" + one.Alias, PostName: "mauticform[" + one.Alias + "]",
		Required: one.Required, Placeholder: one.Placeholder, Help: one.Help, Problem: one.Message, Multiple: one.Several(), Empty: one.Empty,
		Complete: completion(one), Text: question.Pieces(one.Text),
	}
	switch one.Type {
	case question.Number:
		v.Min, v.Max, v.Step = one.Min, one.Max, "1"
		if one.Decimals > 0 {
			v.Step = "0." + strings.Repeat("0", one.Decimals-1) + "1"
		}
	case question.Date:
		v.Min, v.Max = one.Min, one.Max
	case question.Radio:
		v.Boxes, v.Group, v.RequireBox = "radio", "radiogroup", one.Required
	case question.Checkboxes:
		v.Boxes, v.Group = "checkbox", "group"
	case question.Consent:
		v.Kind, v.Consent, v.Boxes, v.Group, v.RequireBox = string(question.Checkboxes), true, "checkbox", "group", one.Required
		one.Options = []question.Option{{Value: "1"}}
	default:
		if one.Type.Typed() {
			v.MaxLength = one.MaxLength()
		}
	}
	if v.Multiple {
		v.PostName += "[]"
	}
	for i, o := range one.Choices(language) {
		v.Choices = append(v.Choices, choiceView{ID: v.Input + "_" + strconv.Itoa(i), Label: o.Label, Value: o.Value, First: i == 0})
	}
	return v
}

// answer puts values into a field: those of its default, of the address of the page, or those typed before.
func (f *fieldView) answer(values []string) {
	if len(f.Choices) == 0 {
		f.Value = strings.Join(values, ", ")
		return
	}
	for i := range f.Choices {
		f.Choices[i].Chosen = slices.Contains(values, f.Choices[i].Value)
	}
}

// start is what a field holds when the form is opened. Nobody agrees to anything by a link.
func start(one question.Field, query url.Values) []string {
	value := one.Default
	if given := field.Printable(query.Get(one.Alias)); given != "" && len(given) <= 1000 {
		value = given
	}
	switch {
	case one.Type == question.Consent:
		return nil
	case one.Type.HasOptions() || one.Type == question.Country:
		return strings.Split(value, question.Separator)
	}
	return []string{value}
}

// completion tells the browser which of its user's details is asked for.
func completion(one question.Field) string {
	switch one.Type {
	case question.Email:
		return "email"
	case question.Phone:
		return "tel"
	case question.Text, question.URL:
		return map[string]string{
			"firstname": "given-name", "lastname": "family-name", "title": "honorific-prefix", "company": "organization", "position": "organization-title",
			"address1": "address-line1", "address2": "address-line2", "city": "address-level2", "state": "address-level1", "zipcode": "postal-code", "website": "url",
		}[one.ContactField]
	}
	return ""
}
