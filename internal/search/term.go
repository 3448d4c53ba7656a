package search

import (
	"slices"
	"strings"
	"unicode"

	"ariane/internal/field"
)

// Term is a search as it was written: a value, asked of a command or of the main
// fields, or a group of terms. The zero value is a search for everybody.
type Term struct {
	Not bool
	// Command is a name as it was typed, empty for the main fields. That of a group
	// holds for those of its parts that have none.
	Command string
	Text    string // a value, as it was typed between quotes or without
	Quoted  bool
	Strict  bool // exactly this value
	Parts   []Term
	// Or is the word between parts of which one suffices; all are asked where it is
	// empty.
	Or string
}

// Group tells whether this is a group of terms.
func (t Term) Group() bool { return len(t.Parts) > 0 }

// Empty tells whether nothing is asked.
func (t Term) Empty() bool { return !t.Group() && t.Text == "" }

// String is the search as Parse reads it.
func (t Term) String() string {
	var b strings.Builder
	t.write(&b, false)
	return b.String()
}

// write writes a term; inside tells that it is one of several that are all asked.
func (t Term) write(b *strings.Builder, inside bool) {
	if t.Empty() {
		return
	}
	if t.Not {
		b.WriteByte('!')
	}
	if t.Command != "" {
		b.WriteString(t.Command + ":")
	}
	if !t.Group() {
		if t.Strict {
			b.WriteByte('+')
		}
		b.WriteString(t.value())
		return
	}
	bracket := t.Not || t.Command != "" || inside && t.Or != ""
	if bracket {
		b.WriteByte('(')
	}
	for i, part := range t.Parts {
		if i > 0 && t.Or != "" {
			b.WriteString(" " + t.Or)
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		part.write(b, t.Or == "")
	}
	if bracket {
		b.WriteByte(')')
	}
}

// value is the text with the quotes it needs. Where a name that is no command stands
// before a phrase they begin after its colon.
func (t Term) value() string {
	if t.Quoted {
		return `"` + t.Text + `"`
	}
	if i := strings.IndexFunc(t.Text, ends); i >= 0 {
		colon := strings.LastIndexByte(t.Text[:i], ':') + 1
		return t.Text[:colon] + `"` + t.Text[colon:] + `"`
	}
	return t.Text
}

// ends tells what a word without quotes ends before.
func ends(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`()"`, r) }

// Conditions are the terms that all have to hold, or of which one suffices where
// t.Or says so: the parts of a plain group, else the term itself.
func (t Term) Conditions() []Term {
	switch {
	case t.Empty():
		return nil
	case t.plain():
		return t.Parts
	}
	return []Term{t}
}

// plain tells whether this is a group and nothing else.
func (t Term) plain() bool { return t.Group() && !t.Not && t.Command == "" }

// Replace puts a term in the place of one of the Conditions, an empty one to leave
// it out.
func (t Term) Replace(i int, by Term) Term {
	parts := slices.Clone(t.Conditions())
	if i < 0 || i >= len(parts) {
		return t
	}
	parts[i] = by
	or := ""
	if t.plain() {
		or = t.Or
	}
	return join(parts, or)
}

// And asks something more.
func (t Term) And(more Term) Term { return join([]Term{t, more}, "") }

// Value is a term for a text that may hold any characters but quotes; empty for a
// text that says nothing.
func Value(command, text string) Term {
	text = strings.TrimSpace(strings.ReplaceAll(printable(text), `"`, ""))
	if field.Fold(value{text: text}.plain()) == "" {
		return Term{}
	}
	quoted := strings.ContainsFunc(text, ends) || strings.HasPrefix(text, "!") || strings.HasPrefix(text, "+") || connects(text) != "" ||
		command == "" && strings.Contains(text, ":")
	return Term{Command: command, Text: text, Quoted: quoted}
}

// join is a group of terms. What is empty is left out, and brackets that change
// nothing are.
func join(terms []Term, or string) Term {
	var parts []Term
	for _, t := range terms {
		switch {
		case t.Empty():
		case t.plain() && (t.Or == "") == (or == ""):
			parts = append(parts, t.Parts...)
		default:
			parts = append(parts, t)
		}
	}
	switch len(parts) {
	case 0:
		return Term{}
	case 1:
		return parts[0]
	}
	return Term{Parts: parts, Or: or}
}

// under gives a group in brackets after a command, or its only part, that command.
func (t Term) under(command string) Term {
	if t.Command == "" && !t.Empty() {
		t.Command = command
	}
	return t
}

// tagQuoted makes a name stand for itself between quotes.
var tagQuoted = strings.NewReplacer(`"`, "", "%", `\%`)

// Tagged is the search for everybody with a tag of this name.
func Tagged(name string) string { return `tag:"` + tagQuoted.Replace(name) + `"` }
