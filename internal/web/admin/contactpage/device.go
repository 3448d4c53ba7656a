package contactpage

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// mostTurns is how many times of a device are shown, the latest.
const mostTurns = 5

// deviceRow is a browser of a contact.
type deviceRow struct {
	Icon, Name, Details, Full string
	// Shared is the mark of a device that many people use; Why tells since when and by
	// what.
	Shared bool
	Why    string
	Turns  []turnRow
	More   string // how many turns are not shown; empty for none
	// Action is where it is said that many people use it, or only this contact.
	Action string
}

// turnRow is a time in which a device was the contact's.
type turnRow struct {
	When, Full    string
	Before, After ui.Person // without a name: nobody
}

// deviceData is who uses the devices of a contact.
type deviceData struct {
	Uses map[string]contact.Use // by token
	Met  map[id.Contact]contact.Contact
}

func (d Deps) loadUses(ctx context.Context, c contact.Contact, devices []visit.Device) (deviceData, error) {
	var data deviceData
	var tokens []string
	for _, device := range devices {
		tokens = append(tokens, device.Token)
	}
	if len(tokens) == 0 {
		return data, nil
	}
	var err error
	if data.Uses, err = c.Uses(ctx, d.DB, tokens); err != nil {
		return data, err
	}
	var others []id.Contact
	for _, use := range data.Uses {
		for _, t := range use.Turns[:min(len(use.Turns), mostTurns)] {
			others = append(others, t.Before, t.After)
		}
	}
	data.Met, err = contact.Some(ctx, d.DB, others)
	return data, err
}

func browserName(d visit.Device) string { return strings.Join(details(d.Browser, d.System), ", ") }

func newDeviceRow(ctx context.Context, owner id.Contact, d visit.Device, data deviceData) deviceRow {
	use := data.Uses[d.Token]
	since := d.Added
	if len(use.Turns) > 0 {
		since = use.Turns[len(use.Turns)-1].From
	}
	row := deviceRow{
		Name: browserName(d), Icon: "world", Full: d.UserAgent, Shared: use.Shared,
		Details: strings.Join(details(i18n.T(ctx, "contactpage.since|since %s", i18n.Date(ctx, since)), placeName(ctx, d.Place), d.Language, strings.Replace(d.Resolution, "x", "\u202f×\u202f", 1), d.Zone), " · "),
		Action:  listURL + "/devices/" + strconv.FormatInt(int64(owner), 10) + "/" + strconv.FormatInt(int64(d.ID), 10),
	}
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
	if use.Shared && use.Said {
		row.Why = i18n.T(ctx, "contactpage.device.shared.said|Used by many people, as was said by hand on %s. What is viewed there is nobody’s.", i18n.Date(ctx, use.Since))
	} else if use.Shared {
		row.Why = i18n.T(ctx, "contactpage.device.shared.found|Used by many people: three gave their names there by %s. What is viewed there is nobody’s.", i18n.Date(ctx, use.Since))
	}
	for i, t := range use.Turns {
		if i == mostTurns {
			row.More = i18n.N(ctx, len(use.Turns)-i, "contactpage.device.more|and %d time before|and %d times before", len(use.Turns)-i)
			break
		}
		turn := turnRow{When: i18n.T(ctx, "contactpage.device.from|since %s", i18n.DateTime(ctx, t.From)), Before: data.who(ctx, t.Before), After: data.who(ctx, t.After)}
		if !t.Until.IsZero() {
			turn.When = i18n.T(ctx, "contactpage.device.from.until|%s to %s", i18n.DateTime(ctx, t.From), i18n.DateTime(ctx, t.Until))
		}
		row.Turns = append(row.Turns, turn)
	}
	return row
}

// who is somebody who had a device, without a name for nobody.
func (d deviceData) who(ctx context.Context, c id.Contact) ui.Person {
	if c == 0 {
		return ui.Person{}
	}
	return met(ctx, c, d.Met)
}

// met is another contact that an event or a device tells of; those that are gone
// have a number only.
func met(ctx context.Context, c id.Contact, found map[id.Contact]contact.Contact) ui.Person {
	other, there := found[c]
	number := strconv.FormatInt(int64(c), 10)
	switch {
	case there && other.Anonymous():
		return ui.Person{Name: i18n.T(ctx, "contactpage.thread.parted.visitor|the anonymous visitor %s", number), URL: web.ContactURL(c)}
	case there:
		return person(ctx, other)
	}
	return ui.Person{Name: i18n.T(ctx, "contactpage.conflict.contact|contact %d", int64(c))}
}

// others are the contacts that events about devices tell of, by the number they
// have there.
func (d Deps) others(ctx context.Context, events []activity.Event) (map[id.Contact]ui.Person, error) {
	ends := map[id.Contact]id.Contact{}
	var asked []id.Contact
	for _, e := range events {
		if e.Kind != contact.KindHandedOver {
			continue
		}
		var h contact.HandedOver
		err := e.Decode(&h)
		if _, known := ends[h.Contact]; !known && err == nil {
			ends[h.Contact], err = contact.Resolve(ctx, d.DB, h.Contact)
			asked = append(asked, ends[h.Contact])
		}
		if err != nil {
			return nil, err
		}
	}
	found, err := contact.Some(ctx, d.DB, asked)
	people := make(map[id.Contact]ui.Person, len(ends))
	for c, end := range ends {
		people[c] = met(ctx, end, found)
	}
	return people, err
}

func tellHandedOver(ctx context.Context, e told, l *ui.ThreadLine) error {
	var h contact.HandedOver
	if err := e.Decode(&h); err != nil {
		return err
	}
	other, found := e.others[h.Contact]
	if !found {
		other = met(ctx, h.Contact, nil)
	}
	l.ObjectURL = other.URL
	switch {
	case h.Shared && h.Left:
		sentence(ctx, l, "contactpage.thread.device.shared|Many people use a device: what is viewed there goes to %s from now on", other.Name)
	case h.Shared:
		sentence(ctx, l, "contactpage.thread.device.alone|A device that many people use, among them %s", other.Name)
	case h.Left:
		sentence(ctx, l, "contactpage.thread.device.left|Device handed over to %s", other.Name)
	default:
		sentence(ctx, l, "contactpage.thread.device.taken|Device taken over from %s", other.Name)
	}
	l.Details = details(by(ctx, h.By), e.browser)
	return nil
}

// setShared says whether many people use a device.
func (d Deps) setShared(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	device, err := web.PathID[id.Device](r, "device")
	if err != nil {
		return err
	}
	shared := r.PostFormValue("shared") == "1"
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return visit.SetShared(ctx, tx, c.ID, device, shared, hand(r).By) }); err != nil {
		return err
	}
	if shared {
		web.Say(r, ui.Green, i18n.T(ctx, "contactpage.device.shared.done|Many people use this device: it says nothing any more of who is there."))
	} else {
		web.Say(r, ui.Green, i18n.T(ctx, "contactpage.device.own.done|This device leads to %s from now on.", person(ctx, c).Name))
	}
	return web.Redirect(w, r, web.ContactURL(c.ID)+"#devices")
}
