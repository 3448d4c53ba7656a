package stagepage

import (
	"cmp"
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
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/report"
	"ariane/internal/rule"
	"ariane/internal/search"
	"ariane/internal/stage"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	boardURL = listURL + "/board"
	// cardsShown is how many cards a column of the board has, columnShown how many the
	// page of one.
	cardsShown  = 20
	columnShown = 50
	// freshDays is for how long somebody is new at a stage.
	freshDays = 30
	// countedTo is up to how many contacts are counted.
	countedTo = 1000
)

// boardView is all stages side by side.
type boardView struct {
	Search  string
	Refused string // why the search cannot be read
	Hints   []string
	Columns []column
	// Rest says how many are at no stage; RestURL lists them.
	Rest, RestURL string
	Forward       bool
	Empty         bool // there is no stage
}

// column is a stage on the board.
type column struct {
	Number, Name, Description string
	Contacts                  string
	Share                     int // of all who are at a stage, in hundredths
	Figures                   []string
	Badges                    []badge
	Category                  string // its colour
	Cards                     []card
	URL, MoreURL              string
	Open                      bool // people are put there
}

// card is a contact on the board.
type card struct {
	Contact, Since, SinceFull, Points string
	Person                            ui.Person
	PlaceURL                          string
}

func readBoard(r *http.Request) string { return field.Printable(r.URL.Query().Get("search")) }

// boardAt is the board as a search leaves it.
func boardAt(words string) string {
	if words == "" {
		return boardURL
	}
	return boardURL + "?" + url.Values{"search": {words}}.Encode()
}

func (d Deps) board(w http.ResponseWriter, r *http.Request) error {
	ctx, words := r.Context(), readBoard(r)
	f, err := stage.Load(ctx, d.DB)
	if err != nil {
		return err
	}
	v := boardView{Search: words, Forward: f.Forward, Empty: len(f.Stages) == 0}
	query, err := d.Language.Parse(ctx, words, web.Who(ctx, d.Clock()))
	if refused, ok := fault.Of(err); ok && refused.Kind == fault.KindInvalid {
		v.Refused = i18n.T(ctx, refused.Message().Key, refused.Message().Args...)
		words = ""
	} else if err != nil {
		return err
	}
	for _, h := range query.Hints {
		v.Hints = append(v.Hints, i18n.T(ctx, h.Key, h.Args...))
	}
	categories, err := d.categories(ctx, f)
	if err != nil {
		return err
	}
	for _, s := range f.Stages {
		if !s.Open(d.Clock()) && s.Contacts == 0 {
			continue
		}
		c := column{Number: strconv.FormatInt(s.ID, 10), Name: s.Name, Description: s.Description, Badges: badges(ctx, s, d.Clock()), Category: categories[s.Category].Color, Open: s.Open(d.Clock())}
		if words == "" {
			err = d.fill(ctx, &c, f, s)
		} else {
			err = d.filter(ctx, &c, s, query, v.Search)
		}
		if err != nil {
			return err
		}
		v.Columns = append(v.Columns, c)
	}
	if v.Rest, err = d.rest(ctx, f); err != nil {
		return err
	}
	v.RestURL = contactsURL(i18n.T(ctx, "stagepage.none.words|stage:none"))
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "stagepage.board|Board of stages"), Section: layout.Stages, Body: boardPage(v)})
}

// rest says how many known contacts are at no stage.
func (d Deps) rest(ctx context.Context, f stage.Funnel) (string, error) {
	known, _, err := report.People(ctx, d.DB)
	n := max(int(known-f.Contacts()), 0)
	return i18n.N(ctx, n, "stagepage.rest|%s known contact is at no stage|%s known contacts are at no stage", i18n.Number(ctx, n)), err
}

// fill shows who came last to a stage, with how many are there.
func (d Deps) fill(ctx context.Context, c *column, f stage.Funnel, s stage.Stage) error {
	c.Contacts = i18n.Number(ctx, int(s.Contacts))
	c.URL = contactsURL(searched(s))
	if all := f.Contacts(); all > 0 {
		c.Share = int(s.Contacts * 100 / all)
		c.Figures = append(c.Figures, i18n.T(ctx, "stagepage.share|%s of all", i18n.T(ctx, "stagepage.percent|%d%%", c.Share)))
	}
	fresh, err := stage.Came(ctx, d.DB, s.ID, d.Clock().AddDate(0, 0, -freshDays), countedTo)
	if err != nil {
		return err
	}
	said := i18n.Number(ctx, fresh)
	if fresh == countedTo {
		said += "+"
	}
	c.Figures = append(c.Figures, i18n.N(ctx, fresh, "stagepage.fresh|%s came in the last %d days|%s came in the last %d days", said, freshDays))
	list, err := stage.Cards(ctx, d.DB, s.ID, stage.Card{}, cardsShown+1)
	if err != nil {
		return err
	}
	if len(list) > cardsShown {
		c.MoreURL = columnURL(s, list[cardsShown-1])
	}
	c.Cards, err = d.cards(ctx, list[:min(len(list), cardsShown)], "")
	return err
}

