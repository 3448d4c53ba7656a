package archtest

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	root       = "../.."
	module     = "ariane"
	migrations = "internal/base/db/migrations"
)

var update = flag.Bool("update", false, "write the generated parts instead of comparing them")

// source is one parsed Go file of the repository.
type source struct {
	path string // from the root of the repository
	dir  string
	name string // of the package
	file *ast.File
	set  *token.FileSet
	text string
}

func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) generated() bool { return ast.IsGenerated(s.file) }

func (s source) at(p token.Pos) string {
	return fmt.Sprintf("%s:%d", s.path, s.set.Position(p).Line)
}

func parse(name, text string) (source, error) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, err
	}
	return source{name, path.Dir(name), f.Name.Name, f, set, text}, nil
}

// sample parses sources written in a test: path, text, path, text…
func sample(t *testing.T, files ...string) []source {
	t.Helper()
	var list []source
	for pair := range slices.Chunk(files, 2) {
		s, err := parse(pair[0], pair[1])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

// texts reads the files of the repository with one of the endings, testdata excepted.
func texts(endings ...string) (map[string]string, error) {
	found := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if n := d.Name(); d.IsDir() && p != root && (strings.HasPrefix(n, ".") || n == "testdata" || n == "node_modules") {
			return fs.SkipDir
		}
		if !d.IsDir() && slices.Contains(endings, path.Ext(p)) {
			text, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, p)
			if err != nil {
				return err
			}
			found[filepath.ToSlash(rel)] = string(text)
		}
		return nil
	})
	return found, err
}

var parsed = sync.OnceValues(func() ([]source, error) {
	files, err := texts(".go")
	if err != nil {
		return nil, err
	}
	var list []source
	for name, text := range files {
		s, err := parse(name, text)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b source) int { return strings.Compare(a.path, b.path) })
	return list, nil
})

func sources(t *testing.T) []source {
	t.Helper()
	list, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func report(t *testing.T, problems []string) {
	t.Helper()
	slices.Sort(problems)
	for _, p := range slices.Compact(problems) {
		t.Error(p)
	}
}

// catches requires a rule to find exactly the problems that contain those words.
func catches(t *testing.T, problems []string, want ...string) {
	t.Helper()
	slices.Sort(problems)
	if len(problems) != len(want) {
		t.Fatalf("found %q, want %d problems", problems, len(want))
	}
	for i, w := range want {
		if !strings.Contains(problems[i], w) {
			t.Errorf("found %q, want %q", problems[i], w)
		}
	}
}
