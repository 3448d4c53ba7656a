// Package api is in charge of the REST interface: version 1 of the protocol that
// clients of marketing automation speak, in its shapes to the letter (order of
// members, strings and numbers, null and absent). Answers of the reference
// system are in testdata.
//
// Each address works under /api and under /index.php/api.
package api
