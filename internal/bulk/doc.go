// Package bulk is in charge of one change for many contacts: a job that says how far
// it is, can be stopped, goes on after a restart, and can be undone for a day.
//
// The contacts are found first and kept in parts; each part is changed in one
// transaction, which notes what was before. What changed since is left alone by
// undoing, and listed.
//
// Tables: bulk_run, bulk_part.
//
// Kinds appended: none of its own; the packages whose functions it calls append theirs.
package bulk
