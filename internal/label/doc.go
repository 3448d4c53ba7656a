// Package label is in charge of tags: free words that people put on contacts.
// Two spellings that differ in capitals or accents are one tag, named as it was
// written first. A tag that nobody has any more is forgotten,
// unless it has a description. Merging or deleting one that many have is a job.
//
// Tables: label_tag, label_former, label_move, contact_tag.
//
// Kinds appended: tag.added, tag.removed.
//
// Kinds read, by Reader: those of merges and erasures that it is given.
package label
