// Package tagpage is in charge of the pages on which tags are managed: the list with
// how many contacts have each, the editor, and what merging or deleting one means.
package tagpage
