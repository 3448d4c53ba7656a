// Package peoplepage is in charge of the pages on which administrators look
// after users: who may log in, with which role, and where they are logged in.
package peoplepage
