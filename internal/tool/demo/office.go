package demo

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/category"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/note"
	"ariane/internal/stage"
	"ariane/internal/visit"
)

// words are what the team writes in one language.
type words struct {
	tags   []string
	stages []string
	notes  []noted
}

type noted struct {
	kind note.Type
	text string
}

var office = map[string]words{
	"fr": {
		[]string{"client", "prospect", "newsletter", "revendeur", "salon du cycle", "VIP"},
		[]string{"Piste", "Intéressé", "Devis envoyé", "Client"},
		[]noted{
			{note.Call, "Rappelé ce matin : il lui faut trois vélos cargo avant l’été, avec une assistance électrique. Attend notre devis."},
			{note.Email, "Devis n° 2026-114 envoyé avec la remise de volume. À relancer dans dix jours."},
			{note.Meeting, "Visite de l’atelier.\nA essayé le modèle Volvic en taille M, hésite encore sur la couleur."},
			{note.General, "Préfère être joint par e-mail. Ne travaille pas le mercredi."},
			{note.Call, "Message laissé sur le répondeur."},
			{note.General, "Connaît bien la maison : premier vélo acheté chez nous en 2019."},
		},
	},
	"en": {
		[]string{"customer", "prospect", "newsletter", "dealer", "cycle show", "VIP"},
		[]string{"Lead", "Interested", "Quote sent", "Customer"},
		[]noted{
			{note.Call, "Called back this morning: needs three cargo bikes before the summer, with electric assistance. Waiting for our quote."},
			{note.Email, "Sent quote 2026-114 with the volume discount. Follow up in ten days."},
			{note.Meeting, "Visited the workshop.\nTried the Volvic in size M, still undecided about the colour."},
			{note.General, "Prefers e-mail. Does not work on Wednesdays."},
			{note.Call, "Left a message."},
			{note.General, "Knows us well: bought a first bike here in 2019."},
		},
	},
}

// tend is what the team does with a contact after the form has come in: points,
// telephone and owner by hand, tags, now and then a note. One in four is left as
// it came.
func (s *sampler) tend(h visit.Hit, i int, from time.Time) {
	u := s.user
	if i%4 == 3 {
		return
	}
	w, found := office[s.language]
	if !found {
		w = office["en"]
	}
	at := from.Add(time.Duration(20+s.random.IntN(2000)) * time.Minute)
	if last := s.now.Add(-30 * time.Minute); at.After(last) {
		at = last
	}
	score, tags, written := s.score(), s.some(w.tags), w.notes[s.random.IntN(len(w.notes))]
	number := "+33 6 39 98 " + twoDigits(s.random.IntN(100)) + " " + twoDigits(s.random.IntN(100))
	s.plan(at, func() error {
		owners, err := contact.Owners(s.ctx, s.tx, []string{h.Token})
		if err != nil {
			return err
		}
		c := owners[h.Token].Contact
		by := contact.By{Object: "user", ID: int64(u.ID), Name: u.Name()}
		e := contact.Edit{Values: map[string]string{"points": strconv.Itoa(score)}, Source: activity.SourceUser, By: by, User: u.ID, UserName: u.Name()}
		if i%2 == 0 {
			e.Values["mobile"], e.Owner = number, &u.ID
		}
		if err := contact.Update(s.ctx, s.tx, c, e); err != nil {
			return err
		}
		if err := label.Add(s.ctx, s.tx, c, tags, label.By{Source: activity.SourceUser, Object: by.Object, ID: by.ID, Name: by.Name}); err != nil {
			return err
		}
		if err := s.climb(c, i, stage.By{Source: activity.SourceUser, Object: by.Object, ID: by.ID, Name: by.Name}); err != nil || i%3 != 0 {
			return err
		}
		_, err = note.Add(s.ctx, s.tx, c, note.Draft{Type: written.kind, Text: written.text}, note.By{Source: activity.SourceUser, Object: by.Object, ID: by.ID, Name: by.Name})
		return err
	})
}

// open makes the stages, which are all in one category.
func (s *sampler) open() error {
	w, found := office[s.language]
	if !found {
		w = office["en"]
	}
	titles := map[string]string{"fr": "Ventes", "en": "Sales"}
	group, err := category.Create(s.ctx, s.tx, category.Category{Kind: category.Stage, Title: cmp.Or(titles[s.language], titles["en"]), Color: "2f7fd6", Published: true})
	for i, name := range w.stages {
		if err == nil {
			var n int64
			n, err = stage.Create(s.ctx, s.tx, stage.Stage{Name: name, Weight: int64(i+1) * 10, Category: group, Published: true, CreatedBy: s.user.ID, CreatedByUser: s.user.Name()})
			s.stages = append(s.stages, n)
		}
	}
	return err
}

// climb takes a contact through the first stages: few come to the last.
func (s *sampler) climb(c id.Contact, i int, by stage.By) error {
	for step := range []int{1, 2, 1, 3, 1, 4, 2}[i%7] {
		if err := stage.Set(s.ctx, s.tx, c, s.stages[step], by); err != nil {
			return err
		}
	}
	return nil
}

// score is a number of points: few have many.
func (s *sampler) score() int { return 3 + int(s.random.Float64()*s.random.Float64()*190) }

// some takes up to three tags.
func (s *sampler) some(tags []string) []string {
	start := s.random.IntN(len(tags))
	var list []string
	for n := range s.random.IntN(4) {
		list = append(list, tags[(start+n*2)%len(tags)])
	}
	return list
}

func twoDigits(n int) string {
	text := strconv.Itoa(n)
	return strings.Repeat("0", 2-len(text)) + text
}
