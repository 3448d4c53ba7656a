package form_test

import (
	"ariane/internal/field"

	"strings"
	"testing"

	"pgregory.net/rapid"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/form"
	"ariane/internal/form/question"

	"github.com/google/go-cmp/cmp"
)

// everyType is a form with a field of each type.
func everyType(f *form.Form) {
	f.Language, f.Fields = i18n.French, nil
	sizes := []question.Option{{Label: "Petit", Value: "s"}, {Label: "Grand, vraiment", Value: "l"}, {Label: "Moyen", Value: "Moyen"}}
	properties := map[question.Type]question.Properties{
		question.Number: {Min: "-1", Max: "10", Decimals: 1}, question.Date: {Min: "2026-01-01", Max: "2026-12-31"}, question.Phone: {International: true},
		question.Select: {Options: sizes, Multiple: true}, question.Radio: {Options: sizes}, question.Checkboxes: {Options: sizes}, question.Paragraph: {Longest: 20},
		question.Consent: {Text: "J’accepte la [politique](https://site.example/p)."}, question.FreeText: {Text: "Un\n\nDeux"},
	}
	mapped := map[question.Type]string{question.Date: "attribution_date", question.Number: "attribution", question.Country: "country", question.Checkboxes: "position", question.URL: "website", question.Phone: "phone"}
	for _, t := range question.Types() {
		f.Fields = append(f.Fields, form.Field{Label: "L " + string(t), Alias: "a_" + string(t), Type: t, Properties: properties[t], ContactField: mapped[t]})
	}
}

