// Package crash is in charge of showing that nothing acknowledged is lost
// when the program is killed: it starts the real binary, sends it page views and
// form submissions as browsers do, kills it at any moment, starts it again, and
// compares the threads with what was answered.
package crash
