package search

import (
	"slices"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/rule"
)

// hitCommand is the command whose terms in brackets are asked of one page view.
const hitCommand = "hit"

// hit asks for contacts who had a page view.
func hit(c command, v value, r *reading) (rule.Node, bool) {
	if r.Hits == nil {
		return nil, false
	}
	return r.visitors([]Hit{c.hit(v)}), true
}

func (c command) hit(v value) Hit {
	parameter, _ := strings.CutPrefix(c.names[0], "utm_")
	if parameter == c.names[0] {
		parameter = ""
	}
	return Hit{parameter, v.matches()}
}

// nowhere is for a command that takes brackets only.
func nowhere(command, value, *reading) (rule.Node, bool) { return nil, false }

// visitors are the contacts who had one page view that matches all that is asked.
func (r *reading) visitors(asked []Hit) rule.Node {
	contacts, all, err := r.Hits(r.ctx, asked, r.visitorsToo)
	if err != nil && r.err == nil {
		r.err = err
	}
	if !all && !r.partly {
		r.partly = true
		r.hints = append(r.hints, fault.Say("search.partly|Page views were looked through for the contacts who were active last, and for the latest addresses. Earlier ones were left out."))
	}
	return rule.Cond{Field: "id", Op: rule.In, Value: contacts}
}

// ofVisitors tells whether a search speaks about visitors, as it does by a flag.
func (r *reading) ofVisitors(t Term) bool {
	if t.Group() {
		return slices.ContainsFunc(t.Parts, func(part Term) bool { return r.ofVisitors(part.under(t.Command)) })
	}
	c, ok := r.find(t.Command)
	if !ok || c.names[0] != "is" {
		return false
	}
	flag, known := flags[Flag(t.Text)]
	return known && aboutVisitors(flag(r))
}

// together asks one page view all that stands in the brackets of hit:( … ). What
// cannot be asked of one makes it not ok.
func (r *reading) together(t Term) (rule.Node, bool) {
	if r.Hits == nil || t.Or != "" {
		return nil, false
	}
	var asked []Hit
	for _, part := range t.Parts {
		c, ok := r.find(part.Command)
		if !ok || part.Group() || part.Not || !c.aboutHits() {
			return nil, false
		}
		asked = append(asked, c.hit(value{part.Text, part.Strict}))
	}
	return r.visitors(asked), true
}

func (c command) aboutHits() bool {
	return c.names[0] == "visited" || strings.HasPrefix(c.names[0], "utm_")
}

// matches is how a text is compared with a value of a command that asks for the
// beginning of texts.
func (v value) matches() func(text string) bool {
	if !v.wild() {
		return v.begins
	}
	// Percent signs that stand for themselves are no wildcards.
	const itself = "\x00"
	parts := strings.Split(strings.ReplaceAll(v.text, `\%`, itself), "%")
	for i, part := range parts {
		parts[i] = folded(strings.ReplaceAll(part, itself, "%"))
	}
	if !v.strict {
		parts = append(parts, "")
	}
	return func(text string) bool {
		text, found := strings.CutPrefix(folded(text), parts[0])
		last := len(parts) - 1
		for _, part := range parts[1:last] {
			if !found {
				return false
			}
			_, text, found = strings.Cut(text, part)
		}
		return found && strings.HasSuffix(text, parts[last])
	}
}

// folded keeps the spaces at the ends of a part of a text.
func folded(s string) string {
	inner := field.Fold(s)
	if inner == "" {
		return ""
	}
	if strings.HasPrefix(s, " ") {
		inner = " " + inner
	}
	if strings.HasSuffix(s, " ") {
		inner += " "
	}
	return inner
}
