// Package activity is in charge of the thread (le fil d'activité): everything a
// contact does, or that is done to a contact, is one event appended to the
// contact's thread. It knows no kind of event itself: each domain package
// declares the kinds that it appends, with the shape of their data.
//
// An event belongs to a lane, chosen by the contact it was first recorded
// under. Within a lane, identifiers rise in the order of the commits on both
// engines, because Append only collects and the events are inserted just before
// the commit under the lock of their lanes. A reader that remembers the last
// identifier it read in each lane therefore never misses one.
//
// Readers are the consequences of events: see Reader and Runner.
//
// A long thread moves to another contact in slices: see Move. From the commit of
// the merge on, whoever reads the thread of that contact finds all of it there,
// each event once: the functions that read one ask for the events of both. Readers
// notice nothing, because events keep their numbers; in what they are given, and in
// what Everybody lists, an event may still be of the contact that was merged, whose
// number leads to the other.
//
// Tables: event, event_move, reader_cursor, reader_fault.
package activity
