// Package systempage is in charge of the page that tells administrators whether
// everything runs: failed jobs and events set aside, each with a way to try
// again, and how far readers and tasks have come.
package systempage
