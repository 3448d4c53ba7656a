package public

import (
	"context"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/web"
)

// mostPosted bounds what is read of a form of preferences, in bytes.
const mostPosted = 64 << 10

// preferenceView is what the preference page shows.
type preferenceView struct {
	Language, Title, Intro string
	Style                  template.CSS
	// Done says what was changed, Wrong that nothing was.
	Done, Wrong string
	Channels    []channelView
	NoPreferred bool // no channel is preferred
	Choosable   bool // there is more than one
	Again       bool // offers the way back
	Gone        bool
	Words       map[string]string
}

// channelView is one channel to choose.
type channelView struct {
	Name, Label, Address, Note string
	Wanted, Preferred          bool
	Most, From, To             string
	Units                      []unitView
	WrongMost, WrongPause      string
}

type unitView struct {
	Value, Label string
	On           bool
}

// about finds whom the address of a preference page names, and gives the context their
// language. The contact is zero where it is no longer there.
func (d Deps) about(r *http.Request) (context.Context, id.Contact, contact.Contact, error) {
	ctx := i18n.With(r.Context(), i18n.Locale{Lang: i18n.Match(r.Header.Get("Accept-Language")), Zone: i18n.Zone(r.Context())})
	of, err := consent.ReadToken(ctx, d.DB, r.PathValue("token"))
	if err != nil {
		return ctx, 0, contact.Contact{}, err
	}
	c, err := contact.Find(ctx, d.DB, of)
	if fault.Is(err, fault.KindNotFound) {
		return ctx, of, contact.Contact{}, nil
	}
	if language, _, _ := strings.Cut(strings.ReplaceAll(c.Fields["preferred_locale"], "-", "_"), "_"); i18n.Supported(language) {
		ctx = i18n.With(ctx, i18n.Locale{Lang: language, Zone: i18n.Zone(ctx)})
	}
	return ctx, of, c, err
}

// preferences shows the preference page. It changes nothing: programs follow links too.
func (d Deps) preferences(w http.ResponseWriter, r *http.Request) error {
	ctx, _, c, err := d.about(r)
	if err != nil {
		return err
	}
	return d.showPreferences(ctx, w, c, http.StatusOK, preferenceView{}, nil, nil)
}

// prefer takes what a person chose. A mail program that unsubscribes with one click has no
// cookie, follows no redirect and wants no page.
func (d Deps) prefer(w http.ResponseWriter, r *http.Request) error {
	ctx, of, c, err := d.about(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostPosted)
	by := consent.By{Source: activity.SourceForm, Object: "link"}
	if r.PostFormValue("List-Unsubscribe") == "One-Click" {
		by.Object = "one-click"
		if err := d.unsubscribe(ctx, of, by, consent.Email); err != nil {
			return err
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		return write(w, []byte(i18n.T(ctx, "public.preferences.one_click|You are unsubscribed.")+"\n"))
	}
	if r.PostFormValue("do") == "none" {
		choices, err := consent.Choices(ctx, d.DB, c)
		if err != nil {
			return err
		}
		channels := []consent.Channel{consent.Email}
		for channel := range choices {
			if channel != consent.Email {
				channels = append(channels, channel)
			}
		}
		if err := d.unsubscribe(ctx, of, by, channels...); err != nil {
			return err
		}
		return d.showPreferences(ctx, w, c, http.StatusOK, preferenceView{Done: i18n.T(ctx, "public.preferences.none|You are unsubscribed from everything. Nobody will write to you any more.")}, nil, nil)
	}
	if c.ID == 0 {
		return d.showPreferences(ctx, w, c, http.StatusOK, preferenceView{}, nil, nil)
	}
	if r.PostFormValue("do") == "again" {
		return d.subscribeAgain(ctx, w, of, c, by)
	}
	choices := web.ReadChoices(r.PostForm)
	err = d.DB.Do(ctx, func(tx *db.Tx) error { return consent.Choose(ctx, tx, of, choices, consent.Unsubscribed, by) })
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
		return d.showPreferences(ctx, w, c, http.StatusUnprocessableEntity, preferenceView{Wrong: i18n.T(ctx, "public.preferences.wrong|Nothing was saved: please correct what is marked.")}, choices, f.Fields)
	}
	if err != nil {
		return err
	}
	return d.showPreferences(ctx, w, c, http.StatusOK, preferenceView{Done: i18n.T(ctx, "public.preferences.saved|Your preferences are saved.")}, nil, nil)
}

// unsubscribe does nothing for somebody who is not there any more: nobody writes to them.
func (d Deps) unsubscribe(ctx context.Context, of id.Contact, by consent.By, channels ...consent.Channel) error {
	err := d.DB.Do(ctx, func(tx *db.Tx) error { return consent.Unsubscribe(ctx, tx, of, by, channels...) })
	if fault.Is(err, fault.KindNotFound) {
		return nil
	}
	return err
}

