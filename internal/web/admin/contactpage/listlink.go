package contactpage

import (
	"context"
	"net/url"
	"strings"

	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/label"
	"ariane/internal/search"
	"ariane/internal/web/ui"
)

// with is the address of the list with a change, from its first page.
func (l listRequest) with(change func(l *listRequest)) string {
	l.After = ""
	change(&l)
	return l.url()
}

// kept are the parts of the address that another search leaves as they are.
func (l listRequest) kept() []ui.Choice {
	l.Search, l.After = "", ""
	u, err := url.Parse(l.url())
	if err != nil {
		return nil
	}
	var list []ui.Choice
	for _, name := range []string{"sort", "order", "view", "size", "tab", "column"} {
		for _, value := range u.Query()[name] {
			list = append(list, ui.Choice{Label: name, Value: value})
		}
	}
	return list
}

// keptWith are the parts of the address that other columns leave as they are.
func (l listRequest) keptWith(search string) []ui.Choice {
	l.Columns, l.Widths = nil, nil
	list := l.kept()
	if search != "" {
		list = append(list, ui.Choice{Label: "search", Value: search})
	}
	return list
}

// sorts are the orders of the list, each in the direction that is usual for it;
// the present one is turned round.
func sorts(ctx context.Context, l listRequest, anonymous bool) []filterChip {
	offered := []struct {
		sort  contact.Sort
		label string
		asc   bool
	}{
		{contact.SortLastActive, i18n.T(ctx, "contactpage.column.active|Last active"), false},
		{contact.SortName, i18n.T(ctx, "contactpage.sort.name|Name"), true},
		{contact.SortEmail, i18n.T(ctx, "contactpage.reach.email|E-mail"), true},
		{contact.SortCompany, i18n.T(ctx, "contactpage.column.company|Company"), true},
		{contact.SortPlace, i18n.T(ctx, "contactpage.column.location|Location"), true},
		{contact.SortPoints, i18n.T(ctx, "contactpage.column.points|Points"), false},
		{contact.SortIdentified, i18n.T(ctx, "contactpage.sort.identified|Date identified"), false},
		{contact.SortAdded, i18n.T(ctx, "contactpage.sort.added|Date added"), false},
		{contact.SortID, i18n.T(ctx, "contactpage.number|Number"), false},
	}
	var list []filterChip
	for _, o := range offered {
		if anonymous && o.sort != contact.SortLastActive && o.sort != contact.SortID {
			continue
		}
		chip := filterChip{Label: o.label, On: l.Sort == o.sort}
		asc := o.asc
		if chip.On {
			asc = !l.Asc
		}
		chip.URL = l.with(func(l *listRequest) { l.Sort, l.Asc = o.sort, asc })
		if chip.On && l.Asc {
			chip.Label = i18n.T(ctx, "contactpage.sort.asc|%s ↑", o.label)
		} else if chip.On {
			chip.Label = i18n.T(ctx, "contactpage.sort.desc|%s ↓", o.label)
		}
		list = append(list, chip)
	}
	return list
}

// tagChips narrow the list to a tag.
func tagChips(l listRequest, tags []label.Tag) []filterChip {
	var list []filterChip
	for _, t := range tags {
		words := search.Tagged(t.Name)
		chip := filterChip{Label: t.Name, On: strings.Contains(l.Search, words)}
		chip.URL = l.with(func(l *listRequest) {
			if chip.On {
				l.Search = strings.Join(strings.Fields(strings.ReplaceAll(l.Search, words, " ")), " ")
			} else {
				l.Search = strings.TrimSpace(l.Search + " " + words)
			}
		})
		list = append(list, chip)
	}
	return list
}
