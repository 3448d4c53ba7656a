// Package bundle turns our TypeScript modules into the minified files that packages commit and embed. It
// is used by go generate and by the tests which check that the committed files are current; the program
// itself never imports it.
package bundle
