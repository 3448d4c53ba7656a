package contactpage

import (
	"cmp"
	"context"
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
	"ariane/internal/user"
	"ariane/internal/visit"
	"ariane/internal/web"
)

// mostListed is how many devices, addresses and tags are named; the others are
// counted.
const mostListed = 5

// compare puts two contacts side by side.
func (d Deps) compare(ctx context.Context, v *mergeView, to, from contact.Contact) error {
	set, err := field.Of(ctx, d.DB)
	if err != nil {
		return err
	}
	v.Other, v.With = person(ctx, from), strconv.FormatInt(int64(from.ID), 10)
	if to.State == from.State {
		v.Exchange = mergeURL(from.ID) + "?" + url.Values{"with": {strconv.FormatInt(int64(to.ID), 10)}}.Encode()
	}
	differing, err := contact.Differences(ctx, d.DB, to, from)
	if err != nil {
		return err
	}
	var order []string // of the fields, as the contact is edited
	for _, g := range field.Groups() {
		for _, f := range set.Group(g) {
			order = append(order, f.Alias)
			if value := from.Fields[f.Alias]; value != "" && to.Fields[f.Alias] == "" && !f.Computed() {
				v.Fills = append(v.Fills, newFact(ctx, f, value))
			}
		}
	}
	for _, diff := range differing {
		if f, found := set.ByAlias(diff.Field); found {
			v.Differences = append(v.Differences, differenceRow{Alias: diff.Field, Label: f.Name(ctx), To: inWords(ctx, f, diff.To), From: inWords(ctx, f, diff.From),
				ToWhen: i18n.When(ctx, d.Clock(), diff.ToAt), FromWhen: i18n.When(ctx, d.Clock(), diff.FromAt), Later: diff.Later()})
		}
	}
	// Fields that are hidden are after all others.
	place := func(row differenceRow) uint { return uint(slices.Index(order, row.Alias)) }
	slices.SortStableFunc(v.Differences, func(a, b differenceRow) int { return cmp.Compare(place(a), place(b)) })
	v.Joins, err = d.joins(ctx, to, from)
	return err
}

// joins says what comes with a contact.
func (d Deps) joins(ctx context.Context, to, from contact.Contact) ([]fact, error) {
	events, err := d.joinedEvents(ctx, from.ID)
	if err != nil {
		return nil, err
	}
	list := []fact{events}
	add := func(label, value string) {
		if value != "" {
			list = append(list, fact{Label: label, Value: value})
		}
	}
	keys, err := contact.Keys(ctx, d.DB, from.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		add(i18n.T(ctx, "contactpage.merge.key|Leads here from then on"), k.Value)
	}
	tags, err := label.Of(ctx, d.DB, []id.Contact{to.ID, from.ID})
	if err != nil {
		return nil, err
	}
	var fresh []string
	for _, t := range tags[from.ID] {
		if !slices.ContainsFunc(tags[to.ID], func(own label.Tag) bool { return own.ID == t.ID }) {
			fresh = append(fresh, t.Name)
		}
	}
	add(i18n.T(ctx, "contactpage.tags|Tags"), some(ctx, fresh))
	companies, blocks, err := d.joinedRest(ctx, to.ID, from.ID)
	if err != nil {
		return nil, err
	}
	add(i18n.T(ctx, "contactpage.merge.companies|Companies"), companies)
	add(i18n.T(ctx, "contactpage.merge.blocks|Not to be contacted"), blocks)
	notes, err := note.Tally(ctx, d.DB, from.ID)
	if err != nil {
		return nil, err
	}
	noted := 0
	for _, n := range notes {
		noted += n
	}
	add(i18n.T(ctx, "contactpage.tab.notes|Notes"), counting(ctx, noted))
	devices, err := visit.Devices(ctx, d.DB, from.ID)
	if err != nil {
		return nil, err
	}
	var browsers, addresses []string
	for _, one := range visit.Browsers(devices) {
		browsers = append(browsers, newDeviceRow(ctx, from.ID, one, deviceData{}).Name)
	}
	for _, ip := range from.IPs {
		addresses = append(addresses, ip.Address)
	}
	add(i18n.T(ctx, "contactpage.devices|Devices"), some(ctx, browsers))
	add(i18n.T(ctx, "contactpage.ips|IP addresses"), some(ctx, addresses))
	if from.Points != 0 {
		add(i18n.T(ctx, "contactpage.merge.points|Points"), i18n.T(ctx, "contactpage.merge.points.sum|%s and %s make %s",
			i18n.Number(ctx, to.Points), i18n.Number(ctx, from.Points), i18n.Number(ctx, to.Points+from.Points)))
	}
	if to.Owner == 0 && from.Owner != 0 {
		if owner, err := user.Find(ctx, d.DB, from.Owner); err == nil {
			add(i18n.T(ctx, "contactpage.owner|Owner"), owner.Name())
		}
	}
	followed, err := visit.Followed(ctx, d.DB, from.ID)
	if err == nil && !followed {
		add(i18n.T(ctx, "contactpage.merge.unfollowed|Following"), i18n.T(ctx, "contactpage.merge.unfollowed.text|%s does not want to be followed: nobody of the two is", person(ctx, from).Name))
	}
	return list, err
}

