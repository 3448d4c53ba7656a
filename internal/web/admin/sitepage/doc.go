// Package sitepage is in charge of the page that tells how to follow a web
// site: the lines to paste, and the sites whose pages may send visits.
package sitepage
