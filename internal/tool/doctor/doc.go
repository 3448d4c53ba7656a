// Package doctor is in charge of telling what is wrong with an installation and
// how to mend it. It reads the database, its disk and what the program was told
// to do, also while Ariane is served, and changes nothing.
package doctor
