// Package ops is in charge of what programs that watch over Ariane ask for:
// whether it lives, whether it can do its work, and how much it does. Nothing
// in the answers is about a person.
package ops
