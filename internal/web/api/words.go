package api

import (
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/web/api/param"
)

// words are what the protocol says where our pages use other words, by the key of
// ours. %s is what was sent.
var words = map[string]string{
	"field.email_invalid":    "%s is invalid.",
	"field.option_unknown":   "This value is not valid.",
	"field.label.long":       "Label value cannot be longer than 191 characters",
	"field.type.unknown":     "There's a field type not recognized.",
	"field.yes.missing":      "A 'positive' label is required.",
	"field.no.missing":       "A 'negative' label is required.",
	"field.options.missing":  "A list for the select box must be specified. Separate each option with a vertical bar. I.e. Green|Blue|Red",
	"field.alias.reserved":   "The '%s' keyword is reserved for segment filters. Please choose different alias.",
	"field.alias.restricted": "The alias '%s' is a restricted field. Please choose another one.",
}

// reworded puts what is wrong with what was sent in the words of the protocol, under
// its names where ours are others.
func reworded(err error, s param.Value, names map[string]string) error {
	f, ok := fault.Of(err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	fields := fault.Fields{}
	for name, text := range f.Fields {
		key, _, _ := strings.Cut(text.Key, "|")
		value := s.Get(name).Text()
		if key == "field.alias.reserved" && (value == "contact_id" || value == "company_id") {
			key = "field.alias.restricted"
		}
		if said, known := words[key]; known {
			text = fault.Text{Key: "api." + key + "|" + said}
			if strings.Contains(said, "%s") {
				text.Args = []any{value}
			}
		}
		if other, known := names[name]; known {
			name = other
		}
		fields.Add(name, text)
	}
	return fault.Invalid(fields)
}
