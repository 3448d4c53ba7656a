package question

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ariane/internal/base/fault"
	"ariane/internal/field"
)

// Answer is what was answered to one field, under the label of that time.
type Answer struct {
	Alias string `json:"alias"`
	Label string `json:"label"`
	Value string `json:"value"`
	// Shown is what the visitor chose or agreed to, in the words they saw, where it
	// differs from the value.
	Shown string `json:"shown,omitempty"`
}

// Text is the answer for people to read.
func (a Answer) Text() string {
	if a.Shown != "" {
		return a.Shown
	}
	return a.Value
}

// between separates several answers to one field.
const between = ", "

// Accept cleans an answer, or says why it is none. It may be empty.
func (f Field) Accept(posted []string, language string) (Answer, *fault.Text) {
	a := Answer{Alias: f.Alias, Label: f.Label}
	var problem *fault.Text
	switch f.Type {
	case Select, Radio, Checkboxes, Country:
		return f.choose(a, posted, language)
	case Consent:
		if slices.ContainsFunc(posted, func(s string) bool { return s != "" }) {
			a.Value, a.Shown = "1", Plain(f.Text)
		}
	case Heading, FreeText:
	case Paragraph:
		a.Value = lines(strings.Join(posted, "\n"))
		problem = short(a.Value, f.MaxLength())
	case Date:
		a.Value, problem = f.date(strings.Join(posted, ""))
	case Number:
		a.Value, problem = f.number(strings.Join(posted, ""))
	case Phone:
		a.Value, problem = field.Clean(field.Field{Type: field.Tel}, strings.Join(posted, between))
		if problem == nil && f.International && a.Value != "" && !international.MatchString(a.Value) {
			problem = say(fault.Say("form.tel.international|Give the number with that of its country, such as +33 1 23 45 67 89."))
		}
	default:
		kinds := map[Type]field.Type{Email: field.Email, URL: field.URL}
		kind, strict := kinds[f.Type]
		if !strict {
			kind = field.Text
		}
		a.Value, problem = field.Clean(field.Field{Type: kind}, strings.Join(posted, between))
		if problem == nil {
			problem = short(a.Value, f.MaxLength())
		}
	}
	return a, problem
}

var international = regexp.MustCompile(`^\+[1-9](?:[\s().\-/]*\d){6,14}$`)

func say(t fault.Text) *fault.Text { return &t }

func short(value string, most int) *fault.Text {
	if n := utf8.RuneCountInString(value); n > most {
		return say(fault.Say("field.too_long|This is too long: %d characters, at most %d.", n, most))
	}
	return nil
}

// lines is Printable of each line.
func lines(s string) string {
	list := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := range list {
		list[i] = field.Printable(list[i])
	}
	return strings.Trim(strings.Join(list, "\n"), "\n")
}

// choose takes those of the options that were chosen, in the order of the options.
func (f Field) choose(a Answer, posted []string, language string) (Answer, *fault.Text) {
	options := f.Choices(language)
	posted = slices.DeleteFunc(slices.Clone(posted), func(s string) bool { return s == "" })
	var values, labels []string
	for _, o := range options {
		if slices.Contains(posted, o.Value) {
			values, labels = append(values, o.Value), append(labels, o.Label)
		}
	}
	for _, p := range posted {
		if !slices.Contains(values, p) {
			return a, say(fault.Say("form.choice.unknown|Choose among the answers that are offered."))
		}
	}
	if len(values) > 1 && !f.Several() {
		return a, say(fault.Say("form.choice.one|Choose one answer only."))
	}
	a.Value = strings.Join(values, between)
	if shown := strings.Join(labels, between); shown != a.Value {
		a.Shown = shown
	}
	return a, nil
}

// Several tells whether a field takes more than one answer.
func (f Field) Several() bool {
	return f.Type == Checkboxes || f.Multiple && (f.Type == Select || f.Type == Country)
}

// Choices are the answers to choose from, in the words of a language.
func (f Field) Choices(language string) []Option {
	if f.Type != Country {
		return f.Options
	}
	var list []Option
	for _, s := range field.Suggestions(field.Field{Type: field.Country}, language) {
		list = append(list, Option{Label: s.Label, Value: s.Value})
	}
	return list
}

func (f Field) date(value string) (string, *fault.Text) {
	value = field.Printable(value)
	if value == "" {
		return "", nil
	}
	at, err := time.Parse(time.DateOnly, value)
	switch {
	case err != nil || at.Year() < 1:
		return "", say(fault.Say("field.date_invalid|This is not a date."))
	case f.Min != "" && value < f.Min:
		return "", say(fault.Say("form.date.early|The earliest date is %s.", f.Min))
	case f.Max != "" && value > f.Max:
		return "", say(fault.Say("form.date.late|The latest date is %s.", f.Max))
	}
	return value, nil
}

func (f Field) number(value string) (string, *fault.Text) {
	value, problem := field.Clean(field.Field{Type: field.Number, Scale: f.Decimals}, value)
	if problem != nil || value == "" {
		return "", problem
	}
	n, _ := strconv.ParseFloat(value, 64)
	if least, err := strconv.ParseFloat(f.Min, 64); err == nil && n < least {
		return "", say(fault.Say("form.number.low|At least %s.", f.Min))
	}
	if most, err := strconv.ParseFloat(f.Max, 64); err == nil && n > most {
		return "", say(fault.Say("form.number.high|At most %s.", f.Max))
	}
	return value, nil
}
