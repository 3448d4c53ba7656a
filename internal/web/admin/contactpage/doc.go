// Package contactpage is in charge of the pages about contacts: the list, and
// one contact with its thread.
//
// Each page has a view struct, built by a function that knows nothing of HTTP;
// the templates only format it. How an event is told stands in thread.go, one
// line per kind.
package contactpage
