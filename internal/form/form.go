package form

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Type says how a field is asked.
type Type string

// The types.
const (
	Text   Type = "text"
	Email  Type = "email"
	Hidden Type = "hidden" // not shown; a value of the page or of its address
)

// Types lists the types in the order in which they are offered.
func Types() []Type { return []Type{Text, Email, Hidden} }

// PostAction is what follows an accepted submission.
type PostAction string

// The post actions.
const (
	Message  PostAction = "message"  // a text instead of the form
	Redirect PostAction = "redirect" // another page
	Return   PostAction = "return"   // the form again, with a text if there is one
)

// PostActions lists the post actions in the order in which they are offered.
func PostActions() []PostAction { return []PostAction{Message, Redirect, Return} }

// Status says whether a form takes submissions at a moment.
type Status string

// The statuses.
const (
	Published   Status = "published"
	Unpublished Status = "unpublished"
	Pending     Status = "pending" // its first moment has not come
	Expired     Status = "expired"
)

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
}

// Form is one form with its fields in order.
type Form struct {
	ID          id.Form
	Name        string
	Alias       string // short name, made from the name, fixed once saved
	Description string // for colleagues only
	Language    string // of what visitors read: i18n.English or i18n.French
	Published   bool
	PublishUp   time.Time // first moment, zero for none
	PublishDown time.Time // last moment, zero for none
	PostAction  PostAction
	// PostProperty is the text of Message and Return, the address of Redirect. {formfield=alias} stands for an answer.
	PostProperty string
	Button       string // label of the submit button, empty for the built-in one
	RenderStyle  bool   // our style sheet comes with the form
	// Kiosk makes every submission somebody else's than the browser's: on a device that many people use, none is
	// followed, and no address is kept.
	Kiosk   bool
	NoIndex bool // search engines are asked to leave the public page alone
	Fields  []Field

	Added, Modified               time.Time // Modified: the last change, creation included
	CreatedBy, ModifiedBy         id.User
	CreatedByUser, ModifiedByUser string
}

// Blank is what a new form starts with.
func Blank(language string) Form {
	f := Form{Language: language, Published: true, PostAction: Message, RenderStyle: true}
	if language == i18n.French {
		f.PostProperty = "Merci, c’est bien reçu."
		f.Fields = []Field{{Label: "Adresse e-mail", Alias: "email", Type: Email, ContactField: "email", Required: true}}
	} else {
		f.PostProperty = "Thank you, we have received it."
		f.Fields = []Field{{Label: "Email address", Alias: "email", Type: Email, ContactField: "email", Required: true}}
	}
	return f
}

// Status says whether the form takes submissions at that moment.
func (f Form) Status(now time.Time) Status {
	switch {
	case !f.Published:
		return Unpublished
	case !f.PublishUp.IsZero() && now.Before(f.PublishUp):
		return Pending
	case !f.PublishDown.IsZero() && !now.Before(f.PublishDown):
		return Expired
	}
	return Published
}

// DOMName is the name of the form in the identifiers of its HTML.
func (f Form) DOMName() string {
	if name := letters(f.Name); name != "" {
		return name
	}
	return "form-" + strconv.FormatInt(int64(f.ID), 10)
}

// letters keeps the letters and digits of a text, without accents, in lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, field.Fold(s))
}

// notAnswered are the fields of a contact that no visitor fills.
var notAnswered = []string{"points", "last_active"}

// Mappable lists the fields of a contact that a form may write.
func Mappable() []field.Field {
	return slices.DeleteFunc(field.Standard(), func(f field.Field) bool { return slices.Contains(notAnswered, f.Alias) })
}

func mappable(alias string) (field.Field, bool) {
	f, ok := field.ByAlias(alias)
	return f, ok && !slices.Contains(notAnswered, alias)
}
