// Package noticepage is in charge of the page on which users read their notices.
package noticepage
