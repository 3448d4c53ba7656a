package contactpage

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/i18n"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// fact is a label with its value, which may be a link, and a note below.
type fact struct {
	Label, Value, URL, Title, Note string
	Long                           bool // the value may have several lines
}

// factGroup is a part of what is known, with the names of what is not.
type factGroup struct {
	Title string
	Facts []fact
	Empty []string
}

// channel is a way to reach a contact.
type channel struct {
	Icon string
	Tone ui.Tone
	Text string
}

// reachability tells by which channels a contact can be reached, and why not.
func reachability(ctx context.Context, data viewData) []channel {
	c := data.Contact
	if c.Anonymous() {
		return nil
	}
	var list []channel
	blocked := func(c consent.Channel) *consent.Block {
		for _, b := range data.Blocks {
			if b.Channel == c {
				return &b
			}
		}
		return nil
	}
	add := func(icon, name, value, why string, by consent.Channel) {
		if b := blocked(by); b != nil {
			list = append(list, channel{icon, ui.Red, i18n.T(ctx, "consent.reach|%s: %s on %s", name, web.ReasonName(ctx, b.Reason), i18n.Date(ctx, b.Added))})
		} else if value != "" {
			list = append(list, channel{icon, ui.Green, name})
		} else {
			list = append(list, channel{icon, ui.Grey, i18n.T(ctx, "contactpage.reach.not|%s: %s", name, why)})
		}
	}
	number := i18n.T(ctx, "contactpage.reach.number|no number")
	email := i18n.T(ctx, "contactpage.reach.email|E-mail")
	if len(data.Conflicts) > 0 && blocked(consent.Email) == nil {
		list = append(list, channel{"mail", ui.Amber, i18n.T(ctx, "contactpage.reach.conflict|%s: the address leads to another contact", email)})
	} else {
		add("mail", email, c.Fields["email"], i18n.T(ctx, "contactpage.reach.address|no address"), consent.Email)
	}
	add("phone", i18n.T(ctx, "contactpage.reach.phone|Telephone"), c.Fields["phone"]+c.Fields["mobile"], number, "")
	add("message", i18n.T(ctx, "contactpage.reach.sms|SMS"), c.Fields["mobile"], i18n.T(ctx, "contactpage.reach.mobile|no mobile number"), consent.SMS)
	return list
}

// factGroups are the values of a contact, by group.
func factGroups(ctx context.Context, set *field.Set, c contact.Contact) []factGroup {
	var groups []factGroup
	for _, g := range field.Groups() {
		group := factGroup{Title: g.Name(ctx)}
		for _, f := range set.Group(g) {
			value := c.Fields[f.Alias]
			switch {
			case f.Computed():
			case value == "":
				group.Empty = append(group.Empty, f.Name(ctx))
			default:
				group.Facts = append(group.Facts, newFact(ctx, f, value))
			}
		}
		if len(group.Facts)+len(group.Empty) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

func newFact(ctx context.Context, f field.Field, value string) fact {
	out := fact{Label: f.Name(ctx), Value: inWords(ctx, f, value), Long: f.Type.Long()}
	if !f.Fits(value) {
		out.Note = i18n.T(ctx, "contactpage.unlisted.note|no longer in the list")
		if !f.Type.Chosen() {
			out.Note = i18n.T(ctx, "contactpage.overlong.note|longer than allowed now")
		}
	}
	switch f.Type {
	case field.Email:
		out.URL = "mailto:" + value
	case field.Tel:
		out.URL = "tel:" + strings.Join(strings.Fields(value), "")
	case field.URL:
		if u, err := url.Parse(value); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
			out.URL = value
		}
	}
	return out
}

// inWords is a value as people read it.
func inWords(ctx context.Context, f field.Field, value string) string {
	switch f.Type {
	case field.Country:
		return field.CountryName(value, i18n.Lang(ctx))
	case field.Datetime:
		if at, err := time.Parse(field.DatetimeLayout, value); err == nil {
			return i18n.DateTime(ctx, at)
		}
	case field.Date:
		if at, err := time.ParseInLocation(time.DateOnly, value, i18n.Zone(ctx)); err == nil {
			return i18n.Date(ctx, at)
		}
	case field.Time:
		return strings.TrimSuffix(value, ":00")
	case field.Multiselect:
		label, _ := f.Labelled(value)
		return strings.ReplaceAll(label, field.Between, ", ")
	}
	label, _ := f.Labelled(value)
	return label
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
				Title: i18n.T(ctx, "contactpage.since|since %s", i18n.DateTime(ctx, k.Added)),
				Note:  strings.Join(details(i18n.T(ctx, "contactpage.since|since %s", i18n.Date(ctx, k.Added)), door(ctx, k.Source)), ", ")})
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

// door says how something came in.
func door(ctx context.Context, s activity.Source) string {
	switch s {
	case activity.SourceTracking:
		return i18n.T(ctx, "contactpage.door.tracking|from the web site")
	case activity.SourceForm:
		return i18n.T(ctx, "contactpage.door.form|from a form")
	case activity.SourceUser:
		return i18n.T(ctx, "contactpage.door.user|by hand")
	case activity.SourceAPI:
		return i18n.T(ctx, "contactpage.by.api|through the API")
	case activity.SourceImport:
		return i18n.T(ctx, "contactpage.door.import|from an import")
	}
	return ""
}

// placeName is a place in the language of who reads, as far as it has names.
func placeName(ctx context.Context, p visit.Place) string {
	p.Country = field.CountryName(p.Country, i18n.Lang(ctx))
	return p.String()
}
