package i18n

import (
	"context"
	"regexp"
	"testing"
	"testing/fstest"
	"time"
)

var (
	paris, _ = time.LoadLocation("Europe/Paris")
	inParis  = With(context.Background(), Locale{Lang: French, Zone: paris})
	inUTC    = With(context.Background(), Locale{Lang: English})
)

func TestTexts(t *testing.T) {
	if got := T(inUTC, "i18n.ago.minutes|%d min ago", 3); got != "3 min ago" {
		t.Error(got)
	}
	if got := T(inParis, "i18n.ago.minutes|%d min ago", 3); got != "il y a 3\u00a0min" {
		t.Error(got)
	}
	if got := T(inParis, "i18n.unknown|100 % English"); got != "100 % English" {
		t.Errorf("without French the English stands: %q", got)
	}
	const days = "i18n.ago.days|%d day ago|%d days ago"
	for n, want := range map[int][2]string{
		0: {"0 days ago", "il y a 0 jour"}, 1: {"1 day ago", "il y a 1 jour"}, 2: {"2 days ago", "il y a 2 jours"},
	} {
		if got := N(inUTC, n, days, n); got != want[0] {
			t.Errorf("%d: %q", n, got)
		}
		if got := N(inParis, n, days, n); got != want[1] {
			t.Errorf("%d: %q", n, got)
		}
	}
}

