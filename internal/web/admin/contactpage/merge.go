package contactpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/search"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// mostCandidates is how many contacts are offered to merge with.
const mostCandidates = 25

// mergeView is the choice of whom to merge into a contact, and what comes of it.
type mergeView struct {
	Person       ui.Person
	Action, Back string
	// Words are what was searched for, Candidates who was found.
	Words      string
	Candidates []candidate
	Searched   bool
	// Other is who was chosen; its number is With.
	Other       ui.Person
	With        string
	Differences []differenceRow
	Fills       []fact
	Joins       []fact
	Exchange    string // the address of the same the other way round
}

type candidate struct {
	Person ui.Person
	URL    string
}

// differenceRow is a field of which one value has to give way.
type differenceRow struct {
	Alias, Label, To, From, ToWhen, FromWhen string
	Later                                    bool // From is
}

// joinedRow is a contact that was merged into the one shown.
type joinedRow struct {
	Person       ui.Person
	When, Full   string
	Details, URL string
}

// partView asks whether a merge is to be taken back.
type partView struct{ Name, From, Action, Back string }

func mergeURL(c id.Contact) string { return listURL + "/merge/" + strconv.FormatInt(int64(c), 10) }

func joinedURL(c id.Contact) string { return listURL + "/joined/" + strconv.FormatInt(int64(c), 10) }

func (d Deps) showMerge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := mergeView{Person: person(ctx, c), Action: mergeURL(c.ID), Back: web.ContactURL(c.ID), Words: strings.TrimSpace(q.Get("search"))}
	if number, err := strconv.ParseInt(q.Get("with"), 10, 64); err == nil && number > 0 {
		other, err := contact.Find(ctx, d.DB, id.Contact(number))
		if err != nil {
			return err
		}
		if c.Anonymous() && !other.Anonymous() { // who is known stays
			return web.Redirect(w, r, mergeURL(other.ID)+"?"+url.Values{"with": {strconv.FormatInt(int64(c.ID), 10)}}.Encode())
		}
		if err := d.compare(ctx, &v, c, other); err != nil {
			return err
		}
	} else if v.Words != "" {
		if v.Candidates, err = d.candidates(r, c, v.Words); err != nil {
			return err
		}
		v.Searched = true
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "contactpage.merge|Merge contacts"), Section: layout.Contacts, Body: mergePage(v)})
}

// candidates are the identified contacts that a search finds, without the one itself.
func (d Deps) candidates(r *http.Request, c contact.Contact, words string) ([]candidate, error) {
	ctx := r.Context()
	query, err := d.Language.Parse(ctx, words, web.Who(ctx, d.Clock()))
	if err != nil {
		if fault.Is(err, fault.KindInvalid) {
			query, err = d.Language.Parse(ctx, search.Quoted(words), web.Who(ctx, d.Clock()))
		}
		if err != nil {
			return nil, err
		}
	}
	page, err := contact.List(ctx, d.DB, contact.Filter{Where: query.Where, Limit: mostCandidates + 1})
	if err != nil {
		return nil, err
	}
	var list []candidate
	for _, other := range page.Contacts {
		if other.ID != c.ID && len(list) < mostCandidates {
			list = append(list, candidate{person(ctx, other), mergeURL(c.ID) + "?with=" + strconv.FormatInt(int64(other.ID), 10)})
		}
	}
	return list, nil
}

// compare puts two contacts side by side.
func (d Deps) compare(ctx context.Context, v *mergeView, to, from contact.Contact) error {
	if from.ID == to.ID {
		return fault.Refused(nil, fault.Say("contact.merge_itself|A contact cannot be merged with itself."))
	}
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
	for _, diff := range differing {
		if f, found := set.ByAlias(diff.Field); found {
			v.Differences = append(v.Differences, differenceRow{Alias: diff.Field, Label: f.Name(ctx), To: inWords(ctx, f, diff.To), From: inWords(ctx, f, diff.From),
				ToWhen: i18n.When(ctx, d.Clock(), diff.ToAt), FromWhen: i18n.When(ctx, d.Clock(), diff.FromAt), Later: diff.Later()})
		}
	}
	for _, g := range field.Groups() {
		for _, f := range set.Group(g) {
			if value := from.Fields[f.Alias]; value != "" && to.Fields[f.Alias] == "" && !f.Computed() {
				v.Fills = append(v.Fills, newFact(ctx, f, value))
			}
		}
	}
	v.Joins, err = d.joins(ctx, from)
	if from.Points != 0 {
		v.Joins = append(v.Joins, fact{Label: i18n.T(ctx, "contactpage.merge.points|Points"), Value: i18n.T(ctx, "contactpage.merge.points.sum|%s and %s make %s",
			i18n.Number(ctx, to.Points), i18n.Number(ctx, from.Points), i18n.Number(ctx, to.Points+from.Points))})
	}
	return err
}

