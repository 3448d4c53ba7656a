package findpage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/company"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/user"
	"ariane/internal/view"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	// most is how many contacts and how many forms are offered.
	most = 5
	// shortest is how many characters are looked for among contacts and forms.
	shortest = 2
)

// hit is something that was found: a person, or what has an icon.
type hit struct {
	Icon   string
	Person ui.Person
	Name   string
	URL    string
	// Do is where a button posts Field with Value, in the place of a link to URL.
	Do, Field, Value string
}

type group struct {
	Title string
	Hits  []hit
}

type findView struct {
	Text   string
	Groups []group
	Said   string // how much was found
}

func (d Deps) find(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := d.look(ctx, strings.TrimSpace(r.URL.Query().Get("q")), web.User(ctx).Role == user.Admin)
	if err != nil {
		return err
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "findpage.title|Find anything"), Body: findPage(v)})
}

func (d Deps) look(ctx context.Context, text string, admin bool) (findView, error) {
	v := findView{Text: text}
	add := func(title string, hits []hit) {
		if len(hits) > 0 {
			v.Groups = append(v.Groups, group{title, hits})
		}
	}
	people, err := d.contacts(ctx, text)
	if err != nil {
		return v, err
	}
	companies, err := d.companies(ctx, text)
	if err != nil {
		return v, err
	}
	forms, err := d.forms(ctx, text)
	if err != nil {
		return v, err
	}
	add(i18n.T(ctx, "findpage.contacts|Contacts"), people)
	add(i18n.T(ctx, "findpage.companies|Companies"), companies)
	add(i18n.T(ctx, "findpage.forms|Forms"), forms)
	views, err := d.views(ctx, text)
	if err != nil {
		return v, err
	}
	fields, err := d.fields(ctx, text, admin)
	if err != nil {
		return v, err
	}
	add(i18n.T(ctx, "findpage.views|Saved views"), views)
	add(i18n.T(ctx, "findpage.pages|Go to"), pages(ctx, text, admin))
	add(i18n.T(ctx, "findpage.make|Create"), makings(ctx, text, admin))
	add(i18n.T(ctx, "findpage.fields|Fields"), fields)
	add(i18n.T(ctx, "findpage.actions|Do"), actions(ctx, text))
	n := 0
	for _, g := range v.Groups {
		n += len(g.Hits)
	}
	v.Said = i18n.N(ctx, n, "findpage.found|%d result|%d results", n)
	return v, nil
}

// recentSorts are the sorts of things that scripts keep as opened last, named as
// they name them.
func recentSorts() []hit {
	return []hit{{Icon: "user-circle", Name: "contacts"}, {Icon: "forms", Name: "forms"}, {Icon: "list-details", Name: "view"}, {Icon: "history", Name: "page"}}
}

