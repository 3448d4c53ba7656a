package contactpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/user"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const threadSize = 50

// filters are the parts of a thread that can be looked at by themselves.
var filters = []struct {
	name  string
	kinds []activity.Kind
}{
	{"", nil},
	{"pages", []activity.Kind{visit.KindPageViewed}},
	{"forms", []activity.Kind{form.KindSubmitted}},
	{"contact", []activity.Kind{contact.KindCreated, contact.KindIdentified, contact.KindUpdated, contact.KindIPAdded, contact.KindMerged, contact.KindJoined,
		contact.KindDeleted, contact.KindRestored, contact.KindVisitorDeleted, contact.KindVisitorRestored, visit.KindFollowing, label.KindAdded, label.KindRemoved}},
}

// viewRequest is what the address of a contact's page says.
type viewRequest struct {
	Show   string // name of a filter
	Before activity.Cursor
}

func readViewRequest(q url.Values) viewRequest {
	v := viewRequest{Show: q.Get("show")}
	at, number, _ := strings.Cut(q.Get("before"), "-")
	ms, errAt := strconv.ParseInt(at, 10, 64)
	n, errID := strconv.ParseInt(number, 10, 64)
	if errAt == nil && errID == nil && ms > 0 {
		v.Before = activity.Cursor{At: db.Time(ms), ID: id.Event(n)}
	}
	return v
}

func (v viewRequest) kinds() []activity.Kind {
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
	if v.Show != "" {
		q.Set("show", v.Show)
	}
	if !v.Before.At.IsZero() {
		q.Set("before", strconv.FormatInt(db.Millis(v.Before.At), 10)+"-"+strconv.FormatInt(int64(v.Before.ID), 10))
	}
	if len(q) == 0 {
		return web.ContactURL(number)
	}
	return web.ContactURL(number) + "?" + q.Encode()
}

// viewData is what the page of a contact shows.
type viewData struct {
	Contact contact.Contact
	Keys    []contact.Key
	// Conflicts are values whose keys other contacts own.
	Conflicts []contact.Conflict
	Devices   []visit.Device
	// Followed tells that what the contact looks at is recorded.
	Followed bool
	Tags     []label.Tag
	AllTags  []label.Tag
	Owner    string // name of the user in charge
	Tally    map[activity.Kind]int
	Thread   threadData
	More     bool
}

func (d Deps) loadView(ctx context.Context, c contact.Contact, v viewRequest) (viewData, error) {
	data := viewData{Contact: c}
	var err error
	if data.Keys, err = contact.Keys(ctx, d.DB, c.ID); err != nil {
		return data, err
	}
	if data.Devices, err = visit.Devices(ctx, d.DB, c.ID); err != nil {
		return data, err
	}
	if data.Conflicts, err = contact.Conflicts(ctx, d.DB, c.ID, 10); err != nil {
		return data, err
	}
	tags, err := label.Of(ctx, d.DB, []id.Contact{c.ID})
	if err != nil {
		return data, err
	}
	data.Tags = tags[c.ID]
	if data.AllTags, err = label.All(ctx, d.DB, mostSuggested); err != nil {
		return data, err
	}
	users, err := user.List(ctx, d.DB)
	if err != nil {
		return data, err
	}
	names := map[string]string{}
	for _, u := range users {
		names[ownerText(u.ID)] = u.Name()
	}
	data.Owner = names[ownerText(c.Owner)]
	if data.Followed, err = visit.Followed(ctx, d.DB, c.ID); err != nil {
		return data, err
	}
	if data.Tally, err = activity.Tally(ctx, d.DB, c.ID); err != nil {
		return data, err
	}
	events, err := activity.Thread(ctx, d.DB, c.ID, activity.Page{Before: v.Before, Limit: threadSize + 1, Kinds: v.kinds()})
	if err != nil {
		return data, err
	}
	if data.More = len(events) > threadSize; data.More {
		events = events[:threadSize]
	}
	data.Thread = threadData{Events: events, Identified: c.Identified, Reached: !data.More, Browsers: map[id.Device]string{}, Users: names}
	if len(data.Devices) > 1 {
		for _, device := range data.Devices {
			data.Thread.Browsers[device.ID] = browserName(device)
		}
	}
	data.Thread.Views, err = visit.PageViews(ctx, d.DB, events)
	return data, err
}

