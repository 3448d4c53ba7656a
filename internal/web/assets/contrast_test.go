package assets

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

// tokens reads every colour of the style sheet: its value in the light theme
// and in the dark one.
func tokens(t *testing.T) map[string][2]string {
	t.Helper()
	style := fetch(t, URL(Style)).Body.String()
	found := map[string][2]string{}
	scope := ""
	for _, m := range regexp.MustCompile(`\.(tone-[a-z]+) \{|--([a-z-]+): (?:light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)|(#[0-9a-f]{6}))`).FindAllStringSubmatch(style, -1) {
		switch {
		case m[1] != "":
			scope = m[1] + " "
		case m[5] != "":
			found[m[2]] = [2]string{m[5], m[5]}
		case m[2] == "tone-back" || m[2] == "tone-front":
			found[scope+m[2]] = [2]string{m[3], m[4]}
		default:
			found[m[2]] = [2]string{m[3], m[4]}
		}
	}
	return found
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestTextCanBeReadInBothThemes(t *testing.T) {
	all := tokens(t)
	pairs := [][2]string{
		{"text", "canvas"}, {"text", "surface"}, {"text", "raised"}, {"soft", "surface"}, {"soft", "raised"},
		{"muted", "canvas"}, {"muted", "surface"}, {"muted", "raised"}, {"accent", "surface"}, {"accent", "canvas"}, {"accent", "accent-tint"},
		{"on-accent", "accent-fill"}, {"on-accent", "accent-fill-over"}, {"danger", "surface"}, {"danger", "danger-tint"},
		{"side-text", "side"}, {"side-muted", "side"}, {"side-on", "side"}, {"side-on", "side-tint"}, {"soft", "accent-tint"},
	}
	for _, tone := range []string{"indigo", "blue", "cyan", "green", "amber", "pink", "red", "grey"} {
		pairs = append(pairs, [2]string{"tone-" + tone + " tone-front", "tone-" + tone + " tone-back"})
	}
	for _, p := range pairs {
		front, back := all[p[0]], all[p[1]]
		for i, theme := range []string{"light", "dark"} {
			if front[i] == "" || back[i] == "" {
				t.Errorf("%v: unknown in the %s theme", p, theme)
				continue
			}
			a, b := luminance(t, front[i]), luminance(t, back[i])
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
				t.Errorf("%s on %s: %.2f in the %s theme", p[0], p[1], ratio, theme)
			}
		}
	}
}
