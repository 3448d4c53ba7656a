package archtest

import (
	"path"
	"strconv"
	"strings"
	"testing"
)

// floor is one storey of the program: packages import downwards only.
type floor struct {
	name     string
	packages []string // folders under internal; "x/*" is everything below x, "x*" with x
	// mutual says why packages of this floor may import one another; empty
	// where they may not.
	mutual string
}

// floors, the lowest first.
var floors = []floor{
	{"BASE", []string{"id", "base/*"}, "what every program has: identifiers, database, errors, language"},
	{"SPINE", []string{"activity", "field", "category"}, ""},
	{"HEART", []string{"contact", "company", "consent", "rule", "search", "note", "notice", "label", "stage"}, ""},
	{"DOMAIN", []string{"email", "segment", "campaign", "form*", "landing", "asset", "point", "visit", "webhook", "report", "importer", "bulk", "duplicate", "user", "view"}, ""},
	{"VERBS", []string{"action"}, ""},
	{"DOORS", []string{"web", "web/*"}, ""},
	{"APP", []string{"app"}, ""},
	{"TOOLS", []string{"tool/*"}, ""},
	{"COMMAND", []string{"cmd/*"}, ""},
}

// neighbours are the imports allowed within a floor, with the reason. Besides, a
// folder and what lies in it are parts of one thing and may import each other.
var neighbours = []struct{ from, to, reason string }{
	{"search", "rule", "a search is parsed into a tree of conditions"},
	{"contact", "rule", "the list of contacts is filtered by a tree of conditions, and contact publishes what may be asked"},
	{"consent", "contact", "who may be written to is asked of all that were merged, and at the addresses they have"},
	{"consent", "rule", "consent publishes how a list of contacts is asked for who may be written to"},
	{"company", "contact", "what a contact says its company is decides which company it belongs to, and is told when that changes"},
	{"company", "rule", "company publishes how a list of contacts is asked for a company"},
	{"label", "rule", "label publishes how a list of contacts is asked for a tag"},
	{"stage", "rule", "stage publishes how a list of contacts is asked for stages"},
	{"category", "field", "texts are folded and cleaned as those of fields are"},
	{"tool/doctor", "tool/backup", "the doctor tells how old the last backup is"},
	{"web*", "web/ui", "shared pieces of pages, named after what the user sees"},
	{"web*", "web/layout", "the frame of every page"},
	{"web*", "web/assets", "styles and scripts, with their hashed addresses"},
}

func matches(pattern, name string) bool {
	if before, ok := strings.CutSuffix(pattern, "*"); ok && !strings.HasSuffix(before, "/") {
		return name == before || strings.HasPrefix(name, before+"/")
	}
	if before, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(name, before+"/")
	}
	return pattern == name
}

// place is the number of the floor a folder lies on, -1 for none.
func place(dir string) int {
	dir = strings.TrimPrefix(dir, "internal/")
	for i, f := range floors {
		for _, p := range f.packages {
			if matches(p, dir) {
				return i
			}
		}
	}
	return -1
}

func allowed(from, to string) bool {
	if strings.HasPrefix(from, to+"/") || strings.HasPrefix(to, from+"/") {
		return true
	}
	for _, n := range neighbours {
		if matches(n.from, from) && matches(n.to, to) {
			return true
		}
	}
	return false
}

func importProblems(list []source) []string {
	var problems []string
	for _, s := range list {
		if s.test() || s.dir == "internal/archtest" {
			continue
		}
		here := place(s.dir)
		if here < 0 {
			problems = append(problems, s.path+": the package lies on no floor; give it one in internal/archtest")
			continue
		}
		for _, i := range s.file.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			to, own := strings.CutPrefix(p, module+"/")
			if err != nil || !own || to == s.dir {
				continue
			}
			there := place(to)
			if strings.HasSuffix(to, "test") && !strings.HasSuffix(s.dir, "test") {
				problems = append(problems, s.at(i.Pos())+": imports "+to+", which is for tests")
			}
			from, target := strings.TrimPrefix(s.dir, "internal/"), strings.TrimPrefix(to, "internal/")
			switch {
			case there < here && there >= 0 || there == here && (floors[here].mutual != "" || allowed(from, target)):
			case there == here:
				problems = append(problems, s.at(i.Pos())+": "+from+" imports its neighbour "+target)
			case there > here:
				problems = append(problems, s.at(i.Pos())+": "+from+" ("+floors[here].name+") imports "+target+" ("+floors[there].name+"), which lies above")
			}
		}
	}
	return problems
}

