package contactpage

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/bulk"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	manyURL    = listURL + "/change"
	changesURL = listURL + "/changes"
	// mostChosen bounds the contacts that are chosen one by one.
	mostChosen = 5000
	// mostSaid is how many characters of a search that is refused are shown again.
	mostSaid = 2000
	// chosenShown is how many of them are shown before they are changed.
	chosenShown = 5
)

// manyRequest is which contacts are to be changed, and how.
type manyRequest struct {
	Chosen []id.Contact
	All    bool
	Search string
	bulk.Change
}

func readMany(q url.Values) manyRequest {
	m := manyRequest{All: q.Get("all") == "1", Search: field.Printable(q.Get("search")), Change: bulk.Change{Kind: bulk.Kind(q.Get("kind")), Field: q.Get("field"), Value: q.Get("value"), Tags: bulk.Names(q.Get("tags")),
		Channel: consent.Channel(q.Get("channel")), Comment: q.Get("comment")}}
	for _, text := range q["c"] {
		for one := range strings.SplitSeq(text, ",") {
			if n, err := strconv.ParseInt(one, 10, 64); err == nil && n > 0 && len(m.Chosen) < mostChosen && !m.All {
				m.Chosen = append(m.Chosen, id.Contact(n))
			}
		}
	}
	slices.Sort(m.Chosen)
	m.Chosen = slices.Compact(m.Chosen)
	var err error
	if m.Stage, err = strconv.ParseInt(q.Get("stage"), 10, 64); err != nil {
		m.Stage = -1 // there is none
	}
	n, _ := strconv.ParseInt(q.Get("owner"), 10, 64) // nobody
	m.Owner = id.User(n)
	m.Points, _ = strconv.Atoi(q.Get("points")) // Check refuses what is no number
	return m
}

// hidden are the contacts of the request as a form sends them.
func (m manyRequest) hidden() []ui.Choice {
	if m.All {
		return []ui.Choice{{Value: "all", Label: "1"}, {Value: "search", Label: m.Search}}
	}
	var numbers []string
	for _, n := range m.Chosen {
		numbers = append(numbers, strconv.FormatInt(int64(n), 10))
	}
	return []ui.Choice{{Value: "c", Label: strings.Join(numbers, ",")}}
}

// manyView asks how many contacts are to be changed.
type manyView struct {
	Said, Under string
	People      []ui.Person
	Search      string
	Kinds       []manyKind
	Kind        string
	Inputs      []ui.Input
	Hidden      []ui.Choice // names and values
	Do          string
	Danger      bool
	Wrong       string
	Fields      *ui.Input // to choose one first
}

type manyKind struct {
	Value, Label string
	Is           bool
}

func (d Deps) showMany(w http.ResponseWriter, r *http.Request) error {
	m := readMany(r.URL.Query())
	if !slices.Contains(bulk.Kinds(), m.Kind) {
		m.Kind = bulk.Tag
	}
	return d.askMany(w, r, m, nil)
}

// count tells how many contacts a request is about.
func (d Deps) count(ctx context.Context, m manyRequest) (n int, first []id.Contact, err error) {
	if !m.All {
		found, err := contact.Some(ctx, d.DB, m.Chosen)
		for _, c := range m.Chosen {
			if _, there := found[c]; there {
				n, first = n+1, append(first, c)
			}
		}
		return n, first, err
	}
	query, err := d.Language.Parse(ctx, m.Search, web.Who(ctx, d.Clock()))
	if err != nil {
		return 0, nil, err
	}
	filter := contact.Filter{Where: query.Where, Anonymous: query.Anonymous, Also: d.Language.Catalogue, Limit: chosenShown}
	page, err := contact.List(ctx, d.DB, filter)
	if err != nil {
		return 0, nil, err
	}
	for _, c := range page.Contacts {
		first = append(first, c.ID)
	}
	n, err = contact.Count(ctx, d.DB, filter)
	return n, first, err
}

