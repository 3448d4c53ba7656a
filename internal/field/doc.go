// Package field is in charge of what can be noted about a contact: the
// definitions of its fields, what a value of each type may be, and the form in
// which texts are compared.
//
// The standard fields are data of this package; the table holds those that people
// defined, and what they changed of the standard ones. A Set is all of them at one
// moment, remembered by each process until a definition changes.
//
// Tables: field, field_version.
// Kinds appended: none. Kinds read: none.
package field
