package outgoing

import (
	"net/netip"
	"testing"
)

func TestPublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"8.8.8.8": true, "93.184.216.34": true, "2606:4700:4700::1111": true, "::ffff:8.8.8.8": true, "2a00:1450:4007::200e": true,
		"127.0.0.1": false, "::1": false, "::": false, "0.1.2.3": false, "::ffff:10.1.2.3": false, "169.254.169.254": false, "fe80::1%eth0": false,
		"172.31.255.255": false, "172.32.0.1": true, "100.127.0.1": false, "100.128.0.1": true, "fc00::1": false, "ff02::1": false, "64:ff9b::a00:1": false,
		"2001:0:1::": false, "2002:a00:1::": false, "2001:db8::1": false, "::7f00:1": false, "240.0.0.1": false, "255.255.255.255": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s public: %v", address, got)
		}
	}
}
