package search

import (
	"strconv"
	"strings"

	"ariane/internal/field"
	"ariane/internal/rule"
)

// command is a name before a colon and what it asks.
type command struct {
	names  []string // folded; the first is the one to suggest
	fields []string
	build  func(c command, v value) (rule.Node, bool)
}

// commands of the list of contacts.
var commands = []command{
	{[]string{"is", "est"}, nil, flag},
	{[]string{"email"}, []string{"email"}, starts},
	{[]string{"name", "nom"}, []string{"firstname", "lastname"}, starts},
	{[]string{"company", "societe"}, []string{"company"}, starts},
	{[]string{"ip"}, []string{"ip"}, starts},
	{[]string{"tag", "etiquette"}, []string{"tag"}, named},
	{[]string{"ids"}, []string{"id"}, numbers},
}

// flags are the values of is:, by folded name.
var flags = map[string]rule.Node{
	"anonymous":  rule.Cond{Field: "anonymous", Op: rule.Is},
	"anonyme":    rule.Cond{Field: "anonymous", Op: rule.Is},
	"identified": rule.Not{Node: rule.Cond{Field: "anonymous", Op: rule.Is}},
	"identifie":  rule.Not{Node: rule.Cond{Field: "anonymous", Op: rule.Is}},
}

func find(name string) (command, bool) {
	name = field.Fold(name)
	for _, c := range commands {
		for _, n := range c.names {
			if n == name {
				return c, true
			}
		}
	}
	return command{}, false
}

// suggest is the command whose name is one or two letters away, or nothing.
func suggest(name string) string {
	name = field.Fold(name)
	best, least := "", 3
	for _, c := range commands {
		for _, n := range c.names {
			if d := distance(name, n); d < least && d < len(n)-1 {
				best, least = n, d
			}
		}
	}
	return best
}

// distance is the number of letters to change, add or leave out.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := last
			if a[i] != b[j] {
				change++
			}
			last = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func flag(_ command, v value) (rule.Node, bool) {
	n, ok := flags[field.Fold(v.text)]
	return n, ok
}

// starts asks whether one of the fields starts with the value.
func starts(c command, v value) (rule.Node, bool) {
	switch {
	case v.wild() && v.strict:
		return anyField(c.fields, rule.Like, v.pattern()), true
	case v.wild():
		return anyField(c.fields, rule.Like, v.pattern()+"%"), true
	case v.strict:
		return anyField(c.fields, rule.Equal, v.plain()), true
	}
	return anyField(c.fields, rule.StartsWith, v.plain()), true
}

// words asks for a text anywhere in the main fields.
func words(v value) rule.Node {
	switch {
	case v.wild():
		return rule.Cond{Field: "text", Op: rule.Like, Value: v.pattern()}
	case v.strict:
		return rule.Cond{Field: "text", Op: rule.Equal, Value: v.plain()}
	}
	text := rule.Cond{Field: "text", Op: rule.Contains, Value: v.plain()}
	if v.address() {
		return rule.Any{text, rule.Cond{Field: "ip", Op: rule.StartsWith, Value: v.text}}
	}
	return text
}

func anyField(fields []string, op rule.Op, text string) rule.Node {
	conds := make(rule.Any, len(fields))
	for i, f := range fields {
		conds[i] = rule.Cond{Field: f, Op: op, Value: text}
	}
	if len(conds) == 1 {
		return conds[0]
	}
	return conds
}

// named asks for the whole name; a percent sign stands for any text.
func named(c command, v value) (rule.Node, bool) {
	if v.wild() {
		return anyField(c.fields, rule.Like, v.pattern()), true
	}
	return anyField(c.fields, rule.Equal, v.plain()), true
}

func numbers(c command, v value) (rule.Node, bool) {
	ids := []int64{}
	for part := range strings.SplitSeq(v.text, ",") {
		if n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64); err == nil {
			ids = append(ids, n)
		}
	}
	return rule.Cond{Field: c.fields[0], Op: rule.In, Value: ids}, true
}
