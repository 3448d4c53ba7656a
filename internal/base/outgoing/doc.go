// Package outgoing is in charge of every call that leaves this machine for an
// address that somebody chose.
//
// Whoever may type an address must not reach through us what only we can reach:
// the machine itself, its private network, the metadata of its host. The address
// is therefore judged when a connection is made, after its name was resolved and
// again for each redirection, and only public ones pass, besides the hosts that
// an administrator allowed. Calls are bounded in time and size.
//
// Tables: none. Kinds appended: none. Kinds read: none.
package outgoing
