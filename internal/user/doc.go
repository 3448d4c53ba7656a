// Package user is in charge of the people who log in: who they are, what role
// they have, how they prove it, and the sessions they hold.
//
// The first user comes from a set-up link that is printed at the start of a
// program without users. A password is kept as an argon2id hash. A Gate checks
// passwords: with constant work whether or not the account exists, ever more
// slowly for an address that keeps failing on one account, and, for the API,
// with a short memory of the credentials that were right.
//
// Tables: app_user, user_setup, user_login, user_link, user_picture,
// user_editing, session.
package user
