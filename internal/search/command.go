package search

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/field"
	"ariane/internal/rule"
)

// command is a name before a colon and what it asks.
type command struct {
	names  []string // folded; the first is the one to suggest
	fields []string
	takes  Takes
	build  func(c command, v value, r *reading) (rule.Node, bool)
}

// Takes is what the value of a command is.
type Takes int

// What values are.
const (
	Text   Takes = iota // the beginning of a text
	Part                // any part of a text
	Choice              // one of what there is
	Number
	Time
)

// commands of the list of contacts.
var commands = []command{
	{[]string{"is", "est"}, nil, Choice, flag},
	{[]string{"has", "a"}, nil, Choice, present},
	{[]string{"name", "nom"}, []string{"firstname", "lastname"}, Text, starts},
	{[]string{"email"}, []string{"email"}, Text, starts},
	{[]string{"company", "entreprise", "societe"}, []string{"company"}, Text, starts},
	{[]string{"phone", "telephone"}, []string{"phone", "mobile"}, Part, telephone},
	{[]string{"place", "lieu"}, []string{"city", "state", "country"}, Text, country},
	{[]string{"any", "tout"}, nil, Part, anything},
	{[]string{"tag", "etiquette"}, []string{"tag"}, Choice, named},
	{[]string{"stage", "etape"}, []string{"stage"}, Text, staged},
	{[]string{"owner", "proprietaire"}, []string{"owner"}, Choice, owned},
	{[]string{"points"}, []string{"points"}, Number, number},
	{[]string{"active", "actif"}, []string{"active"}, Time, moment},
	{[]string{"created", "cree"}, []string{"created"}, Time, moment},
	{[]string{"identified", "identifie"}, []string{"identified"}, Time, moment},
	{[]string{"modified", "modifie"}, []string{"modified"}, Time, moment},
	{[]string{"dnc", "bloque"}, []string{"dnc", "dnc.reason"}, Choice, stopped},
	{[]string{"event", "evenement"}, []string{"event"}, Choice, happened},
	{[]string{"device", "appareil"}, []string{"device"}, Part, contains},
	{[]string{"ip"}, []string{"ip"}, Text, starts},
	{[]string{"visited", "visite"}, nil, Text, hit},
	{[]string{"utm_source"}, nil, Text, hit},
	{[]string{"utm_medium"}, nil, Text, hit},
	{[]string{"utm_campaign"}, nil, Text, hit},
	{[]string{"utm_content"}, nil, Text, hit},
	{[]string{"utm_term"}, nil, Text, hit},
	{[]string{"hit", "appel"}, nil, Choice, nowhere},
	{[]string{"ids"}, []string{"id"}, Text, numbers},
	{[]string{"company_id"}, []string{"company_id"}, Text, numbers},
}

var (
	anonymous = rule.Cond{Field: "anonymous", Op: rule.Is}
	someOwner = rule.Cond{Field: "owner", Op: rule.Present}
)

// flags are the values of is:, flagNames those that are said otherwise, folded.
var (
	flags = map[string]func(r *reading) rule.Node{
		"anonymous":  func(*reading) rule.Node { return anonymous },
		"identified": func(*reading) rule.Node { return rule.Not{Node: anonymous} },
		"mine":       mine,
		"unowned":    func(*reading) rule.Node { return rule.Not{Node: someOwner} },
	}
	flagNames = map[string]string{"anonyme": "anonymous", "identifie": "identified", "amoi": "mine", "mien": "mine", "sansproprietaire": "unowned"}
)

// Flag is the canonical name of a value of the command is; of what is none, its
// folded text.
func Flag(name string) string {
	name = field.Fold(name)
	return cmp.Or(flagNames[name], name)
}