func TestImportsGoDown(t *testing.T) { report(t, importProblems(sources(t))) }

func TestImportRuleCatches(t *testing.T) {
	catches(t, importProblems(sample(t,
		"internal/contact/a.go", `package contact; import "ariane/internal/form"`,
		"internal/email/a.go", `package email; import "ariane/internal/base/db/dbtest"`,
		"internal/form/a.go", `package form; import ("ariane/internal/email"; "ariane/internal/contact"; "ariane/internal/base/db")`,
		"internal/form/a_test.go", `package form; import "ariane/internal/app"`,
		"internal/helper/a.go", `package helper`,
		"internal/search/a.go", `package search; import "ariane/internal/rule"`,
		"internal/web/api/a.go", `package api; import ("ariane/internal/web"; "ariane/internal/web/track")`,
	)), "contact (HEART) imports form (DOMAIN)", "which is for tests", "form imports its neighbour email", "helper/a.go", "web/api imports its neighbour web/track")
}

// hollow names say nothing about what a package is in charge of.
var hollow = []string{"util", "utils", "common", "helper", "helpers", "types", "manager", "model", "models", "service", "services", "misc"}

func nameProblems(list []source) []string {
	var problems []string
	where := map[string]string{}
	for _, s := range list {
		name := s.name
		if name == "main" || s.test() {
			continue
		}
		if other, ok := where[name]; ok && other != s.dir {
			problems = append(problems, s.dir+": "+other+" has the same package name "+name)
		}
		where[name] = s.dir
		for _, h := range hollow {
			if name == h {
				problems = append(problems, s.path+": the name "+name+" says nothing")
			}
		}
		if name != path.Base(s.dir) {
			problems = append(problems, s.path+": package "+name+" lies in "+s.dir)
		}
	}
	return problems
}

func TestPackageNames(t *testing.T) { report(t, nameProblems(sources(t))) }

func TestPackageNameRuleCatches(t *testing.T) {
	catches(t, nameProblems(sample(t,
		"internal/form/a.go", `package form`,
		"internal/util/a.go", `package util`,
		"internal/web/admin/form/a.go", `package form`,
		"internal/web/api/a.go", `package rest`,
	)), "util/a.go", "same package name form", "package rest lies in")
}

func aliasShare(list []source) (aliases []string, imports int) {
	for _, s := range list {
		if s.generated() {
			continue
		}
		for _, i := range s.file.Imports {
			imports++
			if i.Name != nil && i.Name.Name != "_" {
				aliases = append(aliases, s.at(i.Pos())+": "+i.Name.Name+" for "+i.Path.Value)
			}
		}
	}
	return aliases, imports
}

func TestImportAliases(t *testing.T) {
	aliases, imports := aliasShare(sources(t))
	if len(aliases)*100 >= imports {
		t.Errorf("%d of %d imports have another name; keep it under one in a hundred\n%s", len(aliases), imports, strings.Join(aliases, "\n"))
	}
}

func TestImportAliasesAreCounted(t *testing.T) {
	aliases, imports := aliasShare(sample(t, "internal/form/a.go", `package form; import (c "ariane/internal/contact"; "fmt"; _ "embed")`))
	if len(aliases) != 1 || imports != 3 {
		t.Errorf("%d aliases of %d imports, want 1 of 3", len(aliases), imports)
	}
}