func (d Deps) subscribeAgain(ctx context.Context, w http.ResponseWriter, of id.Contact, c contact.Contact, by consent.By) error {
	err := d.DB.Do(ctx, func(tx *db.Tx) error {
		for _, channel := range consent.Channels() {
			if _, err := consent.Remove(ctx, tx, of, channel, by, consent.Unsubscribed, consent.Manual); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.showPreferences(ctx, w, c, http.StatusOK, preferenceView{Done: i18n.T(ctx, "public.preferences.again|You are subscribed again.")}, nil, nil)
}

// showPreferences shows the page, with what was typed where that was refused.
func (d Deps) showPreferences(ctx context.Context, w http.ResponseWriter, c contact.Contact, status int, v preferenceView, typed map[consent.Channel]consent.Choice, wrong fault.Fields) error {
	var err error
	if v.Style, err = style("page.css"); err != nil {
		return err
	}
	v.Language, v.Title = i18n.Lang(ctx), i18n.T(ctx, "public.preferences.title|What we may write to you")
	if c.ID == 0 {
		v.Gone, v.Intro = true, i18n.T(ctx, "public.preferences.gone|We no longer have anything about you, so nobody writes to you from here.")
		return showPrivately(w, http.StatusGone, v)
	}
	choices, err := consent.Choices(ctx, d.DB, c)
	if err != nil {
		return err
	}
	blocks, err := consent.Blocks(ctx, d.DB, []id.Contact{c.ID})
	if err != nil {
		return err
	}
	v.Intro = i18n.T(ctx, "public.preferences.intro|Choose how, and how often, you want to hear from us. Messages that belong to an order or an account are sent in any case.")
	v.Words = preferenceWords(ctx)
	v.NoPreferred, v.Choosable = true, len(choices) > 1
	for _, channel := range consent.Channels() {
		choice, shown := choices[channel]
		if !shown {
			continue
		}
		if again, posted := typed[channel]; posted {
			choice = again
		}
		one := newChannelView(ctx, c, channel, choice, wrong)
		v.NoPreferred = v.NoPreferred && !choice.Preferred
		for _, b := range blocks[c.ID] {
			if b.Channel != channel {
				continue
			}
			v.Again = v.Again || b.Reason != consent.Bounced
			if b.Reason == consent.Bounced {
				one.Note = i18n.T(ctx, "public.preferences.bounced|Messages to this address come back. They are sent again once you give us another one.")
			}
		}
		v.Channels = append(v.Channels, one)
	}
	return showPrivately(w, status, v)
}

func newChannelView(ctx context.Context, c contact.Contact, channel consent.Channel, choice consent.Choice, wrong fault.Fields) channelView {
	name := string(channel)
	one := channelView{Name: name, Label: web.ChannelName(ctx, channel), Address: masked(channel.Address(c.Fields)), Wanted: choice.Wanted, Preferred: choice.Preferred, From: choice.From, To: choice.To}
	if choice.Most > 0 {
		one.Most = strconv.Itoa(choice.Most)
	}
	for _, u := range consent.Units() {
		one.Units = append(one.Units, unitView{string(u), web.UnitName(ctx, u), u == choice.Per})
	}
	said := func(parts ...string) string {
		for _, part := range parts {
			if m, found := wrong[name+"."+part]; found {
				return i18n.T(ctx, m.Key, m.Args...)
			}
		}
		return ""
	}
	one.WrongMost, one.WrongPause = said("most", "per"), said("from", "to")
	return one
}

// masked lets people recognise an address without telling it to whom a link was forwarded.
func masked(address string) string {
	if address == "" {
		return ""
	}
	local, domain, email := strings.Cut(address, "@")
	if !email {
		runes := []rune(address)
		return "••••" + string(runes[max(0, len(runes)-2):])
	}
	_, size := utf8.DecodeRuneInString(local)
	return local[:size] + "•••@" + domain
}

func preferenceWords(ctx context.Context) map[string]string {
	return map[string]string{
		"wanted": i18n.T(ctx, "public.preferences.wanted|Write to me this way"), "most": i18n.T(ctx, "public.preferences.most|At most"),
		"per": i18n.T(ctx, "public.preferences.per|messages"), "hint": i18n.T(ctx, "public.preferences.most.hint|Leave it empty for no limit."),
		"pause": i18n.T(ctx, "public.preferences.pause|Pause"), "from": i18n.T(ctx, "public.preferences.from|from"), "to": i18n.T(ctx, "public.preferences.to|up to and including"),
		"preferred": i18n.T(ctx, "public.preferences.preferred|Which way do you prefer?"), "no_preferred": i18n.T(ctx, "public.preferences.no_preferred|No preference"),
		"save": i18n.T(ctx, "public.preferences.save|Save my preferences"), "none": i18n.T(ctx, "public.preferences.stop|Unsubscribe from everything"),
		"again": i18n.T(ctx, "public.preferences.back|Subscribe again"),
	}
}

// showPrivately answers a page whose address is a secret: no other site learns it, and
// nobody puts the page into a frame of theirs.
func showPrivately(w http.ResponseWriter, status int, v preferenceView) error {
	html, err := render("preferences", v)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	return write(w, html)
}
