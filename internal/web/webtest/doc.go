// Package webtest is in charge of testing pages over HTTP: a server with the
// given routes on a fresh database, and a browser without script in which an
// administrator is logged in.
package webtest
