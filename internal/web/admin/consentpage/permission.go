package consentpage

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// pageView is the page of one contact.
type pageView struct {
	Here, ContactURL, Name string
	Title                  string
	States                 []stateView
	Channel, Comment       ui.Input
	Choices                []choiceView
	Preferred              ui.Input
	Link                   string
	Entries                []entryView
	Purpose, Given         ui.Input
	At, Place, Shown       ui.Input
}

// stateView says whether one channel may be used.
type stateView struct {
	Channel, Label, Text, Comment string
	Tone                          ui.Tone
	Blocked                       bool
}

// choiceView are the preferences about one channel.
type choiceView struct {
	Channel, Label      string
	Wanted              bool
	Most, Per, From, To ui.Input
}

// entryView is a line of the ledger.
type entryView struct {
	Given              bool
	Text, When, Basis  string
	Details            []string
	Shown, VersionText string
}

// typed is what was refused, to be shown again.
type typed struct {
	status  int
	block   consent.Block
	choices map[consent.Channel]consent.Choice
	entry   consent.Entry
	at      string
	wrong   fault.Fields
}

func here(c id.Contact) string { return "/s/permission/" + strconv.FormatInt(int64(c), 10) }

func (d Deps) find(r *http.Request) (contact.Contact, error) {
	number, err := web.PathID[id.Contact](r, "id")
	if err != nil {
		return contact.Contact{}, err
	}
	return contact.Find(r.Context(), d.DB, number)
}

func by(r *http.Request) consent.By {
	u := web.User(r.Context())
	return consent.By{Source: activity.SourceUser, Object: "user", ID: int64(u.ID), Name: u.Name()}
}

func (d Deps) show(w http.ResponseWriter, r *http.Request) error {
	c, err := d.find(r)
	if err != nil {
		return err
	}
	if number := r.PathValue("id"); number != strconv.FormatInt(int64(c.ID), 10) {
		return web.Redirect(w, r, here(c.ID))
	}
	return d.page(w, r, c, typed{status: http.StatusOK})
}

// page shows the page of a contact, with what was typed where that was refused.
func (d Deps) page(w http.ResponseWriter, r *http.Request, c contact.Contact, t typed) error {
	ctx := r.Context()
	v := pageView{Here: here(c.ID), ContactURL: web.ContactURL(c.ID), Name: c.Name, Title: i18n.T(ctx, "consent.page|Permission to write")}
	if v.Name == "" {
		v.Name = i18n.T(ctx, "consent.page.anonymous|Anonymous visitor")
	}
	blocks, err := consent.Blocks(ctx, d.DB, []id.Contact{c.ID})
	if err != nil {
		return err
	}
	for _, channel := range consent.Channels() {
		v.States = append(v.States, newState(ctx, channel, c, blocks[c.ID]))
	}
	v.Channel = ui.Input{Name: "channel", Type: "select", Label: i18n.T(ctx, "consent.channel|Channel"), Value: string(t.block.Channel), Choices: channelChoices(ctx)}
	v.Comment = ui.Input{Name: "comment", Label: i18n.T(ctx, "consent.comment|Comment"), Value: t.block.Comment, Optional: true, Wrong: t.wrong["comment"]}
	choices, err := consent.Choices(ctx, d.DB, c)
	if err != nil {
		return err
	}
	if t.choices != nil {
		choices = t.choices
	}
	v.addChoices(ctx, choices, t.wrong)
	if v.Link, err = d.link(ctx, c.ID); err != nil {
		return err
	}
	if err := d.addLedger(ctx, c, &v, t); err != nil {
		return err
	}
	return web.Show(w, r, web.View{Title: v.Title + " – " + v.Name, Section: layout.Contacts, Status: t.status, Body: permissionPage(v)})
}

func channelChoices(ctx context.Context) []ui.Choice {
	var list []ui.Choice
	for _, c := range consent.Channels() {
		list = append(list, ui.Choice{Value: string(c), Label: web.ChannelName(ctx, c)})
	}
	return list
}

func newState(ctx context.Context, channel consent.Channel, c contact.Contact, blocks []consent.Block) stateView {
	s := stateView{Channel: string(channel), Label: web.ChannelName(ctx, channel), Tone: ui.Green, Text: i18n.T(ctx, "consent.state.free|May be contacted")}
	if channel != consent.Notification && channel.Address(c.Fields) == "" {
		s.Tone, s.Text = ui.Grey, i18n.T(ctx, "consent.state.nowhere|No address")
	}
	for _, b := range blocks {
		if b.Channel == channel {
			s.Blocked, s.Tone, s.Comment = true, ui.Red, b.Comment
			s.Text = i18n.T(ctx, "consent.state.since|%s since %s", web.ReasonName(ctx, b.Reason), i18n.DateTime(ctx, b.Added))
			if b.By.Name != "" {
				s.Text += " · " + b.By.Name
			}
		}
	}
	return s
}

