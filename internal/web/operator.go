package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"ariane/internal/base/fault"
)

// forwarding are headers that tell of a proxy.
var forwarding = []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"}

// Operates tells whether a request is an operator's.
func Operates(r *http.Request) bool {
	s := stateOf(r.Context()).server
	return s != nil && s.operates(r) == nil
}

// operates lets an operator's request through: one with the token, or one from
// this machine to this machine. What came through a proxy has only been
// somewhere near; a page in a browser here can send requests, but not under a
// name of this machine.
func (s *server) operates(r *http.Request) error {
	if given := r.Header.Get("Authorization"); given != "" {
		a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte("Bearer "+s.OperatorToken))
		if s.OperatorToken != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1 {
			return nil
		}
		return fault.Forbidden(errors.New("not the operator's token"))
	}
	for _, name := range forwarding {
		if r.Header.Get(name) != "" {
			return fault.Forbidden(errors.New("an operator's request through a proxy needs the token"))
		}
	}
	if !loopback(r.RemoteAddr) || !loopback(r.Host) {
		return fault.Forbidden(errors.New("an operator's request from elsewhere needs the token"))
	}
	return nil
}

// loopback tells whether an address, with a port or without, is this machine's own.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
