package script

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

//go:generate go run ariane/internal/tool/bundle/generate src/main.ts mtc.js

//go:embed mtc.js
var bundled []byte

// JS is the script as served by the server known to visitors as baseURL, with its entity tag, quotes
// included. The modules know that address as ARIANE_BASE.
func JS(baseURL string) (body []byte, etag string) {
	literal, err := json.Marshal(strings.TrimRight(baseURL, "/"))
	if err != nil {
		panic(err)
	}
	body = slices.Concat([]byte("(ARIANE_BASE=>{"), bytes.TrimSpace(bundled), []byte("})("), literal, []byte(");\n"))
	sum := sha256.Sum256(body)
	return body, `"` + hex.EncodeToString(sum[:8]) + `"`
}
