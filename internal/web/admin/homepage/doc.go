// Package homepage is in charge of the first page after the log-in: what
// happened lately, who became known, where people come from, and whether
// everything runs.
package homepage