func (v *pageView) addChoices(ctx context.Context, choices map[consent.Channel]consent.Choice, wrong fault.Fields) {
	v.Preferred = ui.Input{Name: "preferred", Type: "select", Label: i18n.T(ctx, "consent.preferred.label|Preferred channel"), Wrong: wrong["preferred"],
		Choices: []ui.Choice{{Label: i18n.T(ctx, "consent.preferred.none|No preference")}}}
	for _, channel := range consent.Channels() {
		c, shown := choices[channel]
		if !shown {
			continue
		}
		name := string(channel)
		if v.Preferred.Choices = append(v.Preferred.Choices, ui.Choice{Value: name, Label: web.ChannelName(ctx, channel)}); c.Preferred {
			v.Preferred.Value = name
		}
		one := choiceView{Channel: name, Label: web.ChannelName(ctx, channel), Wanted: c.Wanted}
		one.Most = ui.Input{Name: name + ".most", Type: "number", Label: i18n.T(ctx, "consent.most.label|At most"), Wrong: wrong[name+".most"], Optional: true}
		if c.Most != 0 {
			one.Most.Value = strconv.Itoa(c.Most)
		}
		one.Per = ui.Input{Name: name + ".per", Type: "select", Label: i18n.T(ctx, "consent.per.label|How often"), Value: string(c.Per), Wrong: wrong[name+".per"]}
		for _, u := range consent.Units() {
			one.Per.Choices = append(one.Per.Choices, ui.Choice{Value: string(u), Label: web.UnitName(ctx, u)})
		}
		one.From = ui.Input{Name: name + ".from", Type: "date", Label: i18n.T(ctx, "consent.from.label|Pause from"), Value: c.From, Wrong: wrong[name+".from"], Optional: true}
		one.To = ui.Input{Name: name + ".to", Type: "date", Label: i18n.T(ctx, "consent.to.label|up to and including"), Value: c.To, Wrong: wrong[name+".to"], Optional: true}
		v.Choices = append(v.Choices, one)
	}
}

// link is the address of the page on which the person chooses.
func (d Deps) link(ctx context.Context, c id.Contact) (link string, err error) {
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		token, err := consent.Token(ctx, tx, c)
		link = d.BaseURL + "/preferences/" + token
		return err
	})
	return link, err
}

// refused shows the page again where err says what is wrong, and is err otherwise.
func (d Deps) refused(w http.ResponseWriter, r *http.Request, c contact.Contact, err error, t typed) error {
	f, ok := fault.Of(err)
	if !ok || f.Kind != fault.KindInvalid {
		return err
	}
	t.status, t.wrong = http.StatusUnprocessableEntity, f.Fields
	return d.page(w, r, c, t)
}

func (d Deps) block(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	b := consent.Block{Channel: consent.Channel(r.PostFormValue("channel")), Reason: consent.Manual, Comment: r.PostFormValue("comment")}
	var changed bool
	err = d.DB.Do(ctx, func(tx *db.Tx) (err error) {
		changed, err = consent.Add(ctx, tx, c.ID, b, false, by(r))
		return err
	})
	if err != nil {
		return d.refused(w, r, c, err, typed{block: b})
	}
	if changed {
		web.Say(r, ui.Green, i18n.T(ctx, "consent.blocked|%s: nobody writes to this contact any more.", web.ChannelName(ctx, b.Channel)))
	} else {
		web.Say(r, ui.Amber, i18n.T(ctx, "consent.blocked_already|%s: this was blocked already, and stays as it was.", web.ChannelName(ctx, b.Channel)))
	}
	return web.Redirect(w, r, here(c.ID))
}

func (d Deps) allow(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	channel := consent.Channel(r.PostFormValue("channel"))
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := consent.Remove(ctx, tx, c.ID, channel, by(r))
		return err
	})
	if err != nil {
		return d.refused(w, r, c, err, typed{})
	}
	web.Say(r, ui.Green, i18n.T(ctx, "consent.allowed|%s: this contact may be written to again.", web.ChannelName(ctx, channel)))
	if r.PostFormValue("back") == "contact" {
		return web.Redirect(w, r, web.ContactURL(c.ID))
	}
	return web.Redirect(w, r, here(c.ID))
}

func (d Deps) choose(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Say("consent.unread|This form could not be read."))
	}
	choices := web.ReadChoices(r.PostForm)
	err = d.DB.Do(ctx, func(tx *db.Tx) error { return consent.Choose(ctx, tx, c.ID, choices, consent.Manual, by(r)) })
	if err != nil {
		return d.refused(w, r, c, err, typed{choices: choices})
	}
	web.Say(r, ui.Green, i18n.T(ctx, "consent.chosen|The preferences are saved."))
	return web.Redirect(w, r, here(c.ID)+"#preferences")
}

func (d Deps) declare(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	purpose, _ := strconv.ParseInt(r.PostFormValue("purpose"), 10, 64) // zero is refused
	e := consent.Entry{Purpose: purpose, Given: r.PostFormValue("given") == "1", Place: r.PostFormValue("place"), Shown: r.PostFormValue("shown")}
	t := typed{entry: e, at: strings.TrimSpace(r.PostFormValue("at"))}
	if t.at != "" {
		at, err := time.ParseInLocation("2006-01-02T15:04", t.at, i18n.Zone(ctx))
		if err != nil {
			return d.refused(w, r, c, fault.Invalid(fault.Fields{"at": fault.Say("consent.no_day|This is no date.")}), t)
		}
		e.At = at
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return consent.Declare(ctx, tx, c.ID, e, by(r)) }); err != nil {
		return d.refused(w, r, c, err, t)
	}
	web.Say(r, ui.Green, i18n.T(ctx, "consent.declared|The entry is in the ledger."))
	return web.Redirect(w, r, here(c.ID)+"#consents")
}
