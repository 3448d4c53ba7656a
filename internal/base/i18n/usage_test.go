package i18n

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// keyed matches a string literal that is a key with its English text.
var keyed = regexp.MustCompile(`^[a-z][a-z0-9]*(?:\.[a-z0-9_]+)+\|`)

type use struct {
	english string
	where   string
}

// usedKeys reads every string literal of the program. Templates are read
// through the Go files generated from them.
func usedKeys(t *testing.T) map[string][]use {
	t.Helper()
	root := moduleRoot(t)
	uses := map[string][]use{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		return readLiterals(path, uses)
	})
	if err != nil {
		t.Fatal(err)
	}
	return uses
}

func readLiterals(path string, uses map[string][]use) error {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil || !keyed.MatchString(text) {
			return true
		}
		key, english, _ := strings.Cut(text, "|")
		uses[key] = append(uses[key], use{english, fset.Position(lit.Pos()).String()})
		return true
	})
	return nil
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

func TestEveryKeyIsTranslated(t *testing.T) {
	catalog, err := readCatalog(files)
	if err != nil {
		t.Fatal(err)
	}
	uses := usedKeys(t)
	for _, key := range slices.Sorted(maps.Keys(uses)) {
		all := uses[key]
		for _, other := range all[1:] {
			if other.english != all[0].english {
				t.Errorf("%s has two English texts:\n  %s %q\n  %s %q", key, all[0].where, all[0].english, other.where, other.english)
			}
		}
		french, found := catalog[key]
		if !found {
			t.Errorf("%s (%s) has no French text: %q", key, all[0].where, all[0].english)
			continue
		}
		english := strings.Split(all[0].english, "|")
		if len(english) != len(french) {
			t.Errorf("%s has %d forms in English and %d in French", key, len(english), len(french))
			continue
		}
		for i := range english {
			if e, f := verbs(english[i]), verbs(french[i]); !maps.Equal(e, f) {
				t.Errorf("%s has verbs %v in English and %v in French", key, e, f)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(catalog)) {
		if _, used := uses[key]; !used {
			t.Errorf("%s has a French text and no use", key)
		}
	}
}

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?[-+# 0]*[\d.]*([a-zA-Z%])`)

// verbs maps the number of an argument to its verb.
func verbs(text string) map[int]string {
	found := map[int]string{}
	next := 1
	for _, m := range verb.FindAllStringSubmatch(text, -1) {
		if m[2] == "%" {
			continue
		}
		if m[1] != "" {
			fmt.Sscan(m[1], &next)
		}
		found[next] = m[2]
		next++
	}
	return found
}

func TestVerbs(t *testing.T) {
	if got := verbs("%[2]s of %[1]d, 100 %% sure"); !maps.Equal(got, map[int]string{1: "d", 2: "s"}) {
		t.Errorf("verbs = %v", got)
	}
}
