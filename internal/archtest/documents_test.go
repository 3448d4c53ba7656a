package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// quotedPath is a file or folder between backquotes in a document.
var quotedPath = regexp.MustCompile("`((?:[a-z0-9_.]+/)+[a-z0-9_.]+)`")

// lostPaths finds the files that a document names and that exist in none of the
// folders.
func lostPaths(text string, folders ...string) []string {
	var problems []string
	for _, m := range quotedPath.FindAllStringSubmatch(text, -1) {
		found := false
		for _, f := range folders {
			_, err := os.Stat(filepath.Join(f, m[1]))
			found = found || err == nil
		}
		if !found {
			problems = append(problems, m[1]+" does not exist")
		}
	}
	return problems
}

func TestDocumentsNameWhatExists(t *testing.T) {
	for _, name := range []string{"ARCHITECTURE.md", "CONTRIBUTING.md"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		report(t, lostPaths(string(text), root, filepath.Join(root, "internal")))
	}
}

func TestDocumentRuleCatches(t *testing.T) {
	catches(t, lostPaths("see `archtest/doc.go`, `internal/archtest`, `archtest/nosuch.go` and `a/b`", root, filepath.Join(root, "internal")),
		"a/b does not exist", "archtest/nosuch.go does not exist")
}
