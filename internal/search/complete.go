package search

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"ariane/internal/field"
)

// Gap is the place of a search where somebody is typing.
type Gap struct {
	// Command is the canonical name of the command whose value is typed there, empty
	// where a term begins.
	Command string
	// Typed is what stands there already, folded.
	Typed string
	// From and To are the characters that a completion replaces.
	From, To int
}

// GapAt finds what is typed at a place of a search, in characters.
func (l Language) GapAt(ctx context.Context, text string, at int) Gap {
	in := []rune(text)
	at = min(max(at, 0), len(in))
	from, quoted := 0, false
	for i, c := range in[:at] {
		switch {
		case c == '"':
			quoted = !quoted
			if quoted && (i == 0 || in[i-1] != ':') {
				from = i
			}
		case !quoted && (unicode.IsSpace(c) || c == '(' || c == ')'):
			from = i + 1
		}
	}
	for from < at && (in[from] == '!' || in[from] == '+') {
		from++
	}
	to := at
	for to < len(in) && !unicode.IsSpace(in[to]) && !strings.ContainsRune("()", in[to]) {
		to++
	}
	if name, _, found := strings.Cut(string(in[from:at]), ":"); found {
		r := reading{Language: l, ctx: ctx, commands: commands}
		if c, known := r.find(name); known {
			from += len([]rune(name)) + 1
			for from < at && (in[from] == '!' || in[from] == '+') {
				from++
			}
			return Gap{Command: c.names[0], Typed: field.Fold(strings.Trim(string(in[from:at]), `"`)), From: from, To: to}
		}
	}
	return Gap{Typed: field.Fold(string(in[from:at])), From: from, To: to}
}

// Names are the names of a command that has this one, the canonical one first; nil for none.
func Names(name string) []string {
	i := slices.IndexFunc(commands, func(c command) bool { return c.names[0] == name })
	if i < 0 {
		return nil
	}
	return commands[i].names
}

// Quoted is a value as it is written in a search.
func Quoted(value string) string {
	if strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`()!+`, r) }) {
		return `"` + strings.ReplaceAll(value, `"`, "") + `"`
	}
	return value
}
