// Package notice is in charge of what users are to be told: each has a list of
// notices, read or not yet.
//
// Tables: notice.
package notice
