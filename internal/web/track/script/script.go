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

// Options is what the script has to know.
type Options struct {
	// BaseURL is the address of our server, as browsers see it.
	BaseURL string
	// Consent makes the script store and send nothing until the visitor has agreed.
	Consent bool
	// Sites are the origins between which visitors are passed on.
	Sites []string
}

// JS is the script, with its entity tag, quotes included. The modules know the options as ARIANE_BASE,
// ARIANE_CONSENT and ARIANE_SITES.
func JS(o Options) (body []byte, etag string) {
	arguments, err := json.Marshal([]any{strings.TrimRight(o.BaseURL, "/"), o.Consent, append([]string{}, o.Sites...)})
	if err != nil {
		panic(err)
	}
	body = slices.Concat([]byte("((ARIANE_BASE,ARIANE_CONSENT,ARIANE_SITES)=>{"), bytes.TrimSpace(bundled), []byte("})(..."), arguments, []byte(");\n"))
	sum := sha256.Sum256(body)
	return body, `"` + hex.EncodeToString(sum[:8]) + `"`
}
