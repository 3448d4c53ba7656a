// Package question is in charge of what a form can ask: the types of fields with
// their properties, and which answers they take.
//
// Tables: none. Kinds appended: none. Kinds read: none.
package question
