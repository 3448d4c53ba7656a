// Package search is in charge of the language people type into the search
// field of a list. A text is read into a Term, the tree of its words, which is
// written back without loss; what a Term asks is a tree of package rule.
//
//	jean dupont          both words, anywhere in the main fields
//	je                   up to two letters: a word that begins so
//	"jean dupont"        these words one after the other
//	+jean                exactly this value
//	email:jean           a command: the address starts with jean
//	!email:jean          a negation; also email:!jean and !( … )
//	email:(jean OR paul) a command for each of several values
//	%@acme.fr, \%        any text; the sign itself
//	a b OR c             (a AND b) OR c
//	points:>50, 10..20   a number, compared or within a range
//	created:2026-03      a day, month or year; <30d is less than 30 days ago
//	attribution:>100     a field of a contact by its name, or by what it is called
//	has:phone            there is a value
//	visited:/prices      a page view whose address begins so; also utm_source: …
//	hit:(a b)            one page view that matches all of this
//
// AND is the default. or and and are connectors in any case, OU and ET in
// capitals. Commands have an English and a French name, whatever the language
// of the person, without regard to case and accents. A word with a colon that is
// no command is searched as text, with a hint.
//
// What is asked of page views is answered before the list is: by nothing but the
// threads of the contacts and visitors who were active last, as many as
// Language.Hits looks through, with a hint where there are more. No index leads from
// an address to contacts: one would cost room and time for each page view.
//
// Tables: none. Kinds appended: none. Kinds read: none.
package search
