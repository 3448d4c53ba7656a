// Package stagepage is in charge of the pages about stages: the list in which they are
// put in order, the editor, what merging or deleting one means, and the board on which
// contacts go from one to another.
package stagepage
