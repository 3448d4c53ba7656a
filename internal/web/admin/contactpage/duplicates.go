package contactpage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/duplicate"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	duplicatesURL = listURL + "/duplicates"
	apartURL      = duplicatesURL + "/apart"
	// pairsShown is how many pairs a page has, pairsCounted up to where they are counted.
	pairsShown   = 25
	pairsCounted = 1000
	// hinted is how many others the page of a contact names, hintedScore from which score on.
	hinted      = 3
	hintedScore = 50
)

// duplicatesRequest is what the address of the page says.
type duplicatesRequest struct {
	Reason duplicate.Reason
	Least  int
	After  string
}

func readDuplicatesRequest(q url.Values) duplicatesRequest {
	var r duplicatesRequest
	if n, err := strconv.Atoi(q.Get("reason")); err == nil {
		for _, reason := range duplicate.Reasons() {
			if int(reason) == n {
				r.Reason = reason
			}
		}
	}
	if n, err := strconv.Atoi(q.Get("least")); err == nil && n > duplicate.LowestScore && n <= duplicate.HighestScore {
		r.Least = n
	}
	r.After = q.Get("after")
	return r
}

func (r duplicatesRequest) filter(limit int) duplicate.Filter {
	return duplicate.Filter{Reason: r.Reason, Least: r.Least, After: r.After, Limit: limit}
}

func (r duplicatesRequest) url() string {
	q := url.Values{}
	if r.Reason != 0 {
		q.Set("reason", strconv.Itoa(int(r.Reason)))
	}
	if r.Least != 0 {
		q.Set("least", strconv.Itoa(r.Least))
	}
	if r.After != "" {
		q.Set("after", r.After)
	}
	if len(q) == 0 {
		return duplicatesURL
	}
	return duplicatesURL + "?" + q.Encode()
}

// reasonWords are what speaks for two being one person.
func reasonWords(ctx context.Context, r duplicate.Reason) string {
	switch r {
	case duplicate.SameValue:
		return i18n.T(ctx, "contactpage.same.value|The same value in a field that names one contact")
	case duplicate.SameEmail:
		return i18n.T(ctx, "contactpage.same.email|The same e-mail address")
	case duplicate.SameMailbox:
		return i18n.T(ctx, "contactpage.same.mailbox|E-mail addresses of one mailbox")
	case duplicate.SamePhone:
		return i18n.T(ctx, "contactpage.same.phone|The same telephone number")
	case duplicate.SameName:
		return i18n.T(ctx, "contactpage.same.name|The same name")
	case duplicate.NearName:
		return i18n.T(ctx, "contactpage.same.near|Names spelled nearly alike")
	case duplicate.SameCompany:
		return i18n.T(ctx, "contactpage.same.company|The same company")
	case duplicate.SamePlace:
		return i18n.T(ctx, "contactpage.same.place|The same town")
	case duplicate.SameLocal:
		return i18n.T(ctx, "contactpage.same.local|The same before the @")
	case duplicate.OtherName:
		return i18n.T(ctx, "contactpage.same.other|But another name")
	}
	return ""
}

// scoreWords say how likely a score is.
func scoreWords(ctx context.Context, score int) (string, ui.Tone) {
	switch {
	case score >= 90:
		return i18n.T(ctx, "contactpage.score.sure|Almost certain"), ui.Green
	case score >= 70:
		return i18n.T(ctx, "contactpage.score.likely|Likely"), ui.Green
	case score >= 50:
		return i18n.T(ctx, "contactpage.score.possible|Possible"), ui.Amber
	}
	return i18n.T(ctx, "contactpage.score.weak|Worth a look"), ui.Grey
}

// reasonTag is a reason in words; Against speaks against it.
type reasonTag struct {
	Text    string
	Against bool
}

// duplicateRow is a pair. Stays is who stays unless somebody chooses otherwise.
type duplicateRow struct {
	Stays, Goes      ui.Person
	AboutOne, AboutB string
	Value            string // of the pair in forms
	One, Other       string // numbers
	Score            string
	Likely           string
	Tone             ui.Tone
	Reasons          []reasonTag
	Compare          string
}

