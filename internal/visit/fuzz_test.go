package visit

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

const fuzzSecret = "0123456789abcdef"

// Nothing passes for a click of ours that we did not sign.
func FuzzClick(f *testing.F) {
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	ours := map[string]bool{}
	for _, c := range []Click{{At: now}, {Source: "email", Number: 7, Email: 8, Stat: "a", Contact: 9, Channel: map[string]int64{"email": 7}, At: now.Add(-time.Hour)}} {
		ct, err := SignClick(fuzzSecret, c)
		if err != nil {
			f.Fatal(err)
		}
		ours[ct] = true
		f.Add(ct)
		f.Add(ct[1:])
		f.Add(ct + "=")
		f.Add(ct[:9] + "\r\n" + ct[9:])
	}
	for _, seed := range []string{"", ".", "YTo1OntzOjY6InNvdXJjZSI7YToyOntpOjA7fX0.AAAAAAAAAAA", "\x00", strings.Repeat("A", 4000) + ".AAAAAAAAAAA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, ct string) {
		LikeClick(ct)
		if _, err := openClick(fuzzSecret, ct, now); err == nil && !ours[ct] {
			t.Errorf("%q passes for ours", ct)
		}
		if _, err := openClick("", ct, now); err == nil {
			t.Errorf("%q passes without a secret", ct)
		}
	})
}

// What is stored of a hit is text of bounded length, and tokens are ours in form.
func FuzzHit(f *testing.F) {
	f.Add("0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789abcdef", "https://site.test/é")
	f.Add("\x00", "", "a\x00b\xff")
	f.Add("０123456789abcdef0123456789abcd", strings.Repeat("f", 32), strings.Repeat("🧵", 3000))
	f.Fuzz(func(t *testing.T, token, view, text string) {
		h := Hit{Token: token, View: view, URL: text, Title: text, Referrer: text, Language: text, UserAgent: text, Resolution: text, Zone: text, Platform: text, UTM: UTM{Source: text}}.clean()
		if !WellFormed(h.Token) || h.View != "" && !WellFormed(h.View) {
			t.Errorf("token %q, view %q", h.Token, h.View)
		}
		if h.View != "" && bitsOf(h.View) == 0 {
			t.Errorf("view %q has no bits", h.View)
		}
		for _, s := range []struct {
			text string
			most int
		}{{h.URL, 2000}, {h.Title, 255}, {h.Referrer, 2000}, {h.Language, 20}, {h.UserAgent, 500}, {h.Resolution, 20}, {h.Zone, 50}, {h.Platform, 20}, {h.UTM.Source, 255}} {
			if !utf8.ValidString(s.text) || strings.ContainsRune(s.text, 0) || utf8.RuneCountInString(s.text) > s.most {
				t.Errorf("kept %q, at most %d", s.text, s.most)
			}
		}
	})
}
