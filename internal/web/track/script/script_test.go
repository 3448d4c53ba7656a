package script_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"ariane/internal/tool/bundle"
	"ariane/internal/web/track/script"
)

const largestTransfer = 6000

func TestCommittedBundleIsCurrent(t *testing.T) {
	t.Parallel()
	want, err := bundle.Script("src/main.ts")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("mtc.js")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.TrimSpace(got), want) {
		t.Error("mtc.js differs from its modules: run go generate ./internal/web/track/script")
	}
}

func TestScriptIsSmall(t *testing.T) {
	t.Parallel()
	body, _ := script.JS(script.Options{BaseURL: "https://marketing.example.org"})
	size, err := bundle.Compressed(body)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes, %d with gzip", len(body), size)
	if size >= largestTransfer {
		t.Errorf("the script takes %d bytes with gzip, more than %d", size, largestTransfer)
	}
}

func TestBaseAddressIsInjected(t *testing.T) {
	t.Parallel()
	body, etag := script.JS(script.Options{BaseURL: "https://marketing.example.org/a</script>/"})
	if bytes.Contains(body, []byte("</script")) {
		t.Error("the base address closes the script element")
	}
	if !bytes.Contains(body, []byte("https://marketing.example.org/a")) {
		t.Error("the base address is missing")
	}
	_, other := script.JS(script.Options{BaseURL: "https://other.example.org"})
	if etag == other || !strings.HasPrefix(etag, `"`) || !strings.HasSuffix(etag, `"`) {
		t.Errorf("entity tags %s and %s", etag, other)
	}
}
