package field

import (
	"cmp"
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/id"
)

// Type says which values a field takes.
type Type string

// The types.
const (
	Text        Type = "text"
	Textarea    Type = "textarea" // with line breaks
	HTML        Type = "html"
	Lookup      Type = "lookup" // a text with suggestions
	Number      Type = "number"
	Email       Type = "email"
	Tel         Type = "tel"
	URL         Type = "url"
	Region      Type = "region"
	Country     Type = "country"
	Timezone    Type = "timezone"
	Locale      Type = "locale"
	Date        Type = "date"     // stored as time.DateOnly
	Datetime    Type = "datetime" // stored as DatetimeLayout, in UTC
	Time        Type = "time"     // stored as time.TimeOnly
	Select      Type = "select"
	Multiselect Type = "multiselect" // values with Between between them
	Boolean     Type = "boolean"     // stored as 1 or 0
)

// Types lists the types in the order in which they are offered.
func Types() []Type {
	return []Type{Text, Textarea, HTML, Email, Tel, URL, Number, Boolean, Select, Multiselect, Lookup, Date, Datetime, Time, Country, Region, Timezone, Locale}
}

// Chosen tells whether values are chosen among options.
func (t Type) Chosen() bool { return t == Select || t == Multiselect }

// Long tells whether values may have several lines.
func (t Type) Long() bool { return t == Textarea || t == HTML }

// Limited tells whether people decide how long values may be.
func (t Type) Limited() bool { return slices.Contains([]Type{Text, Lookup, Email, Tel, URL}, t) }

// Unique tells whether values can name one contact.
func (t Type) Unique() bool { return slices.Contains([]Type{Text, Email, Tel, URL, Number}, t) }

// Words tells whether values are found by free text.
func (t Type) Words() bool {
	return !slices.Contains([]Type{Number, Date, Datetime, Time, Boolean, Timezone, Locale, HTML}, t)
}

// Folded tells whether values are compared in the form of Fold: all but numbers,
// times, and telephone numbers.
func (t Type) Folded() bool {
	return !slices.Contains([]Type{Number, Date, Datetime, Time, Boolean, Tel}, t)
}

// DatetimeLayout is how a value of type Datetime is written.
const DatetimeLayout = "2006-01-02 15:04:05"

// Between separates the values of a Multiselect.
const Between = "|"

// Group is the part of the contact's page a field is shown in.
type Group string

// The groups.
const (
	Core         Group = "core"
	Social       Group = "social"
	Personal     Group = "personal"
	Professional Group = "professional"
)

// Name is what people call the group, in their language.
func (g Group) Name(ctx context.Context) string {
	switch g {
	case Social:
		return i18n.T(ctx, "field.group.social|Social networks")
	case Personal:
		return i18n.T(ctx, "field.group.personal|Personal")
	case Professional:
		return i18n.T(ctx, "field.group.professional|Professional")
	}
	return i18n.T(ctx, "field.group.core|Details")
}

// Groups lists the groups in the order of the page, empty ones too.
func Groups() []Group { return []Group{Core, Social, Personal, Professional} }

// The objects that have fields, in the protocol's words.
const (
	Contact = "lead"
	Company = "company"
)

// Option is a value to choose, and what to call it.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Rounding is how a Number comes to its Scale, in the numbers of the protocol.
type Rounding int

// The ways to round.
const (
	RoundDown     Rounding = 2 // towards zero
	RoundUp       Rounding = 3 // away from zero
	RoundHalfEven Rounding = 4
	RoundHalfDown Rounding = 5
	RoundHalfUp   Rounding = 6
)

// Index is how far the index of a field's values is.
type Index int

// The states of an index, as stored.
const (
	Unindexed Index = iota
	Filling
	Filled
	Clashing // filled; values that should belong to one contact only belong to several
	Erased   // of a removed field whose values are gone
)

