package question

import (
	"slices"
	"strings"

	"ariane/internal/field"
)

// Type says how a field is asked. The values are those of the protocol.
type Type string

// The types.
const (
	Text       Type = "text"
	Email      Type = "email"
	Phone      Type = "tel"
	Number     Type = "number"
	URL        Type = "url"
	Paragraph  Type = "textarea"
	Select     Type = "select"
	Radio      Type = "radiogrp"
	Checkboxes Type = "checkboxgrp"
	Country    Type = "country"
	Date       Type = "date"
	Consent    Type = "consent"  // one box; the text agreed to is the answer
	Hidden     Type = "hidden"   // not shown; a value of the page or of its address
	Heading    Type = "heading"  // asks nothing
	FreeText   Type = "freetext" // asks nothing
)

// Types lists the types in the order in which they are offered.
func Types() []Type {
	return []Type{Text, Paragraph, Email, Phone, Number, Date, URL, Country, Select, Radio, Checkboxes, Consent, Hidden, Heading, FreeText}
}

// Answered tells whether visitors give an answer to fields of this type.
func (t Type) Answered() bool { return t != Heading && t != FreeText }

// HasOptions tells whether answers are chosen among options of the field.
func (t Type) HasOptions() bool { return t == Select || t == Radio || t == Checkboxes }

// Typed tells whether visitors type the answer.
func (t Type) Typed() bool {
	return slices.Contains([]Type{Text, Email, Phone, Number, URL, Paragraph}, t)
}

// Fits tells whether answers of this type are values of a contact's field.
func (t Type) Fits(to field.Field) bool {
	switch to.Type {
	case field.Number:
		return t == Number || t.open()
	case field.Email:
		return t == Email || t.open()
	case field.Tel:
		return t == Phone || t.open()
	case field.URL:
		return t == URL || t.open()
	case field.Datetime, field.Date:
		return t == Date || t.open()
	case field.Time:
		return t.open()
	case field.Boolean:
		return t == Consent || t == Checkboxes || t.open()
	case field.Select:
		return t.open() || t == Country
	case field.Multiselect:
		return t.open() || t == Checkboxes || t == Country
	}
	return t.Answered() && t != Consent
}

// open types take answers of every kind.
func (t Type) open() bool { return t == Text || t == Hidden || t == Select || t == Radio }

// Usual is the alias of the contact's field that fields of this type mostly write.
func (t Type) Usual() string {
	return map[Type]string{Email: "email", Phone: "phone", URL: "website", Country: "country"}[t]
}

// Field is one question.
type Field struct {
	ID    int64
	Label string
	// Alias names the value in requests and results; made from the label when empty, fixed once saved.
	Alias string
	Type  Type
	// ContactField is the alias of the contact's field that takes the answer, empty for none.
	ContactField string
	Required     bool
	// Message is said when a required answer is missing, instead of the built-in text.
	Message     string
	Default     string
	Placeholder string
	Help        string
	// HideLabel leaves the label to those who do not see the form.
	HideLabel bool
	Properties
}

// Target is the field of the contact that takes the answer.
func (f Field) Target(set *field.Set) (field.Field, bool) {
	to, ok := set.ByAlias(f.ContactField)
	return to, ok && to.Published && !to.Computed()
}

// Give is an accepted answer as it is given to a field of the contact.
func (f Field) Give(a Answer, posted []string, to field.Field) string {
	if to.Type == field.Multiselect && f.Several() {
		return strings.Join(posted, field.Between)
	}
	return a.Value
}

// Option is one of the answers to choose from.
type Option struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Properties are those that only fields of some types have.
type Properties struct {
	Options  []Option `json:"options,omitempty"`
	Multiple bool     `json:"multiple,omitempty"` // Select, Country: several answers
	Empty    string   `json:"empty,omitempty"`    // Select, Country: said while nothing is chosen
	// Min and Max bound a Number or a Date, empty for no bound.
	Min      string `json:"min,omitempty"`
	Max      string `json:"max,omitempty"`
	Decimals int    `json:"decimals,omitempty"` // Number
	// International wants a Phone with the number of its country.
	International bool `json:"international,omitempty"`
	// Longest is the greatest number of characters of a Text or a Paragraph, 0 for the usual one.
	Longest int `json:"longest,omitempty"`
	// Text is what a Consent agrees to, or what a FreeText says. See Plain.
	Text string `json:"text,omitempty"`
}

const (
	longestAnswer    = 255
	longestParagraph = 10_000
)

// MaxLength is the greatest number of characters of an answer.
func (f Field) MaxLength() int {
	most := longestAnswer
	if f.Type == Paragraph {
		most = longestParagraph
	}
	if f.Longest > 0 {
		return min(f.Longest, most)
	}
	return most
}
