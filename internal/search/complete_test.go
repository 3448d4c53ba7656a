package search_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ariane/internal/search"
)

func TestGapAt(t *testing.T) {
	for text, want := range map[string]search.Gap{
		"|":                        {},
		"ta|":                      {Typed: "ta", To: 2},
		"jean ta|g":                {Typed: "ta", From: 5, To: 8},
		"tag:|":                    {Command: "tag", From: 4, To: 4},
		"Étiquette:Vi|p jean":      {Command: "tag", Typed: "vi", From: 10, To: 13},
		"!tag:|":                   {Command: "tag", From: 5, To: 5},
		"tag:!v|":                  {Command: "tag", Typed: "v", From: 5, To: 6},
		"(jean OR is:a|)":          {Command: "is", Typed: "a", From: 12, To: 13},
		`tag:"salon du c|`:         {Command: "tag", Typed: "salon du c", From: 4, To: 15},
		`"jean du|`:                {Typed: `"jean du`, To: 8},
		"https://a|":               {Typed: "https://a", To: 9},
		"email:jean tag:vip poin|": {Typed: "poin", From: 19, To: 23},
	} {
		before, after, _ := strings.Cut(text, "|")
		if diff := cmp.Diff(want, words.GapAt(t.Context(), before+after, len([]rune(before)))); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		n := len([]rune(text))
		g := words.GapAt(t.Context(), text, rapid.IntRange(-1, n+1).Draw(t, "at"))
		if g.From < 0 || g.From > g.To || g.To > n {
			t.Fatalf("%+v of %d", g, n)
		}
	})
}
