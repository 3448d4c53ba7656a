package app_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/rule"
	"ariane/internal/search"
	"ariane/internal/visit"
)

// What contacts did on pages is searched: what they saw, and the campaigns they came by.
func TestSearchOfPageViews(t *testing.T) {
	ctx := t.Context()
	d := dbtest.Open(t)
	r := visit.NewRecorder(d)
	defer r.Close()
	tokens := seen(t, r)
	catchUp := func() {
		t.Helper()
		if err := activity.NewRunner(d, slog.New(slog.DiscardHandler), app.Readers()...).CatchUp(ctx); err != nil {
			t.Fatal(err)
		}
	}
	catchUp()
	language := app.Language(d)
	ask := func(text string) (string, search.Query) {
		t.Helper()
		q, err := language.Parse(ctx, text, search.Who{Now: time.Now()})
		if err != nil {
			t.Fatal(text, err)
		}
		list := func(where rule.Node) []string {
			page, err := contact.List(ctx, d, contact.Filter{Where: where, Anonymous: q.Anonymous, Also: language.Catalogue, Limit: 20})
			if err != nil {
				t.Fatal(text, err)
			}
			var got []string
			for _, c := range page.Contacts {
				name, _, _ := strings.Cut(c.Fields["email"], "@")
				got = append(got, strings.ToUpper(name))
			}
			slices.Sort(got)
			return got
		}
		yes, no := list(q.Where), list(rule.Not{Node: q.Where})
		if !q.Anonymous && len(yes)+len(no) != 4 {
			t.Errorf("%s: %v and the others %v are not all", text, yes, no)
		}
		return strings.Join(yes, " "), q
	}
	for text, want := range pageViewSearches() {
		got, q := ask(text)
		if got != want && !q.Anonymous || len(q.Hints) > 0 {
			t.Errorf("%s: %q, want %q; %v", text, got, want, q.Hints)
		}
		if q.Anonymous && text == "is:anonymous visited:/prices" {
			page, err := contact.List(ctx, d, contact.Filter{Where: q.Where, Anonymous: true, Also: language.Catalogue, Limit: 5})
			if err != nil || len(page.Contacts) != 1 || !page.Contacts[0].Anonymous() {
				t.Errorf("%s: %v, %v", text, page.Contacts, err)
			}
		}
	}
	for text, want := range map[string]string{
		"hit:(visited:/about email:a)":        "A",
		"hit:(visited:/e OR utm_source:news)": "A B C E",
		"hit:(!visited:/about utm_source:n)":  "C",
	} {
		got, q := ask(text)
		if got != want || len(q.Hints) != 1 || !strings.HasPrefix(q.Hints[0].English(), "hit takes visited:") {
			t.Errorf("%s: %q, want %q; %v", text, got, want, q.Hints)
		}
	}
	// A visitor turns out to be somebody, and what they saw goes with them.
	joins := visit.Hit{Token: tokens["D"], URL: "https://www.acme.test/contact", UserAgent: "Mozilla/5.0 Firefox/128.0", IP: "203.0.113.9", Values: map[string]string{"email": "C@example.test"}}
	if _, err := r.Record(ctx, joins); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, _ := ask("visited:/prices"); got != "A B C" {
			t.Errorf("with the visitor %q saw the prices", got)
		}
		catchUp()
	}
	if got, _ := ask("has:visited"); got != "" {
		t.Errorf("has:visited finds %s", got)
	}
}

// seen records what A, B, C and E saw, and the visitor D, and returns their tokens.
func seen(t *testing.T, r *visit.Recorder) map[string]string {
	t.Helper()
	tokens := map[string]string{}
	saw := func(who, url string, utm visit.UTM) {
		t.Helper()
		hit := visit.Hit{Token: tokens[who], URL: url, Title: "https://www.acme.test/title", Referrer: "https://search.test/prices", UserAgent: "Mozilla/5.0 Firefox/128.0", IP: "203.0.113.9", UTM: utm}
		if tokens[who] == "" && who != "D" {
			hit.Values = map[string]string{"email": who + "@example.test"}
		}
		a, err := r.Record(t.Context(), hit)
		if err != nil {
			t.Fatal(err)
		}
		tokens[who] = a.Token
	}
	news := visit.UTM{Source: "news", Medium: "e-mail", Campaign: "Été 2026", Content: "top", Term: "100%"}
	saw("A", "https://www.acme.test/prices?plan=2", news)
	saw("A", "https://www.acme.test/about", visit.UTM{})
	saw("B", "https://www.acme.test/prices", visit.UTM{})
	saw("B", "https://www.acme.test/about", visit.UTM{Source: "news"})
	saw("C", "http://blog.test/caf%C3%A9_1", visit.UTM{Source: "newsroom"})
	saw("D", "https://www.acme.test/prices", visit.UTM{})
	saw("E", "https://www.acme.test/e", visit.UTM{})
	return tokens
}

func pageViewSearches() map[string]string {
	return map[string]string{
		"visited:/prices":                        "A B",
		"visité:/prices":                         "A B",
		"visited:www.acme.test/prices":           "A B",
		"visited:acme.test/PRICES":               "A B",
		"visited:https://www.acme.test/prices":   "A B",
		"visited:+/prices":                       "B",
		"visited:+/prices?plan=2":                "A",
		"visited:%plan=%":                        "A",
		"visited:%rice":                          "A B",
		"visited:/café_1":                        "C",
		"visited:/caf%C3%A9":                     "C",
		`visited:/cafe_`:                         "C",
		"visited:prices":                         "",
		"visited:%title":                         "",
		"visited:%search.test":                   "",
		"visited:/prices visited:/about":         "A B",
		"visited:/prices !visited:%plan%":        "B",
		"!visited:/prices":                       "C E",
		"visited:(/e OR /caf)":                   "C E",
		"utm_source:news":                        "A B C",
		"utm_source:+news":                       "A B",
		"utm_medium:e-mail":                      "A",
		"utm_campaign:ete":                       "A",
		`UTM_campaign:"été 2026"`:                "A",
		`utm_term:+100\%`:                        "A",
		"utm_content:t%p":                        "A",
		"utm_content:source":                     "",
		"visited:/prices utm_source:+news":       "A B",
		"hit:(visited:/prices utm_source:+news)": "A",
		"appel:(visité:/about utm_source:news)":  "B",
		"!hit:(visited:/about utm_source:news)":  "A C E",
		"hit:(utm_source:news utm_medium:e)":     "A",
		"hit:(visited:/prices visited:/about)":   "",
		"hit:(visited:/prices)":                  "A B",
		"is:anonymous visited:/prices":           "",
		"visited:/prices is:identified email:b":  "B",
		`visited:"' OR 1=1 --"`:                  "",
	}
}
