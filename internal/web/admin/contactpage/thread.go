package contactpage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/i18n"
	"ariane/internal/company"
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
	"ariane/internal/web/ui"
)

// telling is how one kind of event is told.
type telling struct {
	icon string
	tone ui.Tone
	tell func(ctx context.Context, e told, l *ui.ThreadLine) error
}

// told is an event with what its sentence needs beside its data.
type told struct {
	activity.Event
	view    visit.PageView // page.viewed only
	browser string         // empty where all came from one browser
	users   map[string]string
	notes   map[int64]note.Note
	others  map[id.Contact]ui.Person
	fields  *field.Set
	// whole asks for each value before and after.
	whole bool
}

// tellings has one line for each kind of event.
var tellings = map[activity.Kind]telling{
	contact.KindCreated:    {"user-plus", ui.Grey, tellCreated},
	contact.KindIdentified: {"user-check", ui.Indigo, tellIdentified},
	contact.KindUpdated:    {"user-edit", ui.Amber, tellUpdated},
	contact.KindIPAdded:    {"network", ui.Grey, tellIPAdded},
	contact.KindMerged:     {"arrows-join", ui.Indigo, tellMerged},
	contact.KindJoined:     {"arrows-join", ui.Indigo, tellMerged},
	contact.KindUnmerged:   {"arrows-split", ui.Indigo, tellParted},
	contact.KindParted:     {"arrows-split", ui.Indigo, tellParted},
	contact.KindHandedOver: {"device-desktop", ui.Amber, tellHandedOver},
	contact.KindDeleted:    {"trash", ui.Red, tellRemoved},
	contact.KindErased:     {"trash", ui.Red, tellRemoved},
	contact.KindRestored:   {"refresh", ui.Green, tellRemoved},
	visit.KindFollowing:    {"radar-2", ui.Grey, tellFollowing},
	visit.KindPageViewed:   {"eye", ui.Blue, tellPageViewed},
	form.KindSubmitted:     {"forms", ui.Cyan, tellSubmitted},

	label.KindAdded:             {"plus", ui.Green, tellTagged},
	label.KindRemoved:           {"x", ui.Grey, tellTagged},
	contact.KindVisitorDeleted:  {"trash", ui.Red, tellRemoved},
	contact.KindVisitorRestored: {"refresh", ui.Green, tellRemoved},
	contact.KindVisitorUnmerged: {"arrows-split", ui.Indigo, tellParted},

	company.KindJoined:  {"building", ui.Cyan, tellBelonging},
	company.KindLeft:    {"building", ui.Grey, tellBelonging},
	company.KindPrimary: {"star", ui.Cyan, tellBelonging},

	note.KindAdded:   {"note", ui.Amber, tellNoted},
	note.KindChanged: {"note", ui.Grey, tellNoted},
	note.KindDeleted: {"note", ui.Grey, tellNoted},

	stage.KindChanged:     {"stairs", ui.Green, tellStage},
	consent.KindBlocked:   {"ban", ui.Red, tellSwitched},
	consent.KindAllowed:   {"circle-check", ui.Green, tellSwitched},
	consent.KindWishes:    {"list-details", ui.Amber, tellWished},
	consent.KindGiven:     {"circle-check", ui.Green, tellDeclared},
	consent.KindWithdrawn: {"ban", ui.Red, tellDeclared},
}

// Told tells whether a kind of event has its line on the thread.
func Told(kind activity.Kind) bool { _, found := tellings[kind]; return found }

// object stands for the object of a sentence while it is translated.
const object = "\x00"

// sentence cuts a translated text with one %s into what stands before the
// object, and after it.
func sentence(ctx context.Context, l *ui.ThreadLine, key, about string) {
	before, after, _ := strings.Cut(i18n.T(ctx, key, object), object)
	l.Before, l.Object, l.After = before, about, after
}

func tellCreated(ctx context.Context, e told, l *ui.ThreadLine) error {
	var c contact.Created
	if err := e.Decode(&c); err != nil {
		return err
	}
	if c.By.Object == "device" {
		l.Before = i18n.T(ctx, "contactpage.thread.created.device|Anonymous contact of a device that many people use")
	} else if c.By.Object == "hit" {
		sentence(ctx, l, "contactpage.thread.arrived|First seen as an %s", i18n.T(ctx, "contactpage.thread.arrived.visitor|anonymous visitor"))
	} else {
		sentence(ctx, l, "contactpage.thread.created|Contact %s", i18n.T(ctx, "contactpage.thread.created.word|created"))
	}
	l.Details = details(by(ctx, c.By), address(ctx, c.IP))
	return nil
}

func tellIdentified(ctx context.Context, e told, l *ui.ThreadLine) error {
	var i contact.Identified
	if err := e.Decode(&i); err != nil {
		return err
	}
	l.Turning = true
	sentence(ctx, l, "contactpage.thread.identified|Identified as %s", i.Name)
	l.Details = details(by(ctx, i.By))
	if e.whole {
		l.Changes = e.changes(ctx, i.Changes)
	}
	return nil
}

