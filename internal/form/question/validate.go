package question

import (
	"slices"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/field"
)

const longestText = 10_000 // bytes of a text of ours

const mostOptions = 500

// Separator is between several values in a default and in the address of a page.
const Separator = "|"

// Validate says by property what keeps the field from being asked in a language.
func (f Field) Validate(language string, set *field.Set, wrong func(part string, problem fault.Text)) {
	if strings.TrimSpace(f.Label) == "" {
		wrong("label", fault.Say("form.label.required|A label is required."))
	}
	for part, value := range map[string]string{
		"label": f.Label, "message": f.Message, "placeholder": f.Placeholder, "help": f.Help, "alias": f.Alias, "empty": f.Empty,
	} {
		if problem := short(value, longestAnswer); problem != nil {
			wrong(part, *problem)
		}
	}
	if !slices.Contains(Types(), f.Type) {
		wrong("type", fault.Say("form.type.unknown|Choose a type."))
	}
	if f.ContactField != "" {
		to, ok := f.Target(set)
		if !ok {
			wrong("contact_field", fault.Say("form.contact_field.unknown|There is no such field of a contact."))
		} else if !f.Type.Fits(to) {
			wrong("contact_field", fault.Say("form.contact_field.unfit|Answers of this type are no values of this field."))
		} else if f.Type.HasOptions() {
			for _, o := range f.Options {
				if _, problem := field.Clean(to, o.Value); problem != nil {
					wrong("options", fault.Say("form.options.unfit|“%s” is no value of the contact’s field.", o.Value))
				}
			}
		}
	}
	f.validateProperties(wrong)
	var start []string
	if f.Default != "" {
		start = strings.Split(f.Default, Separator)
	}
	if _, problem := f.Accept(start, language); problem != nil {
		wrong("default", *problem)
	}
}

func (f Field) validateProperties(wrong func(string, fault.Text)) {
	if f.Type.HasOptions() {
		f.validateOptions(func(problem fault.Text) { wrong("options", problem) })
	}
	if (f.Type == Consent || f.Type == FreeText) && strings.TrimSpace(f.Text) == "" {
		wrong("text", fault.Say("form.text.required|A text is required."))
	}
	if len(f.Text) > longestText {
		wrong("text", fault.Say("form.text_too_long|This text is too long."))
	}
	if f.Decimals < 0 || f.Decimals > 6 {
		wrong("decimals", fault.Say("form.decimals|Between 0 and 6."))
	}
	if f.Longest < 0 || f.Longest > longestParagraph {
		wrong("longest", fault.Say("form.longest|Between 1 and %d.", longestParagraph))
	}
	if f.Type != Number && f.Type != Date {
		return
	}
	bounds := Field{Type: f.Type, Properties: Properties{Decimals: 6}}
	for part, bound := range map[string]string{"min": f.Min, "max": f.Max} {
		if _, problem := bounds.Accept([]string{bound}, ""); problem != nil {
			wrong(part, *problem)
		}
	}
	bounds.Min = f.Min
	if _, problem := bounds.Accept([]string{f.Max}, ""); problem != nil {
		wrong("max", *problem)
	}
}

func (f Field) validateOptions(wrong func(fault.Text)) {
	if len(f.Options) == 0 {
		wrong(fault.Say("form.options.none|Give at least one answer to choose."))
	}
	if len(f.Options) > mostOptions {
		wrong(fault.Say("form.options.many|At most %d answers.", mostOptions))
	}
	taken := map[string]bool{}
	for _, o := range f.Options {
		for _, text := range []string{o.Label, o.Value} {
			if problem := short(text, longestAnswer); problem != nil {
				wrong(*problem)
			}
		}
		switch {
		case field.Printable(o.Value) != o.Value || o.Value == "" || o.Label == "" || strings.Contains(o.Value, Separator):
			wrong(fault.Say("form.options.value|“%s” cannot be a value.", o.Value))
		case taken[o.Value]:
			wrong(fault.Say("form.options.twice|“%s” is there twice.", o.Value))
		}
		taken[o.Value] = true
	}
}
