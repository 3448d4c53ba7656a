package archtest

import (
	"go/ast"
	"reflect"
	"regexp"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/app"
)

var nounVerb = regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)

// kindProblems finds kinds that cannot be told apart.
func kindProblems(kinds []activity.Definition) []string {
	numbers, named := map[activity.Kind]bool{}, map[string]bool{}
	var problems []string
	for _, k := range kinds {
		switch {
		case k.Kind <= 0 || numbers[k.Kind]:
			problems = append(problems, k.Name+": the number is taken or none")
		case named[k.Name] || !nounVerb.MatchString(k.Name):
			problems = append(problems, k.Name+": the name is taken or not noun.verb")
		case k.Protocol == "":
			problems = append(problems, k.Name+": the API has no name for it")
		case k.Payload != nil && reflect.TypeOf(k.Payload).Kind() != reflect.Struct:
			problems = append(problems, k.Name+": the payload is no struct")
		}
		numbers[k.Kind], named[k.Name] = true, true
	}
	return problems
}

func TestKinds(t *testing.T) { report(t, kindProblems(app.Kinds())) }

func TestKindRuleCatches(t *testing.T) {
	catches(t, kindProblems([]activity.Definition{
		{Kind: 1, Name: "a.done", Protocol: "a"}, {Kind: 1, Name: "b.done", Protocol: "b"}, {Kind: 2, Name: "a.done", Protocol: "a"},
		{Kind: 3, Name: "c.done"}, {Kind: 4, Name: "d.done", Protocol: "d", Payload: "text"}, {Kind: 5, Name: "done", Protocol: "e"},
	}), "a.done: the name", "b.done: the number", "c.done: the API", "d.done: the payload", "done: the name")
}

// appendProblems finds events appended by another package than the one that
// declares their kind.
func appendProblems(list []source) []string {
	var problems []string
	for _, s := range list {
		if s.test() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			c, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if sel, ok := c.Type.(*ast.SelectorExpr); !ok || !isName(sel.X, "activity") || sel.Sel.Name != "Entry" {
				return true
			}
			for _, e := range c.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok && isName(pair.Key, "Kind") {
					if kind, ok := pair.Value.(*ast.SelectorExpr); ok {
						problems = append(problems, s.at(kind.Pos())+": appends a kind of another package")
					}
				}
			}
			return true
		})
	}
	return problems
}

func TestOnlyTheOwnerAppendsAKind(t *testing.T) { report(t, appendProblems(sources(t))) }

func TestAppendRuleCatches(t *testing.T) {
	catches(t, appendProblems(sample(t,
		"internal/form/a.go", "package form\nvar a = activity.Entry{Kind: KindSubmitted}\nvar b = activity.Entry{Kind: visit.KindPageViewed}",
	)), "a.go:3: appends a kind of another package")
}
