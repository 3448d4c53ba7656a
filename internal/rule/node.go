package rule

import (
	"ariane/internal/base/db"
)

// Node is a condition: All, Any, Not or Cond.
type Node interface {
	compile(c *compiler, depth int, negated bool) (string, error)
}

// All holds when each of its nodes does; when it has none, always.
type All []Node

// Any holds when one of its nodes does; when it has none, never.
type Any []Node

// Not holds when its node does not.
type Not struct{ Node Node }

// Cond asks one field of the catalogue. Value is a string for a Text; an int64 or
// a float64 for a Number; a Span for a Time, Day or Moment, or a time.Time for a
// Time; a []string, []int64 or []float64 with In.
type Cond struct {
	Field string
	Op    Op
	Value any
}

// Op is the question a Cond asks.
type Op string

// The questions.
const (
	Is             Op = "is"      // a Flag is set; no value
	Present        Op = "present" // there is a value; no value
	Equal          Op = "equal"
	In             Op = "in"
	StartsWith     Op = "starts_with"
	EndsWith       Op = "ends_with"
	Contains       Op = "contains"
	Like           Op = "like"    // % stands for any text; \% and \\ for % and \
	Matches        Op = "matches" // a regular expression, in Go's syntax without \b
	Less           Op = "less"
	LessOrEqual    Op = "less_or_equal"
	Greater        Op = "greater"
	GreaterOrEqual Op = "greater_or_equal"
)

// Type is what a field of a catalogue holds.
type Type int

// The types.
const (
	Text   Type = iota // compared byte by byte
	Number             // whole or not
	Time               // milliseconds, as base/db stores them
	Day                // a text like 2006-01-02
	Moment             // a text in the form of field.DatetimeLayout, in UTC
	Flag               // a condition by itself
)

// Field is how one name of the language is asked in SQL.
type Field struct {
	Type Type
	// Expr is an expression over the list's row, NULL when there is no value.
	Expr string
	// Folded says that Expr holds texts in the form of field.Fold.
	Folded bool
	// Lines says that Expr holds several texts with a line break before,
	// between and after them. What is asked is then asked of each of them; only a
	// wildcard passes over their ends.
	Lines bool
	// Written is an expression for a number or a time as a text, where it can be asked
	// how that is written.
	Written string
	// Within is a condition around Expr, for values in related rows, with {} in
	// the place of the condition, at the end of the subquery:
	// "EXISTS (SELECT 1 FROM t WHERE t.id = r.id AND {})".
	Within string
	// Single tells that there is one such row at most.
	Single bool
	// Among finds rows by an index: a query for the identifiers of those that a
	// condition on Expr holds for, with {} in its place. It is used for conditions
	// that an index in the order of Expr can answer, or AmongAny for all.
	Among    string
	AmongAny bool
	// Values are the different values that Among goes through: each is one of some
	// row's. It is asked what an index in their order answers.
	Values string
	// Searched says that whatever Expr holds stands in the texts that Index finds.
	Searched bool
	// Never says that no row of the list has a value.
	Never bool
}

// Catalogue is what may be asked about one kind of row.
type Catalogue map[string]Field

// Index is a query for the identifiers of rows whose searched text holds all of
// these folded texts, each of at least db.ShortestText characters.
type Index func(d db.Dialect, texts []string) (string, []any)
