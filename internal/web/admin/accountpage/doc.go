// Package accountpage is in charge of getting in and out: set-up of the first
// administrator, log-in, log-out, and the choice of language and theme.
package accountpage
