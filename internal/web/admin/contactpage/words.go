package contactpage

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/label"
	"ariane/internal/rule"
	"ariane/internal/search"
	"ariane/internal/web"
)

// searchWord is a command of the search as it is explained.
type searchWord struct {
	Command string // its canonical name
	Name    string // in the language of who reads
	Example string // what can stand after the name
	Says    string
}

// Also is the example with the canonical name, where that is another.
func (w searchWord) Also() string {
	if w.Name == w.Command {
		return ""
	}
	return w.Command + ":" + w.Example
}

// wordGroup is a part of the help.
type wordGroup struct {
	Title string
	Words []searchWord
}

func searchWords(ctx context.Context) []wordGroup {
	t := func(key string) string { return i18n.T(ctx, key) }
	return []wordGroup{
		{t("contactpage.words.who|Who it is"), []searchWord{
			{"name", t("contactpage.word.name|name"), "moreau", t("contactpage.says.name|first or last names that begin like this")},
			{"email", "email", "%@example.com", t("contactpage.says.email|addresses that end like this; without the percent sign, that begin")},
			{"company", t("contactpage.word.company|company"), "acme", t("contactpage.says.company|companies that begin like this")},
			{"phone", t("contactpage.word.phone|phone"), t("contactpage.example.phone|2079460"), t("contactpage.says.phone|these digits in a number, however it is written")},
			{"is", t("contactpage.word.is|is"), t("contactpage.example.is|anonymous"), t("contactpage.says.is|visitors without a name; also is:identified, is:mine, is:unowned")},
			{"ip", "ip", "203.0.113", t("contactpage.says.ip|everybody seen at these addresses")},
			{"ids", "ids", "12,15", t("contactpage.says.ids|contacts by their numbers")},
		}},
		{t("contactpage.words.known|What is known"), []searchWord{
			{"tag", t("contactpage.word.tag|tag"), t("contactpage.example.tag|customer"), t("contactpage.says.tag|everybody with this tag")},
			{"owner", t("contactpage.word.owner|owner"), "camille", t("contactpage.says.owner|contacts of this colleague")},
			{"points", "points", ">50", t("contactpage.says.points|more than 50 points; also 50, <=50, 10..20")},
			{"has", t("contactpage.word.has|has"), t("contactpage.example.has|phone"), t("contactpage.says.has|there is a telephone number; also an e-mail, a tag, an owner…")},
			{"created", t("contactpage.word.created|created"), t("contactpage.example.created|<30d"), t("contactpage.says.created|new in the last 30 days; also 2026-03, yesterday, 2026-01-01..2026-03-31")},
			{"identified", t("contactpage.word.identified|identified"), "2026-03", t("contactpage.says.identified|became known in that month")},
			{"modified", t("contactpage.word.modified|modified"), t("contactpage.example.modified|today"), t("contactpage.says.modified|changed on that day")},
		}},
		{t("contactpage.words.did|What happened"), []searchWord{
			{"active", t("contactpage.word.active|active"), t("contactpage.example.active|>6m"), t("contactpage.says.active|not seen for six months")},
			{"event", t("contactpage.word.event|event"), t("contactpage.example.event|form"), t("contactpage.says.event|sent a form; also a visit, a tag, a note")},
			{"device", t("contactpage.word.device|device"), "iphone", t("contactpage.says.device|came with a device that calls itself so")},
		}},
	}
}

// offer is one way to go on with a search.
type offer struct {
	Text string // what replaces the gap
	Name string
	Says string
}

// mostOffers is how many there are at a time.
const mostOffers = 8

// completion is what can stand in the gap of a search.
type completion struct {
	From, To int
	Offers   []offer
}

func (d Deps) complete(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := r.URL.Query()
	at, err := strconv.Atoi(q.Get("at"))
	if err != nil {
		at = len(q.Get("search"))
	}
	gap := d.Language.GapAt(ctx, q.Get("search"), at)
	offers, err := d.offers(ctx, gap)
	if err != nil {
		return err
	}
	return web.ShowPart(w, r, completionPart(completion{From: gap.From, To: gap.To, Offers: offers[:min(len(offers), mostOffers)]}))
}

// offers are commands where a term begins, and values after a command.
func (d Deps) offers(ctx context.Context, gap search.Gap) ([]offer, error) {
	switch gap.Command {
	case "":
		return commandOffers(ctx, gap.Typed), nil
	case "is":
		return matching(gap.Typed, flagOffers(ctx)), nil
	case "tag":
		tags, err := label.All(ctx, d.DB, mostTagsCompleted)
		var list []offer
		for _, t := range tags {
			list = append(list, offer{Name: t.Name})
		}
		return matching(gap.Typed, list), err
	case "owner":
		users, err := d.Language.Users(ctx)
		var list []offer
		for _, u := range users {
			list = append(list, offer{Name: u.Name})
		}
		return matching(gap.Typed, list), err
	case "company":
		list, err := d.companies(ctx, gap.Typed)
		return matching(gap.Typed, list), err
	case "event":
		return matching(gap.Typed, eventOffers(ctx)), nil
	case "points":
		return matching(gap.Typed, []offer{{Name: ">50"}, {Name: "10..20"}, {Name: "0"}}), nil
	case "created", "identified", "modified", "active":
		return matching(gap.Typed, timeOffers(ctx)), nil
	case "has":
		return matching(gap.Typed, presentOffers(ctx)), nil
	}
	return nil, nil
}

