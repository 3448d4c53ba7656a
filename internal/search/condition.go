package search

import (
	"context"
	"slices"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/field"
)

// Command is what a search can ask.
type Command struct {
	Name  string // the canonical one; empty for the main fields
	Takes Takes
	// Field is the one that is asked, nil where the command is no field's.
	Field *field.Field

	fields []string
}

// Command finds a command by any of its names, that of the main fields by an empty
// one.
func (l Language) Command(ctx context.Context, name string) (Command, bool, error) {
	if name == "" {
		return Command{Takes: Part}, true, nil
	}
	r := &reading{Language: l, ctx: ctx, commands: commands}
	c, ok := r.find(name)
	if !ok {
		return Command{}, false, r.err
	}
	found := Command{Name: c.names[0], Takes: c.takes, fields: c.fields}
	if !slices.ContainsFunc(commands, func(own command) bool { return own.names[0] == found.Name }) {
		if f, is := r.field(found.Name); is {
			found.Field = &f
		}
	}
	return found, true, r.err
}

// Ask is how a command is asked.
type Ask string

// The ways to ask.
const (
	Starts  Ask = "starts"
	Exactly Ask = "is"
	Holds   Ask = "contains"
	Ends    Ask = "ends"
	Like    Ask = "like" // with percent signs
	Above   Ask = "gt"
	AtLeast Ask = "gte"
	Below   Ask = "lt"
	AtMost  Ask = "lte"
	Between Ask = "between"
	Within  Ask = "within" // no longer ago than
	Older   Ask = "older"
	Filled  Ask = "filled"
	Missing Ask = "missing"
)

// Asks are the ways in which a command can be asked.
func (c Command) Asks() []Ask {
	var list []Ask
	switch {
	case c.main():
		return []Ask{Holds, Exactly, Like}
	case c.Takes == Number:
		list = []Ask{Exactly, AtLeast, AtMost, Above, Below, Between}
	case c.Takes == Time:
		list = []Ask{Within, Older, Exactly, Above, AtLeast, Below, AtMost, Between}
	case c.Takes == Choice || numbered(c.Name):
		list = []Ask{Exactly}
		if c.Name == "tag" {
			list = append(list, Like)
		}
	case c.Name == "phone" || c.Field != nil && c.Field.Type == field.Tel:
		list = []Ask{Holds}
	case c.Takes == Part:
		list = []Ask{Holds, Exactly, Starts, Ends, Like}
	default:
		list = []Ask{Starts, Exactly, Holds, Ends, Like}
	}
	if len(c.fields) > 0 && !numbered(c.Name) {
		list = append(list, Filled, Missing)
	}
	return list
}

// Condition is a term as people choose it: one command, asked in one way.
type Condition struct {
	Command Command
	Not     bool
	Ask     Ask
	Value   string
	To      string // the other end of Between
}

// Condition reads a term as one condition; not all are.
func (l Language) Condition(ctx context.Context, t Term) (c Condition, ok bool, err error) {
	if t.Group() || t.Empty() {
		return Condition{}, false, nil
	}
	command, ok, err := l.Command(ctx, t.Command)
	if err != nil || !ok {
		return Condition{}, false, err
	}
	c = Condition{Command: command, Not: t.Not}
	if command.Name == "has" {
		if c.Command, ok, err = l.Command(ctx, t.Text); !ok || err != nil {
			return Condition{}, false, err
		}
		if c.Ask, c.Not = Filled, false; t.Not {
			c.Ask = Missing
		}
	} else {
		c.Ask, c.Value, c.To = command.read(t)
	}
	return c, slices.Contains(c.Command.Asks(), c.Ask), nil
}