// columnURL is the page of a stage from after a card on.
func columnURL(s stage.Stage, after stage.Card) string {
	return at("board", s.ID) + "?" + url.Values{"after": {strconv.FormatInt(db.Millis(after.Since), 10) + "-" + strconv.FormatInt(int64(after.Contact), 10)}}.Encode()
}

// cards are contacts as the board shows them. Who was merged or deleted a moment ago is
// left out.
func (d Deps) cards(ctx context.Context, list []stage.Card, words string) ([]card, error) {
	var numbers []id.Contact
	for _, one := range list {
		numbers = append(numbers, one.Contact)
	}
	people, err := contact.Some(ctx, d.DB, numbers)
	if err != nil {
		return nil, err
	}
	var cards []card
	for _, one := range list {
		p, there := people[one.Contact]
		if !there {
			continue
		}
		cards = append(cards, newCard(ctx, d.Clock(), p, one.Since, words))
	}
	return cards, nil
}

func newCard(ctx context.Context, now time.Time, c contact.Contact, since time.Time, words string) card {
	number := strconv.FormatInt(int64(c.ID), 10)
	one := card{Contact: number, Points: i18n.N(ctx, c.Points, "stagepage.points|%s point|%s points", i18n.Number(ctx, c.Points)), PlaceURL: listURL + "/place/" + number,
		Since: i18n.T(ctx, "stagepage.since|since %s", i18n.Date(ctx, since)), SinceFull: i18n.DateTime(ctx, since)}
	one.Person = ui.Person{Name: cmp.Or(c.Name, i18n.T(ctx, "stagepage.anonymous|Anonymous visitor")), URL: web.ContactURL(c.ID), Known: !c.Anonymous(), Sample: c.Sample}
	if company := c.Fields["company"]; company != one.Person.Name {
		one.Person.Under = company
	}
	if words != "" {
		one.PlaceURL += "?" + url.Values{"search": {words}}.Encode()
	}
	return one
}

// filter shows who is at a stage of those that a search finds, who was active last first.
func (d Deps) filter(ctx context.Context, c *column, s stage.Stage, query search.Query, words string) error {
	there := rule.Cond{Field: "stage.number", Op: rule.In, Value: []int64{s.ID}}
	where := rule.Node(there)
	if query.Where != nil {
		where = rule.All{query.Where, there}
	}
	page, err := contact.List(ctx, d.DB, contact.Filter{Where: where, Anonymous: query.Anonymous, Also: d.Language.Catalogue, Limit: cardsShown, CountTo: countedTo})
	if err != nil {
		return err
	}
	if c.Contacts = i18n.Number(ctx, page.Found); !page.Exact {
		c.Contacts += "+"
	}
	c.Figures = []string{i18n.N(ctx, int(s.Contacts), "stagepage.of|of %s|of %s", i18n.Number(ctx, int(s.Contacts)))}
	c.URL = contactsURL(strings.TrimSpace(words + " " + searched(s)))
	if page.Next != "" {
		c.MoreURL = c.URL
	}
	var numbers []id.Contact
	for _, p := range page.Contacts {
		numbers = append(numbers, p.ID)
	}
	is, err := stage.Of(ctx, d.DB, numbers)
	for _, p := range page.Contacts {
		c.Cards = append(c.Cards, newCard(ctx, d.Clock(), p, is[p.ID].Since, words))
	}
	return err
}

