package search

import (
	"regexp"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/rule"
)

// ask is what a term asks, below a command of the group around it or nil. Terms come
// from parse, which knew their commands.
func (r *reading) ask(t Term, above *below) rule.Node {
	if t.Command != "" {
		if c, ok := r.find(t.Command); ok {
			above = &below{c, t.Command}
		}
	}
	var n rule.Node
	if above != nil && t.Group() && above.names[0] == hitCommand && t.Command != "" {
		n = r.onOne(t)
	} else {
		n = r.affirmed(t, above)
	}
	if t.Not {
		return rule.Not{Node: n}
	}
	return n
}

// onOne is hit:( … ). Where what is in the brackets cannot be asked of one page view, it
// is asked of any.
func (r *reading) onOne(t Term) rule.Node {
	n, ok := r.together(t)
	if !ok {
		r.hints = append(r.hints, fault.Say("search.hit|%s takes visited: and utm_… in brackets, all of which one page view has to match: hit:(visited:/prices utm_source:news).", t.Command))
		n = r.affirmed(t, nil)
	}
	return n
}

// below is the command that holds for a term, and its name as it was typed.
type below struct {
	command
	typed string
}

func (r *reading) affirmed(t Term, above *below) rule.Node {
	if !t.Group() {
		return r.leaf(t, above)
	}
	nodes := make([]rule.Node, len(t.Parts))
	for i, part := range t.Parts {
		nodes[i] = r.ask(part, above)
	}
	if t.Or != "" {
		return rule.Any(nodes)
	}
	return rule.All(nodes)
}

func (r *reading) leaf(t Term, above *below) rule.Node {
	v := value{t.Text, t.Strict}
	if above == nil {
		if name, rest := t.unknown(); name != "" && !strings.HasPrefix(rest, "//") {
			r.hint(name)
		}
		return words(v)
	}
	n, ok := above.build(above.command, v, r)
	if !ok {
		v.text = above.typed + ":" + t.Text
		r.hints = append(r.hints, above.problem(v.text))
		return words(v)
	}
	r.anonymous = r.anonymous || aboutVisitors(n)
	return n
}

// aboutVisitors tells whether a flag asks for visitors or for others.
func aboutVisitors(n rule.Node) bool {
	if not, ok := n.(rule.Not); ok {
		n = not.Node
	}
	c, ok := n.(rule.Cond)
	return ok && c.Field == anonymous.Field
}

var unknownCommand = regexp.MustCompile(`^([\pL_][\pL\pN_]*):(.*)$`)

// unknown takes a text apart that looks like a command and is none.
func (t Term) unknown() (name, rest string) {
	m := unknownCommand.FindStringSubmatch(t.Text)
	if m == nil || t.Quoted || (value{text: t.Text}).address() {
		return "", ""
	}
	return m[1], m[2]
}

func (r *reading) hint(name string) {
	text := fault.Say("search.unknown|There is no command %s: it was searched as text.", name)
	if s := suggest(name); s != "" {
		text = fault.Say("search.suggest|There is no command %s: it was searched as text. Did you mean %s?", name, s)
	}
	r.hints = append(r.hints, text)
}
