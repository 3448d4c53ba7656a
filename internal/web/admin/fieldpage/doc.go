// Package fieldpage is in charge of the pages on which administrators define what
// can be noted about contacts: the list of fields in the order of pages, the editor
// of a field, and what removing one means.
package fieldpage
