// Package field is in charge of what can be noted about a contact: the
// definitions of its fields, what a value of each type may be, and the form in
// which texts are compared.
//
// Tables: none; the standard fields are data of this package.
// Kinds appended: none. Kinds read: none.
package field
