// Package id holds the typed identifiers that every floor shares, so that a
// function cannot be handed a form where a contact is meant and no package has
// to import another for the sake of a foreign key. It contains no code.
//
// All identifiers are positive; zero means none.
package id

type (
	// Contact names a person or a visitor. It stays valid after a merge.
	Contact int64
	// Event names one event of a thread. Within a lane, greater is later.
	Event int64
	// Company names a company. It stays valid after a merge.
	Company int64
	// Device names one browser of one contact.
	Device int64
	// User names somebody who logs in.
	User int64
	// Form names a form.
	Form int64
	// Submission names one accepted submission of a form.
	Submission int64
	// Job names a piece of background work.
	Job int64
)