// duplicatesView is the list of pairs.
type duplicatesView struct {
	Rows            []duplicateRow
	Cursor          ui.Cursor
	Reasons, Scores []filterChip
	Reason, Least   string // as in the address
	Here            string
	Filtered        bool
	Progress        int // in hundredths, while the contacts of before are looked at
	Filling         bool
	Runs            []runRow
}

func (d Deps) duplicates(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	asked := readDuplicatesRequest(r.URL.Query())
	page, err := duplicate.List(ctx, d.DB, asked.filter(pairsShown))
	if err != nil {
		return err
	}
	v := duplicatesView{Here: asked.url(), Filtered: asked.Reason != 0 || asked.Least != 0, Reason: strconv.Itoa(int(asked.Reason)), Least: strconv.Itoa(max(asked.Least, bulkLeast))}
	if v.Rows, err = d.duplicateRows(ctx, page.Candidates); err != nil {
		return err
	}
	n, err := duplicate.Count(ctx, d.DB, asked.filter(0), pairsCounted+1)
	if err != nil {
		return err
	}
	percent, done, err := duplicate.Progress(ctx, d.DB)
	if err != nil {
		return err
	}
	v.Progress, v.Filling = percent, !done
	runs, err := duplicate.Runs(ctx, d.DB, runsShown)
	if err != nil {
		return err
	}
	v.Runs = d.runRows(ctx, runs)
	shown := i18n.Number(ctx, min(n, pairsCounted))
	if n > pairsCounted {
		shown = i18n.T(ctx, "contactpage.found.more|more than %s", shown)
	}
	v.Cursor.Shown = i18n.N(ctx, n, "contactpage.duplicates.found|%s pair|%s pairs", shown)
	turn := asked
	if turn.After = page.Next; turn.After != "" {
		v.Cursor.Next = turn.url()
	}
	if turn.After = page.Previous; turn.After != "" {
		v.Cursor.Previous = turn.url()
	}
	v.Reasons, v.Scores = duplicateChips(ctx, asked)
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "contactpage.duplicates|Duplicates"), Section: layout.Contacts, Body: duplicatesPage(v)})
}

func duplicateChips(ctx context.Context, asked duplicatesRequest) (reasons, scores []filterChip) {
	chip := func(label string, on bool, change func(r *duplicatesRequest)) filterChip {
		to := asked
		to.After = ""
		change(&to)
		return filterChip{label, to.url(), on}
	}
	reasons = append(reasons, chip(i18n.T(ctx, "contactpage.duplicates.any|Any reason"), asked.Reason == 0, func(r *duplicatesRequest) { r.Reason = 0 }))
	for _, reason := range duplicate.Reasons() {
		reasons = append(reasons, chip(reasonWords(ctx, reason), asked.Reason == reason, func(r *duplicatesRequest) { r.Reason = reason }))
	}
	scores = append(scores, chip(i18n.T(ctx, "contactpage.duplicates.any_score|Any score"), asked.Least == 0, func(r *duplicatesRequest) { r.Least = 0 }))
	for _, least := range []int{50, 70, 90} {
		scores = append(scores, chip(i18n.T(ctx, "contactpage.duplicates.least|%d or more", least), asked.Least == least, func(r *duplicatesRequest) { r.Least = least }))
	}
	return reasons, scores
}

