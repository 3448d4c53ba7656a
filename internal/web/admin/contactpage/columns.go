package contactpage

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/web/ui"
)

// Columns that are no field. Others have the alias of theirs. That of the name is
// always the first; only its width is chosen.
const (
	columnContact    = "contact"
	columnCompany    = "company"
	columnPlace      = "place"
	columnTags       = "tags"
	columnStage      = "stage"
	columnPoints     = "points"
	columnActive     = "active"
	columnCreated    = "created"
	columnIdentified = "identified"
	columnNumber     = "id"
)

// usualColumns are shown where nobody chose.
var usualColumns = []string{columnCompany, columnPlace, columnTags, columnPoints, columnActive}

// mostColumns is how many can be chosen.
const mostColumns = 20

// Widths of columns are in pixels.
const (
	leastWidth = 60
	mostWidth  = 800
)

// readColumns are the columns that an address names, nil for the usual ones, and the
// widths of those that have one: column=city:240.
func readColumns(q url.Values) (list []string, widths map[string]int) {
	widths = map[string]int{}
	for _, value := range q["column"] {
		name, text, _ := strings.Cut(value, ":")
		if name == "" || slices.Contains(list, name) || len(list) == mostColumns && name != columnContact {
			continue
		}
		if width, err := strconv.Atoi(text); err == nil {
			widths[name] = min(max(width, leastWidth), mostWidth)
		}
		if name != columnContact {
			list = append(list, name)
		}
	}
	if slices.Equal(list, usualColumns) {
		list = nil
	}
	return list, widths
}

// columnNames are the columns of the list in their order.
func (l listRequest) columnNames() []string {
	if len(l.Columns) == 0 {
		return usualColumns
	}
	return l.Columns
}

// columnValues are the columns as readColumns reads them.
func (l listRequest) columnValues() []string {
	if len(l.Widths) == 0 {
		return l.Columns
	}
	var values []string
	if l.Widths[columnContact] > 0 {
		values = append(values, l.columnValue(columnContact))
	}
	for _, name := range l.columnNames() {
		values = append(values, l.columnValue(name))
	}
	return values
}

func (l listRequest) columnValue(name string) string {
	if width := l.Widths[name]; width > 0 {
		return name + ":" + strconv.Itoa(width)
	}
	return name
}

// movedColumn is the list with a column some places further to the right.
func (l listRequest) movedColumn(name string, places int) listRequest {
	names := slices.Clone(l.columnNames())
	if at := slices.Index(names, name); at >= 0 {
		names = slices.Insert(slices.Delete(names, at, at+1), min(max(at+places, 0), len(names)-1), name)
	}
	l.Columns, l.After = names, ""
	return l
}

// column is one that can be chosen.
type column struct {
	Name, Label string
	Class       string
	Sort        contact.Sort // empty where the list has no such order
	Asc         bool         // the usual direction
	Field       *field.Field // whose values stand in it; nil for the others
	Chosen      bool
	Value       string // as an address names it
	First, Last bool   // of those that are chosen
}

// offered are all columns there are, but for that of the name, those of the list in
// its order first.
func offered(ctx context.Context, l listRequest, set *field.Set) []column {
	all := []column{
		{Name: columnCompany, Label: i18n.T(ctx, "contactpage.column.company|Company"), Class: "wide", Sort: contact.SortCompany, Asc: true},
		{Name: columnPlace, Label: i18n.T(ctx, "contactpage.column.location|Location"), Class: "wide", Sort: contact.SortPlace, Asc: true},
		{Name: columnTags, Label: i18n.T(ctx, "contactpage.tags|Tags"), Class: "wide"},
		{Name: columnStage, Label: i18n.T(ctx, "contactpage.stage|Stage"), Class: "wide"},
		{Name: columnPoints, Label: i18n.T(ctx, "contactpage.column.points|Points"), Class: "wide", Sort: contact.SortPoints},
		{Name: columnActive, Label: i18n.T(ctx, "contactpage.column.active|Last active"), Sort: contact.SortLastActive},
		{Name: columnCreated, Label: i18n.T(ctx, "contactpage.sort.added|Date added"), Class: "wide", Sort: contact.SortAdded},
		{Name: columnIdentified, Label: i18n.T(ctx, "contactpage.sort.identified|Date identified"), Class: "wide", Sort: contact.SortIdentified},
		{Name: columnNumber, Label: i18n.T(ctx, "contactpage.number|Number"), Class: "wide", Sort: contact.SortID},
	}
	for _, f := range set.Published() {
		if f.Listable && !f.Computed() && !f.Type.Long() && f.Alias != columnCompany {
			all = append(all, column{Name: f.Alias, Label: f.Name(ctx), Class: "wide", Field: &f})
		}
	}
	names := l.columnNames()
	at := func(c column) int {
		if i := slices.Index(names, c.Name); i >= 0 {
			return i
		}
		return len(names)
	}
	slices.SortStableFunc(all, func(a, b column) int { return at(a) - at(b) })
	for i := range all {
		all[i].Chosen, all[i].Value = at(all[i]) < len(names), l.columnValue(all[i].Name)
		all[i].First = all[i].Chosen && i == 0
		if i > 0 && !all[i].Chosen && all[i-1].Chosen {
			all[i-1].Last = true
		}
	}
	// One of them is shown on small screens too.
	if len(l.Columns) > 0 && !slices.Contains(names, columnActive) {
		all[0].Class = ""
	}
	return all
}

func chosen(all []column) []column {
	return slices.DeleteFunc(slices.Clone(all), func(c column) bool { return !c.Chosen })
}

// heads are the heads of the table.
func heads(ctx context.Context, l listRequest, anonymous bool, columns []column) []ui.Column {
	head := func(c column) ui.Column {
		h := ui.Column{Label: c.Label, Class: c.Class, Name: c.Name}
		if width := l.Widths[c.Name]; width > 0 {
			h.Width = strconv.Itoa(width)
		}
		if c.Sort == "" || anonymous && c.Sort != contact.SortLastActive {
			return h
		}
		to := l
		to.Sort, to.Asc, to.After = c.Sort, c.Asc, ""
		if l.Sort == c.Sort {
			to.Asc = !l.Asc
			if h.Sort = "descending"; l.Asc {
				h.Sort = "ascending"
			}
		}
		h.URL = to.url()
		return h
	}
	list := []ui.Column{head(column{Name: columnContact, Label: i18n.T(ctx, "contactpage.column.contact|Contact"), Sort: contact.SortName, Asc: true})}
	for _, c := range columns {
		list = append(list, head(c))
	}
	return append(list, ui.Column{Label: i18n.T(ctx, "contactpage.column.actions|Actions"), Class: "end", Quiet: true})
}

// cell is what stands in a column, for those without a face of their own.
func cell(ctx context.Context, c contact.Contact, row listRow, of column) string {
	switch of.Name {
	case columnCompany:
		return row.Company
	case columnPlace:
		return row.Location
	case columnCreated:
		return i18n.Date(ctx, c.Added)
	case columnIdentified:
		if !c.Identified.IsZero() {
			return i18n.Date(ctx, c.Identified)
		}
	case columnNumber:
		return row.Number
	case columnStage:
		return row.Stage
	}
	if of.Field == nil || c.Fields[of.Name] == "" {
		return ""
	}
	return inWords(ctx, *of.Field, c.Fields[of.Name])
}