// joins says what comes with a contact.
func (d Deps) joins(ctx context.Context, from contact.Contact) ([]fact, error) {
	counts, all, err := activity.TallyLatest(ctx, d.DB, from.ID, counted)
	if err != nil {
		return nil, err
	}
	events := 0
	for _, n := range counts {
		events += n
	}
	text := i18n.Number(ctx, events)
	if !all {
		text = i18n.T(ctx, "contactpage.merge.over|more than %s", text)
	}
	list := []fact{{Label: i18n.T(ctx, "contactpage.merge.events|Events of the thread"), Value: text}}
	keys, err := contact.Keys(ctx, d.DB, from.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		list = append(list, fact{Label: i18n.T(ctx, "contactpage.merge.key|Leads here from then on"), Value: k.Value})
	}
	return list, nil
}

func (d Deps) merge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	with, err := strconv.ParseInt(r.PostFormValue("with"), 10, 64)
	if err != nil {
		return fault.NotFound(err)
	}
	from, err := contact.Find(ctx, d.DB, id.Contact(with))
	if err != nil {
		return err
	}
	u := contact.Union{Survivor: c.ID, Absorbed: from.ID, Take: r.PostForm["take"], Source: activity.SourceUser, By: hand(r).By}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return contact.Merge(ctx, tx, u) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.merge.done|%s is part of %s now. You can take that back at any time.", person(ctx, from).Name, person(ctx, c).Name))
	return web.Redirect(w, r, joinedURL(c.ID))
}

func (d Deps) showJoined(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	merges, err := contact.Merges(ctx, d.DB, c.ID)
	if err != nil {
		return err
	}
	var rows []joinedRow
	for _, m := range merges {
		p := ui.Person{Name: m.Name, Known: m.Known}
		if p.Name == "" {
			p.Name = i18n.T(ctx, "contactpage.anonymous|Anonymous visitor") + " " + strconv.FormatInt(int64(m.Contact), 10)
		}
		rows = append(rows, joinedRow{Person: p, When: i18n.When(ctx, d.Clock(), m.At), Full: i18n.DateTime(ctx, m.At),
			Details: strings.Join(details(by(ctx, m.By), i18n.N(ctx, int(m.Events), "contactpage.thread.joined.events|%s event|%s events", i18n.Number(ctx, int(m.Events)))), " · "),
			URL:     listURL + "/unmerge/" + strconv.FormatInt(int64(m.Contact), 10)})
	}
	title := i18n.T(ctx, "contactpage.joined|History of identity")
	return web.Show(w, r, web.View{Title: title, Section: layout.Contacts, Body: joinedPage(person(ctx, c), mergeURL(c.ID), rows)})
}

// parting finds who is to be taken out of whom.
func (d Deps) parting(r *http.Request) (contact.Joined, contact.Contact, error) {
	number, err := web.PathID[id.Contact](r, "id")
	if err != nil {
		return contact.Joined{}, contact.Contact{}, err
	}
	c, err := contact.Find(r.Context(), d.DB, number)
	if err != nil {
		return contact.Joined{}, c, err
	}
	merges, err := contact.Merges(r.Context(), d.DB, c.ID)
	if err != nil {
		return contact.Joined{}, c, err
	}
	for _, m := range merges {
		if m.Contact == number {
			return m, c, nil
		}
	}
	return contact.Joined{}, c, fault.Conflict(nil, fault.Say("contact.not_merged|This contact is not merged into another any more."))
}

func (d Deps) showUnmerge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, c, err := d.parting(r)
	if err != nil {
		return err
	}
	v := partView{Name: m.Name, From: person(ctx, c).Name, Action: listURL + "/unmerge/" + strconv.FormatInt(int64(m.Contact), 10), Back: joinedURL(c.ID)}
	if v.Name == "" {
		v.Name = i18n.T(ctx, "contactpage.thread.parted.visitor|the anonymous visitor %s", strconv.FormatInt(int64(m.Contact), 10))
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "contactpage.unmerge|Take the merge back"), Section: layout.Contacts, Body: unmergePage(v)})
}

func (d Deps) unmerge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, c, err := d.parting(r)
	if err != nil {
		return err
	}
	s := contact.Separation{Absorbed: m.Contact, Source: activity.SourceUser, By: hand(r).By}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return contact.Unmerge(ctx, tx, s) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.unmerge.done|The two are apart again. A long thread follows within a minute."))
	if m.Known {
		return web.Redirect(w, r, web.ContactURL(m.Contact))
	}
	return web.Redirect(w, r, web.ContactURL(c.ID))
}
