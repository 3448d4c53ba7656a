// Package track is in charge of the addresses that other people's pages call:
// the script, page views by script and by pixel, and "who am I". It answers fast
// and shows nothing but identifiers.
//
// A request that must not be followed is answered like any other, without
// cookies, and says why in the header X-Ariane-Ignored.
package track
