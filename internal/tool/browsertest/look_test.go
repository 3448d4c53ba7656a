package browsertest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ariane/internal/tool/browsertest"
)

// What nobody could use is found, and what everybody can is not complained of.
func TestBarriers(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		body := `<p>Plain words.</p>`
		if r.URL.Path == "/bad" {
			body = `<style>p { color: #ccc; background: #fff } @media (prefers-color-scheme: dark) { p { color: #000 } }</style>
				<p>Hardly to be read.</p><input type="text"><div style="width: 2000px">wide</div>` + strings.Repeat("<!-- heavy -->", 100)
		}
		io.WriteString(w, `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Page</title><main><h1>Page</h1>`+body+`</main>`)
	}))
	t.Cleanup(s.Close)
	b := browsertest.Open(t, browsertest.Window(390, 844))
	b.Visit(s.URL + "/good")
	if found, over, weight := b.Barriers(), b.Overflow(), b.Weight(); len(found) != 0 || over != 0 || weight < 100 || weight > 400 {
		t.Errorf("a plain page: %q, %d pixels too wide, %d bytes", found, over, weight)
	}
	b.Visit(s.URL + "/bad")
	found := strings.Join(b.Barriers(), "\n")
	if !strings.Contains(found, "color-contrast") || !strings.Contains(found, "label (critical)") {
		t.Errorf("a bad page: %q", found)
	}
	if over, weight := b.Overflow(), b.Weight(); over < 1600 || weight < 1400 {
		t.Errorf("a bad page is %d pixels too wide and has %d bytes", over, weight)
	}
	b.Dark(true)
	if found := strings.Join(b.Barriers(), "\n"); strings.Contains(found, "color-contrast") {
		t.Errorf("by night: %q", found)
	}
	b.Resize(2400, 900)
	if over := b.Overflow(); over != 0 {
		t.Errorf("in a wide window: %d pixels too wide", over)
	}
}
