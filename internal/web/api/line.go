package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/visit"
)

// line is an event in the words of the protocol.
type line struct {
	id      id.Event
	at      time.Time
	event   string
	kind    string // the name of the type
	label   string // what it is sorted and found by
	href    string // where the label leads, empty for nowhere
	contact id.Contact
	details object
}

// MarshalJSON writes the members in the order that each type has.
func (l line) MarshalJSON() ([]byte, error) {
	var label any = l.label
	if l.href != "" {
		label = object{{"label", l.label}, {"href", l.href}}
	}
	kind, text := member{"eventType", l.kind}, member{"eventLabel", label}
	o := object{{"event", l.event}, {"eventId", l.event + strconv.FormatInt(int64(l.id), 10)}, text, kind}
	if strings.HasPrefix(l.event, "lead.") {
		o[2], o[3] = kind, text
	}
	o = append(o, member{"timestamp", date(l.at)}, member{"contactId", strconv.FormatInt(int64(l.contact), 10)})
	if l.details != nil {
		o = append(o, member{"details", l.details})
	}
	return o.MarshalJSON()
}

func (l line) matches(search string) bool {
	if search == "" {
		return true
	}
	details, err := json.Marshal(l.details)
	return err == nil && strings.Contains(field.Fold(l.label+" "+string(details)), field.Fold(search))
}

// describe puts events of one kind in the words of the protocol.
func (a *door) describe(ctx context.Context, c contact.Contact, kind activity.Definition, events []activity.Event) ([]line, error) {
	views, err := visit.PageViews(ctx, a.DB, events)
	if err != nil {
		return nil, err
	}
	lines := make([]line, len(events))
	for i, e := range events {
		l := line{id: e.ID, at: e.At, event: kind.Protocol, kind: typeName(kind.Protocol), contact: c.ID}
		switch kind.Kind {
		case visit.KindPageViewed:
			l.pageHit(views[e.ID])
		case form.KindSubmitted:
			err = l.submission(e)
		case consent.KindBlocked:
			err = l.blocked(e)
		case contact.KindCreated:
			var created contact.Created
			err = e.Decode(&created)
			l.source("Contact was created by ", created.By)
		case contact.KindIdentified:
			var identified contact.Identified
			err = e.Decode(&identified)
			l.source("Contact was identified by ", identified.By)
		default:
			l.label = l.kind
		}
		if err != nil {
			return nil, err
		}
		lines[i] = l
	}
	return lines, nil
}

func (l *line) pageHit(v visit.PageView) {
	l.label, l.href = cmp.Or(v.Title, v.URL), v.URL
	hit := object{{"hitId", strconv.FormatInt(int64(l.id), 10)}, {"dateHit", date(l.at)}, {"url", v.URL}}
	for _, m := range []struct{ name, text string }{{"urlTitle", v.Title}, {"referer", v.Referrer}, {"browserLanguages", v.Language}} {
		if m.text != "" {
			hit = append(hit, member{m.name, m.text})
		}
	}
	if !v.Left.IsZero() {
		hit = append(hit, member{"dateLeft", date(v.Left)})
	}
	query := object{}
	for _, m := range []struct{ name, text string }{{"utm_campaign", v.UTM.Campaign}, {"utm_content", v.UTM.Content}, {"utm_medium", v.UTM.Medium},
		{"utm_source", v.UTM.Source}, {"utm_term", v.UTM.Term}} {
		if m.text != "" {
			query = append(query, member{m.name, m.text})
		}
	}
	if len(query) > 0 {
		hit = append(hit, member{"query", query})
	}
	l.details = object{{"hit", hit}}
}

func (l *line) submission(e activity.Event) error {
	var s form.Submitted
	if err := e.Decode(&s); err != nil {
		return err
	}
	results := object{}
	for _, answer := range s.Answers {
		results = append(results, member{answer.Alias, answer.Value})
	}
	l.label = s.Name
	l.details = object{
		{"submission", object{{"id", s.Submission}, {"dateSubmitted", date(l.at)}, {"referer", s.Page}, {"results", results}}},
		{"form", object{{"id", s.Form}, {"name", s.Name}}},
	}
	return nil
}

func (l *line) blocked(e activity.Event) error {
	var s consent.Switched
	if err := e.Decode(&s); err != nil {
		return err
	}
	l.label = string(s.Channel)
	l.details = object{{"dnc", object{{"channel", s.Channel}, {"reason", int(s.New)}, {"comments", s.Comment}, {"dateAdded", date(l.at)}}}}
	return nil
}

func (l *line) source(opening string, by contact.By) {
	name := by.Name
	if name == "" {
		name = "an unknown source"
		if by.Object != "" {
			name = fmt.Sprintf("an unknown source (%s)", by.Object)
		}
	}
	l.label = opening + name
	l.details = object{{"objectDescription", name}}
}