// duplicateRows shows pairs. One of whom a contact is gone since is left out.
func (d Deps) duplicateRows(ctx context.Context, list []duplicate.Candidate) ([]duplicateRow, error) {
	var numbers []id.Contact
	for _, c := range list {
		numbers = append(numbers, c.Contact, c.Other)
	}
	found, err := contact.Some(ctx, d.DB, numbers)
	if err != nil {
		return nil, err
	}
	var rows []duplicateRow
	for _, c := range list {
		one, there := found[c.Contact]
		other, too := found[c.Other]
		if !there || !too {
			continue
		}
		stays, goes := duplicate.Survivor(one, other)
		row := duplicateRow{Stays: person(ctx, stays), Goes: person(ctx, goes), AboutOne: aboutPerson(ctx, stays), AboutB: aboutPerson(ctx, goes), Value: pairValue(c),
			One: strconv.FormatInt(int64(c.Contact), 10), Other: strconv.FormatInt(int64(c.Other), 10), Score: strconv.Itoa(c.Score),
			Compare: mergeURL(stays.ID) + "?with=" + strconv.FormatInt(int64(goes.ID), 10)}
		row.Likely, row.Tone = scoreWords(ctx, c.Score)
		for _, reason := range c.Reasons {
			row.Reasons = append(row.Reasons, reasonTag{reasonWords(ctx, reason), reason == duplicate.OtherName})
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// aboutPerson is what tells one person from another of the same name.
func aboutPerson(ctx context.Context, c contact.Contact) string {
	phone := c.Fields["phone"]
	if phone == "" {
		phone = c.Fields["mobile"]
	}
	company := c.Fields["company"]
	if company == c.Name {
		company = ""
	}
	return strings.Join(details(phone, company, location(ctx, c)), " · ")
}

func pairValue(c duplicate.Candidate) string {
	return strconv.FormatInt(int64(c.Contact), 10) + "-" + strconv.FormatInt(int64(c.Other), 10)
}

// sayApart remembers that two are not the same.
func (d Deps) sayApart(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	one, errOne := strconv.ParseInt(r.PostFormValue("one"), 10, 64)
	other, errOther := strconv.ParseInt(r.PostFormValue("other"), 10, 64)
	if errOne != nil || errOther != nil {
		return fault.NotFound(nil)
	}
	u := web.User(ctx)
	err := d.DB.Do(ctx, func(tx *db.Tx) error {
		return duplicate.Apart(ctx, tx, id.Contact(one), id.Contact(other), u.ID, u.Name())
	})
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.apart.done|The two are not suggested again, whoever else they are merged with."))
	back := duplicatesURL
	if q, err := url.ParseQuery(r.PostFormValue("back")); err == nil {
		back = readDuplicatesRequest(q).url()
	}
	return web.Redirect(w, r, back)
}

// saidRow is a pair that was said not to be the same.
type saidRow struct {
	A, B       ui.Person
	When, Full string
	One, Other string
	Note       string
}

func (d Deps) showApart(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	before := duplicate.Said{}
	if text := r.URL.Query().Get("after"); text != "" {
		parts := strings.Split(text, "-")
		var n [3]int64
		for i := range n {
			var err error
			if len(parts) != len(n) {
				return fault.NotFound(nil)
			}
			if n[i], err = strconv.ParseInt(parts[i], 10, 64); err != nil {
				return fault.NotFound(err)
			}
		}
		before = duplicate.Said{At: db.Time(n[0]), Contact: id.Contact(n[1]), Other: id.Contact(n[2])}
	}
	list, err := duplicate.AllApart(ctx, d.DB, before, pairsShown+1)
	if err != nil {
		return err
	}
	var cursor ui.Cursor
	if len(list) > pairsShown {
		list = list[:pairsShown]
		last := list[pairsShown-1]
		cursor.Next = apartURL + "?after=" + strings.Join([]string{strconv.FormatInt(db.Millis(last.At), 10), strconv.FormatInt(int64(last.Contact), 10), strconv.FormatInt(int64(last.Other), 10)}, "-")
	}
	if !before.At.IsZero() {
		cursor.Previous = apartURL
	}
	rows, err := d.saidRows(ctx, list, d.Clock())
	if err != nil {
		return err
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "contactpage.apart|Not the same"), Section: layout.Contacts, Body: apartPage(rows, cursor)})
}

func (d Deps) saidRows(ctx context.Context, list []duplicate.Said, now time.Time) ([]saidRow, error) {
	var rows []saidRow
	for _, s := range list {
		a, err := d.whoIs(ctx, s.Contact)
		if err != nil {
			return nil, err
		}
		b, err := d.whoIs(ctx, s.Other)
		if err != nil {
			return nil, err
		}
		row := saidRow{A: a, B: b, One: strconv.FormatInt(int64(s.Contact), 10), Other: strconv.FormatInt(int64(s.Other), 10), Full: i18n.DateTime(ctx, s.At),
			When: strings.Join(details(i18n.When(ctx, now, s.At), by(ctx, contact.By{Name: s.UserName})), " ")}
		if a.URL == b.URL && a.URL != "" {
			row.Note = i18n.T(ctx, "contactpage.apart.merged|merged all the same since")
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// whoIs names a contact that may be gone.
func (d Deps) whoIs(ctx context.Context, number id.Contact) (ui.Person, error) {
	c, err := contact.Find(ctx, d.DB, number)
	if fault.Is(err, fault.KindNotFound) {
		return ui.Person{Name: i18n.T(ctx, "contactpage.apart.gone|Deleted contact %d", int64(number))}, nil
	}
	if err != nil {
		return ui.Person{}, err
	}
	return person(ctx, c), nil
}

func (d Deps) takeApartBack(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	one, errOne := strconv.ParseInt(r.PostFormValue("one"), 10, 64)
	other, errOther := strconv.ParseInt(r.PostFormValue("other"), 10, 64)
	if errOne != nil || errOther != nil {
		return fault.NotFound(nil)
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return duplicate.TakeBack(ctx, tx, id.Contact(one), id.Contact(other)) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.apart.back|Taken back: the two are suggested again while they look alike."))
	return web.Redirect(w, r, apartURL)
}

// likeness is somebody who may be the same as the contact of a page.
type likeness struct {
	Name, Compare, Likely string
}

// likenesses are those that the page of a contact names.
func (d Deps) likenesses(ctx context.Context, c contact.Contact) ([]likeness, error) {
	list, err := duplicate.Of(ctx, d.DB, c.ID, hinted)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(l duplicate.Candidate) bool { return l.Score < hintedScore })
	rows, err := d.duplicateRows(ctx, list)
	var hints []likeness
	for _, row := range rows {
		other := row.Goes
		if other.URL == web.ContactURL(c.ID) {
			other = row.Stays
		}
		hints = append(hints, likeness{other.Name, row.Compare, row.Likely})
	}
	return hints, err
}

// selected leads on with the contacts that were chosen from the list.
func (d Deps) selected(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	chosen, err := chosenContacts(r.URL.Query())
	if err != nil {
		return err
	}
	found, err := contact.Some(ctx, d.DB, chosen)
	if err != nil {
		return err
	}
	if len(chosen) != 2 || len(found) != 2 {
		return fault.Refused(nil, fault.Say("contactpage.selected.two|Choose exactly two contacts to merge."))
	}
	stays, goes := duplicate.Survivor(found[chosen[0]], found[chosen[1]])
	return web.Redirect(w, r, mergeURL(stays.ID)+"?with="+strconv.FormatInt(int64(goes.ID), 10))
}

// chosenContacts are those whose boxes were ticked.
func chosenContacts(q url.Values) ([]id.Contact, error) {
	var list []id.Contact
	seen := map[int64]bool{}
	for _, text := range q["c"] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n <= 0 {
			return nil, fault.NotFound(err)
		}
		if !seen[n] {
			list = append(list, id.Contact(n))
		}
		seen[n] = true
	}
	return list, nil
}

// chosenLabel is the label of the choice that is on.
func chosenLabel(chips []filterChip) string {
	for _, c := range chips {
		if c.On {
			return c.Label
		}
	}
	return chips[0].Label
}

// queryOf is the part of an address after the question mark.
func queryOf(address string) string {
	_, query, _ := strings.Cut(address, "?")
	return query
}
