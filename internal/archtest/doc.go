// Package archtest is in charge of the rules of this repository that a compiler
// does not know: which package may import which, who owns a table, what a
// schema that can be spread over machines may contain, how long a file may
// grow. It holds tests only. Each rule is a function over sources, so that a
// second test can show that it catches a violation.
package archtest

//go:generate go test -run TestArchitectureNamesTheTables -update
