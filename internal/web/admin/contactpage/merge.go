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
	Refused     refusal
}

// refusal is why two contacts are not merged; without text they are. Its link, if it
// has one, is to who can be merged instead, or to how they are one.
type refusal struct {
	Text, Link, URL string
	status          int
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
	asked, c, err := d.asked(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if c.ID != asked {
		return web.Redirect(w, r, mergeURL(c.ID)+"?"+q.Encode())
	}
	v := newMergeView(ctx, c)
	v.Words = strings.TrimSpace(q.Get("search"))
	if number, err := strconv.ParseInt(q.Get("with"), 10, 64); err == nil && number > 0 {
		other, refused, err := d.other(ctx, c, id.Contact(number))
		if err != nil {
			return err
		}
		if refused.Text != "" {
			return d.refuseMerge(w, r, v, refused)
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

func newMergeView(ctx context.Context, c contact.Contact) mergeView {
	return mergeView{Person: person(ctx, c), Action: mergeURL(c.ID), Back: web.ContactURL(c.ID)}
}

// asked is the number in the address, and the contact that it leads to.
func (d Deps) asked(r *http.Request) (id.Contact, contact.Contact, error) {
	number, err := web.PathID[id.Contact](r, "id")
	if err != nil {
		return 0, contact.Contact{}, err
	}
	c, err := contact.Find(r.Context(), d.DB, number)
	return number, c, err
}

// other finds whom to merge into a contact, or why that cannot be.
func (d Deps) other(ctx context.Context, c contact.Contact, number id.Contact) (contact.Contact, refusal, error) {
	if number == c.ID {
		return c, refusal{Text: i18n.T(ctx, "contact.merge_itself|A contact cannot be merged with itself."), status: http.StatusBadRequest}, nil
	}
	other, err := contact.Find(ctx, d.DB, number)
	switch {
	case fault.Is(err, fault.KindNotFound):
		return other, refusal{Text: i18n.T(ctx, "contactpage.merge.gone|The other contact was deleted, or never was."), status: http.StatusNotFound}, nil
	case err != nil:
		return other, refusal{}, err
	case other.ID == c.ID:
		return other, refusal{Text: i18n.T(ctx, "contactpage.merge.already|The other contact is part of %s already.", person(ctx, c).Name),
			Link: i18n.T(ctx, "contactpage.joined|History of identity"), URL: joinedURL(c.ID), status: http.StatusConflict}, nil
	case other.ID != number:
		name := person(ctx, other).Name
		return other, refusal{Text: i18n.T(ctx, "contactpage.merge.elsewhere|The other contact is part of %s now.", name),
			Link: i18n.T(ctx, "contactpage.merge.instead|Compare with %s", name), URL: mergeURL(c.ID) + "?with=" + strconv.FormatInt(int64(other.ID), 10), status: http.StatusConflict}, nil
	}
	return other, refusal{}, nil
}

// refuseMerge says why two contacts are not merged.
func (d Deps) refuseMerge(w http.ResponseWriter, r *http.Request, v mergeView, why refusal) error {
	v.Refused = why
	return web.Show(w, r, web.View{Title: i18n.T(r.Context(), "contactpage.merge|Merge contacts"), Section: layout.Contacts, Status: why.status, Body: mergePage(v)})
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

func (d Deps) merge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	asked, c, err := d.asked(r)
	if err != nil {
		return err
	}
	with, err := strconv.ParseInt(r.PostFormValue("with"), 10, 64)
	if err != nil {
		return fault.NotFound(err)
	}
	v := newMergeView(ctx, c)
	if c.ID != asked {
		return d.refuseMerge(w, r, v, refusal{Text: i18n.T(ctx, "contactpage.merge.itself_elsewhere|This contact is part of %s now.", v.Person.Name), status: http.StatusConflict})
	}
	from, refused, err := d.other(ctx, c, id.Contact(with))
	if err != nil {
		return err
	}
	if refused.Text != "" {
		return d.refuseMerge(w, r, v, refused)
	}
	u := contact.Union{Survivor: c.ID, Absorbed: from.ID, Take: r.PostForm["take"], Source: activity.SourceUser, By: hand(r).By}
	err = d.DB.Do(ctx, func(tx *db.Tx) error { return contact.Merge(ctx, tx, u) })
	if why, ok := fault.Of(err); ok && (why.Kind == fault.KindConflict || why.Kind == fault.KindInvalid) {
		return d.refuseMerge(w, r, v, refusal{Text: i18n.T(ctx, why.Message().Key, why.Message().Args...), status: http.StatusConflict})
	}
	if err != nil {
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
