package contactpage

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/note"
	"ariane/internal/stage"
	"ariane/internal/visit"
	"ariane/internal/web"
)

const (
	threadSize = 60
	// above is how much newer than the event that was asked for is shown with it.
	above = 9
	// longestWords bounds what is searched for.
	longestWords = 200
)

// changeKinds are what people and programs did to a contact.
var changeKinds = []activity.Kind{contact.KindCreated, contact.KindIdentified, contact.KindUpdated, contact.KindIPAdded, contact.KindMerged, contact.KindJoined,
	contact.KindUnmerged, contact.KindVisitorUnmerged, contact.KindParted, contact.KindHandedOver,
	contact.KindDeleted, contact.KindRestored, contact.KindVisitorDeleted, contact.KindVisitorRestored, visit.KindFollowing, label.KindAdded, label.KindRemoved, stage.KindChanged,
	consent.KindBlocked, consent.KindAllowed, consent.KindWishes, consent.KindGiven, consent.KindWithdrawn}

var noteKinds = []activity.Kind{note.KindAdded, note.KindChanged, note.KindDeleted}

// filters are the parts of a thread that can be looked at by themselves.
var filters = []struct {
	name  string
	kinds []activity.Kind
}{
	{"", nil},
	{"pages", []activity.Kind{visit.KindPageViewed}},
	{"forms", []activity.Kind{form.KindSubmitted}},
	{"notes", noteKinds},
	{"contact", changeKinds},
}

// The tabs of a contact's page; the thread has no name.
const (
	tabNotes  = "notes"
	tabAudit  = "audit"
	tabPlaces = "places"
)

// viewRequest is what the address of a contact's page says.
type viewRequest struct {
	Tab    string
	Show   string // name of a filter
	Find   string // words on the thread or in notes
	Before activity.Cursor
	Event  id.Event  // one line of the thread
	Type   note.Type // of notes; empty for all
}

func readViewRequest(q url.Values) viewRequest {
	v := viewRequest{Show: q.Get("show"), Find: field.Printable(q.Get("find"))}
	if r := []rune(v.Find); len(r) > longestWords {
		v.Find = string(r[:longestWords])
	}
	if tab := q.Get("tab"); slices.Contains([]string{tabNotes, tabAudit, tabPlaces}, tab) {
		v.Tab = tab
	}
	if t := note.Type(q.Get("type")); slices.Contains(note.Types(), t) {
		v.Type = t
	}
	at, number, _ := strings.Cut(q.Get("before"), "-")
	ms, errAt := strconv.ParseInt(at, 10, 64)
	n, errID := strconv.ParseInt(number, 10, 64)
	if errAt == nil && errID == nil && ms > 0 {
		v.Before = activity.Cursor{At: db.Time(ms), ID: id.Event(n)}
	}
	if n, err := strconv.ParseInt(q.Get("event"), 10, 64); err == nil && n > 0 && v.Tab == "" {
		v = viewRequest{Event: id.Event(n)}
	}
	return v
}

func (v viewRequest) kinds() []activity.Kind {
	if v.Tab == tabAudit {
		return append(slices.Clone(changeKinds), noteKinds...)
	}
	for _, f := range filters {
		if f.name == v.Show {
			return f.kinds
		}
	}
	return nil
}