func TestAnswersOfEachType(t *testing.T) {
	t.Parallel()
	r := open(t, everyType)
	const refused = "\x00"
	for _, c := range []struct {
		kind  question.Type
		given []string
		value string
		shown string
	}{
		{question.Text, []string{" a\u202eb "}, "ab", ""},
		{question.Text, []string{strings.Repeat("é", 256)}, refused, ""},
		{question.Paragraph, []string{"\r\n un \r\n\r\ndeux\x00\n"}, "un\n\ndeux", ""},
		{question.Paragraph, []string{strings.Repeat("é", 21)}, refused, ""},
		{question.Email, []string{"zoe@"}, refused, ""},
		{question.Phone, []string{"01 23 45 67 89"}, refused, ""},
		{question.Phone, []string{"+33 1 23 45 67 89"}, "+33 1 23 45 67 89", ""},
		{question.Number, []string{"1,25"}, "1.3", ""},
		{question.Number, []string{"-2"}, refused, ""},
		{question.Number, []string{"11"}, refused, ""},
		{question.Number, []string{"=1+1"}, refused, ""},
		{question.Date, []string{"2026-02-29"}, refused, ""},
		{question.Date, []string{"2025-12-31"}, refused, ""},
		{question.Date, []string{"2027-01-01"}, refused, ""},
		{question.Date, []string{"2026-02-28"}, "2026-02-28", ""},
		{question.URL, []string{"javascript:alert(1)"}, refused, ""},
		{question.URL, []string{"site.example"}, "https://site.example", ""},
		{question.Country, []string{"Germany"}, "Germany", "Allemagne"},
		{question.Country, []string{"Germany", "France"}, refused, ""},
		{question.Country, []string{"Atlantis"}, refused, ""},
		{question.Select, []string{"l", "", "s"}, "s, l", "Petit, Grand, vraiment"},
		{question.Select, []string{"xl"}, refused, ""},
		{question.Radio, []string{"Moyen"}, "Moyen", ""},
		{question.Radio, []string{"s", "l"}, refused, ""},
		{question.Checkboxes, []string{"l", "l"}, "l", "Grand, vraiment"},
		{question.Consent, []string{"whatever"}, "1", "J’accepte la politique <https://site.example/p>."},
		{question.Consent, []string{""}, "", ""},
		{question.Hidden, []string{"=cmd"}, "=cmd", ""},
	} {
		alias := "a_" + string(c.kind)
		out, err := form.Submit(t.Context(), r.db, form.Submission{Form: r.form, Values: map[string][]string{alias: c.given, "a_heading": {"x"}}})
		if c.value == refused {
			problem, ok := fault.Of(err)
			if !ok || len(problem.Fields) != 1 || problem.Fields[alias].Key == "" {
				t.Errorf("%s %q: %v", c.kind, c.given, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s %q: %v", c.kind, c.given, err)
			continue
		}
		var got form.Answer
		for _, a := range out.Answers {
			if a.Alias == alias {
				got = a
			}
			if a.Alias == "a_heading" || a.Alias == "a_freetext" {
				t.Errorf("%s is answered", a.Alias)
			}
		}
		if diff := cmp.Diff(form.Answer{Alias: alias, Label: "L " + string(c.kind), Value: c.value, Shown: c.shown}, got); diff != "" {
			t.Errorf("%s %q: %s", c.kind, c.given, diff)
		}
	}
}

func TestAnswersOfEachTypeReachTheContact(t *testing.T) {
	t.Parallel()
	r := open(t, everyType)
	out := r.submit(r.submission("", "a_date", "2026-02-28", "a_number", "2,5", "a_country", "Germany", "a_checkboxgrp", "l", "a_checkboxgrp", "s", "a_url", "site.example", "a_tel", "+33123456789"))
	want := map[string]string{"attribution_date": "2026-02-28 00:00:00", "attribution": "2.5", "country": "Germany", "position": "s, l", "website": "https://site.example", "phone": "+33123456789"}
	got := map[string]string{}
	for alias, value := range r.contact(out.Contact).Fields {
		if _, mapped := want[alias]; mapped {
			got[alias] = value
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	found, err := form.Find(t.Context(), r.db, r.form)
	if err != nil || found.Fields[8].Options[1].Label != "Grand, vraiment" || found.Fields[5].Min != "2026-01-01" {
		t.Errorf("stored %+v, %v", found.Fields, err)
	}
	copied := found.Copy()
	if again := r.create(copied); again == r.form || copied.ID != 0 {
		t.Errorf("copied as %d", again)
	}
}

func TestValidateProperties(t *testing.T) {
	t.Parallel()
	option := []question.Option{{Label: "a", Value: "a"}}
	for name, c := range map[string]struct {
		part  string
		field form.Field
	}{
		"no options":           {"options", form.Field{Type: question.Radio}},
		"option twice":         {"options", form.Field{Type: question.Radio, Properties: question.Properties{Options: append(option, option...)}}},
		"separator in a value": {"options", form.Field{Type: question.Select, Properties: question.Properties{Options: []question.Option{{Label: "a", Value: "a|b"}}}}},
		"default not offered":  {"default", form.Field{Type: question.Select, Default: "b", Properties: question.Properties{Options: option}}},
		"no consent text":      {"text", form.Field{Type: question.Consent}},
		"no text":              {"text", form.Field{Type: question.FreeText}},
		"bound":                {"min", form.Field{Type: question.Number, Properties: question.Properties{Min: "few"}}},
		"bounds":               {"max", form.Field{Type: question.Date, Properties: question.Properties{Min: "2026-02-01", Max: "2026-01-01"}}},
		"decimals":             {"decimals", form.Field{Type: question.Number, Properties: question.Properties{Decimals: 7}}},
		"length":               {"longest", form.Field{Type: question.Text, Properties: question.Properties{Longest: -1}}},
		"date for a number":    {"contact_field", form.Field{Type: question.Date, ContactField: "attribution"}},
		"consent for a text":   {"contact_field", form.Field{Type: question.Consent, ContactField: "city", Properties: question.Properties{Text: "t"}}},
		"paragraph for e-mail": {"contact_field", form.Field{Type: question.Paragraph, ContactField: "email"}},
	} {
		c.field.Label = "x"
		f := form.Form{Name: "n", Language: i18n.English, PostAction: form.Return, Fields: []form.Field{c.field}}
		refused, ok := fault.Of(f.Validate(field.Standard()))
		if !ok || len(refused.Fields) != 1 || refused.Fields["fields.0."+c.part].Key == "" {
			t.Errorf("%s: want a message for %s: %v", name, c.part, f.Validate(field.Standard()))
		}
	}
}

func TestLinksInTexts(t *testing.T) {
	t.Parallel()
	got := question.Pieces("See [a](https://x.example/p?q=1) or [b](/here).\r\n\r\n[c](javascript:alert(1)) [d](//evil.example) [e](https://x.example/\"><i>)")
	want := [][]question.Piece{{{Words: "See "}, {Words: "a", URL: "https://x.example/p?q=1"}, {Words: " or "}, {Words: "b", URL: "/here"}, {Words: "."}},
		{{Words: `[c](javascript:alert(1)) [d](//evil.example) [e](https://x.example/"><i>)`}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("[]()/h:tps\n x"))).Draw(t, "text")
		for _, p := range question.Pieces(text) {
			for _, one := range p {
				if one.URL != "" && one.URL[0] != '/' && !strings.HasPrefix(one.URL, "http") || one.Words == "" {
					t.Fatalf("%q gives %+v", text, one)
				}
			}
		}
	})
}
