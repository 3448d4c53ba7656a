package assets

import (
	"bytes"
	"compress/gzip"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"ariane/internal/base/fault"
)

func TestEveryReferenceOfTheStyleSheetIsServed(t *testing.T) {
	style := fetch(t, URL(Style))
	found := regexp.MustCompile(`url\("([^"]+)"\)`).FindAllStringSubmatch(style.Body.String(), -1)
	if len(found) != 3 {
		t.Errorf("%d references", len(found))
	}
	for _, m := range found {
		if got := fetch(t, m[1]); got.Header().Get("Content-Type") != "font/woff2" && got.Header().Get("Content-Type") != "image/svg+xml" {
			t.Errorf("%s: %s", m[1], got.Header().Get("Content-Type"))
		}
	}
}

func TestKeptForEver(t *testing.T) {
	for _, name := range []string{Style, Script, Icon} {
		got := fetch(t, URL(name))
		if c := got.Header().Get("Cache-Control"); !strings.Contains(c, "immutable") {
			t.Errorf("%s: %q", name, c)
		}
	}
	r := httptest.NewRequest("GET", Base+"app.js", nil)
	r.SetPathValue("file", "app.js")
	if err := Serve(httptest.NewRecorder(), r); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a name without its hash is served: %v", err)
	}
}

func TestStyleSheetStaysSmall(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write(fetch(t, URL(Style)).Body.Bytes())
	w.Close()
	if packed.Len() > 20_000 {
		t.Errorf("%d bytes compressed", packed.Len())
	}
}

func fetch(t *testing.T, url string) *httptest.ResponseRecorder {
	t.Helper()
	name, ok := strings.CutPrefix(url, Base)
	if !ok {
		t.Fatalf("%q is no asset", url)
	}
	r := httptest.NewRequest("GET", url, nil)
	r.SetPathValue("file", name)
	w := httptest.NewRecorder()
	if err := Serve(w, r); err != nil {
		t.Fatal(err)
	}
	return w
}
