package activity

// MoveOn moves the next slice of a contact's events.
var MoveOn = moveOn