func (d Deps) askMany(w http.ResponseWriter, r *http.Request, m manyRequest, wrong fault.Fields) error {
	ctx := r.Context()
	n, first, err := d.count(ctx, m)
	if fault.Is(err, fault.KindInvalid) { // the list says what is wrong with the search
		return web.Redirect(w, r, listURL+"?"+url.Values{"search": {string([]rune(m.Search)[:min(len([]rune(m.Search)), mostSaid)])}}.Encode())
	}
	if err != nil {
		return err
	}
	if n == 0 {
		web.Say(r, ui.Amber, i18n.T(ctx, "bulk.nobody|Choose at least one contact."))
		return web.Redirect(w, r, listURL)
	}
	v := manyView{Hidden: m.hidden(), Kind: string(m.Kind), Search: m.Search, Danger: m.Kind == bulk.Delete}
	v.Said = i18n.N(ctx, n, "contactpage.many.title|Change %s contact|Change %s contacts", i18n.Number(ctx, n))
	v.Do = i18n.N(ctx, n, "contactpage.many.do|Change %s contact|Change %s contacts", i18n.Number(ctx, n))
	if v.Danger {
		v.Do = i18n.N(ctx, n, "contactpage.many.delete|Delete %s contact|Delete %s contacts", i18n.Number(ctx, n))
	}
	shown := first[:min(len(first), chosenShown)]
	people, err := contact.Some(ctx, d.DB, shown)
	if err != nil {
		return err
	}
	for _, c := range shown {
		if one, there := people[c]; there {
			v.People = append(v.People, person(ctx, one))
		}
	}
	if more := n - len(v.People); more > 0 {
		v.Under = i18n.N(ctx, more, "contactpage.many.more|and %s other|and %s others", i18n.Number(ctx, more))
	}
	for _, k := range bulk.Kinds() {
		v.Kinds = append(v.Kinds, manyKind{string(k), kindName(ctx, k), k == m.Kind})
	}
	if w, bad := wrong["change"]; bad {
		v.Wrong = i18n.T(ctx, w.Key, w.Args...)
	}
	if err := d.manyInputs(ctx, &v, m, wrong); err != nil {
		return err
	}
	status := http.StatusOK
	if len(wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return web.Show(w, r, web.View{Status: status, Title: v.Said, Section: layout.Contacts, Body: manyPage(v)})
}

func kindName(ctx context.Context, k bulk.Kind) string {
	switch k {
	case bulk.Tag:
		return i18n.T(ctx, "contactpage.many.tag|Add tags")
	case bulk.Untag:
		return i18n.T(ctx, "contactpage.many.untag|Remove tags")
	case bulk.Stage:
		return i18n.T(ctx, "contactpage.stage|Stage")
	case bulk.Owner:
		return i18n.T(ctx, "contactpage.many.owner|Owner")
	case bulk.Points:
		return i18n.T(ctx, "contactpage.many.points|Points")
	case bulk.Block:
		return i18n.T(ctx, "contactpage.many.block|Do not contact")
	case bulk.Allow:
		return i18n.T(ctx, "contactpage.many.allow|Allow contact again")
	case bulk.Value:
		return i18n.T(ctx, "contactpage.many.value|Value of a field")
	}
	return i18n.T(ctx, "contactpage.many.trash|Delete")
}

// manyInputs are what the change asks for.
func (d Deps) manyInputs(ctx context.Context, v *manyView, m manyRequest, wrong fault.Fields) error {
	switch m.Kind {
	case bulk.Tag, bulk.Untag:
		tags, err := label.All(ctx, d.DB, mostOffered)
		if err != nil {
			return err
		}
		in := tagInput(ctx, draft{Tags: strings.Join(m.Tags, ", ")}, tags, wrong)
		in.Focus, in.Required = true, true
		v.Inputs = append(v.Inputs, *in)
	case bulk.Stage:
		in, err := d.stageInput(ctx, m.Stage, wrong["stage"])
		v.Inputs = append(v.Inputs, in)
		return err
	case bulk.Owner:
		users, err := user.List(ctx, d.DB)
		if err != nil {
			return err
		}
		v.Inputs = append(v.Inputs, ownerInput(ctx, draft{Owner: ownerText(m.Owner)}, users, wrong))
	case bulk.Points:
		in := ui.Input{Name: "points", Type: "number", Step: "1", Label: i18n.T(ctx, "contactpage.many.points.label|Points to add"), Wrong: wrong["points"], Required: true, Focus: true, Complete: "off",
			Help: i18n.T(ctx, "contactpage.many.points.help|A number below zero takes points away.")}
		if m.Points != 0 {
			in.Value = strconv.Itoa(m.Points)
		}
		v.Inputs = append(v.Inputs, in)
	case bulk.Block, bulk.Allow:
		v.Inputs = append(v.Inputs, channelInputs(ctx, m, wrong)...)
	case bulk.Value:
		return d.valueInputs(ctx, v, m, wrong)
	}
	return nil
}

// channelInputs ask by which channel contacts are not to be contacted, and why, or by
// which they are again.
func channelInputs(ctx context.Context, m manyRequest, wrong fault.Fields) []ui.Input {
	channel := ui.Input{Name: "channel", Type: "select", Label: i18n.T(ctx, "contactpage.many.channel|Channel"), Value: string(m.Channel), Wrong: wrong["channel"], Required: true, Focus: true, Choices: []ui.Choice{{}},
		Help: i18n.T(ctx, "contactpage.many.channel.help|Those who unsubscribed themselves stay so.")}
	for _, c := range consent.Channels() {
		channel.Choices = append(channel.Choices, ui.Choice{Value: string(c), Label: web.ChannelName(ctx, c)})
	}
	if m.Kind == bulk.Allow {
		return []ui.Input{channel}
	}
	return []ui.Input{channel, {Name: "comment", Type: "text", Label: i18n.T(ctx, "contactpage.many.comment|Comment"), Value: m.Comment, Wrong: wrong["comment"], Complete: "off"}}
}

// valueInputs ask for a field first, then for its value.
func (d Deps) valueInputs(ctx context.Context, v *manyView, m manyRequest, wrong fault.Fields) error {
	set, err := field.Of(ctx, d.DB)
	if err != nil {
		return err
	}
	choose := ui.Input{Name: "field", Type: "select", Label: i18n.T(ctx, "contactpage.many.field|Field"), Value: m.Field, Wrong: wrong["field"], Choices: []ui.Choice{{}}}
	for _, f := range editable(set, false) {
		if !f.Unique && f.Alias != "points" {
			choose.Choices = append(choose.Choices, ui.Choice{Value: f.Alias, Label: f.Name(ctx)})
		}
	}
	v.Fields = &choose
	f, found := set.ByAlias(m.Field)
	if !found || f.Unique || f.Computed() {
		return nil
	}
	in := newInput(ctx, f, draft{Values: map[string]string{f.Alias: shown(ctx, f, m.Value)}}, fault.Fields{f.Alias: wrong["value"]})
	in.Name, in.Required, in.Label = "value", false, f.Name(ctx)
	in.Help = i18n.T(ctx, "contactpage.many.empty|Left empty, it empties the field.")
	v.Inputs = append(v.Inputs, in)
	return nil
}

// isUser refuses an owner who is neither nobody nor a user.
func (d Deps) isUser(ctx context.Context, typed string) error {
	if typed == "" {
		return nil
	}
	n, err := strconv.ParseInt(typed, 10, 64)
	if err == nil {
		_, err = user.Find(ctx, d.DB, id.User(n))
	}
	if err == nil || !fault.Is(err, fault.KindNotFound) && !errors.Is(err, strconv.ErrSyntax) && !errors.Is(err, strconv.ErrRange) {
		return err
	}
	return fault.Invalid(fault.Fields{"owner": fault.Say("contactpage.many.no_user|Choose a user, or nobody.")})
}

func (d Deps) startMany(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return err
	}
	m := readMany(r.PostForm)
	if m.Kind == bulk.Value {
		set, err := field.Of(ctx, d.DB)
		if err != nil {
			return err
		}
		if f, found := set.ByAlias(m.Field); found {
			m.Value = meant(ctx, f, strings.Join(r.PostForm["value"], "|"))
		}
	}
	if !m.All && len(m.Chosen) == 0 {
		return d.askMany(w, r, m, nil)
	}
	if m.All {
		if _, err := d.Language.Parse(ctx, m.Search, web.Who(ctx, d.Clock())); err != nil {
			return d.askMany(w, r, m, nil)
		}
	}
	change, err := m.Check(ctx, d.DB)
	if err == nil && m.Kind == bulk.Owner {
		err = d.isUser(ctx, r.PostForm.Get("owner"))
	}
	if f, ok := fault.Of(err); ok && len(f.Fields) > 0 {
		return d.askMany(w, r, m, f.Fields)
	}
	if err != nil {
		return err
	}
	u := web.User(ctx)
	var number int64
	err = d.DB.Do(ctx, func(tx *db.Tx) (err error) {
		number, err = bulk.Start(ctx, tx, change, bulk.Selection{Contacts: m.Chosen, All: m.All, Words: m.Search}, bulk.By{User: u.ID, Name: u.Name(), Zone: i18n.Zone(ctx)})
		return err
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, changeURL(number))
}

func changeURL(number int64) string { return changesURL + "/" + strconv.FormatInt(number, 10) }
