// Package backup is in charge of copies of the SQLite database: taking one while
// Ariane serves, and putting one in the place of a database that is gone.
package backup
