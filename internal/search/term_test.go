package search_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ariane/internal/base/fault"
	"ariane/internal/search"
)

func TestWritten(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "",
		"  jean   dupont ":                "jean dupont",
		"a and b":                         "a b",
		"a b OR c":                        "a b OR c",
		"(a b) ou c":                      "a b ou c",
		"(a OU b) c":                      "(a OU b) c",
		"a (b (c d))":                     "a b c d",
		"((a))":                           "a",
		"!(!a)":                           "a",
		"!email:!x":                       "email:x",
		"+email:x":                        "email:+x",
		"société:(a OR b)":                "société:(a OR b)",
		"société:(a)":                     "société:a",
		"email:(a name:b)":                "email:(a name:b)",
		"!email:(a b)":                    "!email:(a b)",
		`foo:"a b"`:                       `foo:"a b"`,
		`"foo:a b"`:                       `"foo:a b"`,
		"!!or":                            `"or"`,
		`or"x"`:                           `"or" "x"`,
		"email: tag:":                     "",
		"foo: a":                          "a",
		"email:(foo: b)":                  "email:(foo: b)",
		"a\x00b \x01":                     "a b",
		"points:>=10 created:<30d":        "points:>=10 created:<30d",
		`company:"(x) \"`:                 `company:"(x) \"`,
		"(paul or canada) !is:identified": "(paul or canada) !is:identified",
	} {
		q, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Written.String(); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
}

// TestWrittenIsReadAsTheSame also checks that both ask the same.
func TestWrittenIsReadAsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, err := parse(texts().Draw(t, "text"))
		if fault.Is(err, fault.KindInvalid) {
			return
		}
		written := q.Written.String()
		again, err := parse(written)
		if utf8.RuneCountInString(written) > 1000 {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", written, err)
		}
		if diff := cmp.Diff(q.Written, again.Written); diff != "" {
			t.Fatalf("%q: %s", written, diff)
		}
		if diff := cmp.Diff(q.Where, again.Where); diff != "" {
			t.Fatalf("%q: %s", written, diff)
		}
	})
}

// Any terms put together are read as they are, even those that nobody typed so.
func TestTermsPutTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var whole search.Term
		for _, text := range rapid.SliceOfN(texts(), 0, 4).Draw(t, "texts") {
			if q, err := parse(text); err == nil {
				whole = whole.And(q.Written)
			}
		}
		whole = whole.And(search.Value(rapid.SampledFrom([]string{"", "email", "société"}).Draw(t, "command"), strings.TrimSpace(rapid.StringMatching(`[^"\pC]*`).Draw(t, "value"))))
		if n := len(whole.Conditions()); n > 0 && rapid.Bool().Draw(t, "cut") {
			i := rapid.IntRange(0, n-1).Draw(t, "i")
			whole = whole.Replace(i, search.Term{})
			if got := len(whole.Conditions()); n > 2 && got != n-1 {
				t.Fatalf("%d conditions of %d are left", got, n)
			}
		}
		q, err := parse(whole.String())
		if fault.Is(err, fault.KindInvalid) {
			return // too long by now
		}
		if diff := cmp.Diff(whole.String(), q.Written.String()); diff != "" {
			t.Fatal(diff)
		}
	})
}
