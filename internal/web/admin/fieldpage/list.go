package fieldpage

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const listURL = "/s/fields"

func at(what string, number int64) string {
	return listURL + "/" + what + "/" + strconv.FormatInt(number, 10)
}

// listView is the list of fields.
type listView struct {
	Under, Search string
	Groups        []groupView
	Removed       []removedRow
}

// groupView is a part of the pages with its fields in order.
type groupView struct {
	Group, Title string
	Rows         []row
}

type row struct {
	Number           string
	Name, Alias, URL string
	Type             string
	Badges           []badge
	First, Last      bool
}

type badge struct {
	Tone ui.Tone
	Text string
}

type removedRow struct{ Name, Until, Action string }

func (d Deps) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	set, err := field.Load(ctx, d.DB)
	if err != nil {
		return err
	}
	v := newListView(ctx, set, strings.TrimSpace(r.URL.Query().Get("search")))
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "fieldpage.title|Fields"), Section: layout.Fields, Body: listPage(v)})
}

func newListView(ctx context.Context, set *field.Set, search string) listView {
	v := listView{Search: search, Under: i18n.N(ctx, len(set.All()), "fieldpage.count|%s field of contacts|%s fields of contacts", i18n.Number(ctx, len(set.All())))}
	wanted := field.Fold(search)
	for _, g := range field.Groups() {
		group := groupView{Group: string(g), Title: g.Name(ctx)}
		for _, f := range set.All() {
			if f.Group == g && strings.Contains(field.Fold(f.Name(ctx))+" "+f.Alias+" "+field.Fold(typeName(ctx, f.Type)), wanted) {
				group.Rows = append(group.Rows, row{Number: strconv.FormatInt(f.ID, 10), Name: f.Name(ctx), Alias: f.Alias, URL: at("edit", f.ID), Type: typeName(ctx, f.Type), Badges: badges(ctx, f)})
			}
		}
		if n := len(group.Rows); n > 0 {
			group.Rows[0].First, group.Rows[n-1].Last = true, true
			v.Groups = append(v.Groups, group)
		}
	}
	for _, f := range set.Removed() {
		one := removedRow{Name: f.Name(ctx), Action: at("restore", f.ID), Until: i18n.T(ctx, "fieldpage.erased|Its values are erased.")}
		if f.Indexing != field.Erased {
			one.Until = i18n.T(ctx, "fieldpage.until|Its values are kept until %s.", i18n.Date(ctx, f.Removed.Add(field.KeptFor)))
		}
		v.Removed = append(v.Removed, one)
	}
	return v
}

func badges(ctx context.Context, f field.Field) []badge {
	var list []badge
	add := func(on bool, tone ui.Tone, text string) {
		if on {
			list = append(list, badge{tone, text})
		}
	}
	add(!f.Published, ui.Amber, i18n.T(ctx, "fieldpage.badge.hidden|Hidden"))
	add(f.Required, ui.Indigo, i18n.T(ctx, "fieldpage.badge.required|Required"))
	add(f.Unique, ui.Blue, i18n.T(ctx, "fieldpage.badge.unique|Unique"))
	add(f.Filterable && f.Alias != "email", ui.Blue, i18n.T(ctx, "fieldpage.badge.filterable|Quick to find"))
	add(f.OnQuick, ui.Grey, i18n.T(ctx, "fieldpage.badge.quick|Quick add"))
	add(f.Indexing == field.Filling, ui.Amber, i18n.T(ctx, "fieldpage.badge.filling|Being indexed"))
	add(f.Unfit > 0, ui.Amber, i18n.T(ctx, "fieldpage.badge.unfit|Values that do not fit"))
	add(f.Indexing == field.Clashing, ui.Red, i18n.T(ctx, "fieldpage.badge.clashing|Values clash"))
	return list
}

// arrange puts the fields of a group in an order: one named up or down moves by a
// place, or all are named in "order".
func (d Deps) arrange(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	g := field.Group(r.PostForm.Get("group"))
	err := d.DB.Do(ctx, func(tx *db.Tx) error {
		set, err := field.Load(ctx, tx)
		if err != nil {
			return err
		}
		var order []int64
		for _, f := range set.All() {
			if f.Group == g {
				order = append(order, f.ID)
			}
		}
		for name, step := range map[string]int{"up": -1, "down": 1} {
			number, _ := strconv.ParseInt(r.PostForm.Get(name), 10, 64)
			i := slices.Index(order, number)
			if j := i + step; i >= 0 && j >= 0 && j < len(order) {
				order[i], order[j] = order[j], order[i]
			}
		}
		if sent := r.PostForm.Get("order"); sent != "" {
			order = nil
			for text := range strings.SplitSeq(sent, ",") {
				if number, err := strconv.ParseInt(text, 10, 64); err == nil {
					order = append(order, number)
				}
			}
		}
		return field.Arrange(ctx, tx, field.Contact, g, order)
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, listURL+"#"+string(g))
}

func by(r *http.Request) field.By {
	u := web.User(r.Context())
	return field.By{User: u.ID, Name: u.Name()}
}

func (d Deps) restore(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	number, err := web.PathID[int64](r, "id")
	if err != nil {
		return err
	}
	var f field.Field
	err = d.DB.Do(ctx, func(tx *db.Tx) (err error) {
		f, err = contact.Sweep{Field: number}.Start(ctx, tx, func() (field.Field, error) { return field.Restore(ctx, tx, number, by(r)) })
		return err
	})
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "fieldpage.restored|%s is back, with its values.", f.Name(ctx)))
	return web.Redirect(w, r, listURL)
}

func typeName(ctx context.Context, t field.Type) string {
	return map[field.Type]string{
		field.Text:        i18n.T(ctx, "fieldpage.type.text|Text"),
		field.Textarea:    i18n.T(ctx, "fieldpage.type.textarea|Long text"),
		field.HTML:        i18n.T(ctx, "fieldpage.type.html|HTML"),
		field.Email:       i18n.T(ctx, "fieldpage.type.email|E-mail address"),
		field.Tel:         i18n.T(ctx, "fieldpage.type.tel|Telephone"),
		field.URL:         i18n.T(ctx, "fieldpage.type.url|Web address"),
		field.Number:      i18n.T(ctx, "fieldpage.type.number|Number"),
		field.Boolean:     i18n.T(ctx, "fieldpage.type.boolean|Yes or no"),
		field.Select:      i18n.T(ctx, "fieldpage.type.select|List, one choice"),
		field.Multiselect: i18n.T(ctx, "fieldpage.type.multiselect|List, several choices"),
		field.Lookup:      i18n.T(ctx, "fieldpage.type.lookup|Text with suggestions"),
		field.Date:        i18n.T(ctx, "fieldpage.type.date|Date"),
		field.Datetime:    i18n.T(ctx, "fieldpage.type.datetime|Date and time"),
		field.Time:        i18n.T(ctx, "fieldpage.type.time|Time of day"),
		field.Country:     i18n.T(ctx, "fieldpage.type.country|Country"),
		field.Region:      i18n.T(ctx, "fieldpage.type.region|Region"),
		field.Timezone:    i18n.T(ctx, "fieldpage.type.timezone|Time zone"),
		field.Locale:      i18n.T(ctx, "fieldpage.type.locale|Language"),
	}[t]
}
