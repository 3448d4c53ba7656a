package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/web"
)

const (
	eventPage  = 25
	mostEvents = 5000 // of one type, read for one answer
)

// types are the types of events of the protocol with their names, in the order
// of the names. Those of ours that it does not know are not offered.
var types = object{
	{"asset.download", "Asset downloaded"}, {"campaign.event", "Campaign action triggered"}, {"campaign.event.scheduled", "Campaign event scheduled"},
	{"campaign_membership", "Campaign membership change"}, {"lead.source.created", "Contact created by source"},
	{"lead.source.identified", "Contact identified by source"}, {"lead.donotcontact", "Do not contact"},
	{"dynamic.content.sent", "Dynamic Content Triggered"}, {"email.failed", "Email failed"}, {"email.read", "Email read"},
	{"email.replied", "Email replied"}, {"email.sent", "Email sent"}, {"sms.failed", "Failed"}, {"focus.on_click", "Focus click"},
	{"focus.on_view", "Focus view"}, {"form.submitted", "Form submitted"}, {"lead.imported", "Imported"},
	{"integration_sync_issues", "Integration sync notice"}, {"message.queue", "Message Queue"}, {"page.hit", "Page hit"},
	{"point.gained", "Point gained"}, {"segment_membership", "Segment membership change"}, {"sms.sent", "Sent"},
	{"stage.changed", "Stage changed"}, {"sms_reply", "Text message received"}, {"lead.utmtagsadded", "UTM tags recorded"},
	{"page.videohit", "Video view event"},
}

// typeName is the name of a type, empty when the protocol does not know it.
func typeName(event string) string {
	for _, m := range types {
		if m.name == event {
			return m.value.(string)
		}
	}
	return ""
}

// request is what a client asks of a thread.
type request struct {
	search           string
	include, exclude []string
	from, to         time.Time
	order, direction string
	page, limit      int
}

func readRequest(q url.Values) request {
	get := func(name, otherwise string) string { return cmp.Or(q.Get(name), otherwise) }
	return request{
		search:  q.Get("filters[search]"),
		include: listed(q, "filters[includeEvents]"), exclude: listed(q, "filters[excludeEvents]"),
		from: when(q.Get("filters[dateFrom]")), to: when(q.Get("filters[dateTo]")),
		order: get("order[0]", "timestamp"), direction: get("order[1]", "DESC"),
		page: max(number(q.Get("page"), 1), 1), limit: min(cmp.Or(number(q.Get("limit"), eventPage), eventPage), mostEvents),
	}
}

// listed reads name[], name[0], name[1]…
func listed(q url.Values, name string) []string {
	found := []string{}
	for _, key := range slices.Sorted(maps.Keys(q)) {
		if strings.HasPrefix(key, name+"[") {
			for _, v := range q[key] {
				if v != "" {
					found = append(found, v)
				}
			}
		}
	}
	return found
}

func when(text string) time.Time {
	for _, layout := range []string{time.DateTime, time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	return time.Time{}
}

func (q request) wants(protocol string) bool {
	return (len(q.include) == 0 || slices.Contains(q.include, protocol)) && !slices.Contains(q.exclude, protocol)
}

func (q request) ascending() bool { return strings.EqualFold(q.direction, "asc") }

// sort orders lines as asked; at the same moment, the later one counts as newer.
func (q request) sort(lines []line) {
	slices.SortStableFunc(lines, func(a, b line) int {
		c := cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id))
		if q.order == "eventLabel" {
			c = cmp.Or(cmp.Compare(field.Fold(a.label), field.Fold(b.label)), c)
		}
		if !q.ascending() {
			return -c
		}
		return c
	})
}

