package search

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/rule"
)

// Language is what searches can speak of. The zero value knows the commands that
// need nothing else.
type Language struct {
	// Catalogue is what can be asked of a contact beside what package contact
	// publishes: a contact.Filter's Also.
	Catalogue rule.Catalogue
	// Fields are those that contacts have. It is asked for names that are no command.
	Fields func(context.Context) (*field.Set, error)
	// Users lists those who can own a contact. It is asked when a search names one.
	Users func(context.Context) ([]User, error)
	// Events are what can have happened to a contact.
	Events []Event
	// Hits finds the known contacts, and the visitors if they are asked for too, who had
	// one page view that matches all that is asked. all tells that it found every one of
	// them. It is asked when a search asks for one.
	Hits func(ctx context.Context, asked []Hit, visitors bool) (contacts []int64, all bool, err error)
}

// Hit is what is asked of a page view: its address where Parameter is empty, else a
// campaign parameter by its name without utm_.
type Hit struct {
	Parameter string
	Matches   func(text string) bool
}

// User is somebody who can own contacts.
type User struct {
	ID    id.User
	Name  string   // what to call them
	Names []string // by which they are found
}

// Event is a kind of event with the names by which a search asks for it.
type Event struct {
	Kind  int64
	Names []string
	// Frequent tells that it is the kind of most events.
	Frequent bool
}

// Who searches, and when.
type Who struct {
	User id.User   // zero for nobody, who owns nothing
	Now  time.Time // in the zone of who searches; days are those of that zone
}

// reading is a Language while somebody uses it.
type reading struct {
	Language
	Who
	ctx      context.Context
	commands []command
	met      map[string]command // by name, those asked for
	err      error              // of what had to be looked up

	anonymous   bool
	visitorsToo bool // page views of visitors are looked through too
	partly      bool // not everything was looked through
	hints       []fault.Text
}

// find is the command of a name: one of the language, or a field.
func (r *reading) find(name string) (command, bool) {
	name = field.Fold(name)
	if c, met := r.met[name]; met {
		return c, c.build != nil
	}
	c, ok := r.search(name)
	if r.met == nil {
		r.met = map[string]command{}
	}
	r.met[name] = c
	return c, ok
}

func (r *reading) search(name string) (command, bool) {
	for _, c := range r.commands {
		if slices.Contains(c.names, name) {
			return c, true
		}
	}
	f, ok := r.field(name)
	if !ok {
		return command{}, false
	}
	c := command{names: []string{f.Alias}, fields: []string{f.Alias}, build: starts}
	switch f.Type {
	case field.Number:
		c.takes, c.build = Number, number
	case field.Date, field.Datetime:
		c.takes, c.build = Time, moment
	case field.Tel:
		c.takes, c.build = Part, telephone
	case field.Boolean:
		c.takes, c.build = Choice, yesOrNo
	case field.Country:
		c.build = country
	case field.Multiselect, field.Textarea, field.HTML:
		c.takes, c.build = Part, contains
	}
	return c, true
}

// field finds a field that contacts are asked for, by its alias or by what it is
// called, without spaces.
func (r *reading) field(name string) (field.Field, bool) {
	if r.Fields == nil || r.err != nil {
		return field.Field{}, false
	}
	set, err := r.Fields(r.ctx)
	if err != nil {
		r.err = err
		return field.Field{}, false
	}
	if f, ok := set.ByAlias(name); ok {
		return f, asked(f)
	}
	for _, f := range set.Published() {
		if asked(f) && slices.Contains(called(f), name) {
			return f, true
		}
	}
	return field.Field{}, false
}

// asked tells whether contacts are asked for a field.
func asked(f field.Field) bool { return f.Published && f.Listable }

// called are the names of a field in all languages as one word each.
func called(f field.Field) []string {
	if f.Renamed != "" {
		return []string{oneWord(f.Renamed)}
	}
	names := make([]string, 0, 2)
	for _, lang := range []string{i18n.English, i18n.French} {
		names = append(names, oneWord(f.Name(i18n.With(context.Background(), i18n.Locale{Lang: lang}))))
	}
	return names
}

func oneWord(label string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, field.Fold(label))
}

// owners are the users one of whose names begins with the value, or is it.
func (r *reading) owners(v value) []int64 {
	if r.Users == nil || r.err != nil {
		return nil
	}
	users, err := r.Users(r.ctx)
	if err != nil {
		r.err = err
	}
	list := []int64{}
	for _, u := range users {
		if slices.ContainsFunc(u.Names, v.begins) {
			list = append(list, int64(u.ID))
		}
	}
	return list
}

// problem is what is said of a command, as it was typed, whose value it does not
// understand.
func (c command) problem(text string) fault.Text {
	switch {
	case c.takes == Number:
		return fault.Say("search.number|%s takes a number: %s:50, %s:>50 or %s:10..20. It was searched as text.", c.names[0], c.names[0], c.names[0], c.names[0])
	case c.takes == Time:
		return fault.Say("search.time|%s takes a date: %s:2026-03, %s:<30d for the last 30 days, or %s:2026-01-01..2026-03-31. It was searched as text.", c.names[0], c.names[0], c.names[0], c.names[0])
	}
	return fault.Say("search.unknown|There is no command %s: it was searched as text.", text)
}
