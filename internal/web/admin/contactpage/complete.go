package contactpage

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/label"
	"ariane/internal/rule"
	"ariane/internal/search"
	"ariane/internal/stage"
	"ariane/internal/visit"
	"ariane/internal/web"
)

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
		fields, err := d.fieldOffers(ctx, gap.Typed)
		return append(commandOffers(ctx, gap.Typed), fields...), err
	case "is":
		return matching(gap.Typed, flagOffers(ctx)), nil
	case "tag":
		tags, err := label.All(ctx, d.DB, mostTagsCompleted)
		var list []offer
		for _, t := range tags {
			list = append(list, offer{Name: t.Name})
		}
		return matching(gap.Typed, list), err
	case "stage":
		stages, err := stage.Load(ctx, d.DB)
		list := []offer{{Name: i18n.T(ctx, "contactpage.word.stage.none|none")}}
		for _, s := range stages.Stages {
			list = append(list, offer{Name: s.Name})
		}
		return matching(gap.Typed, list), err
	case "owner":
		users, err := d.Language.Users(ctx)
		var list []offer
		for _, u := range users {
			list = append(list, offer{Name: u.Name})
		}
		return matching(gap.Typed, list), err
	case "dnc":
		return matching(gap.Typed, blockOffers(ctx)), nil
	case "event":
		return matching(gap.Typed, eventOffers(ctx)), nil
	case "has":
		fields, err := d.fieldOffers(ctx, gap.Typed)
		for i := range fields {
			fields[i].Text = strings.TrimSuffix(fields[i].Text, ":")
			fields[i].Name = fields[i].Text
		}
		return append(matching(gap.Typed, presentOffers(ctx)), fields...), err
	case "company", "email":
		return d.values(ctx, gap.Typed, contact.Sort(gap.Command), gap.Command)
	case "visited", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term":
		parameter, _ := strings.CutPrefix(strings.TrimPrefix(gap.Command, "visited"), "utm_")
		seen, err := visit.Seen(ctx, d.DB, parameter)
		var list []offer
		for _, text := range seen {
			list = append(list, offer{Name: text})
		}
		return matching(gap.Typed, list), err
	case "name":
		return d.values(ctx, gap.Typed, "", "firstname", "lastname")
	case "place":
		return d.values(ctx, gap.Typed, "", "city", "state", "country")
	}
	c, found, err := d.Language.Command(ctx, gap.Command)
	switch {
	case err != nil || !found:
		return nil, err
	case c.Takes == search.Number:
		return matching(gap.Typed, []offer{{Name: ">50"}, {Name: "10..20"}, {Name: "0"}}), nil
	case c.Takes == search.Time:
		return matching(gap.Typed, timeOffers(ctx)), nil
	case c.Field == nil:
		return nil, nil
	}
	if list := listedOffers(ctx, *c.Field); len(list) > 0 {
		return matching(gap.Typed, list), nil
	}
	return d.values(ctx, gap.Typed, "", c.Field.Alias)
}

// fieldOffers are fields whose alias, or a word of whose name in any language, begins
// like this.
func (d Deps) fieldOffers(ctx context.Context, typed string) ([]offer, error) {
	if typed == "" || d.Language.Fields == nil {
		return nil, nil
	}
	set, err := d.Language.Fields(ctx)
	if err != nil {
		return nil, err
	}
	var first, others []offer
	for _, f := range set.Published() {
		name := f.Name(ctx)
		o := offer{Text: f.Alias + ":", Name: f.Alias + ":", Says: name}
		begins := strings.HasPrefix(f.Alias, typed)
		if !begins && !slices.ContainsFunc([]string{name, f.English(), inFrench(f)}, func(name string) bool { return wordBegins(name, typed) }) {
			continue
		}
		// Others are commands of their own.
		if c, found, err := d.Language.Command(ctx, f.Alias); err != nil || !found || c.Field == nil {
			if err != nil {
				return nil, err
			}
			continue
		}
		if begins {
			first = append(first, o)
		} else {
			others = append(others, o)
		}
	}
	return append(first, others...), nil
}

func inFrench(f field.Field) string {
	return f.Name(i18n.With(context.Background(), i18n.Locale{Lang: i18n.French}))
}

// wordBegins tells whether a word of a name begins like what is typed.
func wordBegins(name, typed string) bool {
	name = field.Fold(name)
	return strings.HasPrefix(name, typed) || strings.Contains(name, " "+typed)
}

// listedOffers are the values of a field that are known from its definition.
func listedOffers(ctx context.Context, f field.Field) []offer {
	var list []offer
	for _, o := range field.Suggestions(f, i18n.Lang(ctx)) {
		text := search.Quoted(o.Value)
		switch f.Type {
		case field.Boolean:
			text = map[string]string{"1": i18n.T(ctx, "contactpage.yes|yes"), "0": i18n.T(ctx, "contactpage.no|no")}[o.Value]
		case field.Country:
			text = search.Quoted(o.Label) // countries are understood in the languages of readers
		}
		list = append(list, offer{Text: text, Name: cmp.Or(o.Label, text)})
	}
	return list
}

// values are those of contacts in some fields that begin like what is typed, where an
// index finds these contacts.
func (d Deps) values(ctx context.Context, typed string, sort contact.Sort, aliases ...string) ([]offer, error) {
	set, err := d.Language.Fields(ctx)
	if err != nil {
		return nil, err
	}
	var either rule.Any
	for _, alias := range aliases {
		if f, ok := set.ByAlias(alias); ok && utf8.RuneCountInString(typed) >= leastTyped(f) {
			either = append(either, rule.Cond{Field: alias, Op: rule.StartsWith, Value: typed})
		}
	}
	if len(either) == 0 {
		return nil, nil
	}
	var where rule.Node = either
	if len(either) == 1 {
		where = either[0]
	}
	page, err := contact.List(ctx, d.DB, contact.Filter{Where: where, Sort: sort, Asc: sort != "", Limit: mostLookedAt})
	var list []offer
	for _, c := range page.Contacts {
		for _, alias := range aliases {
			if name := c.Fields[alias]; name != "" && !slices.ContainsFunc(list, func(o offer) bool { return field.Fold(o.Name) == field.Fold(name) }) {
				list = append(list, offer{Name: name})
			}
		}
	}
	return matching(typed, list), err
}

// leastTyped is from how many characters on contacts are found by the beginning of a
// value: by an index of its own, or that of all texts.
func leastTyped(f field.Field) int {
	switch {
	case f.Alias == "company" || f.Alias == "email" || f.Indexing >= field.Filled && f.Type.Folded():
		return 1
	case f.Type.Words() && f.Type.Folded():
		return db.ShortestText
	}
	return math.MaxInt
}

// mostLookedAt is how many contacts are looked at for their values.
const mostLookedAt = 100

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
