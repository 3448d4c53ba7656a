package param

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Value is what was sent under a name. A list and an object are the same: values with
// names, in the order in which they came. The zero Value is what was not sent.
type Value struct {
	kind kind
	text string
	list *list
}

type kind int

const (
	absent kind = iota
	null
	single
	several
)

// list is a list or an object.
type list struct {
	names []string
	at    map[string]Value
	next  int // the name of the next value without one
}

func newList() *list { return &list{at: map[string]Value{}} }

func (l *list) set(name string, v Value) {
	if _, known := l.at[name]; !known {
		l.names = append(l.names, name)
	}
	if n, err := strconv.Atoi(name); err == nil && n >= l.next && n < 1<<31 {
		l.next = n + 1
	}
	l.at[name] = v
}

func (l *list) add(v Value) { l.set(strconv.Itoa(l.next), v) }

// Of is a single value.
func Of(text string) Value { return Value{kind: single, text: text} }

// Given tells that something was sent, be it null.
func (v Value) Given() bool { return v.kind != absent }

// Null tells that null was sent.
func (v Value) Null() bool { return v.kind == null }

// List tells that a list or an object was sent, be it empty.
func (v Value) List() bool { return v.kind == several }

// Blank tells that nothing is in it.
func (v Value) Blank() bool {
	return v.kind <= null || v.kind == single && v.text == "" || v.kind == several && len(v.list.names) == 0
}

// Get is what was sent under a name within this.
func (v Value) Get(name string) Value {
	if v.kind != several {
		return Value{}
	}
	return v.list.at[name]
}

// All are the values within this, by name.
func (v Value) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.kind != several {
			return
		}
		for _, name := range v.list.names {
			if !yield(name, v.list.at[name]) {
				return
			}
		}
	}
}

// Len is how many values are within this.
func (v Value) Len() int {
	if v.kind != several {
		return 0
	}
	return len(v.list.names)
}

// Text is a single value as text: true is 1, false is 0. Of a list it is empty.
func (v Value) Text() string { return v.text }

// Texts are single values: those of a list, or those between the separators of one
// text. Blank ones are left out.
func (v Value) Texts(separator string) []string {
	var texts []string
	if v.kind == single {
		texts = strings.Split(v.text, separator)
	}
	for _, one := range v.All() {
		texts = append(texts, one.text)
	}
	for i := range texts {
		texts[i] = strings.TrimSpace(texts[i])
	}
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

// Int is a whole number, zero and false for what is none.
func (v Value) Int() (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(v.text), 10, 64)
	return n, err == nil && v.kind == single
}

// Truth is a yes or a no, otherwise where nothing was said. Whatever does not mean yes
// is no.
func (v Value) Truth(otherwise bool) bool {
	if v.kind == several && len(v.list.names) == 1 {
		v = v.list.at[v.list.names[0]]
	}
	if v.Blank() {
		return otherwise
	}
	switch strings.ToLower(strings.TrimSpace(v.text)) {
	case "1", "true", "on", "yes":
		return true
	}
	return false
}
