// Package consent is in charge of the permission to write to people: who must not be
// contacted, how often and for what each wants to be, and the ledger of the consents
// that they gave and withdrew. Every sender asks Gate.Allows, right before it sends.
//
// A channel of a contact is blocked for one of three reasons: the person unsubscribed,
// the address bounced, or somebody here wants it. A block stops sending, never
// following. Wishes are how often a person wants to be written to, from when to when
// not, and by which channel rather than another. A purpose is what a contact is
// written to for; the lawful basis that it has decides whether it takes a consent.
//
// Each row says whom it was said of (origin), and that never changes. What is said of a
// contact is what was said of it and of all that were merged into it (contact.Kin),
// wherever the rows lie: so a merge and its undoing count at once, and nobody is written
// to while rows follow. Reader brings the rows to the contact that lives on, for lists
// and searches, and removes those of one that was erased.
//
// Tables: contact_block, contact_wish, contact_consent, consent_purpose.
//
// Kinds appended: channel.blocked, channel.allowed, wishes.changed, consent.given,
// consent.withdrawn.
//
// Kinds read, by Reader: those of merges and erasures; by AddressReader: those of
// changes of values.
package consent