func tellUpdated(ctx context.Context, e told, l *ui.ThreadLine) error {
	var u contact.Updated
	if err := e.Decode(&u); err != nil {
		return err
	}
	l.Details = details(by(ctx, u.By))
	changes := e.changes(ctx, u.Changes)
	if n := len(changes); n != 1 || e.whole {
		l.Object = i18n.N(ctx, n, "contactpage.thread.changed|%s field changed|%s fields changed", i18n.Number(ctx, n))
		l.Changes = changes
		return nil
	}
	c := changes[0]
	if c.New == "" {
		sentence(ctx, l, "contactpage.thread.emptied|%s emptied", c.Label)
	} else {
		l.Before, l.Object = i18n.T(ctx, "contactpage.thread.set|%s: ", c.Label), c.New
	}
	if c.Old != "" {
		l.Details = append(l.Details, i18n.T(ctx, "contactpage.thread.was|was %s", c.Old))
	}
	return nil
}

// changes are changed values for people.
func (e told) changes(ctx context.Context, list []contact.Change) []ui.Change {
	var out []ui.Change
	for _, c := range list {
		if c.Field == "owner" {
			c.Old, c.New = e.userName(c.Old), e.userName(c.New)
		}
		label := c.Field
		if f, found := e.fields.Ever(c.Field); found {
			label, c.Old, c.New = f.Name(ctx), inWords(ctx, f, c.Old), inWords(ctx, f, c.New)
		} else if c.Field == "owner" {
			label = i18n.T(ctx, "contactpage.owner|Owner")
		}
		out = append(out, ui.Change{Label: label, Old: c.Old, New: c.New})
	}
	return out
}

// userName is what a user of an event is called.
func (e told) userName(number string) string {
	if name := e.users[number]; name != "" {
		return name
	}
	return number
}

func tellMerged(ctx context.Context, e told, l *ui.ThreadLine) error {
	var m contact.Merged
	if err := e.Decode(&m); err != nil {
		return err
	}
	if e.Kind == contact.KindMerged {
		sentence(ctx, l, "contactpage.thread.merged|Merged with %s", m.Name)
	} else {
		sentence(ctx, l, "contactpage.thread.joined|Joined by %s", i18n.T(ctx, "contactpage.thread.joined.visitor|what an anonymous visitor had done"))
	}
	n := int(m.Events)
	l.Details = details(by(ctx, m.By), i18n.N(ctx, n, "contactpage.thread.joined.events|%s event|%s events", i18n.Number(ctx, n)),
		i18n.T(ctx, "contactpage.thread.joined.number|number %s until then", strconv.FormatInt(int64(m.Contact), 10)))
	return nil
}

func tellParted(ctx context.Context, e told, l *ui.ThreadLine) error {
	var p contact.Parted
	if err := e.Decode(&p); err != nil {
		return err
	}
	name := p.Name
	if name == "" {
		name = i18n.T(ctx, "contactpage.thread.parted.visitor|the anonymous visitor %s", strconv.FormatInt(int64(p.Contact), 10))
	}
	if e.Kind == contact.KindParted {
		sentence(ctx, l, "contactpage.thread.parted|Separated from %s again", name)
	} else {
		sentence(ctx, l, "contactpage.thread.unmerged|On its own again, out of %s", name)
	}
	l.Details = details(by(ctx, p.By), i18n.T(ctx, "contactpage.thread.parted.undone|the merge was taken back"))
	return nil
}

func tellTagged(ctx context.Context, e told, l *ui.ThreadLine) error {
	var t label.Tagged
	if err := e.Decode(&t); err != nil {
		return err
	}
	if e.Kind == label.KindAdded {
		sentence(ctx, l, "contactpage.thread.tagged|Tag %s added", t.Name)
	} else {
		sentence(ctx, l, "contactpage.thread.untagged|Tag %s removed", t.Name)
	}
	l.Details = details(by(ctx, contact.By{Object: t.By.Object, ID: t.By.ID, Name: t.By.Name}))
	return nil
}

func tellBelonging(ctx context.Context, e told, l *ui.ThreadLine) error {
	var b company.Belonging
	if err := e.Decode(&b); err != nil {
		return err
	}
	switch {
	case e.Kind == company.KindLeft:
		sentence(ctx, l, "contactpage.thread.company.left|Belongs to %s no longer", b.Name)
	case e.Kind == company.KindPrimary:
		sentence(ctx, l, "contactpage.thread.company.primary|%s is the primary company", b.Name)
	default:
		sentence(ctx, l, "contactpage.thread.company.joined|Belongs to %s", b.Name)
	}
	l.ObjectURL = web.CompanyURL(b.Company)
	l.Details = details(by(ctx, contact.By{Object: b.By.Object, ID: b.By.ID, Name: b.By.Name}))
	return nil
}

