package app

import (
	"ariane/internal/activity"
	"ariane/internal/company"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/duplicate"
	"ariane/internal/form"
	"ariane/internal/label"
	"ariane/internal/note"
	"ariane/internal/report"
	"ariane/internal/stage"
	"ariane/internal/visit"
)

// Kinds lists everything that can happen to a contact.
func Kinds() []activity.Definition {
	var list []activity.Definition
	for _, kinds := range [][]activity.Definition{
		contact.Kinds(),
		visit.Kinds(),
		form.Kinds(),
		label.Kinds(),
		note.Kinds(),
		stage.Kinds(),
		consent.Kinds(),
		company.Kinds(),
	} {
		list = append(list, kinds...)
	}
	return list
}

// Readers lists what reacts to events.
func Readers() []activity.Reader {
	var all []activity.Kind
	for _, k := range Kinds() {
		all = append(all, k.Kind)
	}
	return []activity.Reader{
		contact.ActiveReader(all, visit.KindPageViewed, form.KindSubmitted),
		visit.MergeReader(),
		report.Reader(all...),
		form.Reader(),
		visit.EraseReader(),
		form.EraseReader(),
		label.Reader(contact.Follow, contact.Fates()...),
		note.Reader(contact.Follow, contact.Fates()...),
		consent.Reader(),
		consent.AddressReader(),
		duplicate.Reader(),
		stage.Reader(stage.Fates{Follow: contact.Follow, Moved: contact.Fates(),
			Deleted: []activity.Kind{contact.KindDeleted, contact.KindVisitorDeleted}, Restored: []activity.Kind{contact.KindRestored, contact.KindVisitorRestored}}),
		company.Reader(visit.KindPageViewed, form.KindSubmitted),
		company.FigureReader(all, visit.KindPageViewed, form.KindSubmitted),
	}
}
