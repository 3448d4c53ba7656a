package contactpage

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/note"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// leastFolded is the least number of page views that are folded into one line.
const leastFolded = 3

// threadData is a part of a thread, as it was read.
type threadData struct {
	Events   []activity.Event
	Views    map[id.Event]visit.PageView
	Notes    map[int64]note.Note
	Browsers map[id.Device]string // empty unless there are several
	Users    map[string]string    // names by number
	Others   map[id.Contact]ui.Person
	Fields   *field.Set
	// Identified is where the contact became known, zero for an anonymous one.
	Identified activity.Cursor
	// Reached tells that the last event is the first of the whole thread.
	Reached bool
	// Flat folds nothing, Whole tells each value before and after.
	Flat, Whole bool
	// Target is the event that the page was asked for.
	Target id.Event
}

// anonymous tells whether an event happened before the contact was known.
func (d threadData) anonymous(e activity.Event) bool {
	if d.Identified.At.IsZero() {
		return true
	}
	order := e.At.Compare(d.Identified.At)
	return order < 0 || order == 0 && e.ID < d.Identified.ID
}

// together tells whether two neighbours are page views of one browser, in one
// session and on one day.
func (d threadData) together(ctx context.Context, a, b activity.Event) bool {
	return a.Kind == visit.KindPageViewed && b.Kind == visit.KindPageViewed && a.Device == b.Device &&
		a.At.Sub(b.At) < visit.SessionGap && i18n.SameDay(ctx, a.At, b.At) && d.anonymous(a) == d.anonymous(b)
}

// newThread lays events out by day, folds sessions, and sets the
// moment of identification apart.
func newThread(ctx context.Context, now time.Time, data threadData) (ui.Thread, error) {
	var t ui.Thread
	before := slices.ContainsFunc(data.Events, func(e activity.Event) bool { return e.At.Before(data.Identified.At) })
	for i := 0; i < len(data.Events); {
		n := 1
		for !data.Flat && i+n < len(data.Events) && data.together(ctx, data.Events[i+n-1], data.Events[i+n]) {
			n++
		}
		if n < leastFolded {
			n = 1
		}
		e := data.Events[i]
		if i == 0 || !i18n.SameDay(ctx, e.At, data.Events[i-1].At) {
			t.Days = append(t.Days, ui.ThreadDay{Title: i18n.Day(ctx, now, e.At)})
		}
		var lines []ui.ThreadLine
		for _, e := range data.Events[i : i+n] {
			line, err := data.line(ctx, e)
			if err != nil {
				return t, err
			}
			lines = append(lines, line)
		}
		line := lines[0]
		if n > 1 {
			line = data.session(ctx, data.Events[i:i+n], lines)
		}
		i += n
		line.Last = data.Reached && i == len(data.Events)
		if line.Turning && before {
			line.Details = append(line.Details, i18n.T(ctx, "contactpage.thread.below|everything below happened before the name was known"))
		}
		day := &t.Days[len(t.Days)-1]
		day.Lines = append(day.Lines, line)
	}
	return t, nil
}

// line is one event.
func (d threadData) line(ctx context.Context, e activity.Event) (ui.ThreadLine, error) {
	l, err := tell(ctx, told{Event: e, view: d.Views[e.ID], browser: d.Browsers[e.Device], users: d.Users, notes: d.Notes, others: d.Others, fields: d.Fields, whole: d.Whole})
	l.Anonymous = !l.Turning && d.anonymous(e)
	l.Target = e.ID == d.Target
	l.Link = eventURL(e.Contact, e.ID)
	return l, err
}

// session folds page views, the latest first, into one line.
func (d threadData) session(ctx context.Context, events []activity.Event, lines []ui.ThreadLine) ui.ThreadLine {
	n := len(events)
	first, last := events[n-1], events[0]
	l := ui.ThreadLine{Icon: "eye", Tone: ui.Blue, Folded: lines, Anonymous: lines[0].Anonymous, Clock: lines[n-1].Clock, Instant: lines[n-1].Instant, Full: lines[n-1].Full}
	took := last.At.Sub(first.At).Round(time.Minute)
	pages := i18n.N(ctx, n, "contactpage.thread.pages|%s page|%s pages", i18n.Number(ctx, n))
	if minutes := int(took / time.Minute); minutes > 0 {
		l.Clock += " – " + lines[0].Clock
		sentence(ctx, &l, "contactpage.thread.session|Visited %s", pages)
		l.After += i18n.T(ctx, "contactpage.thread.session.minutes|, %d min", minutes)
	} else {
		sentence(ctx, &l, "contactpage.thread.session|Visited %s", pages)
	}
	var titles []string
	for _, e := range slices.Backward(events) {
		if title := d.Views[e.ID].Title; title != "" && !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
	}
	const named = 3
	if len(titles) > named {
		titles = append(titles[:named], "…")
	}
	l.Details = details(strings.Join(titles, ", "), cameFrom(ctx, d.Views[first.ID]), d.Browsers[first.Device])
	l.Open = slices.ContainsFunc(lines, func(l ui.ThreadLine) bool { return l.Target })
	return l
}

// cameFrom names the other site that a page view came from.
func cameFrom(ctx context.Context, v visit.PageView) string {
	here, err := url.Parse(v.URL)
	if err != nil {
		here = &url.URL{}
	}
	from, err := url.Parse(v.Referrer)
	if err != nil || from.Hostname() == "" || from.Hostname() == here.Hostname() {
		return ""
	}
	return i18n.T(ctx, "contactpage.thread.from|from %s", strings.TrimPrefix(from.Hostname(), "www."))
}

// tell writes the line of one event.
func tell(ctx context.Context, e told) (ui.ThreadLine, error) {
	t, found := tellings[e.Kind]
	if !found {
		t = telling{"info-circle", ui.Grey, func(ctx context.Context, _ told, l *ui.ThreadLine) error {
			l.Before = i18n.T(ctx, "contactpage.thread.unknown|Something that this version of Ariane does not know")
			return nil
		}}
	}
	l := ui.ThreadLine{
		Anchor: "e" + strconv.FormatInt(int64(e.ID), 10), Icon: t.icon, Tone: t.tone,
		Clock: i18n.Time(ctx, e.At), Full: i18n.DateTime(ctx, e.At), Instant: e.At.UTC().Format(time.RFC3339),
	}
	return l, t.tell(ctx, e, &l)
}

// eventURL is the address of one event of a thread.
func eventURL(contact id.Contact, event id.Event) string {
	n := strconv.FormatInt(int64(event), 10)
	return web.ContactURL(contact) + "?event=" + n + "#e" + n
}
