// Package db is in charge of the database: opening it, bringing its schema up to
// date, transactions, and everything that differs between SQLite and PostgreSQL.
// Callers write one SQL text with ? placeholders.
//
// Reads take a Q, which a *DB and a *Tx both are. Writes take a *Tx, which only
// DB.Do hands out. On SQLite there is one writing connection, so transactions
// run one after another; on PostgreSQL they run side by side, and a transaction
// that lost a deadlock is run again.
//
// Times are stored as milliseconds since 1970 in UTC.
//
// Tables: sequence (SQLite only), meta, and the version table of the migrations.
package db
