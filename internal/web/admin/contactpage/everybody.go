package contactpage

import (
	"context"

	"ariane/internal/activity"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/note"
	"ariane/internal/user"
	"ariane/internal/visit"
	"ariane/internal/web/ui"
)

// Everybody lays out events of any contacts by day, each with whose it is. Those
// of contacts that are no longer there are left out.
func (d Deps) Everybody(ctx context.Context, events []activity.Event) (ui.Thread, error) {
	var t ui.Thread
	people, data, err := d.loadEverybody(ctx, events)
	if err != nil {
		return t, err
	}
	for i, e := range events {
		c, found := people[e.Contact]
		if !found {
			continue
		}
		if len(t.Days) == 0 || !i18n.SameDay(ctx, e.At, events[i-1].At) {
			t.Days = append(t.Days, ui.ThreadDay{Title: i18n.Day(ctx, d.Clock(), e.At)})
		}
		line, err := data.line(ctx, e)
		if err != nil {
			return t, err
		}
		line.Who, line.Anonymous = person(ctx, c), c.Anonymous()
		day := &t.Days[len(t.Days)-1]
		day.Lines = append(day.Lines, line)
	}
	return t, nil
}

// loadEverybody reads the contacts of events, and what the lines tell of them.
func (d Deps) loadEverybody(ctx context.Context, events []activity.Event) (map[id.Contact]contact.Contact, threadData, error) {
	data := threadData{Events: events, Users: map[string]string{}, Notes: map[int64]note.Note{}}
	var numbers []id.Contact
	noted := map[id.Contact][]int64{}
	for _, e := range events {
		numbers = append(numbers, e.Contact)
		if e.Kind == note.KindAdded {
			var n note.Noted
			if err := e.Decode(&n); err != nil {
				return nil, data, err
			}
			noted[e.Contact] = append(noted[e.Contact], n.Note)
		}
	}
	var err error
	if data.Fields, err = field.Of(ctx, d.DB); err != nil {
		return nil, data, err
	}
	people, err := contact.Some(ctx, d.DB, numbers)
	if err != nil {
		return nil, data, err
	}
	for number, notes := range noted {
		some, err := note.Some(ctx, d.DB, number, notes)
		if err != nil {
			return nil, data, err
		}
		for n, stored := range some {
			data.Notes[n] = stored
		}
	}
	users, err := user.List(ctx, d.DB)
	if err != nil {
		return nil, data, err
	}
	for _, u := range users {
		data.Users[ownerText(u.ID)] = u.Name()
	}
	if data.Others, err = d.others(ctx, events); err != nil {
		return nil, data, err
	}
	data.Views, err = visit.PageViews(ctx, d.DB, events)
	return people, data, err
}
