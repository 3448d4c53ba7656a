// Package categorypage is in charge of the pages on which categories are managed: the
// list with what is in each, the editor, and what merging or deleting one means.
package categorypage
