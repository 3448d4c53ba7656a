package ui

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ariane/internal/base/fault"
)

// Input is one field of a form.
type Input struct {
	Name     string
	Label    string
	Value    string
	Type     string // text when empty; password, email, url, textarea, select, checks
	Help     string
	Wrong    fault.Text // why the value is refused; zero when it is not
	Optional bool       // said after the label
	Required bool
	Complete string   // value of autocomplete
	Choices  []Choice // of a select, or of checks: those in Value, with | between them, are ticked
	Rows     int      // textarea only
	Suggest  []Choice
	Step     string // number, datetime-local
	Focus    bool
}

// Choice is one entry of a select.
type Choice struct{ Value, Label string }

func (in Input) inputType() string {
	if in.Type == "" {
		return "text"
	}
	return in.Type
}

func (in Input) id() string { return "field-" + in.Name }

// ticked tells whether one of the checks is.
func (in Input) ticked(value string) bool {
	return in.Value != "" && slices.Contains(strings.Split(in.Value, "|"), value)
}

// attributes are those that text, textarea and select have in common.
func (in Input) attributes() templ.Attributes {
	a := templ.Attributes{"id": in.id(), "name": in.Name, "class": "input"}
	described := ""
	if in.Help != "" {
		described = in.id() + "-help"
	}
	if in.Wrong.Key != "" {
		a["aria-invalid"] = "true"
		described = in.id() + "-wrong"
	}
	if described != "" {
		a["aria-describedby"] = described
	}
	if len(in.Suggest) > 0 {
		a["list"] = in.id() + "-list"
	}
	if in.Step != "" {
		a["step"] = in.Step
	}
	if in.Required {
		a["required"] = true
	}
	if in.Complete != "" {
		a["autocomplete"] = in.Complete
	}
	if in.Focus {
		a["autofocus"] = true
	}
	return a
}

func noticeRole(tone Tone) string {
	if tone == Red {
		return "alert"
	}
	return "status"
}

func noticeIcon(tone Tone) string {
	switch tone {
	case Green:
		return "circle-check"
	case Red, Amber:
		return "alert-triangle"
	}
	return "info-circle"
}
