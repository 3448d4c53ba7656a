// Package visit is in charge of following browsers: device tokens, page views,
// and what tells a browser from a bot.
//
// A hit is a request to a tracking address. Recorder collects hits that arrive
// together and commits them in one transaction, then each is answered: what was
// answered is on the disk. A hit becomes one page view of one contact, also when
// it arrives twice.
//
// A device token is 128 random bits in 32 lower-case hexadecimal digits, made
// by the tracking script in the browser, or by us for a browser without script.
//
// Policy decides which requests are followed, and what is kept of them: bots,
// excluded addresses, signals and consent; what a page may say of its visitor
// is passed on to contact.Identify.
//
// Tables: device, untracked, visit_link, visit_site, visit_text.
//
// Kinds appended: page.viewed, following.changed.
//
// Kinds read: contact.merged and contact.joined by
// MergeReader; contact.erased by EraseReader.
package visit
