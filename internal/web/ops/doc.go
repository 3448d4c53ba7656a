// Package ops is in charge of what programs that watch over Ariane ask for:
// whether it lives, whether it can do its work, and how much it does. Anybody may
// ask the first two, and is answered in one word; the rest is for operators.
// Nothing in the answers is about a person.
package ops