// url is the address of a contact's page as v says.
func (v viewRequest) url(number id.Contact) string {
	q := url.Values{}
	for name, value := range map[string]string{"tab": v.Tab, "show": v.Show, "find": v.Find, "type": string(v.Type)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if !v.Before.At.IsZero() {
		q.Set("before", strconv.FormatInt(db.Millis(v.Before.At), 10)+"-"+strconv.FormatInt(int64(v.Before.ID), 10))
	}
	if v.Event != 0 {
		q.Set("event", strconv.FormatInt(int64(v.Event), 10))
	}
	if len(q) == 0 {
		return web.ContactURL(number)
	}
	return web.ContactURL(number) + "?" + q.Encode()
}

// stretch is a part of a thread with the place where the next one begins, the
// zero Cursor at the end.
type stretch struct {
	Events []activity.Event
	Next   activity.Cursor
	// Tired tells that the search stopped before it had found enough.
	Tired bool
	// Newer tells that there is something above.
	Newer bool
}

// findEvents reads the part of a thread that was asked for.
func (d Deps) findEvents(ctx context.Context, v viewRequest, data *viewData) (stretch, error) {
	number := data.Contact.ID
	p := activity.Page{Before: v.Before, Kinds: v.kinds(), Limit: threadSize + 1}
	s := stretch{Newer: !v.Before.At.IsZero()}
	if v.Event != 0 {
		var err error
		if p.Before, err = d.justAbove(ctx, number, v.Event); err != nil {
			return s, err
		}
		s.Newer = !p.Before.At.IsZero()
	}
	found, err := activity.Search(ctx, d.DB, number, p, func(p activity.Page) ([]activity.Event, error) {
		if v.Find == "" || v.Tab != "" {
			return activity.Thread(ctx, d.DB, number, p)
		}
		return d.withWords(ctx, v, data, p)
	})
	if err != nil {
		return s, err
	}
	s.Events, s.Next, s.Tired = found.Events, found.Until, len(found.Events) <= threadSize && !found.Until.At.IsZero()
	if len(s.Events) > threadSize {
		n := threadSize
		if v.Find == "" && v.Tab == "" {
			n = wholeSessions(ctx, data.Thread, s.Events)
		}
		s.Events = s.Events[:n]
		s.Next = activity.Cursor{At: s.Events[n-1].At, ID: s.Events[n-1].ID}
	}
	return s, nil
}

// wholeSessions is how many of the events to show so that no session is cut, unless it
// fills most of the page.
func wholeSessions(ctx context.Context, t threadData, events []activity.Event) int {
	n := len(events) - 1
	for i := n; i > n/2; i-- {
		if !t.together(ctx, events[i-1], events[i]) {
			return i
		}
	}
	return n
}

// justAbove is the place from which a page shows an event in its middle; the top
// for one that is not there any more.
func (d Deps) justAbove(ctx context.Context, number id.Contact, event id.Event) (activity.Cursor, error) {
	at, err := activity.Place(ctx, d.DB, number, event)
	if fault.Is(err, fault.KindNotFound) {
		return activity.Cursor{}, nil
	}
	if err != nil {
		return activity.Cursor{}, err
	}
	newer, err := activity.Thread(ctx, d.DB, number, activity.Page{Before: at, Oldest: true, Limit: above + 1})
	if err != nil || len(newer) <= above {
		return activity.Cursor{}, err
	}
	return activity.Cursor{At: newer[above].At, ID: newer[above].ID}, nil
}

// withWords reads the events whose line, page title or address holds the words.
func (d Deps) withWords(ctx context.Context, v viewRequest, data *viewData, p activity.Page) ([]activity.Event, error) {
	kinds := v.kinds()
	var found []activity.Event
	if len(kinds) == 0 || slices.Contains(kinds, visit.KindPageViewed) {
		views, err := visit.ViewsWith(ctx, d.DB, data.Contact.ID, p, v.Find)
		if err != nil {
			return nil, err
		}
		found = views
	}
	p.Kinds = nil
	for k := range tellings {
		if k != visit.KindPageViewed && (len(kinds) == 0 || slices.Contains(kinds, k)) {
			p.Kinds = append(p.Kinds, k)
		}
	}
	if len(p.Kinds) > 0 {
		others := p
		others.Limit = mostRead
		events, err := activity.Thread(ctx, d.DB, data.Contact.ID, others)
		if err != nil {
			return nil, err
		}
		told, err := d.withStory(ctx, data.Contact.ID, data.Thread, events)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			line, err := told.line(ctx, e)
			if err != nil {
				return nil, err
			}
			if lineHolds(line, field.Fold(v.Find)) {
				found = append(found, e)
			}
		}
	}
	slices.SortFunc(found, func(a, b activity.Event) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return found[:min(len(found), p.Limit)], nil
}
