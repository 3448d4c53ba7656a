// Package site is in charge of the sample web site of the demonstration: an imaginary maker of bicycles,
// five pages in French and in English, followed like any customer's site and with one of our forms on its
// contact page.
package site
