package contactpage

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/i18n"
	"ariane/internal/company"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/note"
	"ariane/internal/user"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

const (
	// counted is how many of the latest events the numbers on a page are about:
	// counting more takes longer than anybody looks.
	counted = 10_000
	// mostRead is how many events of a stretch are read to search their lines.
	mostRead = 5000
)

// viewData is what the page of a contact shows.
type viewData struct {
	Fields  *field.Set
	Contact contact.Contact
	Keys    []contact.Key
	// Conflicts are values whose keys other contacts own.
	Conflicts  []contact.Conflict
	Devices    []visit.Device
	Used       deviceData
	Likenesses []likeness
	// Located are the places of its addresses, in their order.
	Located []visit.Located
	// Followed tells that what the contact looks at is recorded.
	Followed bool
	// Blocks are the channels by which it must not be contacted.
	Blocks  []consent.Block
	Tags    []label.Tag
	AllTags []label.Tag
	Stage   stageData
	// Companies are those it belongs to, Offered some that there are.
	Companies []company.Member
	Offered   []company.Company
	Owner     string // name of the user in charge
	// Tally counts the latest events by kind, All tells that there are no others.
	Tally  map[activity.Kind]int
	All    bool
	Noted  map[note.Type]int
	Notes  []note.Note
	Rhythm rhythm
	// Underway are merges that are not done.
	Underway []progressRow
	Thread   threadData
	Part     stretch
}

