package field_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ariane/internal/field"
)

func TestStandardFields(t *testing.T) {
	all := slices.Clone(field.Standard().All())
	if len(all) != 28 {
		t.Fatalf("%d fields, want 28", len(all))
	}
	ids, aliases := map[int64]bool{}, map[string]bool{}
	for _, f := range all {
		if ids[f.ID] || aliases[f.Alias] || f.ID < 1 || f.ID > 28 || f.Order != int(f.ID) {
			t.Errorf("field %d %s: id, order or alias used twice or out of place", f.ID, f.Alias)
		}
		ids[f.ID], aliases[f.Alias] = true, true
		if !strings.HasPrefix(f.Label, "field."+f.Alias+"|") {
			t.Errorf("%s is labelled %q", f.Alias, f.Label)
		}
	}
}

func TestIdentifying(t *testing.T) {
	for alias, want := range map[string]bool{"firstname": true, "email": true, "mobile": true, "twitter": true, "company": true,
		"city": false, "country": false, "title": false, "points": false, "nosuch": false} {
		if got := field.Standard().Identifying(alias); got != want {
			t.Errorf("Identifying(%s) = %v", alias, got)
		}
	}
	if !field.Standard().Unique("email") || field.Standard().Unique("phone") {
		t.Error("the address, and only it, is unique")
	}
}

func TestClean(t *testing.T) {
	const refused = "\x00refused"
	for _, c := range []struct{ alias, in, want string }{
		{"firstname", "  Zoé\x00\u202e \n", "Zoé"},
		{"firstname", " \t ", ""},
		{"firstname", strings.Repeat("é", 255), strings.Repeat("é", 255)},
		{"firstname", strings.Repeat("é", 256), refused},
		{"firstname", "broken \xff", "broken"},
		{"address1", "3 rue\r\nd'Arcole", "3 rue  d'Arcole"},
		{"email", "Ada.Lovelace+x@Example.co.uk", "Ada.Lovelace+x@Example.co.uk"},
		{"email", "josé@bücher.example", "josé@bücher.example"},
		{"email", "ada@localhost", refused},
		{"email", "ada", refused},
		{"email", "a da@example.com", refused},
		{"email", "ada@example..com", refused},
		{"email", "ada@example.com>", refused},
		{"email", "@example.com", refused},
		{"email", "a@b@example.com", refused},
		{"phone", "+33 (0)1.23-45", "+33 (0)1.23-45"},
		{"phone", "0123456 ext. 12", "0123456 ext. 12"},
		{"phone", "call me", refused},
		{"phone", "12", refused},
		{"website", "acme.fr/a", "https://acme.fr/a"},
		{"website", "http://acme.fr:8080/?a=b", "http://acme.fr:8080/?a=b"},
		{"website", "javascript:alert(1)", refused},
		{"website", "acme", refused},
		{"points", "12", "12"},
		{"points", "1.5", "2"},
		{"attribution", "1234,567", "1234.57"},
		{"attribution", "NaN", refused},
		{"attribution", "1e40", refused},
		{"attribution_date", "2026-02-03", "2026-02-03 00:00:00"},
		{"attribution_date", "2026-02-03T10:00:00+02:00", "2026-02-03 08:00:00"},
		{"attribution_date", "soon", refused},
	} {
		f, ok := field.Standard().ByAlias(c.alias)
		if !ok {
			t.Fatalf("no field %s", c.alias)
		}
		got, problem := field.Clean(f, c.in)
		if problem != nil {
			got = refused
		}
		if got != c.want {
			t.Errorf("Clean(%s, %q) = %q (%v), want %q", c.alias, c.in, got, problem, c.want)
		}
	}
}

// kinds has a field of each type, and the standard ones.
var kinds = append(slices.Clone(field.Standard().All()), func() (list []field.Field) {
	for _, t := range field.Types() {
		f := field.New(t)
		f.Alias, f.Scale = "x", len(list)%3
		f.Options = []field.Option{{Value: "red", Label: "Rouge"}, {Value: "1", Label: "0"}, {Value: "é", Label: "e"}}
		f.Yes, f.No = "Oui !", "0"
		list = append(list, f)
	}
	return list
}()...)

func TestCleanIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom(kinds).Draw(t, "field")
		once, problem := field.Clean(f, rapid.OneOf(rapid.String(), rapid.StringMatching(`[-0-9:./, TZ|rede1Éno]{0,20}`)).Draw(t, "value"))
		if problem != nil {
			return
		}
		if twice, problem := field.Clean(f, once); problem != nil || twice != once {
			t.Fatalf("%q becomes %q (%v)", once, twice, problem)
		}
	})
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"ada@example.com": "ada@example.com", "  Élodie   D'ARC ": "elodie d'arc", "Cœur": "coeur",
		"Straße": "strasse", "ﬁn": "fin", "Łódź": "lodz", "İstanbul": "istanbul", "": "",
	} {
		if got := field.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		once := field.Fold(rapid.String().Draw(t, "text"))
		if twice := field.Fold(once); twice != once {
			t.Fatalf("%q folds to %q", once, twice)
		}
	})
}