// activity answers GET /contacts/{id}/activity: up to a page of each type.
func (a *door) activity(w http.ResponseWriter, r *http.Request) error {
	c, err := a.find(r)
	switch {
	case err != nil:
		return err
	case c.ID == 0:
		return notFound(w, r)
	}
	q := readRequest(r.URL.Query())
	lines, total, pages, err := a.lines(r.Context(), c, q)
	if err != nil {
		return fmt.Errorf("answer thread of contact %d: %w", c.ID, err)
	}
	return web.JSON(w, http.StatusOK, object{
		{"events", append([]line{}, lines...)},
		{"filters", object{{"search", q.search}, {"includeEvents", q.include}, {"excludeEvents", q.exclude}}},
		{"order", []string{q.order, q.direction}},
		{"types", types},
		{"total", total}, {"page", q.page}, {"limit", q.limit},
		{"maxPages", json.RawMessage(fmt.Sprintf("%d.0", pages))}, // the protocol's number has a point
	})
}

// lines reads the page asked for of each type, in one order. total is the number
// of lines on all pages, pages that of the type with most.
func (a *door) lines(ctx context.Context, c contact.Contact, q request) (lines []line, total, pages int, err error) {
	counts, err := activity.Tally(ctx, a.DB, c.ID, a.kinds()...)
	if err != nil {
		return nil, 0, 0, err
	}
	kinds := slices.DeleteFunc(slices.Clone(a.Kinds), func(kind activity.Definition) bool {
		return counts[kind.Kind] == 0 || typeName(kind.Protocol) == "" || !q.wants(kind.Protocol)
	})
	filtered := q.search != "" || q.order == "eventLabel" || !q.from.IsZero() || !q.to.IsZero()
	p := activity.Page{From: q.from, To: q.to, Limit: mostEvents, Oldest: q.ascending()}
	if !filtered {
		p.Limit = min(q.page*q.limit, mostEvents)
	}
	read, err := a.first(ctx, c, p, kinds, counts)
	if err != nil {
		return nil, 0, 0, err
	}
	for _, kind := range kinds {
		events, n := read[kind.Kind], counts[kind.Kind]
		if !filtered {
			events = events[min((q.page-1)*q.limit, len(events)):]
		}
		found, err := a.describe(ctx, c, kind, events)
		if err != nil {
			return nil, 0, 0, err
		}
		if filtered {
			found = slices.DeleteFunc(found, func(l line) bool { return !l.matches(q.search) })
			n = len(found)
			q.sort(found)
			found = found[min((q.page-1)*q.limit, n):min(q.page*q.limit, n)]
		}
		lines = append(lines, found...)
		total, pages = total+n, max(pages, (n+q.limit-1)/q.limit)
	}
	q.sort(lines)
	return lines, total, pages, nil
}

// kinds are all that there are.
func (a *door) kinds() []activity.Kind {
	list := make([]activity.Kind, len(a.Kinds))
	for i, kind := range a.Kinds {
		list[i] = kind.Kind
	}
	return list
}

// first reads the first events of each kind, p.Limit of each at most. Those of which
// there are few are looked for together: in the order of the thread that would go
// through most of it.
func (a *door) first(ctx context.Context, c contact.Contact, p activity.Page, kinds []activity.Definition, counts map[activity.Kind]int) (map[activity.Kind][]activity.Event, error) {
	var total, together int
	for _, n := range counts {
		total += n
	}
	few := activity.Page{From: p.From, To: p.To, Oldest: p.Oldest, Few: true}
	read := map[activity.Kind][]activity.Event{}
	add := func(p activity.Page) error {
		events, err := activity.Thread(ctx, a.DB, c.ID, p)
		for _, e := range events {
			read[e.Kind] = append(read[e.Kind], e)
		}
		return err
	}
	for _, kind := range kinds {
		// Reading all of them takes n steps, reading the first ones in the thread's
		// order total/n for each.
		if n := counts[kind.Kind]; !kind.Kind.Frequent() && n*n < p.Limit*total {
			few.Kinds, together = append(few.Kinds, kind.Kind), together+n
			continue
		}
		one := p
		one.Kinds = []activity.Kind{kind.Kind}
		if err := add(one); err != nil {
			return nil, err
		}
	}
	if len(few.Kinds) == 0 {
		return read, nil
	}
	few.Limit = together + len(few.Kinds) // some may have come meanwhile
	err := add(few)
	for kind, events := range read {
		read[kind] = events[:min(p.Limit, len(events))]
	}
	return read, err
}