// joinedRest names the companies that come with a contact, and says by which channels
// the two are not to be contacted, where that hangs on it: the stricter reason stands.
func (d Deps) joinedRest(ctx context.Context, to, from id.Contact) (companies, blocks string, err error) {
	of, err := company.Of(ctx, d.DB, []id.Contact{to, from})
	if err != nil {
		return "", "", err
	}
	var fresh, barred []string
	for _, m := range of[from] {
		if !slices.ContainsFunc(of[to], func(own company.Member) bool { return own.Company.ID == m.Company.ID }) {
			fresh = append(fresh, m.Company.Name())
		}
	}
	said, err := consent.Blocks(ctx, d.DB, []id.Contact{to, from})
	if len(said[from]) > 0 {
		for _, b := range consent.Strictest(slices.Concat(said[to], said[from])) {
			barred = append(barred, i18n.T(ctx, "contactpage.merge.block|%s: %s", web.ChannelName(ctx, b.Channel), web.ReasonName(ctx, b.Reason)))
		}
	}
	return some(ctx, fresh), some(ctx, barred), err
}

// joinedEvents counts the thread of a contact by what its events are about.
func (d Deps) joinedEvents(ctx context.Context, from id.Contact) (fact, error) {
	counts, all, err := activity.TallyLatest(ctx, d.DB, from, counted)
	if err != nil {
		return fact{}, err
	}
	events, others := 0, 0
	for kind, n := range counts {
		events += n
		if kind != visit.KindPageViewed && kind != form.KindSubmitted {
			others += n
		}
	}
	text := i18n.Number(ctx, events)
	if !all {
		text = i18n.T(ctx, "contactpage.merge.over|more than %s", i18n.Number(ctx, counted))
	}
	var parts []string
	if n := counts[visit.KindPageViewed]; n > 0 {
		parts = append(parts, i18n.N(ctx, n, "contactpage.merge.pages|%s page view|%s page views", i18n.Number(ctx, n)))
	}
	if n := counts[form.KindSubmitted]; n > 0 {
		parts = append(parts, i18n.N(ctx, n, "contactpage.merge.forms|%s form sent|%s forms sent", i18n.Number(ctx, n)))
	}
	if others > 0 {
		parts = append(parts, i18n.N(ctx, others, "contactpage.merge.others|%s change or remark|%s changes and remarks", i18n.Number(ctx, others)))
	}
	return fact{Label: i18n.T(ctx, "contactpage.merge.events|Events of the thread"), Value: text, Note: strings.Join(parts, " · ")}, nil
}

// some names the first of a list and counts the others.
func some(ctx context.Context, list []string) string {
	if more := len(list) - mostListed; more > 0 {
		return i18n.N(ctx, more, "contactpage.merge.more_of|%s and %s more|%s and %s more", strings.Join(list[:mostListed], ", "), i18n.Number(ctx, more))
	}
	return strings.Join(list, ", ")
}

// counting is a number, empty for none.
func counting(ctx context.Context, n int) string {
	if n == 0 {
		return ""
	}
	return i18n.Number(ctx, n)
}
