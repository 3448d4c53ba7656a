// Package bench is in charge of measuring the program against what the machine
// can do at most: each figure stands beside its limit, measured in the same run
// by the same client. Server and client are separate processes on loopback.
package bench