func (d Deps) view(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	number, err := web.PathID[id.Contact](r, "id")
	if err != nil {
		return err
	}
	c, err := contact.Find(ctx, d.DB, number)
	if err != nil {
		return err
	}
	request := readViewRequest(r.URL.Query())
	if c.ID != number {
		return web.Redirect(w, r, request.url(c.ID))
	}
	data, err := d.loadView(ctx, c, request)
	if err != nil {
		return err
	}
	v, err := newContactView(ctx, d.Clock(), request, data)
	if err != nil {
		return err
	}
	return web.Show(w, r, web.View{Title: v.Person.Name, Section: layout.Contacts, Body: contactPage(v)})
}

// contactView is the page of one contact.
type contactView struct {
	Number  string
	Tags    []tagView
	AllTags []label.Tag
	Person  ui.Person
	Under   string // position, company, place
	Known   string // "Known since …", empty for a visitor
	Points  string
	Score   int // Points as a number
	Groups  []factGroup
	History []fact
	Devices []deviceRow
	// Followed is data's, FollowURL changes it.
	Followed  bool
	FollowURL string
	IPs       []fact
	Filters   []filterChip
	Thread    ui.Thread
	Latest    string // address of the thread's top, empty when this is it
	Total     string
}

// fact is a label with its value, which may be a link.
type fact struct{ Label, Value, URL, Title string }

type factGroup struct {
	Title string
	Facts []fact
}

type deviceRow struct{ Icon, Name, Details, Full string }

type filterChip struct {
	Label, URL string
	On         bool
}

func newContactView(ctx context.Context, now time.Time, request viewRequest, data viewData) (contactView, error) {
	c := data.Contact
	v := contactView{
		Number: strconv.FormatInt(int64(c.ID), 10), Person: person(ctx, c), Points: i18n.Number(ctx, c.Points), Score: c.Points, Groups: factGroups(ctx, c), History: history(ctx, now, data),
		Filters: chips(ctx, request, data),
	}
	v.Tags, v.AllTags = tagViews(data.Tags), data.AllTags
	v.Followed, v.FollowURL = data.Followed, listURL+"/follow/"+v.Number
	v.Under = strings.Join(details(c.Fields["position"], c.Fields["company"], location(c)), " · ")
	if v.Under == "" || v.Under == v.Person.Name {
		v.Under = v.Person.Under
	}
	if !c.Identified.IsZero() {
		v.Known = i18n.T(ctx, "contactpage.known|Known since %s", i18n.Date(ctx, c.Identified))
	}
	for _, d := range data.Devices {
		v.Devices = append(v.Devices, newDeviceRow(ctx, d))
	}
	for _, ip := range c.IPs {
		v.IPs = append(v.IPs, fact{Label: ip.Address, Value: i18n.T(ctx, "contactpage.since|since %s", i18n.Date(ctx, ip.Added)), Title: i18n.DateTime(ctx, ip.Added)})
	}
	total := 0
	for _, n := range data.Tally {
		total += n
	}
	v.Total = i18n.N(ctx, total, "contactpage.events|%s event|%s events", i18n.Number(ctx, total))
	var err error
	if v.Thread, err = newThread(ctx, now, data.Thread); err != nil {
		return v, err
	}
	if n := len(data.Thread.Events); data.More && n > 0 {
		last := data.Thread.Events[n-1]
		v.Thread.More = viewRequest{Show: request.Show, Before: activity.Cursor{At: last.At, ID: last.ID}}.url(c.ID) + "#thread"
	}
	if !request.Before.At.IsZero() {
		v.Latest = viewRequest{Show: request.Show}.url(c.ID) + "#thread"
	}
	return v, nil
}

