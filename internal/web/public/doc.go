// Package public is in charge of what visitors of other people's sites see of us: forms, embedded by script,
// by frame or by copy, the page of a form, and what comes back after submitting one.
//
// Showing a form creates nobody. A submission comes from any site, without token of ours: it can do nothing
// but what a stranger may do on the page of the form. Its answer repeats what was just posted and never tells
// what is stored.
//
// The preference page is reached by an address that we signed. Looking at it changes nothing, whoever does; one
// POST unsubscribes (RFC 8058). It shows no more of a contact than it takes to choose.
//
// The script of embedded forms is written in TypeScript under src and bundled into form.js by go generate.
package public
