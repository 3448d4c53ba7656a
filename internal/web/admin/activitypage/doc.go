// Package activitypage is in charge of the page on which users watch what
// everybody does.
package activitypage