// factGroups are the values of a contact, by group, without the empty ones.
func factGroups(ctx context.Context, c contact.Contact) []factGroup {
	titles := groupTitles(ctx)
	var groups []factGroup
	for _, g := range field.Groups() {
		group := factGroup{Title: titles[g]}
		for _, f := range field.Standard() {
			value := c.Fields[f.Alias]
			if f.Group != g || value == "" || f.Alias == "points" || f.Alias == "last_active" {
				continue
			}
			group.Facts = append(group.Facts, newFact(ctx, f, value))
		}
		if len(group.Facts) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

func groupTitles(ctx context.Context) map[field.Group]string {
	return map[field.Group]string{
		field.Core:         i18n.T(ctx, "contactpage.group.core|Details"),
		field.Social:       i18n.T(ctx, "contactpage.group.social|Social networks"),
		field.Personal:     i18n.T(ctx, "contactpage.group.personal|Personal"),
		field.Professional: i18n.T(ctx, "contactpage.group.professional|Professional"),
	}
}

func newFact(ctx context.Context, f field.Field, value string) fact {
	out := fact{Label: i18n.T(ctx, f.Label), Value: value}
	switch f.Type {
	case field.Email:
		out.URL = "mailto:" + value
	case field.Tel:
		out.URL = "tel:" + strings.Join(strings.Fields(value), "")
	case field.URL:
		if u, err := url.Parse(value); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
			out.URL = value
		}
	case field.Datetime:
		if at, err := time.Parse(field.DatetimeLayout, value); err == nil {
			out.Value = i18n.DateTime(ctx, at)
		}
	}
	return out
}

// history is what we know of the contact itself: since when, from where, by
// which keys it is recognised.
func history(ctx context.Context, now time.Time, data viewData) []fact {
	c := data.Contact
	moment := func(label string, at time.Time, words string) fact {
		return fact{Label: label, Value: words, Title: i18n.DateTime(ctx, at)}
	}
	var facts []fact
	if !c.LastActive.IsZero() {
		facts = append(facts, moment(i18n.T(ctx, "contactpage.last_active|Last active"), c.LastActive, i18n.Ago(ctx, now, c.LastActive)))
	}
	facts = append(facts, moment(i18n.T(ctx, "contactpage.first_seen|First seen"), c.Added, i18n.Date(ctx, c.Added)))
	if !c.Identified.IsZero() {
		facts = append(facts, moment(i18n.T(ctx, "contactpage.identified|Identified"), c.Identified, i18n.Date(ctx, c.Identified)))
	}
	for _, k := range data.Keys {
		if k.Kind == contact.KeyEmail {
			facts = append(facts, fact{Label: i18n.T(ctx, "contactpage.recognised|Recognised by"), Value: k.Value,
				Title: i18n.T(ctx, "contactpage.since|since %s", i18n.DateTime(ctx, k.Added))})
		}
	}
	for _, k := range data.Conflicts {
		number := i18n.T(ctx, "contactpage.conflict.contact|contact %d", int64(k.Owner))
		facts = append(facts, fact{Label: i18n.T(ctx, "contactpage.conflict|Address also held by"), Value: number, URL: web.ContactURL(k.Owner),
			Title: i18n.T(ctx, "contactpage.conflict.title|%s leads to that contact, which had it first", k.Value)})
	}
	if data.Owner != "" {
		facts = append(facts, fact{Label: i18n.T(ctx, "contactpage.owner|Owner"), Value: data.Owner})
	}
	if c.CreatedByUser != "" {
		facts = append(facts, fact{Label: i18n.T(ctx, "contactpage.created_by|Created by"), Value: c.CreatedByUser})
	}
	return append(facts, fact{Label: i18n.T(ctx, "contactpage.number|Number"), Value: strconv.FormatInt(int64(c.ID), 10)})
}

func browserName(d visit.Device) string { return strings.Join(details(d.Browser, d.System), ", ") }

func newDeviceRow(ctx context.Context, d visit.Device) deviceRow {
	row := deviceRow{Name: browserName(d), Icon: "world", Full: d.UserAgent,
		Details: strings.Join(details(i18n.T(ctx, "contactpage.since|since %s", i18n.Date(ctx, d.Added)), d.Place.String(), d.Language, d.Resolution, d.Zone), " · ")}
	switch d.Type {
	case "desktop":
		row.Icon = "device-desktop"
	case "smartphone":
		row.Icon = "device-mobile"
	case "tablet":
		row.Icon = "device-tablet"
	}
	if row.Name == "" {
		row.Name = i18n.T(ctx, "contactpage.device.unknown|Unknown browser")
	}
	return row
}

func chips(ctx context.Context, request viewRequest, data viewData) []filterChip {
	labels := map[string]string{
		"":        i18n.T(ctx, "contactpage.filter.all|Everything"),
		"pages":   i18n.T(ctx, "contactpage.filter.pages|Pages"),
		"forms":   i18n.T(ctx, "contactpage.filter.forms|Forms"),
		"contact": i18n.T(ctx, "contactpage.filter.contact|The contact"),
	}
	var out []filterChip
	for _, f := range filters {
		n := 0
		for _, k := range f.kinds {
			n += data.Tally[k]
		}
		if f.name != "" && n == 0 {
			continue
		}
		label := labels[f.name]
		if f.name != "" {
			label += " " + i18n.Number(ctx, n)
		}
		out = append(out, filterChip{Label: label, URL: viewRequest{Show: f.name}.url(data.Contact.ID) + "#thread", On: f.name == request.Show})
	}
	return out
}
