package contactpage

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/visit"
	"ariane/internal/web/ui"
)

var (
	paris, _ = time.LoadLocation("Europe/Paris")
	now      = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	english  = i18n.With(context.Background(), i18n.Locale{Lang: i18n.English, Zone: paris})
	french   = i18n.With(context.Background(), i18n.Locale{Lang: i18n.French, Zone: paris})
)

func event(t *testing.T, number id.Event, at time.Time, kind activity.Kind, data any) activity.Event {
	t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return activity.Event{ID: number, Contact: 1, At: at, Kind: kind, Data: raw}
}

// story is a contact who came last night and filled in a form this morning.
func story(t *testing.T) threadData {
	night := time.Date(2026, 11, 22, 22, 30, 0, 0, time.UTC) // 23:30 in Paris
	morning := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	by := contact.By{Object: "submission", ID: 5, Name: "Demo"}
	return threadData{
		Fields: field.Standard(),
		Events: []activity.Event{
			event(t, 9, morning.Add(time.Minute), visit.KindPageViewed, nil),
			event(t, 8, morning, contact.KindUpdated, contact.Updated{By: by, Changes: []contact.Change{{Field: "company", Old: "Acme", New: "Acme & Sons"}}}),
			event(t, 7, morning, form.KindSubmitted, form.Submitted{Form: 3, Name: "Demo", Page: "https://www.example.test/demo?x=1",
				Answers: []form.Answer{{Alias: "email", Label: "E-mail", Value: "anna@example.test"}, {Alias: "empty", Label: "Empty"}}}),
			event(t, 6, morning, contact.KindIdentified, contact.Identified{By: by, Name: "<Anna>"}),
			event(t, 5, night.Add(45*time.Minute), visit.KindPageViewed, nil),
			event(t, 4, night, visit.KindPageViewed, nil),
			event(t, 2, night, contact.KindIPAdded, contact.IPAdded{IP: "203.0.113.9"}),
			event(t, 1, night, contact.KindCreated, contact.Created{By: contact.By{Object: "hit"}, IP: "203.0.113.9"}),
		},
		Views: map[id.Event]visit.PageView{
			9: {URL: "https://www.example.test/pricing?utm_campaign=october&utm_source=news", Title: "Pricing", Referrer: "https://www.google.com/"},
			5: {URL: "javascript:alert(1)", Title: "Trap"},
			4: {URL: "https://www.example.test/caf%C3%A9"},
		},
		Identified: activity.Cursor{At: morning, ID: 6}, Reached: true,
	}
}

// written is a thread as text, one line per event.
func written(thread ui.Thread) string {
	var b strings.Builder
	for _, day := range thread.Days {
		fmt.Fprintf(&b, "%s\n", day.Title)
		for _, l := range day.Lines {
			line := "═"
			if l.Anonymous {
				line = "┆"
			}
			if l.Turning {
				line = "◆"
			}
			fmt.Fprintf(&b, "%s %s %s[%s]%s", line, l.Clock, l.Before, l.Object, l.After)
			if l.ObjectURL != "" {
				fmt.Fprintf(&b, " -> %s", l.ObjectURL)
			}
			for _, d := range l.Details {
				fmt.Fprintf(&b, " · %s", d)
			}
			for _, a := range l.Answers {
				fmt.Fprintf(&b, " {%s=%s}", a.Label, a.Value)
			}
			if l.Last {
				b.WriteString(" (last)")
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func TestThread(t *testing.T) {
	for lang, c := range map[string]struct {
		ctx  context.Context
		want string
	}{
		"en": {english, `Today
═ 09:01 Viewed [Pricing] -> https://www.example.test/pricing?utm_campaign=october&utm_source=news · www.example.test/pricing · from google.com · campaign october / news
═ 09:00 Primary company: [Acme & Sons] · by the form Demo · was Acme
═ 09:00 Submitted the form [Demo] -> /s/forms/view/3 · on www.example.test/demo {E-mail=anna@example.test}
◆ 09:00 Identified as [<Anna>] · by the form Demo · everything below happened before the name was known
┆ 00:15 Viewed [Trap]
Yesterday
┆ 23:30 Viewed [www.example.test/caf%C3%A9] -> https://www.example.test/caf%C3%A9
┆ 23:30 Accessed from the IP address [203.0.113.9]
┆ 23:30 First seen as an [anonymous visitor] · IP address 203.0.113.9 (last)
`},
		"fr": {french, `Aujourd’hui
═ 09:01 Page vue : [Pricing] -> https://www.example.test/pricing?utm_campaign=october&utm_source=news · www.example.test/pricing · venu de google.com · campagne october / news
═ 09:00 Entreprise principale : [Acme & Sons] · par le formulaire Demo · avant : Acme
═ 09:00 Formulaire soumis : [Demo] -> /s/forms/view/3 · sur www.example.test/demo {E-mail=anna@example.test}
◆ 09:00 Identifié : [<Anna>] · par le formulaire Demo · tout ce qui suit a eu lieu avant qu’on sache son nom
┆ 00:15 Page vue : [Trap]
Hier
┆ 23:30 Page vue : [www.example.test/caf%C3%A9] -> https://www.example.test/caf%C3%A9
┆ 23:30 Accès depuis l’adresse IP [203.0.113.9]
┆ 23:30 Première venue d’un [visiteur anonyme] · adresse IP 203.0.113.9 (last)
`},
	} {
		thread, err := newThread(c.ctx, now, story(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(written(thread), "\u00a0", " "); got != c.want {
			t.Errorf("%s\ngot\n%s\nwant\n%s", lang, got, c.want)
		}
	}
}

func TestThreadOfAVisitor(t *testing.T) {
	data := story(t)
	data.Events, data.Identified, data.Reached = data.Events[4:6], activity.Cursor{}, false
	thread, err := newThread(english, now, data)
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range thread.Days {
		for _, l := range day.Lines {
			if !l.Anonymous || l.Turning || l.Last {
				t.Errorf("%+v", l)
			}
		}
	}
}

func TestUnknownKindIsStillALine(t *testing.T) {
	thread, err := newThread(english, now, threadData{Fields: field.Standard(), Events: []activity.Event{{ID: 1, At: now, Kind: 9999}}})
	if err != nil || len(thread.Days) != 1 || thread.Days[0].Lines[0].Before == "" {
		t.Errorf("%+v, %v", thread, err)
	}
}

func TestSeveralChangesAreListed(t *testing.T) {
	l, err := tell(english, told{fields: field.Standard(), Event: event(t, 1, now, contact.KindUpdated, contact.Updated{Changes: []contact.Change{
		{Field: "firstname", New: "Anna"}, {Field: "city", Old: "Paris", New: "Lyon"}, {Field: "custom", New: "x"},
	}})})
	if err != nil {
		t.Fatal(err)
	}
	if l.Object != "3 fields changed" || fmt.Sprint(l.Changes) != "[{First name  Anna} {City Paris Lyon} {custom  x}]" {
		t.Errorf("%+v", l)
	}
}