// column shows more of who is at one stage.
func (d Deps) column(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := d.find(r)
	if err != nil {
		return err
	}
	var after stage.Card
	if text := r.URL.Query().Get("after"); text != "" {
		since, number, _ := strings.Cut(text, "-")
		ms, wrong := strconv.ParseInt(since, 10, 64)
		n, none := strconv.ParseInt(number, 10, 64)
		if wrong != nil || none != nil || n <= 0 {
			return fault.Refused(cmp.Or(wrong, none), fault.Text{})
		}
		after = stage.Card{Contact: id.Contact(n), Since: db.Time(ms)}
	}
	list, err := stage.Cards(ctx, d.DB, s.ID, after, columnShown+1)
	if err != nil {
		return err
	}
	v := columnView{Name: s.Name, Under: i18n.N(ctx, int(s.Contacts), "stagepage.contacts|%s contact|%s contacts", i18n.Number(ctx, int(s.Contacts)))}
	if len(list) > columnShown {
		list = list[:columnShown]
		v.Cursor.Next = columnURL(s, list[columnShown-1])
	}
	if v.Cards, err = d.cards(ctx, list, ""); err != nil {
		return err
	}
	return web.Show(w, r, web.View{Title: s.Name, Section: layout.Stages, Body: columnPage(v)})
}

// columnView is a part of who is at one stage.
type columnView struct {
	Name, Under string
	Cards       []card
	Cursor      ui.Cursor
}

// placeView asks where a contact is to go.
type placeView struct {
	Title, Action, Back string
	Search              string
	Stages              []placeChoice
}

type placeChoice struct {
	Value, Label string
	Here         bool
}

func (d Deps) contact(r *http.Request) (contact.Contact, error) {
	number, err := web.PathID[id.Contact](r, "contact")
	if err != nil {
		return contact.Contact{}, err
	}
	return contact.Find(r.Context(), d.DB, number)
}

func (d Deps) showPlace(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.contact(r)
	if err != nil {
		return err
	}
	f, err := stage.Load(ctx, d.DB)
	if err != nil {
		return err
	}
	is, err := stage.Of(ctx, d.DB, []id.Contact{c.ID})
	if err != nil {
		return err
	}
	words := readBoard(r)
	here := is[c.ID].Stage
	one := newCard(ctx, d.Clock(), c, is[c.ID].Since, words)
	v := placeView{Title: i18n.T(ctx, "stagepage.place|Move %s to…", one.Person.Name), Action: listURL + "/place/" + one.Contact, Back: boardAt(words), Search: words}
	for _, s := range f.Offered(d.Clock(), here) {
		v.Stages = append(v.Stages, placeChoice{Value: strconv.FormatInt(s.ID, 10), Label: s.Name, Here: s.ID == here})
	}
	if _, refused := f.Refuses(here, 0); here != 0 && !refused {
		v.Stages = append(v.Stages, placeChoice{Value: "0", Label: i18n.T(ctx, "stagepage.nowhere|No stage")})
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Stages, Body: placePage(v)})
}

// place puts a contact at a stage, and comes back to the board.
func (d Deps) place(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.contact(r)
	if err != nil {
		return err
	}
	to, err := strconv.ParseInt(r.PostFormValue("stage"), 10, 64)
	if err != nil {
		return fault.Refused(err, fault.Say("stage.unknown|There is no such stage."))
	}
	name := ""
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		if err := contact.HoldAll(ctx, tx, []id.Contact{c.ID}); err != nil {
			return err
		}
		f, err := stage.Load(ctx, tx)
		if err != nil {
			return err
		}
		is, err := stage.Of(ctx, tx, []id.Contact{c.ID})
		if err != nil {
			return err
		}
		s, there := f.Find(to)
		if there && !slices.ContainsFunc(f.Offered(d.Clock(), is[c.ID].Stage), func(o stage.Stage) bool { return o.ID == to }) {
			if _, refused := f.Refuses(is[c.ID].Stage, to); !refused {
				return fault.Invalid(fault.Fields{"stage": fault.Say("stagepage.not_offered|“%s” is not offered at the moment.", s.Name)})
			}
		}
		name = s.Name
		return stage.Set(ctx, tx, c.ID, to, by(r))
	})
	if f, ok := fault.Of(err); ok && len(f.Fields) > 0 {
		m := f.Fields["stage"]
		web.Say(r, ui.Red, i18n.T(ctx, m.Key, m.Args...))
	} else if err != nil {
		return err
	} else if to == 0 {
		web.Say(r, ui.Green, i18n.T(ctx, "stagepage.left|%s is at no stage now.", cmp.Or(c.Name, i18n.T(ctx, "stagepage.anonymous|Anonymous visitor"))))
	} else {
		web.Say(r, ui.Green, i18n.T(ctx, "stagepage.placed|%s is at “%s” now.", cmp.Or(c.Name, i18n.T(ctx, "stagepage.anonymous|Anonymous visitor")), name))
	}
	return web.Redirect(w, r, boardAt(field.Printable(r.PostFormValue("search"))))
}
