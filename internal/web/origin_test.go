package web_test

import (
	"testing"

	"ariane/internal/web"
)

func TestOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"www.example.com": "https://www.example.com", " HTTPS://WWW.Example.com/a?b#c ": "https://www.example.com",
		"http://localhost:8080": "http://localhost:8080", "https://example.com:443/": "https://example.com", "127.0.0.1:99": "https://127.0.0.1:99",
		"*.example.com": "https://*.example.com", "http://été.fr": "http://xn--t-9fab.fr",
		"": "", "https://": "", "ftp://example.com": "", "javascript:alert(1)": "", "https://a b": "", "https://user@example.com": "",
		"https://exa*mple.com": "", "https://*.*.com": "", "*": "", "<script>": "",
	} {
		got, ok := web.Origin(text)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", text, got, ok)
		}
	}
}
