package app

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/label"
	"ariane/internal/note"
	"ariane/internal/rule"
	"ariane/internal/search"
	"ariane/internal/user"
	"ariane/internal/visit"
)

// Language is what searches for contacts can speak of.
func Language(d *db.DB) search.Language {
	l := search.Language{
		Catalogue: rule.Catalogue{"tag": label.Field(), "device": visit.DeviceField()},
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
	for _, k := range Kinds() {
		l.Events = append(l.Events, search.Event{Kind: int64(k.Kind), Names: append([]string{k.Name, k.Protocol}, eventWords[k.Kind]...), Frequent: activity.Frequent(k.Kind)})
	}
	return l
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
}
