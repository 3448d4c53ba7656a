package rule_test

import (
	"testing"
	"time"

	"ariane/internal/rule"
)

func TestWhen(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	// The Saturday of the specification's examples; the evening before in UTC.
	now := time.Date(2022, 3, 5, 0, 30, 0, 0, paris)
	for text, want := range map[string]string{
		"2026-03-29":                "2026-03-29 00:00 2026-03-30 00:00",
		"29/03/2026":                "2026-03-29 00:00 2026-03-30 00:00",
		"2026-02":                   "2026-02-01 00:00 2026-03-01 00:00",
		"02/2026":                   "2026-02-01 00:00 2026-03-01 00:00",
		"2024":                      "2024-01-01 00:00 2025-01-01 00:00",
		"2026-03-29 14:30":          "2026-03-29 14:30 2026-03-29 14:31",
		"2026-03-29T14:30:00Z":      "2026-03-29 16:30 2026-03-29 16:30",
		"today":                     "2022-03-05 00:00 2022-03-06 00:00",
		"Aujourd’hui":               "2022-03-05 00:00 2022-03-06 00:00",
		"hier":                      "2022-03-04 00:00 2022-03-05 00:00",
		"tomorrow":                  "2022-03-06 00:00 2022-03-07 00:00",
		"last week":                 "2022-02-21 00:00 2022-02-28 00:00",
		"cette semaine":             "2022-02-28 00:00 2022-03-07 00:00",
		"last month":                "2022-02-01 00:00 2022-03-01 00:00",
		"l’année dernière":          "2021-01-01 00:00 2022-01-01 00:00",
		"next year":                 "2023-01-01 00:00 2024-01-01 00:00",
		"-1 week":                   "2022-02-26 00:00 2022-02-27 00:00",
		"-1 month":                  "2022-02-05 00:00 2022-02-06 00:00",
		"+1 month":                  "2022-04-05 00:00 2022-04-06 00:00",
		"5 days":                    "2022-03-10 00:00 2022-03-11 00:00",
		"2 days ago":                "2022-03-03 00:00 2022-03-04 00:00",
		"il y a 2 jours":            "2022-03-03 00:00 2022-03-04 00:00",
		"-3 hours":                  "2022-03-04 21:30 2022-03-04 22:30",
		"first day of last month":   "2022-02-01 00:00 2022-02-02 00:00",
		"last day of last month":    "2022-02-28 00:00 2022-03-01 00:00",
		"last day of 2024-02":       "2024-02-29 00:00 2024-03-01 00:00",
		"soon":                      "",
		"":                          "",
		"2026-13":                   "",
		"31/02/2026":                "",
		"0000":                      "",
		"-99999 years":              "",
		"99999999999999999999 days": "",
	} {
		got := ""
		if s, ok := rule.When(text, now); ok {
			got = s.From.In(paris).Format("2006-01-02 15:04") + " " + s.To.In(paris).Format("2006-01-02 15:04")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	// The day when clocks are put forward has 23 hours.
	if s, _ := rule.When("2022-03-27", now); s.To.Sub(s.From) != 23*time.Hour {
		t.Error(s)
	}
	end := time.Date(2022, 3, 31, 12, 0, 0, 0, paris)
	if at, ok := rule.Ago("1 mois", end); !ok || at.Format(time.DateOnly) != "2022-02-28" {
		t.Error(at)
	}
	if at, ok := rule.Ago("36h", end); !ok || end.Sub(at) != 36*time.Hour {
		t.Error(at)
	}
}
