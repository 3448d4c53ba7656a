// Package seed is in charge of filling a database with made-up people, so that
// Ariane can be measured and looked at as it is after years of use: visitors and
// customers, French and international, and what they did in two years. The same
// choices give the same data.
//
// It writes through what the domain packages offer for many contacts at once. A
// test tells that a database written one event after another is the same.
package seed
