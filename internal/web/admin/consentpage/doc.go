// Package consentpage is in charge of the page that says how a contact may be written to:
// what is blocked and why, its preferences, its consents with their proofs, and the link
// to the page on which the person chooses.
package consentpage
