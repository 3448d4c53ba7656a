package track

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Whatever a hit carries, its parameters are read, few and each once.
func FuzzParameters(f *testing.F) {
	packed := base64.RawURLEncoding.EncodeToString([]byte(`{"page_title":"é","tags":["a",["b"]],"n":1e99,"o":{}}`))
	for _, seed := range [][2]string{
		{"page_url=https%3A%2F%2Fsite.test%2F%3FUTM_Source%3Da%26utm_source%3Db", "page_title=A+page&timezone_offset=-120"},
		{"d=" + packed, "url=http://%zz"}, {"a=%00&a=1;b=2&=&%", "\xff\xfe=\xff"}, {strings.Repeat("a&", 300), strings.Repeat("b=1&", 300)},
		{"timezone=Europe%2FParis&timezone_offset=9223372036854775808&platform=Linux", "d=W10"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, query, body string) {
		r := httptest.NewRequest(http.MethodPost, "/mtc/event", strings.NewReader(body))
		r.URL.RawQuery = query
		p, err := read(r)
		if err != nil {
			if len(body) <= maxBody {
				t.Fatal(err)
			}
			return
		}
		names := map[string]bool{}
		for _, one := range p.sent {
			if names[one.name] {
				t.Errorf("%q is there twice", one.name)
			}
			names[one.name] = true
		}
		if zone := p.zone(); len(zone) > 50 || strings.ContainsFunc(zone, func(c rune) bool { return notInZone(c) && c != ':' }) {
			t.Errorf("time zone %q", zone)
		}
		p.platform()
		p.said("page_url")
	})
}
