package ui

import "github.com/a-h/templ"

// Column is the head of one column.
type Column struct {
	Label string
	Quiet bool   // the label is for screen readers only
	Class string // "wide": left out on small screens; "end": to the right
	URL   string // sorts by this column; empty when it cannot
	Sort  string // "ascending" or "descending" when the list is sorted by it
	// Name tells scripts which column it is, Width is how wide it is to be, in pixels;
	// both are empty where columns stay as they are.
	Name, Width string
}

func (c Column) attributes() templ.Attributes {
	a := templ.Attributes{"scope": "col"}
	for name, value := range map[string]string{"class": c.Class, "aria-sort": c.Sort, "data-column": c.Name, "width": c.Width} {
		if value != "" {
			a[name] = value
		}
	}
	return a
}

// Cursor is how one goes through a list that is read by key.
type Cursor struct {
	Shown    string // "30 of 412"
	Previous string // URL; empty at the start
	Next     string // URL; empty at the end
}
