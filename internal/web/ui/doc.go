// Package ui is in charge of the pieces that pages are made of, named after
// what the user sees: Icon, Avatar, Tag, Field, Table, Thread, Chart.
//
// A piece formats what it is given. Icons are single files of Tabler Icons (MIT
// licence, beside them in icons); a test refuses one that no page uses.
package ui