// read takes the value of a term apart.
func (c Command) read(t Term) (ask Ask, from, to string) {
	v := value{t.Text, t.Strict}
	switch {
	case c.Takes == Number:
		return ranges(v.text, Exactly)
	case c.Takes == Time:
		return lengths(v.text)
	case c.Name == "tag" && v.wild():
		return Like, v.text, ""
	case c.Takes == Choice || numbered(c.Name):
		return Exactly, v.plain(), ""
	case !v.wild() && v.strict:
		return Exactly, v.plain(), ""
	case !v.wild() && c.Takes == Part:
		return Holds, v.plain(), ""
	case !v.wild():
		return Starts, v.plain(), ""
	}
	bare := strings.Trim(strings.ReplaceAll(v.text, `\%`, "\x00"), "%")
	plain := strings.ReplaceAll(bare, "\x00", "%")
	leading, trailing := strings.HasPrefix(v.text, "%"), strings.HasSuffix(v.text, "%") && !strings.HasSuffix(v.text, `\%`)
	switch {
	case c.main():
		return Like, v.text, ""
	case strings.HasSuffix(v.text, `\`):
		return "", "", "" // no percent sign can be written after it
	case strings.Contains(bare, "%") || strings.TrimSpace(bare) != bare || bare == "":
	case leading && v.strict && !trailing:
		return Ends, plain, ""
	case leading && c.Takes != Part:
		return Holds, plain, ""
	case trailing && !leading:
		return Starts, plain, ""
	}
	if !v.strict && !trailing {
		v.text += "%"
	}
	return Like, v.text, ""
}

// main tells whether it asks the main fields.
func (c Command) main() bool { return c.Name == "" || c.Name == "any" }

var signs = []struct {
	sign string
	ask  Ask
}{{">=", AtLeast}, {"<=", AtMost}, {">", Above}, {"<", Below}, {"=", Exactly}}

func ranges(text string, plain Ask) (ask Ask, from, to string) {
	text = strings.TrimSpace(text)
	for _, s := range signs {
		if rest, found := strings.CutPrefix(text, s.sign); found {
			return s.ask, strings.TrimSpace(rest), ""
		}
	}
	if from, to, both := strings.Cut(text, ".."); both {
		switch from, to = strings.TrimSpace(from), strings.TrimSpace(to); {
		case to == "":
			return AtLeast, from, ""
		case from == "":
			return AtMost, to, ""
		}
		return Between, from, to
	}
	return plain, text, ""
}

// lengths is ranges for times, where a length is how long ago it was.
func lengths(text string) (ask Ask, from, to string) {
	ask, from, to = ranges(text, Exactly)
	switch {
	case !isLength(from):
	case ask == Exactly || ask == Below:
		ask = Within
	case ask == Above:
		ask = Older
	case ask != Between:
		ask = ""
	}
	return ask, from, to
}

// Term is a condition as it is written with this name of its command, where has is
// the name of that command. The answer names the values that make no sense.
func (l Language) Term(ctx context.Context, c Condition, name, has string, who Who) (Term, error) {
	t := c.write(name, has)
	if c.Command.Name == "" {
		t.Command = ""
	}
	if t.Empty() || c.Ask == Between && strings.TrimSpace(c.To) == "" {
		at := "value"
		if !t.Empty() && strings.TrimSpace(c.Value) != "" {
			at = "to"
		}
		return t, fault.Invalid(fault.Fields{at: fault.Say("search.value_missing|Say what to look for.")})
	}
	q, err := l.Parse(ctx, t.String(), who)
	if err == nil && len(q.Hints) > 0 {
		return t, fault.Invalid(fault.Fields{"value": q.Hints[0]})
	}
	return t, err
}

func (c Condition) write(name, has string) Term {
	switch c.Ask {
	case Filled:
		return Term{Command: has, Text: name}
	case Missing:
		return Term{Command: has, Text: name, Not: true}
	}
	text := strings.TrimSpace(strings.ReplaceAll(printable(c.Value), `"`, ""))
	literal := strings.ReplaceAll(text, "%", `\%`)
	t := Term{}
	switch {
	case c.Command.Takes == Number || c.Command.Takes == Time:
		t = Value(name, c.ranged(text))
	case c.Ask == Like:
		t = Value(name, text)
		t.Strict = !c.Command.main() && c.Command.Name != "tag"
	case Value(name, literal).Empty():
	case c.Command.Takes == Choice || numbered(c.Command.Name):
		t = Value(name, literal)
	case c.Ask == Exactly:
		t = Value(name, literal)
		t.Strict = true
	case c.Ask == Ends:
		t = Value(name, "%"+literal)
		t.Strict = true
	case c.Ask == Holds && c.Command.Takes != Part && strings.HasSuffix(literal, `\`):
		t = Value(name, "%"+literal) // a sign after it would stand for itself
	case c.Ask == Holds && c.Command.Takes != Part:
		t = Value(name, "%"+literal+"%")
	case c.Ask == Starts && c.Command.Takes == Part:
		t = Value(name, literal+"%")
	default:
		t = Value(name, literal)
	}
	t.Not = c.Not && !t.Empty()
	return t
}

func (c Condition) ranged(text string) string {
	if text == "" {
		return ""
	}
	switch c.Ask {
	case Between:
		return text + ".." + strings.TrimSpace(c.To)
	case Within:
		return "<" + text
	case Older:
		return ">" + text
	}
	for _, s := range signs {
		if s.ask == c.Ask && c.Ask != Exactly {
			return s.sign + text
		}
	}
	return text
}