// Field is the definition of one field.
type Field struct {
	ID       int64
	Alias    string // its name in forms, searches and the API
	Label    string // of a standard field, a key with its English text
	Renamed  string // what people call it, empty for a standard field that keeps its Label
	APILabel string // its label in the API, where that differs from the English text
	Type     Type
	Group    Group
	Order    int    // among the fields when they are listed by themselves
	Position int    // within its group on pages
	Listed   int    // within its group in answers of the API, the standard ones first
	Object   string // what it describes
	Fixed    bool   // cannot be removed
	Default  string
	// Options are the values of a Select or a Multiselect, and the suggestions of a Lookup.
	Options  []Option
	Yes, No  string // what the values of a Boolean are called
	Scale    int    // digits after the point of a Number
	Rounding Rounding
	Limit    int // the greatest number of characters, 0 for the usual one

	Required  bool // by hand
	Published bool // shown at all
	OnForm    bool // in the editor of a contact
	OnQuick   bool // in its short form
	Listable  bool // lists can be filtered by it
	// Unique says that a value belongs to one contact only, Filterable that
	// contacts are to be found by it quickly.
	Unique, Filterable bool
	Indexing           Index
	// Unfit is how many values did not fit the definition when they were counted
	// last, unfitUnknown while they are being counted.
	Unfit int64

	Added, Modified           time.Time // zero for a standard field as it was made
	CreatedBy, ModifiedBy     id.User
	CreatedUser, ModifiedUser string
	Removed                   time.Time // zero while it is there
}

// Name is what to call the field.
func (f Field) Name(ctx context.Context) string {
	if f.Renamed != "" {
		return f.Renamed
	}
	return i18n.T(ctx, f.Label)
}

// English is what the API calls the field.
func (f Field) English() string { return cmp.Or(f.Renamed, f.APILabel, fault.Say(f.Label).English()) }

// Custom tells that people defined the field.
func (f Field) Custom() bool { return f.ID > lastStandard }

// Computed tells that nobody writes the field.
func (f Field) Computed() bool { return f.Alias == "points" || f.Alias == "last_active" }

// Direct tells that contacts are found by the field quickly as it is.
func (f Field) Direct() bool {
	return slices.Contains([]string{"firstname", "lastname", "company", "email"}, f.Alias) && !f.Custom()
}

// Indexed tells whether the values are kept in an index, complete or not. Those of
// companies are not: companies are found by their name.
func (f Field) Indexed() bool {
	return f.Object == Contact && f.Alias != "email" && (f.Unique || f.Filterable)
}

// Keyed tells whether a contact is found by the value: it belongs to one contact
// only, and all values were looked at.
func (f Field) Keyed() bool { return f.Unique && (f.Alias == "email" || f.Indexing == Filled) }

// Identifying tells whether a value makes a visitor somebody.
func (f Field) Identifying() bool {
	return f.Unique || f.Group == Social || slices.Contains(identifying, f.Alias)
}

var identifying = []string{"firstname", "lastname", "company", "email", "phone", "mobile"}

const unfitUnknown = -1

// Counting tells that the values that do not fit are being counted.
func (f Field) Counting() bool { return f.Unfit == unfitUnknown }

// Fits tells whether a stored value is one of the field as it is defined now: among
// those to choose, and short enough.
func (f Field) Fits(value string) bool {
	_, known := f.Labelled(value)
	return known && utf8.RuneCountInString(value) <= f.Most()
}

// tighter tells whether a value may fit the field that it was, but not as it is now.
func (f Field) tighter(was Field) bool {
	if f.Type.Chosen() {
		return slices.ContainsFunc(was.Options, func(o Option) bool {
			return !slices.ContainsFunc(f.Options, func(now Option) bool { return now.Value == o.Value })
		})
	}
	return f.Most() < was.Most()
}

// Label is what a value is called, for people: that of its option, of yes or no.
// known tells that it is a value of the field as it is defined now.
func (f Field) Labelled(value string) (label string, known bool) {
	switch {
	case value == "":
		return "", true
	case f.Type == Boolean && value == "1":
		return f.Yes, true
	case f.Type == Boolean:
		return f.No, value == "0"
	case f.Type == Select:
		return f.option(value)
	case f.Type == Multiselect:
		return f.labels(value)
	}
	return value, true
}
