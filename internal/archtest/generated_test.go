package archtest

import (
	"bytes"
	"go/format"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/a-h/templ/generator"
	"github.com/a-h/templ/parser/v2"

	"ariane/internal/tool/bundle"
)

// generate translates a template in memory.
func generate(name, text string) (string, error) {
	file, err := parser.ParseString(text)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if _, err := generator.Generate(file, &b, generator.WithVersion(templ.Version()), generator.WithFileName(name)); err != nil {
		return "", err
	}
	code, err := format.Source(b.Bytes())
	return string(code), err
}

// TestTemplatesAreGenerated compares each template with the Go file beside it.
func TestTemplatesAreGenerated(t *testing.T) {
	files, err := texts(".templ")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old := strings.TrimSuffix(name, ".templ") + "_templ.go"
			want, err := generate(fileName(t, old), text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(root, old))
			if err != nil || string(got) != want {
				t.Errorf("%s is old (%v): go tool templ generate", old, err)
			}
		})
	}
	generated, err := texts(".go")
	if err != nil {
		t.Fatal(err)
	}
	for name := range generated {
		if template, ok := strings.CutSuffix(name, "_templ.go"); ok && files[template+".templ"] == "" {
			t.Errorf("%s has no template any more", name)
		}
	}
}

var errorFile = regexp.MustCompile("FileName: `([^`]*)`")

// fileName is how a generated file names its template: as seen from the folder
// that the generator was started in.
func fileName(t *testing.T, old string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, old))
	if err != nil {
		t.Fatal(err)
	}
	if m := errorFile.FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return old
}

func TestTemplateRuleCatches(t *testing.T) {
	one, err := generate("a.templ", "package a\n\ntempl A() {\n\t<p>one</p>\n}\n")
	if err != nil {
		t.Fatal(err)
	}
	two, err := generate("a.templ", "package a\n\ntempl A() {\n\t<p>two</p>\n}\n")
	if err != nil || one == two {
		t.Errorf("a changed template gives the same code (%v)", err)
	}
}

var bundled = regexp.MustCompile(`(?m)^//go:generate go run ariane/internal/tool/bundle/generate (\S+) (\S+)$`)

// TestScriptsAreBundled makes each script again from its modules.
func TestScriptsAreBundled(t *testing.T) {
	found := 0
	for _, s := range sources(t) {
		for _, m := range bundled.FindAllStringSubmatch(s.text, -1) {
			found++
			want, err := bundle.Script(filepath.Join(root, s.dir, m[1]))
			if err != nil {
				t.Error(err)
				continue
			}
			got, err := os.ReadFile(filepath.Join(root, s.dir, m[2]))
			if err != nil || string(got) != string(want)+"\n" {
				t.Errorf("%s is old (%v): go generate ./%s", path.Join(s.dir, m[2]), err, s.dir)
			}
		}
	}
	if found == 0 {
		t.Error("no script is bundled; has the line that says so changed?")
	}
}
