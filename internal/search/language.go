package search

import (
	"context"
	"slices"
	"time"

	"ariane/internal/base/fault"
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
	err      error // of what had to be looked up
}

// find is the command of a name: one of the language, or a field.
func (r *reading) find(name string) (command, bool) {
	name = field.Fold(name)
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
		c.takes, c.build = aNumber, number
	case field.Date, field.Datetime:
		c.takes, c.build = aTime, moment
	case field.Tel:
		c.build = telephone
	case field.Boolean:
		c.build = yesOrNo
	case field.Country:
		c.build = country
	case field.Multiselect, field.Textarea, field.HTML:
		c.build = contains
	}
	return c, true
}

// field finds a field that contacts are asked for by its name.
func (r *reading) field(alias string) (field.Field, bool) {
	if r.Fields == nil || r.err != nil {
		return field.Field{}, false
	}
	set, err := r.Fields(r.ctx)
	if err != nil {
		r.err = err
		return field.Field{}, false
	}
	f, ok := set.ByAlias(alias)
	return f, ok && f.Published && f.Listable
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
	case c.takes == aNumber:
		return fault.Say("search.number|%s takes a number: %s:50, %s:>50 or %s:10..20. It was searched as text.", c.names[0], c.names[0], c.names[0], c.names[0])
	case c.takes == aTime:
		return fault.Say("search.time|%s takes a date: %s:2026-03, %s:<30d for the last 30 days, or %s:2026-01-01..2026-03-31. It was searched as text.", c.names[0], c.names[0], c.names[0], c.names[0])
	}
	return fault.Say("search.unknown|There is no command %s: it was searched as text.", text)
}
