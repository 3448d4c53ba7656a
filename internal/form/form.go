package form

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/form/question"
	"ariane/internal/id"
)

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

// Field is one question of a form.
type Field = question.Field

// Answer is what was answered to one field.
type Answer = question.Answer

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
	// Proof makes browsers work for a moment before they send, which costs robots
	// more than people. It takes JavaScript.
	Proof   bool
	Fields  []Field
	Actions []Action

	Added, Modified               time.Time // Modified: the last change, creation included
	CreatedBy, ModifiedBy         id.User
	CreatedByUser, ModifiedByUser string
}

// Blank is what a new form starts with.
func Blank(language string) Form {
	f := Form{Language: language, Published: true, PostAction: Message, RenderStyle: true}
	if language == i18n.French {
		f.PostProperty = "Merci, c’est bien reçu."
		f.Fields = []Field{{Label: "Adresse e-mail", Alias: "email", Type: question.Email, ContactField: "email", Required: true}}
	} else {
		f.PostProperty = "Thank you, we have received it."
		f.Fields = []Field{{Label: "E-mail address", Alias: "email", Type: question.Email, ContactField: "email", Required: true}}
	}
	return f
}

// Copy is a form like this one that was never saved.
func (f Form) Copy() Form {
	f.ID, f.Alias, f.Added, f.Modified = 0, "", time.Time{}, time.Time{}
	f.CreatedBy, f.CreatedByUser, f.ModifiedBy, f.ModifiedByUser = 0, "", 0, ""
	f.Fields, f.Actions = slices.Clone(f.Fields), slices.Clone(f.Actions)
	for i := range f.Fields {
		f.Fields[i].ID = 0
	}
	for i := range f.Actions {
		f.Actions[i].ID = 0
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
