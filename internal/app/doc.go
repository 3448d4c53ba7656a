// Package app is in charge of building the program: it opens the database, and
// puts together the doors (doors.go), the readers of the thread (readers.go)
// and the background work (jobs.go), each of which is a plain list.
package app