func TestMatch(t *testing.T) {
	for header, want := range map[string]string{
		"":                             English,
		"fr":                           French,
		"fr-CA,fr;q=0.9,en;q=0.8":      French,
		"de-DE,de;q=0.9,fr;q=0.5":      French,
		"en;q=0.3, fr;q=0.7":           French,
		"en-GB,en;q=0.9,fr;q=0.8":      English,
		"zh, *;q=0.1, fr;q=nonsense":   English,
		"fr;q=0":                       English,
		"\x00;;;,,fr-;q=1,en;q=0.0001": French,
	} {
		if got := Match(header); got != want {
			t.Errorf("Match(%q) = %s", header, got)
		}
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2026, 11, 1, 23, 5, 0, 0, time.UTC) // already the 2nd in Paris
	now := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	first := time.Date(2025, 8, 1, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{Date(inUTC, at), "1 Nov 2026"},
		{Date(inParis, at), "2 nov. 2026"},
		{ShortDate(inParis, at), "2 nov."},
		{Time(inUTC, at), "23:05"},
		{Time(inParis, at), "00:05"},
		{DateTime(inUTC, at), "1 November 2026, 23:05"},
		{DateTime(inParis, at), "2 novembre 2026 à 00:05"},
		{Day(inUTC, now, at), "Sunday 1 November"},
		{Day(inParis, now, at), "Hier"},
		{Day(inParis, now, now), "Aujourd’hui"},
		{Day(inParis, now, first), "Vendredi 1er août 2025"},
		{Day(inUTC, now, first), "Friday 1 August 2025"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if SameDay(inUTC, at, at.Add(time.Hour)) || !SameDay(inParis, at, at.Add(time.Hour)) {
		t.Error("the day is the person's")
	}
}

func TestAgo(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		before time.Duration
		want   string
	}{
		{0, "just now"}, {-30 * time.Second, "just now"}, {59 * time.Second, "just now"},
		{time.Minute, "1 min ago"}, {59 * time.Minute, "59 min ago"}, {time.Hour, "1 h ago"},
		{9 * time.Hour, "9 h ago"}, {11 * time.Hour, "11 h ago"}, {20 * time.Hour, "yesterday"},
		{48 * time.Hour, "2 days ago"}, {6 * 24 * time.Hour, "6 days ago"}, {7 * 24 * time.Hour, "16 Nov 2026"},
		{-time.Hour * 24, "24 Nov 2026"},
	} {
		if got := Ago(inUTC, now, now.Add(-c.before)); got != c.want {
			t.Errorf("%v before: %q, want %q", c.before, got, c.want)
		}
	}
}

func TestCompact(t *testing.T) {
	for n, want := range map[int][2]string{
		0: {"0", "0"}, 999: {"999", "999"}, 1000: {"1\u202fk", "1\u202fk"}, 1_234_567: {"1.2\u202fM", "1,2\u202fM"}, 412_907: {"413\u202fk", "413\u202fk"}, 12_000_000_000: {"12\u202fG", "12\u202fG"},
	} {
		if got := Compact(inUTC, n); got != want[0] {
			t.Error(got)
		}
		if got := Compact(inParis, n); got != want[1] {
			t.Error(got)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int][2]string{
		0: {"0", "0"}, 999: {"999", "999"}, 1000: {"1,000", "1\u202f000"}, -1234567: {"-1,234,567", "-1\u202f234\u202f567"},
	} {
		if got := Number(inUTC, n); got != want[0] {
			t.Error(got)
		}
		if got := Number(inParis, n); got != want[1] {
			t.Error(got)
		}
	}
}

func TestCatalogRefusals(t *testing.T) {
	for name, content := range map[string]string{
		"broken":      `{`,
		"empty":       `{"a.b": ""}`,
		"other area":  `{"b.c": "x"}`,
		"three forms": `{"a.b": ["x", "y", "z"]}`,
		"number":      `{"a.b": 3}`,
	} {
		if _, err := readCatalog(fstest.MapFS{"fr/a.json": {Data: []byte(content)}}); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// In the night in which clocks go back, an hour comes twice and the day has 25.
func TestNightOfWinterTime(t *testing.T) {
	midnight := time.Date(2026, 10, 24, 22, 0, 0, 0, time.UTC)
	for hours, want := range map[int]string{0: "00:00", 2: "02:00", 3: "02:00", 4: "03:00", 24: "23:00"} {
		at := midnight.Add(time.Duration(hours) * time.Hour)
		if got := Time(inParis, at); got != want || !SameDay(inParis, midnight, at) || Day(inParis, at, midnight) != "Aujourd’hui" {
			t.Errorf("%d hours after midnight: %s, %s", hours, got, Day(inParis, at, midnight))
		}
	}
	if next := midnight.Add(25 * time.Hour); SameDay(inParis, midnight, next) || Day(inParis, next, midnight) != "Hier" || Ago(inParis, next, midnight) != "hier" {
		t.Error("the day after is not another day")
	}
	if spring := time.Date(2026, 3, 28, 23, 0, 0, 0, time.UTC); SameDay(inParis, spring, spring.Add(23*time.Hour)) || !SameDay(inParis, spring, spring.Add(22*time.Hour+59*time.Minute)) {
		t.Error("the day of summer time has not 23 hours")
	}
}

// No French line begins with a tall sign, nor ends with an opening guillemet.
func TestFrenchSpaces(t *testing.T) {
	for text, want := range map[string]string{
		"corbeille ; ensuite":           "corbeille\u202f; ensuite",
		"Supprimer « %s » ?":            "Supprimer «\u00a0%s\u00a0»\u202f?",
		"dernière connexion : %s":       "dernière connexion\u00a0: %s",
		"%d %% de plus":                 "%d\u202f%% de plus",
		"100 % anglais, donc 0 %":       "100\u202f% anglais, donc 0\u202f%",
		"il y a %d h":                   "il y a %d\u00a0h",
		"http://a.example?b=c %s %d":    "http://a.example?b=c %s %d",
		"mt('send', {a: 'b'}) a été là": "mt('send', {a: 'b'}) a été là",
	} {
		if got := spaced(text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for key, forms := range french() {
		for _, form := range forms {
			if loose := regexp.MustCompile(` [;:!?»]|« `).FindString(form); loose != "" {
				t.Errorf("%s: a line may end at %q: %s", key, loose, form)
			}
		}
	}
}

func TestDatesInSentences(t *testing.T) {
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	long := now.AddDate(0, -2, -2)
	for _, c := range []struct{ got, want string }{
		{When(inParis, now, now), "à l’instant"}, {When(inUTC, now, now), "just now"},
		{When(inParis, now, long), "le 1er sept. 2026"}, {When(inUTC, now, long), "on 1 Sep 2026"},
		{LongDate(inParis, now), "Mardi 3 novembre 2026"}, {LongDate(inUTC, now), "Tuesday 3 November 2026"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
