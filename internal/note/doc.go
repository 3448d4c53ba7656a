// Package note is in charge of notes: what people write about a contact, a call
// they had or a meeting to come.
//
// A note can be changed and deleted, an event cannot: the thread tells that a
// note was written, changed or deleted, and its text is in the table alone.
//
// Tables: contact_note.
//
// Kinds appended: note.added, note.changed, note.deleted.
//
// Kinds read, by Reader: those of merges and erasures that it is given.
package note