// contacts finds people as the search of their list does. A text that is no
// search finds nobody.
func (d Deps) contacts(ctx context.Context, text string) ([]hit, error) {
	if utf8.RuneCountInString(text) < shortest {
		return nil, nil
	}
	query, err := d.Language.Parse(ctx, text, web.Who(ctx, d.Clock()))
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindInvalid {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	filter := contact.Filter{Where: query.Where, Anonymous: query.Anonymous, Also: d.Language.Catalogue, Limit: most}
	found, err := contact.List(ctx, d.DB, filter)
	if err != nil {
		return nil, err
	}
	var hits []hit
	for _, c := range found.Contacts {
		p := ui.Person{Name: c.Name, URL: web.ContactURL(c.ID), Known: !c.Anonymous()}
		if p.Name == "" {
			p.Name = i18n.T(ctx, "findpage.anonymous|Anonymous visitor")
		}
		if email := c.Fields["email"]; email != p.Name {
			p.Under = email
		}
		hits = append(hits, hit{Person: p, Name: p.Name, URL: p.URL})
	}
	if found.Next != "" {
		hits = append(hits, hit{Icon: "search", Name: i18n.T(ctx, "findpage.all|All contacts that match"), URL: "/s/contacts?" + url.Values{"search": {text}}.Encode()})
	}
	return hits, nil
}

func (d Deps) companies(ctx context.Context, text string) ([]hit, error) {
	if utf8.RuneCountInString(text) < shortest {
		return nil, nil
	}
	found, err := company.List(ctx, d.DB, company.Filter{Text: text, User: web.User(ctx).ID, Limit: most})
	if err != nil {
		return nil, err
	}
	var hits []hit
	for _, c := range found.Companies {
		hits = append(hits, hit{Icon: "building", Name: c.Name(), URL: web.CompanyURL(c.ID)})
	}
	return hits, nil
}

func (d Deps) forms(ctx context.Context, text string) ([]hit, error) {
	if utf8.RuneCountInString(text) < shortest {
		return nil, nil
	}
	found, err := form.List(ctx, d.DB, form.Filter{Text: text, Limit: most})
	if err != nil {
		return nil, err
	}
	var hits []hit
	for _, f := range found.Forms {
		hits = append(hits, hit{Icon: "forms", Name: f.Name, URL: "/s/forms/view/" + strconv.FormatInt(int64(f.ID), 10)})
	}
	return hits, nil
}

func pages(ctx context.Context, text string, admin bool) []hit {
	var hits []hit
	for _, p := range layout.Pages(ctx, admin) {
		if says(p.Label+" "+p.Words, text) {
			hits = append(hits, hit{Icon: p.Icon, Name: p.Label, URL: p.URL})
		}
	}
	return hits
}

func makings(ctx context.Context, text string, admin bool) []hit {
	list := []hit{
		{Icon: "user-plus", Name: i18n.T(ctx, "findpage.new.contact|New contact"), URL: "/s/contacts/new"},
		{Icon: "building", Name: i18n.T(ctx, "findpage.new.company|New company"), URL: "/s/companies/new"},
		{Icon: "forms", Name: i18n.T(ctx, "findpage.new.form|New form"), URL: "/s/forms/new"},
		{Icon: "tag", Name: i18n.T(ctx, "findpage.new.tag|New tag"), URL: "/s/tags/new"},
	}
	if admin {
		list = append(list, hit{Icon: "users-group", Name: i18n.T(ctx, "findpage.new.user|New user"), URL: "/s/users/new"})
	}
	return slices.DeleteFunc(list, func(h hit) bool { return !says(h.Name, text) })
}

// views finds the views of the list of contacts by their names.
func (d Deps) views(ctx context.Context, text string) ([]hit, error) {
	if text == "" {
		return nil, nil
	}
	list, err := view.List(ctx, d.DB, "contacts", web.User(ctx).ID)
	var hits []hit
	for _, v := range list {
		if says(v.Name, text) && len(hits) < most {
			q, _ := url.ParseQuery(v.Query) // what is stored was written so
			q.Set("tab", strconv.FormatInt(v.ID, 10))
			hits = append(hits, hit{Icon: "list-details", Name: v.Name, URL: "/s/contacts?" + q.Encode()})
		}
	}
	return hits, err
}

// fields finds the fields of contacts by what they are called, for those who may
// change them.
func (d Deps) fields(ctx context.Context, text string, admin bool) ([]hit, error) {
	if !admin || utf8.RuneCountInString(text) < shortest {
		return nil, nil
	}
	set, err := field.Of(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	var hits []hit
	for _, f := range set.All() {
		if says(f.Name(ctx)+" "+f.Alias, text) && len(hits) < most {
			hits = append(hits, hit{Icon: "list-details", Name: f.Name(ctx), URL: "/s/fields/edit/" + strconv.FormatInt(f.ID, 10)})
		}
	}
	return hits, nil
}

// actions are what can be done from anywhere.
func actions(ctx context.Context, text string) []hit {
	if text == "" {
		return nil
	}
	list := []hit{
		{Icon: "search", Name: i18n.T(ctx, "findpage.do.search|Search contacts"), URL: "/s/contacts/condition"},
		{Icon: "sun", Name: i18n.T(ctx, "findpage.do.light|Light theme"), Do: "/s/theme", Field: "theme", Value: "light"},
		{Icon: "moon", Name: i18n.T(ctx, "findpage.do.dark|Dark theme"), Do: "/s/theme", Field: "theme", Value: "dark"},
		{Icon: "device-desktop", Name: i18n.T(ctx, "findpage.do.system|Theme of the system"), Do: "/s/theme", Field: "theme", Value: "system"},
		{Icon: "world", Name: i18n.T(ctx, "findpage.do.english|Language: English"), Do: "/s/language", Field: "language", Value: i18n.English},
		{Icon: "world", Name: i18n.T(ctx, "findpage.do.french|Language: Français"), Do: "/s/language", Field: "language", Value: i18n.French},
		{Icon: "logout", Name: i18n.T(ctx, "findpage.do.logout|Log out"), Do: "/s/logout", Field: "by", Value: "palette"},
	}
	return slices.DeleteFunc(list, func(h hit) bool { return !says(h.Name, text) })
}

// says tells whether each word of text begins one of words, whatever their accents and
// capitals; one letter of a longer word may be wrong, left out or too much.
func says(words, text string) bool {
	all := strings.Fields(field.Fold(words))
	for _, asked := range strings.Fields(field.Fold(text)) {
		if !slices.ContainsFunc(all, func(word string) bool { return strings.HasPrefix(word, asked) || nearly(word, asked) }) {
			return false
		}
	}
	return true
}

// longEnough is how many letters a word has that may be mistyped.
const longEnough = 5

// nearly tells whether what is typed is the beginning of a word, or the word, with one
// letter wrong, left out, too much, or in the place of its neighbour.
func nearly(word, typed string) bool {
	w, t := []rune(word), []rune(typed)
	if len(t) < longEnough {
		return false
	}
	i := 0
	for i < len(w) && i < len(t) && w[i] == t[i] {
		i++
	}
	begins := func(w, t []rune) bool { return len(t) <= len(w) && slices.Equal(w[:len(t)], t) }
	rest, of := t[min(i, len(t)):], w[min(i, len(w)):]
	switch {
	case len(rest) == 0:
		return true
	case begins(of, rest[1:]): // too much
		return true
	case len(of) == 0:
		return false
	case begins(of[1:], rest[1:]), begins(of[1:], rest): // wrong, left out
		return true
	}
	return len(of) > 1 && len(rest) > 1 && of[0] == rest[1] && of[1] == rest[0] && begins(of[2:], rest[2:])
}
