// Package view is in charge of the views of a list that people keep: a name for a
// search with its order and its face, for oneself or for everybody, and which one
// a person begins with.
//
// Tables: view_saved, view_default. Kinds appended: none. Kinds read: none.
package view
