package ui

import "github.com/a-h/templ"

// Thread is what happened, the latest first.
type Thread struct {
	Days []ThreadDay
	More string // URL of what came before; empty when this is all
	Live string // URL of the stream of what is new; empty for none
}

// ThreadDay is one day of a thread.
type ThreadDay struct {
	Title string
	Lines []ThreadLine
}

// ThreadLine is one event in one sentence: Before, the Object in bold, After.
type ThreadLine struct {
	Anchor string // id of the element
	Icon   string
	Tone   Tone
	// Who did it, in a thread of several; otherwise it is empty.
	Who Person

	Before, Object, After string
	ObjectURL             string

	Details []string // grey, one after another
	Answers []Answer // what a person wrote
	Changes []Change // what became of values
	Text    string   // in the words of a person, with line breaks
	Clock   string   // "09:42"
	Link    string   // URL of this very line
	Instant string   // machine-readable
	Full    string   // date and time in full

	// Anonymous is set for what happened before the contact was known: there
	// the line is dotted.
	Anonymous bool
	// Turning marks the moment at which the contact became known.
	Turning bool
	// Last marks the beginning of the thread.
	Last bool
	// Target marks the line that the page was asked for.
	Target bool

	// Folded are lines that this one stands for, shown at once when Open.
	Folded []ThreadLine
	Open   bool
}

// Change is a value before and after; empty for none.
type Change struct{ Label, Old, New string }

// Answer is a label with what was written.
type Answer struct{ Label, Value string }

func (l ThreadLine) class() []string {
	classes := []string{"thread-line"}
	if l.Who.Name != "" {
		classes = append(classes, "has-who")
	}
	if l.Anonymous {
		classes = append(classes, "is-anonymous")
	}
	if l.Turning {
		classes = append(classes, "is-turning")
	}
	if l.Last {
		classes = append(classes, "is-last")
	}
	if l.Target {
		classes = append(classes, "is-target")
	}
	return classes
}

// dayClass continues the line through the heading as its first event has it:
// above a turning point the contact is known already.
func (d ThreadDay) dayClass() string {
	if len(d.Lines) > 0 && d.Lines[0].Anonymous {
		return "thread-day is-anonymous"
	}
	return "thread-day"
}

// sentence is written without a template because no space may slip in around
// the object.
func (l ThreadLine) sentence() templ.Component {
	object := ""
	if l.Object != "" {
		object = "<b>" + templ.EscapeString(l.Object) + "</b>"
	}
	if l.ObjectURL != "" && object != "" {
		object = `<a href="` + templ.EscapeString(string(templ.URL(l.ObjectURL))) + `">` + object + "</a>"
	}
	return templ.Raw(templ.EscapeString(l.Before) + object + templ.EscapeString(l.After))
}
