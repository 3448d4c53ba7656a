package visit

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

const (
	// KindPageViewed is the event of a page seen by a visitor.
	KindPageViewed activity.Kind = 10
	// KindFollowing is the event of a contact who is not followed any more, or
	// again.
	KindFollowing activity.Kind = 11
)

// Following is the data of following.changed.
type Following struct {
	By       contact.By `json:"by,omitzero"`
	Followed bool       `json:"followed"`
}

// PageView is a page.viewed event with its texts.
type PageView struct {
	URL, Title, Referrer, Language string
	UTM                            UTM
	// Code is the HTTP status of a page that was not there, zero for others.
	Code int
	// Left is when the browser went on to the next page of the same session, as
	// far as that is among the events asked for; zero when it is not known.
	Left time.Time
}

// SessionGap is how long a browser may look at one page: what it views later
// begins another session.
const SessionGap = 30 * time.Minute

// UTM are the campaign parameters of a page view.
type UTM struct{ Campaign, Source, Medium, Content, Term string }

// texts names each parameter as in an address, without utm_.
func (u *UTM) texts() [5]parameter {
	return [5]parameter{{"campaign", &u.Campaign}, {"source", &u.Source}, {"medium", &u.Medium}, {"content", &u.Content}, {"term", &u.Term}}
}

type parameter struct {
	name string
	text *string
}

// encode writes the parameters in one text; empty when there is none.
func (u UTM) encode() string {
	if u == (UTM{}) {
		return ""
	}
	return u.query()
}

// query is apart from encode, which is to leave nothing on the heap where there
// is no campaign.
func (u UTM) query() string {
	q := url.Values{}
	for _, n := range u.texts() {
		if *n.text != "" {
			q.Set(n.name, *n.text)
		}
	}
	return q.Encode()
}

// Or fills in from another what is empty.
func (u UTM) Or(other UTM) UTM {
	from := other.texts()
	for i, n := range u.texts() {
		*n.text = cmp.Or(*n.text, *from[i].text)
	}
	return u
}

// ReadUTM takes the campaign parameters among those of an address.
func ReadUTM(q interface{ Get(string) string }) UTM { return readUTM(q, "utm_") }

func readUTM(q interface{ Get(string) string }, prefix string) UTM {
	var u UTM
	for _, n := range u.texts() {
		*n.text = q.Get(prefix + n.name)
	}
	return u
}

// Kinds declares what this package appends to threads.
func Kinds() []activity.Definition {
	return []activity.Definition{
		{Kind: KindPageViewed, Name: "page.viewed", Protocol: "page.hit", Payload: PageView{}},
		{Kind: KindFollowing, Name: "following.changed", Protocol: "contact.following", Payload: Following{}},
	}
}

// PageViews reads the page views among events.
func PageViews(ctx context.Context, q db.Q, events []activity.Event) (map[id.Event]PageView, error) {
	stored := map[id.Event]pageViewed{}
	var texts []int64
	for _, e := range events {
		if e.Kind != KindPageViewed {
			continue
		}
		var p pageViewed
		if err := e.Decode(&p); err != nil {
			return nil, err
		}
		stored[e.ID] = p
		texts = append(texts, p.URL, p.Title, p.Language, p.Referrer, p.Campaign)
	}
	bodies, err := readTexts(ctx, q, texts)
	if err != nil {
		return nil, err
	}
	left := leavings(events)
	views := make(map[id.Event]PageView, len(stored))
	for e, p := range stored {
		view := PageView{URL: bodies[p.URL], Title: bodies[p.Title], Referrer: bodies[p.Referrer], Language: cmp.Or(bodies[p.Language], p.Spoken), Code: int(p.Code), Left: left[e]}
		if q, err := url.ParseQuery(bodies[p.Campaign]); err == nil {
			view.UTM = readUTM(q, "")
		}
		views[e] = view
	}
	return views, nil
}

// leavings finds when each page was left: when the same browser viewed the next
// one of its session.
func leavings(events []activity.Event) map[id.Event]time.Time {
	var views []activity.Event
	for _, e := range events {
		if e.Kind == KindPageViewed {
			views = append(views, e)
		}
	}
	slices.SortFunc(views, func(a, b activity.Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	left, last := map[id.Event]time.Time{}, map[id.Device]activity.Event{}
	for _, e := range views {
		if before, ok := last[e.Device]; ok && e.At.Sub(before.At) < SessionGap {
			left[before.ID] = e.At
		}
		last[e.Device] = e
	}
	return left
}

// readTexts finds the texts of numbers; zero is no text.
func readTexts(ctx context.Context, q db.Q, numbers []int64) (map[int64]string, error) {
	bodies := map[int64]string{}
	var asked []int64
	for _, n := range numbers {
		if _, known := bodies[n]; !known && n != 0 {
			bodies[n] = ""
			asked = append(asked, n)
		}
	}
	if len(asked) == 0 {
		return bodies, nil
	}
	among, args := db.InIDs(q.Dialect(), "id", asked)
	rows, err := q.Query(ctx, `SELECT id, body FROM visit_text WHERE `+among, args...)
	if err != nil {
		return nil, fmt.Errorf("read texts of page views: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var body string
		if err := rows.Scan(&n, &body); err != nil {
			return nil, err
		}
		bodies[n] = body
	}
	return bodies, rows.Err()
}
