package form

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/field"
)

const (
	longestText   = 255
	longestPage   = 2000 // of addresses and longer texts
	mostFields    = 100
	mostPostBytes = 10_000
)

// Validate says by field what keeps the form from being saved. The names are those of the form's own
// (name, post_property…) and fields.N.label for those of its fields, N from 0.
func (f Form) Validate(set *field.Set) error {
	problems := fault.Fields{}
	if strings.TrimSpace(f.Name) == "" {
		problems.Add("name", fault.Say("form.name.required|A name is required."))
	}
	short(problems, "name", f.Name)
	short(problems, "button", f.Button)
	if len(f.Description) > mostPostBytes {
		problems.Add("description", fault.Say("form.text_too_long|This text is too long."))
	}
	if !i18n.Supported(f.Language) {
		problems.Add("language", fault.Say("form.language.unknown|Choose English or French."))
	}
	if !f.PublishUp.IsZero() && !f.PublishDown.IsZero() && !f.PublishUp.Before(f.PublishDown) {
		problems.Add("publish_down", fault.Say("form.publish_down.early|The end must come after the beginning."))
	}
	f.validatePost(problems)
	if len(f.Fields) == 0 {
		problems.Add("fields", fault.Say("form.fields.none|A form needs at least one field."))
	}
	if len(f.Fields) > mostFields {
		problems.Add("fields", fault.Say("form.fields.many|A form has at most %d fields.", mostFields))
	}
	for i := range f.Fields {
		f.validateField(problems, set, i)
	}
	f.validateActions(problems)
	return problems.Err()
}

func short(problems fault.Fields, name, value string) {
	if utf8.RuneCountInString(value) > longestText {
		problems.Add(name, fault.Say("form.too_long|This is too long: at most %d characters.", longestText))
	}
}

var token = regexp.MustCompile(`\{(formfield|contactfield)=([^}|]*)(?:\|([^}]*))?\}`)

func (f Form) validatePost(problems fault.Fields) {
	if !slices.Contains(PostActions(), f.PostAction) {
		problems.Add("post_action", fault.Say("form.post_action.unknown|Choose what follows a submission."))
	}
	if len(f.PostProperty) > mostPostBytes {
		problems.Add("post_property", fault.Say("form.text_too_long|This text is too long."))
	}
	switch f.PostAction {
	case Message:
		if strings.TrimSpace(f.PostProperty) == "" {
			problems.Add("post_property", fault.Say("form.message.required|A message is required."))
		}
	case Redirect:
		if to := f.PostProperty; !address(token.ReplaceAllString(to, "x")) || site(token.ReplaceAllString(to, "x")) != site(token.ReplaceAllString(to, "y")) {
			problems.Add("post_property", fault.Say("form.redirect.invalid|Give a complete address, such as https://example.org/thank-you."))
		}
	}
}

// address tells whether s leads to a web page: a complete address, or a path of the site that shows the form.
func address(s string) bool {
	u, err := url.Parse(s)
	if err != nil || strings.ContainsAny(s, "\\ \t\r\n") {
		return false
	}
	if u.Scheme == "" && u.Host == "" {
		return strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//")
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// site is where an address leads, whatever its path. Answers of strangers have no
// say in it.
func site(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.User.String() + "@" + u.Host
}

func (f Form) validateField(problems fault.Fields, set *field.Set, i int) {
	own, name := f.Fields[i], func(part string) string { return fmt.Sprintf("fields.%d.%s", i, part) }
	own.Validate(f.Language, set, func(part string, problem fault.Text) { problems.Add(name(part), problem) })
	for _, other := range f.Fields[:i] {
		if own.Alias != "" && other.Alias == own.Alias {
			problems.Add(name("alias"), fault.Say("form.alias.taken|Another field of this form has this name."))
		}
		if own.ContactField != "" && other.ContactField == own.ContactField {
			problems.Add(name("contact_field"), fault.Say("form.contact_field.taken|Another field of this form writes this field of the contact."))
		}
	}
}
