package ui

// Column is the head of one column.
type Column struct {
	Label string
	Quiet bool   // the label is for screen readers only
	Class string // "wide": left out on small screens; "end": to the right
	URL   string // sorts by this column; empty when it cannot
	Sort  string // "ascending" or "descending" when the list is sorted by it
}

// Cursor is how one goes through a list that is read by key.
type Cursor struct {
	Shown    string // "30 of 412"
	Previous string // URL; empty at the start
	Next     string // URL; empty at the end
}
