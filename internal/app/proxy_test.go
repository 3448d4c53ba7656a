package app_test

import (
	"strings"
	"testing"
)

func TestProxyThatWasNotDeclared(t *testing.T) {
	t.Parallel()
	r := run(t)
	const said = "Start Ariane with --trusted-proxies 127.0.0.1"
	if got := r.get(r.office, "/s/system"); strings.Contains(got.body, said) || !strings.Contains(got.body, "Everything runs.") {
		t.Error("a proxy is reported before there is one")
	}
	r.get(r.visitor, "/mtc.js", "X-Forwarded-For", "203.0.113.9")
	for _, path := range []string{"/s/system", "/s/dashboard"} {
		if got := r.get(r.office, path); !strings.Contains(got.body, said) {
			t.Errorf("%s does not tell of the proxy: %s", path, got.body)
		}
	}
}
