// Package contact is in charge of who a contact is: creating visitors, changing
// values, telling when a contact becomes known, and which contact owns an
// identity key.
//
// A contact is a person or a browser. It is anonymous until it has an identity
// (see field.Identifying) and known from then on; it keeps its identifier and
// its thread.
//
// An identity key is a value that names one contact: a device token (weak) or a
// unique field such as the e-mail address (strong). The table identity decides
// who owns it, on both engines: whoever inserts the key first.
//
// Merging makes one contact of two. The absorbed row stays as it was, leads to the
// survivor for ever and hides; its keys and its thread move, and both remember whose
// they were (origin): what comes by such a key later belongs to the absorbed one
// too. So any merge can be taken back, at any time and in any order, as if it had
// not been. What a contact would be without one of its merges is what its thread
// tells with that merge left out (see past).
//
// A device is whose it was last: whoever identifies on it. On a shared one, where
// three people did within 90 days or of which it was said by hand, this stops: it
// belongs to an anonymous contact of its own, which never becomes anybody by it and
// whose views are nobody's. Who identifies there gets what they say and do by it, and
// no more. The turns of a device, since when it was whose, are kept and never
// rewritten: by a merge nobody but the owner of a number changes.
//
// A deleted contact lies in a bin for a day and is found nowhere; then it is
// erased for good.
//
// Tables: contact, contact_active, contact_bin, contact_ip, contact_search,
// contact_sweep, contact_unmerge, device_turn, device_use, field_index, identity,
// identity_conflict, ip_address.
//
// Kinds appended: contact.created, contact.identified, contact.updated,
// contact.ip_added, contact.merged (a known contact was absorbed),
// contact.joined (a visitor was), contact.unmerged, visitor.unmerged and
// contact.parted (that was taken back), device.handed_over, contact.deleted, contact.restored,
// contact.erased, visitor.deleted, visitor.restored.
//
// Kinds read, by ActiveReader: all it is given.
package contact