// companies are those of contacts, from the first that begins like this on.
func (d Deps) companies(ctx context.Context, typed string) ([]offer, error) {
	if typed == "" {
		return nil, nil
	}
	page, err := contact.List(ctx, d.DB, contact.Filter{Where: rule.Cond{Field: "company", Op: rule.StartsWith, Value: typed}, Sort: contact.SortCompany, Asc: true, Limit: mostCompanies})
	var list []offer
	for _, c := range page.Contacts {
		if name := c.Fields["company"]; !slices.ContainsFunc(list, func(o offer) bool { return o.Name == name }) {
			list = append(list, offer{Name: name})
		}
	}
	return list, err
}

// mostCompanies is how many contacts are looked at for their companies.
const mostCompanies = 100

// mostTagsCompleted is how many tags are looked at.
const mostTagsCompleted = 5000

// matching are the offers one of whose words begins like what is typed, those that
// begin so themselves first.
func matching(typed string, list []offer) []offer {
	var first, others []offer
	for _, o := range list {
		if o.Text == "" {
			o.Text = search.Quoted(o.Name)
		}
		switch name := field.Fold(o.Name); {
		case strings.HasPrefix(name, typed) || strings.HasPrefix(field.Fold(o.Text), typed):
			first = append(first, o)
		case strings.Contains(name, " "+typed):
			others = append(others, o)
		}
	}
	return append(first, others...)
}

// commandOffers are commands one of whose names begins like this.
func commandOffers(ctx context.Context, typed string) []offer {
	if typed == "" {
		return nil
	}
	var list []offer
	for _, g := range searchWords(ctx) {
		for _, w := range g.Words {
			begins := func(name string) bool { return strings.HasPrefix(field.Fold(name), typed) }
			if begins(w.Name) || slices.ContainsFunc(search.Names(w.Command), begins) {
				list = append(list, offer{Text: w.Name + ":", Name: w.Name + ":" + w.Example, Says: w.Says})
			}
		}
	}
	return list
}

func flagOffers(ctx context.Context) []offer {
	return []offer{
		{i18n.T(ctx, "contactpage.flag.anonymous|anonymous"), i18n.T(ctx, "contactpage.flag.anonymous|anonymous"), i18n.T(ctx, "contactpage.flag.anonymous.says|visitors without a name")},
		{i18n.T(ctx, "contactpage.flag.identified|identified"), i18n.T(ctx, "contactpage.flag.identified|identified"), i18n.T(ctx, "contactpage.flag.identified.says|contacts with a name")},
		{i18n.T(ctx, "contactpage.flag.mine|mine"), i18n.T(ctx, "contactpage.flag.mine|mine"), i18n.T(ctx, "contactpage.flag.mine.says|contacts that are yours")},
		{i18n.T(ctx, "contactpage.flag.unowned|unowned"), i18n.T(ctx, "contactpage.flag.unowned|unowned"), i18n.T(ctx, "contactpage.flag.unowned.says|contacts of nobody")},
	}
}

func presentOffers(ctx context.Context) []offer {
	var list []offer
	for _, key := range []string{"contactpage.word.email|email", "contactpage.word.phone|phone", "contactpage.word.company|company", "contactpage.word.name|name", "contactpage.word.tag|tag", "contactpage.word.owner|owner"} {
		list = append(list, offer{Name: i18n.T(ctx, key)})
	}
	return list
}

func eventOffers(ctx context.Context) []offer {
	return []offer{
		{i18n.T(ctx, "contactpage.happened.visit|visit"), i18n.T(ctx, "contactpage.happened.visit|visit"), i18n.T(ctx, "contactpage.happened.visit.says|saw a page")},
		{i18n.T(ctx, "contactpage.happened.form|form"), i18n.T(ctx, "contactpage.happened.form|form"), i18n.T(ctx, "contactpage.happened.form.says|sent a form")},
		{i18n.T(ctx, "contactpage.happened.identified|identified"), i18n.T(ctx, "contactpage.happened.identified|identified"), i18n.T(ctx, "contactpage.happened.identified.says|became known")},
		{i18n.T(ctx, "contactpage.happened.tag|tag"), i18n.T(ctx, "contactpage.happened.tag|tag"), i18n.T(ctx, "contactpage.happened.tag.says|was given a tag, or lost one")},
		{i18n.T(ctx, "contactpage.happened.note|note"), i18n.T(ctx, "contactpage.happened.note|note"), i18n.T(ctx, "contactpage.happened.note.says|somebody wrote a note")},
		{i18n.T(ctx, "contactpage.happened.merged|merged"), i18n.T(ctx, "contactpage.happened.merged|merged"), i18n.T(ctx, "contactpage.happened.merged.says|is made of two")},
	}
}

func timeOffers(ctx context.Context) []offer {
	var list []offer
	for _, key := range []string{"contactpage.time.today|today", "contactpage.time.yesterday|yesterday", "contactpage.time.week|this week", "contactpage.time.month|this month",
		"contactpage.time.lastmonth|last month", "contactpage.time.days|<30d", "contactpage.time.long|>6m"} {
		list = append(list, offer{Name: i18n.T(ctx, key)})
	}
	return list
}
