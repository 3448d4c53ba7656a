package db

import (
	"errors"
	"strings"
	"syscall"
)

// limitUnsent ends a connection whose other side does not confirm what was sent.
func limitUnsent(network, _ string, conn syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	const userTimeout = 18 // TCP_USER_TIMEOUT, see tcp(7)
	var set error
	err := conn.Control(func(fd uintptr) {
		set = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout, int((silentFor + reachedWithin).Milliseconds()))
	})
	return errors.Join(err, set)
}
