// Package findpage is in charge of finding anything of Ariane by a word: its
// pages, what can be made, contacts and forms. Scripts show it in a window.
package findpage
