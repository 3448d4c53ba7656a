// Package rule is in charge of the language of conditions: a tree that says
// which rows are meant, and the one place where it becomes SQL. Lists are
// filtered by it; whatever else selects contacts uses the same tree.
//
// What may be asked is a Catalogue that the owner of the rows publishes: names
// and values come from people, SQL comes from the catalogue only. A row either
// matches a tree or its negation, never neither: an absent value does not
// contain, equal or exceed anything.
//
// Tables: none. Kinds appended: none. Kinds read: none.
package rule
