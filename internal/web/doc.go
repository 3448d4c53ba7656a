// Package web is in charge of what all doors share: the handler that returns an
// error, the routes with who may take them, sessions, language, protection
// against requests from other sites, headers, the log of requests, and the page
// or JSON that an error becomes.
//
// A door offers func Routes(deps) []Route; New puts the doors together.
package web
