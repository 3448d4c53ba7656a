package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"
)

//go:embed fr/*.json
var files embed.FS

// french is read once; the test of this package reads it first.
var french = sync.OnceValue(func() map[string][]string {
	all, err := readCatalog(files)
	if err != nil {
		panic(err)
	}
	return all
})

// readCatalog maps a key to its text, or to its two forms.
func readCatalog(fsys fs.FS) (map[string][]string, error) {
	names, err := fs.Glob(fsys, "fr/*.json")
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		var entries map[string]json.RawMessage
		if err := json.Unmarshal(raw, &entries); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		area := strings.TrimSuffix(path.Base(name), ".json")
		for key, value := range entries {
			if !strings.HasPrefix(key, area+".") {
				return nil, fmt.Errorf("%s: key %q belongs to another file", name, key)
			}
			forms, err := readForms(value)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, key, err)
			}
			all[key] = forms
		}
	}
	return all, nil
}

func readForms(value json.RawMessage) ([]string, error) {
	var text string
	if err := json.Unmarshal(value, &text); err == nil {
		if text == "" {
			return nil, fmt.Errorf("empty text")
		}
		return []string{spaced(text)}, nil
	}
	var forms []string
	if err := json.Unmarshal(value, &forms); err != nil {
		return nil, err
	}
	if len(forms) != 2 || forms[0] == "" || forms[1] == "" {
		return nil, fmt.Errorf("two forms are needed")
	}
	return []string{spaced(forms[0]), spaced(forms[1])}, nil
}

var (
	narrowSpace = regexp.MustCompile(` ([;!?]|%%|%$|% )`)
	wideSpace   = regexp.MustCompile(` ([:»])|(«) `)
	unitSpace   = regexp.MustCompile(`(\d|%[ds]) (min|h|Mo|km)\b`)
)

// spaced sets a French text: the spaces before its tall signs, within its
// guillemets and before its units are such that no line ends there. Catalogues
// are written with plain ones.
func spaced(text string) string {
	text = narrowSpace.ReplaceAllString(text, "\u202f$1")
	text = unitSpace.ReplaceAllString(text, "$1\u00a0$2")
	return wideSpace.ReplaceAllString(text, "$2\u00a0$1")
}