func tellNoted(ctx context.Context, e told, l *ui.ThreadLine) error {
	var n note.Noted
	if err := e.Decode(&n); err != nil {
		return err
	}
	kind := noteType(ctx, n.Type)
	l.Details = details(by(ctx, contact.By{Object: n.By.Object, ID: n.By.ID, Name: n.By.Name}))
	switch e.Kind {
	case note.KindChanged:
		sentence(ctx, l, "contactpage.thread.note.changed|Note changed: %s", kind)
		return nil
	case note.KindDeleted:
		sentence(ctx, l, "contactpage.thread.note.deleted|Note deleted: %s", kind)
		return nil
	}
	sentence(ctx, l, "contactpage.thread.note|Note: %s", kind)
	if stored, found := e.notes[n.Note]; found {
		l.Text = shortened(stored.Text)
		l.ObjectURL = noteURL(e.Contact, n.Note)
		if stored.At.After(e.At) {
			l.Details = append(l.Details, i18n.T(ctx, "contactpage.note.about|for %s", i18n.DateTime(ctx, stored.At)))
		}
	} else {
		l.Details = append(l.Details, i18n.T(ctx, "contactpage.note.gone|deleted since"))
	}
	return nil
}

func tellRemoved(ctx context.Context, e told, l *ui.ThreadLine) error {
	var r contact.Removed
	if err := e.Decode(&r); err != nil {
		return err
	}
	switch e.Kind {
	case contact.KindErased:
		l.Before = i18n.T(ctx, "contactpage.thread.erased|Erased for good")
	case contact.KindRestored, contact.KindVisitorRestored:
		l.Before = i18n.T(ctx, "contactpage.thread.restored|Taken out of the recycle bin")
	default:
		l.Before = i18n.T(ctx, "contactpage.thread.deleted|Put into the recycle bin")
	}
	l.Details = details(by(ctx, r.By))
	return nil
}

func tellIPAdded(ctx context.Context, e told, l *ui.ThreadLine) error {
	var a contact.IPAdded
	if err := e.Decode(&a); err != nil {
		return err
	}
	sentence(ctx, l, "contactpage.thread.ip|Accessed from the IP address %s", a.IP)
	return nil
}

func tellPageViewed(ctx context.Context, e told, l *ui.ThreadLine) error {
	u, err := url.Parse(e.view.URL)
	if err != nil {
		u = &url.URL{Path: e.view.URL}
	}
	place := u.Hostname() + u.EscapedPath()
	title := e.view.Title
	if title == "" {
		title, place = place, ""
	}
	if e.view.Code == http.StatusNotFound {
		sentence(ctx, l, "contactpage.thread.missing|Looked for %s, which does not exist", title)
	} else {
		sentence(ctx, l, "contactpage.thread.viewed|Viewed %s", title)
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		l.ObjectURL = e.view.URL
	}
	campaign := ""
	if utm := e.view.UTM.Or(visit.ReadUTM(u.Query())); utm != (visit.UTM{}) {
		campaign = i18n.T(ctx, "contactpage.thread.campaign|campaign %s", strings.Join(details(utm.Campaign, utm.Source, utm.Medium, utm.Content, utm.Term), " / "))
	}
	l.Details = details(place, cameFrom(ctx, e.view), campaign, e.browser)
	return nil
}

func tellSubmitted(ctx context.Context, e told, l *ui.ThreadLine) error {
	var s form.Submitted
	if err := e.Decode(&s); err != nil {
		return err
	}
	sentence(ctx, l, "contactpage.thread.submitted|Submitted the form %s", s.Name)
	l.ObjectURL = "/s/forms/view/" + strconv.FormatInt(int64(s.Form), 10)
	if u, err := url.Parse(s.Page); err == nil && u.Hostname() != "" {
		l.Details = details(i18n.T(ctx, "contactpage.thread.on|on %s", u.Hostname()+u.EscapedPath()), e.browser)
	}
	for _, a := range s.Answers {
		if a.Value != "" {
			l.Answers = append(l.Answers, ui.Answer{Label: a.Label, Value: a.Text()})
		}
	}
	return nil
}

// by says who or what did something.
func by(ctx context.Context, b contact.By) string {
	switch {
	case b.Object == "submission" && b.Name != "":
		return i18n.T(ctx, "contactpage.by.form|by the form %s", b.Name)
	case strings.HasPrefix(b.Object, "api"):
		return i18n.T(ctx, "contactpage.by.api|through the API")
	case b.Name != "":
		return i18n.T(ctx, "contactpage.by|by %s", b.Name)
	}
	return ""
}

func address(ctx context.Context, ip string) string {
	if ip == "" {
		return ""
	}
	return i18n.T(ctx, "contactpage.address|IP address %s", ip)
}

// details drops what is empty.
func details(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}
