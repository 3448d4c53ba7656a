// Package duplicate is in charge of contacts that may be the same person: who they
// are, how likely that is and why, and which of them somebody said are not.
//
// A contact is looked up by a few keys: hashes of its addresses, telephone numbers
// and names, brought into the form in which they are compared. Those who share a key
// are compared by all that is known of them; a key that many
// contacts have says nothing. A pair that scores enough is a candidate. Candidates are a
// function of what the contacts are now, and kept by a reader: an edit costs in
// proportion to those who share a key with the contact, a page view nothing.
//
// The contacts that were there before the reader, or before the keys were defined
// otherwise, are looked at in slices: see Fill.
//
// Many pairs are merged at once by a run, pair by pair: see Run.
//
// Tables: duplicate_contact, duplicate_key, duplicate_pair, duplicate_apart,
// duplicate_fill, duplicate_run, duplicate_step.
//
// Kinds read, by Reader: those that tell of values, merges and deletions of contacts.
package duplicate
