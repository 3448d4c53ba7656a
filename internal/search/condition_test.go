package search_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/search"
)

var withFields = search.Language{Fields: func(context.Context) (*field.Set, error) { return field.Standard(), nil }}

var who = search.Who{Now: time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)}

func TestConditions(t *testing.T) {
	for text, want := range map[string]search.Condition{
		"jean":             {Ask: search.Holds, Value: "jean"},
		`+"jean d"`:        {Ask: search.Exactly, Value: "jean d"},
		"j%n":              {Ask: search.Like, Value: "j%n"},
		"société:acme":     {Ask: search.Starts, Value: "acme"},
		"!city:+lyon":      {Not: true, Ask: search.Exactly, Value: "lyon"},
		"ville:%yo%":       {Ask: search.Holds, Value: "yo"},
		"email:+%@acme.fr": {Ask: search.Ends, Value: "@acme.fr"},
		"email:a%b":        {Ask: search.Like, Value: "a%b%"},
		`company:100\%`:    {Ask: search.Starts, Value: "100%"},
		"points:>=10":      {Ask: search.AtLeast, Value: "10"},
		"points:10..20":    {Ask: search.Between, Value: "10", To: "20"},
		"points:10..":      {Ask: search.AtLeast, Value: "10"},
		"points:10":        {Ask: search.Exactly, Value: "10"},
		"created:<30d":     {Ask: search.Within, Value: "30d"},
		"créé:30j":         {Ask: search.Within, Value: "30j"},
		"active:>6m":       {Ask: search.Older, Value: "6m"},
		"created:>2026-03": {Ask: search.Above, Value: "2026-03"},
		"!attribution:5":   {Not: true, Ask: search.Exactly, Value: "5"},
		"has:phone":        {Ask: search.Filled},
		"!a:téléphone":     {Ask: search.Missing},
		"est:anonyme":      {Ask: search.Exactly, Value: "anonyme"},
		"ids:1,2":          {Ask: search.Exactly, Value: "1,2"},
	} {
		q, err := withFields.Parse(t.Context(), text, who)
		if err != nil || len(q.Hints) > 0 {
			t.Fatal(text, err, q.Hints)
		}
		got, ok, err := withFields.Condition(t.Context(), q.Written)
		if err != nil || !ok {
			t.Errorf("%s is no condition: %v", text, err)
		}
		want.Command = got.Command
		if !cmp.Equal(got, want, cmp.AllowUnexported(search.Command{})) {
			t.Errorf("%s: %+v", text, got)
		}
	}
	for _, text := range []string{"", "a b", "a OR b", "email:(a OR b)", "has:nothing"} {
		q, err := withFields.Parse(t.Context(), text, who)
		if err != nil {
			t.Fatal(err)
		}
		if c, ok, err := withFields.Condition(t.Context(), q.Written); ok || err != nil {
			t.Errorf("%s: %+v, %v", text, c, err)
		}
	}
}

// What can be chosen asks what was typed, and is written so.
func TestConditionsAskWhatWasTyped(t *testing.T) {
	values := rapid.OneOf(rapid.SampledFrom([]string{"a", "%a", "a%", "%a%", `a\%`, `\%a`, "%", `\`, `\\%`, "10", ">10", "<=5", "10..20", "..5", "5..", "30d", "<30d", ">6m", "2026-03", ">2026-03", "a%b", "or"}), rapid.StringMatching(`[a-z%\\ ]{1,6}`))
	names := rapid.SampledFrom([]string{"", "email", "name", "phone", "points", "created", "tag", "is", "any", "ids", "city", "ville", "attribution", "attribution_date", "device", "mobile", "has", "zip_code"})
	rapid.Check(t, func(t *rapid.T) {
		name := names.Draw(t, "name")
		term := search.Value(name, values.Draw(t, "value"))
		term.Strict, term.Not = rapid.Bool().Draw(t, "strict"), rapid.Bool().Draw(t, "not")
		q, err := withFields.Parse(t.Context(), term.String(), who)
		if err != nil || len(q.Hints) > 0 || strings.Contains(term.Text, "%%") { // which is % by itself
			return
		}
		c, ok, err := withFields.Condition(t.Context(), q.Written)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return
		}
		if q.Written.Command == "has" {
			name = q.Written.Text
		}
		again, err := withFields.Term(t.Context(), c, name, "has", who)
		if err != nil {
			t.Fatalf("%v: %+v: %v", q.Written, c, err)
		}
		asked, err := withFields.Parse(t.Context(), again.String(), who)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(q.Where, asked.Where); diff != "" {
			t.Fatalf("%v becomes %v: %s", q.Written, again, diff)
		}
	})
}

// Whatever is chosen is a search, or a fault of a value.
func TestAnyConditionIsWrittenOrRefused(t *testing.T) {
	text := rapid.OneOf(rapid.String(), texts())
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"", "email", "phone", "points", "created", "tag", "is", "ids", "city", "attribution"}).Draw(t, "name")
		command, ok, err := withFields.Command(t.Context(), name)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		c := search.Condition{Command: command, Ask: rapid.SampledFrom(command.Asks()).Draw(t, "ask"), Value: text.Draw(t, "value"), To: text.Draw(t, "to"), Not: rapid.Bool().Draw(t, "not")}
		term, err := withFields.Term(t.Context(), c, name, "has", who)
		if fault.Is(err, fault.KindInvalid) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(strings.TrimSpace(c.Value), `\`) {
			return // a percent sign after it stands for itself
		}
		if slices.Contains([]search.Ask{search.Filled, search.Missing, search.Exactly, search.Like}, c.Ask) || command.Takes == search.Number || command.Takes == search.Time {
			return // what is typed may ask in another way
		}
		q, err := withFields.Parse(t.Context(), term.String(), who)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok, err := withFields.Condition(t.Context(), q.Written); err != nil || !ok || got.Ask != c.Ask || got.Not != c.Not {
			t.Fatalf("%v: %+v, %v", term, got, err)
		}
	})
}