func TestSuggestionsAreValues(t *testing.T) {
	for alias, want := range map[string]field.Option{"timezone": {"America/New_York", "America/New York"}, "country": {"Germany", "Allemagne"},
		"preferred_locale": {"fr_FR", "fr_FR"}, "title": {"Mme", "Mme"}} {
		f, _ := field.Standard().ByAlias(alias)
		list := field.Suggestions(f, "fr")
		found := false
		for _, s := range list {
			value, problem := field.Clean(f, s.Value)
			if value != s.Value || problem != nil || s.Label == "" {
				t.Errorf("%s: %+v", alias, s)
			}
			found = found || s == want
		}
		if !found {
			t.Errorf("%s: %+v is missing", alias, want)
		}
	}
	if f, _ := field.Standard().ByAlias("firstname"); field.Suggestions(f, "en") != nil {
		t.Error("first names are suggested")
	}
}

func TestCountryName(t *testing.T) {
	for _, c := range []struct{ name, lang, want string }{
		{"United Kingdom", "fr", "Royaume-Uni"}, {"royaume-uni", "en", "United Kingdom"}, {"BELGIUM", "fr", "Belgique"},
		{"France", "en", "France"}, {"suede", "en", "Sweden"}, {"Utopia", "fr", "Utopia"}, {"", "fr", ""},
	} {
		if got := field.CountryName(c.name, c.lang); got != c.want {
			t.Errorf("%q in %s is %q, want %q", c.name, c.lang, got, c.want)
		}
	}
}

func TestCleanEachType(t *testing.T) {
	const refused = "\x00refused"
	options := []field.Option{{Value: "red", Label: "Rouge vif"}, {Value: "blue", Label: "Bleu"}}
	for _, c := range []struct {
		f        field.Field
		in, want string
	}{
		{field.Field{Type: field.Text, Limit: 3}, "abc", "abc"},
		{field.Field{Type: field.Text, Limit: 3}, "abcd", refused},
		{field.Field{Type: field.URL, Limit: 10}, "acme.fr", refused}, // with https:// before it
		{field.Field{Type: field.Textarea}, " a \r\n\r\n b\u202e \n", "a\n\n b"},
		{field.Field{Type: field.Textarea}, strings.Repeat("x", 10_001), refused},
		{field.Field{Type: field.HTML}, "<b>a</b>\n<script>", "<b>a</b>\n<script>"},
		{field.Field{Type: field.Boolean}, "Oui", "1"},
		{field.Field{Type: field.Boolean}, "FALSE", "0"},
		{field.Field{Type: field.Boolean, Yes: "D'accord", No: "Pas d'accord"}, "d'accord", "1"},
		{field.Field{Type: field.Boolean}, "2", refused},
		{field.Field{Type: field.Boolean}, "perhaps", refused},
		{field.Field{Type: field.Date}, "2026-02-28", "2026-02-28"},
		{field.Field{Type: field.Date}, "2026-02-28T23:30:00-05:00", "2026-02-28"},
		{field.Field{Type: field.Date}, "2026-02-30", refused},
		{field.Field{Type: field.Date}, "28/02", refused},
		{field.Field{Type: field.Time}, "9:05", "09:05:00"},
		{field.Field{Type: field.Time}, "21h30", "21:30:00"},
		{field.Field{Type: field.Time}, "9:05 PM", "21:05:00"},
		{field.Field{Type: field.Time}, "25:00", refused},
		{field.Field{Type: field.Select, Options: options}, "red", "red"},
		{field.Field{Type: field.Select, Options: options}, "ROUGE VIF", "red"},
		{field.Field{Type: field.Select, Options: options}, "green", refused},
		{field.Field{Type: field.Select, Options: options}.Keeping("green"), "green", "green"},
		{field.Field{Type: field.Multiselect, Options: options}, "blue|red| |blue", "red|blue"},
		{field.Field{Type: field.Multiselect, Options: options}, "|", ""},
		{field.Field{Type: field.Multiselect, Options: options}, "blue|green", refused},
		{field.Field{Type: field.Multiselect, Options: options}.Keeping("gone|red"), "gone|blue", "blue|gone"},
		{field.Field{Type: field.Number, Scale: 2}, "1 234,565", "1234.57"},
		{field.Field{Type: field.Number, Scale: 2}, "1.005", "1.01"},
		{field.Field{Type: field.Number, Scale: 1, Rounding: field.RoundDown}, "-1.29", "-1.2"},
		{field.Field{Type: field.Number, Scale: 1, Rounding: field.RoundUp}, "-1.21", "-1.3"},
		{field.Field{Type: field.Number, Rounding: field.RoundHalfEven}, "2.5", "2"},
		{field.Field{Type: field.Number, Rounding: field.RoundHalfEven}, "3.5", "4"},
		{field.Field{Type: field.Number, Rounding: field.RoundHalfDown}, "2.5", "2"},
		{field.Field{Type: field.Number, Rounding: field.RoundHalfUp}, "-2.5", "-3"},
		{field.Field{Type: field.Number, Rounding: field.RoundHalfUp}, "-0.2", "0"},
		{field.Field{Type: field.Number, Scale: 2}, "1e-300", "0"},
		{field.Field{Type: field.Number}, "0x10", refused},
		{field.Field{Type: field.Number}, "twelve", refused},
	} {
		got, problem := field.Clean(c.f, c.in)
		if problem != nil {
			got = refused
		}
		if got != c.want {
			t.Errorf("%s: Clean(%q) = %q (%v), want %q", c.f.Type, c.in, got, problem, c.want)
		}
	}
}
