// Package demo is in charge of the demonstration: a user to log in as, a form,
// and sample contacts whose visits and submissions were recorded by the same
// code as real ones, at made-up times.
package demo