func mine(r *reading) rule.Node {
	return rule.Cond{Field: "owner", Op: rule.In, Value: []int64{int64(r.User)}}
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

func flag(_ command, v value, r *reading) (rule.Node, bool) {
	ask, ok := flags[Flag(v.text)]
	if !ok {
		return nil, false
	}
	return ask(r), true
}

// present asks whether there is a value of what the command of this name asks.
func present(_ command, v value, r *reading) (rule.Node, bool) {
	c, ok := r.find(v.text)
	if !ok || len(c.fields) == 0 {
		return nil, false
	}
	var either rule.Any
	for _, f := range c.fields {
		either = append(either, rule.Cond{Field: f, Op: rule.Present})
	}
	return one(either), true
}

func one(either rule.Any) rule.Node {
	if len(either) == 1 {
		return either[0]
	}
	return either
}

// starts asks whether one of the fields starts with the value.
func starts(c command, v value, _ *reading) (rule.Node, bool) {
	if first, only := v.opening(); only {
		return anyField(c.fields, rule.StartsWith, first.plain()), true
	}
	switch {
	case v.wild() && v.strict:
		return anyField(c.fields, rule.Like, v.pattern()), true
	case v.wild():
		return anyField(c.fields, rule.Like, v.beginning()), true
	case v.strict:
		return anyField(c.fields, rule.Equal, v.plain()), true
	}
	return anyField(c.fields, rule.StartsWith, v.plain()), true
}

// contains asks whether one of the fields has the value in it.
func contains(c command, v value, r *reading) (rule.Node, bool) {
	if v.wild() || v.strict {
		return starts(c, v, r)
	}
	return anyField(c.fields, rule.Contains, v.plain()), true
}

// fewestDigits is how many digits a part of a telephone number has at least.
const fewestDigits = 3

// telephone asks for the digits of a number. One that is written as within a
// country is found where it is stored with the country.
func telephone(c command, v value, _ *reading) (rule.Node, bool) {
	digits := strings.TrimLeft(digits(v.text), "0")
	if len(digits) < fewestDigits {
		return nil, false
	}
	return anyField(c.fields, rule.Contains, digits), true
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

func anything(_ command, v value, _ *reading) (rule.Node, bool) { return words(v), true }

func owned(c command, v value, r *reading) (rule.Node, bool) {
	return rule.Cond{Field: c.fields[0], Op: rule.In, Value: r.owners(v)}, true
}

// channels are the channels by which a contact may be blocked, reasons why, as they are
// typed, folded.
var (
	channels = map[string]string{"email": "email", "e-mail": "email", "mail": "email", "sms": "sms", "notification": "notification", "notifications": "notification"}
	reasons  = map[string]int64{"unsubscribed": 1, "desinscrit": 1, "bounced": 2, "rebond": 2, "manual": 3, "manuel": 3}
)

// stopped asks for who must not be contacted: by a channel, for a reason, or at all.
func stopped(c command, v value, _ *reading) (rule.Node, bool) {
	word := field.Fold(v.text)
	if channel, known := channels[word]; known {
		return rule.Cond{Field: c.fields[0], Op: rule.Equal, Value: channel}, true
	}
	if reason, known := reasons[word]; known {
		return rule.Cond{Field: c.fields[1], Op: rule.In, Value: []int64{reason}}, true
	}
	if word == "any" || word == "indifferent" || word == "tout" {
		return rule.Cond{Field: c.fields[1], Op: rule.In, Value: []int64{1, 2, 3}}, true
	}
	return nil, false
}

// happened asks for events of a kind, by the beginning of one of its names.
func happened(c command, v value, r *reading) (rule.Node, bool) {
	var rare []int64
	var either rule.Any
	for _, e := range r.Events {
		switch {
		case !slices.ContainsFunc(e.Names, v.begins):
		case e.Frequent:
			either = append(either, rule.Cond{Field: c.fields[0] + ".common", Op: rule.Equal, Value: e.Kind})
		default:
			rare = append(rare, e.Kind)
		}
	}
	if len(rare) > 0 {
		either = append(either, rule.Cond{Field: c.fields[0], Op: rule.In, Value: rare})
	}
	return one(either), len(either) > 0
}

// words asks for a text anywhere in the main fields.
func words(v value) rule.Node {
	switch {
	case v.wild():
		return rule.Cond{Field: "text", Op: rule.Like, Value: v.pattern()}
	case v.strict:
		return rule.Cond{Field: "text", Op: rule.Equal, Value: v.plain()}
	}
	either := rule.Any{rule.Cond{Field: "text", Op: rule.Contains, Value: v.plain()}}
	if v.address() {
		either = append(either, rule.Cond{Field: "ip", Op: rule.StartsWith, Value: v.text})
	}
	if number := strings.TrimLeft(digits(v.text), "0"); v.dialled() && number != v.text {
		either = append(either, rule.Cond{Field: "text", Op: rule.Contains, Value: number})
	}
	return one(either)
}

func anyField(fields []string, op rule.Op, text string) rule.Node {
	conds := make(rule.Any, len(fields))
	for i, f := range fields {
		conds[i] = rule.Cond{Field: f, Op: op, Value: text}
	}
	return one(conds)
}

// named asks for the whole name; a percent sign stands for any text.
func named(c command, v value, _ *reading) (rule.Node, bool) {
	if v.wild() {
		return anyField(c.fields, rule.Like, v.pattern()), true
	}
	return anyField(c.fields, rule.Equal, v.plain()), true
}

// staged asks for the beginning of a name, as starts, or for who is at no stage.
func staged(c command, v value, r *reading) (rule.Node, bool) {
	if word := field.Fold(v.text); !v.strict && (word == "none" || word == "aucune") {
		return rule.Not{Node: rule.Cond{Field: c.fields[0], Op: rule.Present}}, true
	}
	return starts(c, v, r)
}

// numbered tells that a command takes numbers of things.
func numbered(name string) bool { return name == "ids" || name == "company_id" }

func numbers(c command, v value, _ *reading) (rule.Node, bool) {
	ids := []int64{}
	for part := range strings.SplitSeq(v.text, ",") {
		if n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64); err == nil {
			ids = append(ids, n)
		}
	}
	return rule.Cond{Field: c.fields[0], Op: rule.In, Value: ids}, true
}
