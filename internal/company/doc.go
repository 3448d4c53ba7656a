// Package company is in charge of companies, and of which contacts belong to which.
//
// A company is named by its name: two spellings that differ in capitals or accents
// are one. What a contact says its company is, by whatever door, leads to the company
// of that name, the oldest where there are several, or makes one (contacts
// specification, section 10). A name that a company had before goes on leading to it
// until another takes it.
//
// A contact may belong to several companies. One is its primary company: the one it
// was given last, whose name its own field says. Who empties that field leaves the
// primary company. Members are noted under the contact that they were noted of
// (origin), so that merges of contacts and their separation carry them along.
//
// Companies are merged as contacts are: the absorbed row stays, leads to the survivor
// and can be taken out again. People follow in slices, by a job. So do those of a
// company that is deleted, or gets another name.
//
// What the people of a company do is read from their threads and kept nowhere else.
// Only two things are kept of it, by FigureReader: the time of each member's latest
// event, which says in whose threads to look, and how much was done by day, which
// would be counted too slowly. Who joins brings what they did before; who leaves
// takes nothing away.
//
// Tables: company, company_search, company_key, company_member, company_day,
// company_moved, company_work, company_tag, company_note.
//
// Kinds appended: company.joined, company.left, company.primary_set.
//
// Kinds read, by Reader: contact.identified, contact.updated and those about
// merges, deletion and erasure of contacts; by FigureReader: all it is given.
package company