func (d Deps) loadView(ctx context.Context, c contact.Contact, v viewRequest) (viewData, error) {
	data := viewData{Contact: c}
	for _, ip := range c.IPs {
		// What cannot be read as an address has no place.
		address, _ := netip.ParseAddr(ip.Address)
		data.Located = append(data.Located, d.Places.Locate(address))
	}
	var err error
	if data.Fields, err = field.Of(ctx, d.DB); err != nil {
		return data, err
	}
	if data.Keys, err = contact.Keys(ctx, d.DB, c.ID); err != nil {
		return data, err
	}
	if data.Devices, err = visit.Devices(ctx, d.DB, c.ID); err != nil {
		return data, err
	}
	if data.Used, err = d.loadUses(ctx, c, data.Devices); err != nil {
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
	members, err := company.Of(ctx, d.DB, []id.Contact{c.ID})
	if err != nil {
		return data, err
	}
	data.Companies = members[c.ID]
	if data.Offered, err = company.Suggest(ctx, d.DB, "", mostSuggested); err != nil {
		return data, err
	}
	if data.AllTags, err = label.All(ctx, d.DB, mostSuggested); err != nil {
		return data, err
	}
	if data.Stage, err = d.loadStage(ctx, c); err != nil {
		return data, err
	}
	blocks, err := consent.Blocks(ctx, d.DB, []id.Contact{c.ID})
	if err != nil {
		return data, err
	}
	data.Blocks = blocks[c.ID]
	if data.Underway, err = d.loadProgress(ctx, c); err != nil {
		return data, err
	}
	if data.Likenesses, err = d.likenesses(ctx, c); err != nil {
		return data, err
	}
	if data.Followed, err = visit.Followed(ctx, d.DB, c.ID); err != nil {
		return data, err
	}
	if data.Tally, data.All, err = activity.TallyLatest(ctx, d.DB, c.ID, counted); err != nil {
		return data, err
	}
	if data.Noted, err = note.Tally(ctx, d.DB, c.ID); err != nil {
		return data, err
	}
	if err := d.loadTelling(ctx, &data); err != nil {
		return data, err
	}
	data.Owner = data.Thread.Users[ownerText(c.Owner)]
	if !c.Anonymous() {
		if data.Rhythm, err = d.loadRhythm(ctx, c.ID); err != nil {
			return data, err
		}
	}
	return data, d.loadTab(ctx, v, &data)
}

// loadTelling reads what the lines of the thread need beside the events.
func (d Deps) loadTelling(ctx context.Context, data *viewData) error {
	c := data.Contact
	users, err := user.List(ctx, d.DB)
	if err != nil {
		return err
	}
	t := threadData{Fields: data.Fields, Users: map[string]string{}, Browsers: map[id.Device]string{}}
	for _, u := range users {
		t.Users[ownerText(u.ID)] = u.Name()
	}
	if len(visit.Browsers(data.Devices)) > 1 {
		for _, device := range data.Devices {
			t.Browsers[device.ID] = browserName(device)
		}
	}
	if t.Identified.At = c.Identified; !c.Identified.IsZero() {
		turn, err := activity.Thread(ctx, d.DB, c.ID, activity.Page{From: c.Identified, To: c.Identified.Add(time.Millisecond),
			Kinds: []activity.Kind{contact.KindIdentified}, Oldest: true, Limit: 1})
		if err != nil {
			return err
		}
		if len(turn) > 0 {
			t.Identified.ID = turn[0].ID
		}
	}
	data.Thread = t
	return nil
}

// loadTab reads what the open tab shows.
func (d Deps) loadTab(ctx context.Context, v viewRequest, data *viewData) error {
	var err error
	switch v.Tab {
	case tabNotes:
		var types []note.Type
		if v.Type != "" {
			types = append(types, v.Type)
		}
		data.Notes, err = note.List(ctx, d.DB, data.Contact.ID, types, mostNotes)
		return err
	case tabPlaces:
		return nil
	}
	if data.Part, err = d.findEvents(ctx, v, data); err != nil {
		return err
	}
	data.Thread, err = d.withStory(ctx, data.Contact.ID, data.Thread, data.Part.Events)
	data.Thread.Reached = data.Part.Next.At.IsZero()
	data.Thread.Flat, data.Thread.Whole, data.Thread.Target = v.Find != "", v.Tab == tabAudit, v.Event
	return err
}

// withStory adds events to t, with the texts that belong to them.
func (d Deps) withStory(ctx context.Context, number id.Contact, t threadData, events []activity.Event) (threadData, error) {
	t.Events = events
	var err error
	if t.Views, err = visit.PageViews(ctx, d.DB, events); err != nil {
		return t, err
	}
	if t.Others, err = d.others(ctx, events); err != nil {
		return t, err
	}
	var numbers []int64
	for _, e := range events {
		if e.Kind == note.KindAdded {
			var n note.Noted
			if err := e.Decode(&n); err != nil {
				return t, err
			}
			numbers = append(numbers, n.Note)
		}
	}
	t.Notes, err = note.Some(ctx, d.DB, number, numbers)
	return t, err
}

func (d Deps) view(w http.ResponseWriter, r *http.Request) error {
	request := readViewRequest(r.URL.Query())
	number, err := web.PathID[id.Contact](r, "id")
	if err != nil {
		return err
	}
	c, err := contact.Find(r.Context(), d.DB, number)
	if err != nil {
		return err
	}
	if c.ID != number {
		return web.Redirect(w, r, request.url(c.ID))
	}
	return d.showContact(w, r, c, request, noteDraft{}, nil)
}

// contactView is the page of one contact.
type contactView struct {
	Number    string
	Tags      []tagView
	AllTags   []label.Tag
	Companies []companyRow
	Stage     stageView
	Offered   []string
	Person    ui.Person
	Under     string // position, company, place
	Known     string // "Known since …", empty for a visitor
	Reach     []channel
	Blocks    []blockView
	// Likenesses are those who may be the same person.
	Likenesses []likeness
	Points     string
	Score      int // Points as a number
	Groups     []factGroup
	Empty      []string // labels of the fields without a value
	History    []fact
	Devices    []deviceRow
	// Followed is data's, FollowURL changes it.
	Followed  bool
	FollowURL string
	Underway  []progressRow
	IPs       []fact
	Rhythm    rhythmView
	Tab       string
	Tabs      []tab
	Filters   []filterChip
	Find      string
	Show      string // kept beside the words
	Found     string // how far a search came; empty without one
	Here      string // address of the page without anything
	Thread    ui.Thread
	Latest    string // address of the thread's top, empty when this is it
	Total     string
	Notes     notesView
	Places    placesView
}

// tab is a part of the page.
type tab struct {
	Label, URL, Count string
	On                bool
}

type filterChip struct {
	Label, URL string
	On         bool
}

func newContactView(ctx context.Context, now time.Time, request viewRequest, data viewData) (contactView, error) {
	c := data.Contact
	v := contactView{
		Number: strconv.FormatInt(int64(c.ID), 10), Person: person(ctx, c), Points: i18n.Number(ctx, c.Points), Score: c.Points,
		Groups: factGroups(ctx, data.Fields, c), History: history(ctx, now, data), Reach: reachability(ctx, data), Likenesses: data.Likenesses, Here: web.ContactURL(c.ID),
		Filters: chips(ctx, request, data), Find: request.Find, Show: request.Show, Tab: request.Tab,
	}
	for _, g := range v.Groups {
		v.Empty = append(v.Empty, g.Empty...)
	}
	v.Tags, v.AllTags = tagViews(data.Tags), data.AllTags
	v.Stage = newStageView(ctx, now, data.Stage)
	v.Companies, v.Offered = companyRows(ctx, data.Companies), companyNames(data.Offered)
	v.Underway, v.Blocks = data.Underway, blockViews(ctx, data.Blocks)
	v.Followed, v.FollowURL = data.Followed, listURL+"/follow/"+v.Number
	v.Under = strings.Join(details(c.Fields["position"], c.Fields["company"], location(ctx, c)), " · ")
	if v.Under == "" || v.Under == v.Person.Name {
		v.Under = v.Person.Under
	}
	if !c.Identified.IsZero() {
		v.Known = i18n.T(ctx, "contactpage.known|Known since %s", i18n.Date(ctx, c.Identified))
	}
	for _, d := range visit.Browsers(data.Devices) {
		v.Devices = append(v.Devices, newDeviceRow(ctx, c.ID, d, data.Used))
	}
	for _, ip := range c.IPs {
		v.IPs = append(v.IPs, fact{Label: ip.Address, Value: i18n.T(ctx, "contactpage.since|since %s", i18n.Date(ctx, ip.Added)), Title: i18n.DateTime(ctx, ip.Added)})
	}
	v.Rhythm = newRhythmView(ctx, now, data.Rhythm)
	v.Places = newPlacesView(ctx, data)
	v.Tabs = tabs(ctx, request, data, v.Places)
	v.Total = total(ctx, data)
	return v, v.addThread(ctx, now, request, data)
}

// addThread adds the part of the thread that was asked for.
func (v *contactView) addThread(ctx context.Context, now time.Time, request viewRequest, data viewData) error {
	var err error
	if v.Thread, err = newThread(ctx, now, data.Thread); err != nil {
		return err
	}
	if data.Part.Tired {
		v.Found = i18n.T(ctx, "contactpage.find.tired|Searched back to %s.", i18n.DateTime(ctx, data.Part.Next.At))
	} else if len(data.Thread.Events) == 0 {
		v.Found = i18n.T(ctx, "contactpage.find.nothing|Nothing like that on this thread.")
	}
	here := viewRequest{Tab: request.Tab, Show: request.Show, Find: request.Find}
	if data.Part.Newer {
		v.Latest = here.url(data.Contact.ID) + "#thread"
	}
	if here == (viewRequest{}) && !data.Part.Newer {
		v.Thread.Live = listURL + "/live/" + v.Number
	}
	if here.Before = data.Part.Next; !here.Before.At.IsZero() {
		v.Thread.More = here.url(data.Contact.ID) + "#thread"
	}
	return nil
}

// total says how many events there are.
func total(ctx context.Context, data viewData) string {
	n := 0
	for _, of := range data.Tally {
		n += of
	}
	if !data.All {
		return i18n.T(ctx, "contactpage.events.many|more than %s events", i18n.Number(ctx, counted))
	}
	return i18n.N(ctx, n, "contactpage.events|%s event|%s events", i18n.Number(ctx, n))
}

func tabs(ctx context.Context, request viewRequest, data viewData, places placesView) []tab {
	notes := 0
	for _, n := range data.Noted {
		notes += n
	}
	list := []tab{
		{Label: i18n.T(ctx, "contactpage.tab.thread|Thread")},
		{Label: i18n.T(ctx, "contactpage.tab.notes|Notes"), URL: tabNotes},
		{Label: i18n.T(ctx, "contactpage.tab.audit|Audit"), URL: tabAudit},
	}
	if notes > 0 {
		list[1].Count = i18n.Number(ctx, notes)
	}
	if len(places.List) > 0 || request.Tab == tabPlaces {
		list = append(list, tab{Label: i18n.T(ctx, "contactpage.tab.places|Places"), URL: tabPlaces, Count: i18n.Number(ctx, len(places.List))})
	}
	for i, t := range list {
		list[i].On = t.URL == request.Tab
		list[i].URL = viewRequest{Tab: t.URL}.url(data.Contact.ID) + "#thread"
	}
	return list
}

// chips are the parts of the thread with their counts, those without events left
// out. Where not all events are counted, all parts are offered.
func chips(ctx context.Context, request viewRequest, data viewData) []filterChip {
	labels := map[string]string{
		"":        i18n.T(ctx, "contactpage.filter.all|Everything"),
		"pages":   i18n.T(ctx, "contactpage.filter.pages|Pages"),
		"forms":   i18n.T(ctx, "contactpage.filter.forms|Forms"),
		"notes":   i18n.T(ctx, "contactpage.tab.notes|Notes"),
		"contact": i18n.T(ctx, "contactpage.filter.contact|The contact"),
	}
	var out []filterChip
	for _, f := range filters {
		n := 0
		for _, k := range f.kinds {
			n += data.Tally[k]
		}
		if f.name != "" && n == 0 && data.All {
			continue
		}
		label := labels[f.name]
		if f.name != "" && n > 0 {
			label += " " + i18n.Number(ctx, n)
			if !data.All {
				label += "+"
			}
		}
		out = append(out, filterChip{Label: label, URL: viewRequest{Show: f.name, Find: request.Find}.url(data.Contact.ID) + "#thread", On: f.name == request.Show})
	}
	return out
}

// lineHolds tells whether what a line says holds folded words.
func lineHolds(l ui.ThreadLine, words string) bool {
	texts := append([]string{l.Before + l.Object + l.After, l.Text}, l.Details...)
	for _, a := range l.Answers {
		texts = append(texts, a.Label, a.Value)
	}
	for _, c := range l.Changes {
		texts = append(texts, c.Label, c.Old, c.New)
	}
	return strings.Contains(field.Fold(strings.Join(texts, "\n")), words)
}
