package app

import (
	"context"
	"maps"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/company"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/note"
	"ariane/internal/rule"
	"ariane/internal/search"
	"ariane/internal/stage"
	"ariane/internal/user"
	"ariane/internal/visit"
)

// Language is what searches for contacts can speak of.
func Language(d *db.DB) search.Language {
	l := search.Language{
		Catalogue: rule.Catalogue{"tag": label.Field(), "device": visit.DeviceField(), "company_id": company.Field()},
		Fields:    func(ctx context.Context) (*field.Set, error) { return field.Of(ctx, d) },
		Users: func(ctx context.Context) ([]search.User, error) {
			users, err := user.List(ctx, d)
			list := make([]search.User, len(users))
			for i, u := range users {
				list[i] = search.User{ID: u.ID, Name: u.Name(), Names: []string{u.FirstName, u.LastName, u.FirstName + " " + u.LastName, u.UserName, u.Email}}
			}
			return list, err
		},
	}
	maps.Copy(l.Catalogue, stage.Catalogue())
	maps.Copy(l.Catalogue, consent.Fields())
	l.Hits = func(ctx context.Context, asked []search.Hit, visitors bool) ([]int64, bool, error) {
		return hits(ctx, d, asked, visitors)
	}
	for _, k := range Kinds() {
		l.Events = append(l.Events, search.Event{Kind: int64(k.Kind), Names: append([]string{k.Name, k.Protocol}, eventWords[k.Kind]...), Frequent: k.Kind.Frequent()})
	}
	return l
}

// lookedThrough is of how many known contacts, and of how many visitors, the page views
// are looked through: those who were active last.
const lookedThrough = 10_000

// hits finds the contacts who had one page view that matches all that is asked.
func hits(ctx context.Context, q db.Q, asked []search.Hit, visitors bool) (found []int64, all bool, err error) {
	states := []contact.State{contact.Known}
	if visitors {
		states = append(states, contact.Anonymous)
	}
	var recent []id.Contact
	all = true
	for _, state := range states {
		some, every, err := state.Recent(ctx, q, lookedThrough)
		if err != nil {
			return nil, false, err
		}
		recent, all = append(recent, some...), all && every
	}
	var views []visit.Asked
	for _, one := range asked {
		views = append(views, visit.Asked(one))
	}
	contacts, whole, err := visit.Visitors(ctx, q, recent, views)
	found = make([]int64, len(contacts))
	for i, c := range contacts {
		found[i] = int64(c)
	}
	return found, all && whole, err
}

// eventWords are names of kinds of events that people type, beside those of the
// program and of the API.
var eventWords = map[activity.Kind][]string{
	visit.KindPageViewed:   {"visit", "visite"},
	form.KindSubmitted:     {"formulaire"},
	contact.KindIdentified: {"identified", "identifié"},
	contact.KindMerged:     {"merged", "fusionné"},
	contact.KindUpdated:    {"updated", "modifié"},
	label.KindAdded:        {"étiquette"},
	note.KindAdded:         {"note"},
	stage.KindChanged:      {"étape"},
	consent.KindBlocked:    {"bloqué"},
	consent.KindGiven:      {"consentement"},
	company.KindJoined:     {"entreprise"},
}
