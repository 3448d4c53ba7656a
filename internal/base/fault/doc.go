// Package fault is in charge of the errors that people see.
//
// A fault has one of five kinds, a private cause (Error, Unwrap) written for
// the log, and a message (Message) written for the person, translated at the
// door. Any other error is internal: the doors answer it without a word of it.
package fault
