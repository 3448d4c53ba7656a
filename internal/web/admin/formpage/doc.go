// Package formpage is in charge of the pages about forms: the list, making and
// changing one, what to paste into a web site, and the submissions received.
//
// The editor keeps everything in the page: adding, moving and removing a field
// sends the whole form back and forth, and nothing is stored before Save.
package formpage
