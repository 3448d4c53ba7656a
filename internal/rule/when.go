package rule

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"ariane/internal/field"
)

// When reads a day, month, year, moment or stretch of time as people write it in
// English or French, seen from now and in its zone: 2026-03-01, 01/03/2026,
// 2026-03, 2026, yesterday, hier, last month, -7 days, il y a 3 semaines. Weeks
// begin on Monday (segments specification, section 4.8).
func When(text string, now time.Time) (Span, bool) {
	text = field.Fold(strings.ReplaceAll(text, "’", "'"))
	today := midnight(now)
	if days, ok := namedDays[text]; ok {
		return oneDay(today.AddDate(0, 0, days)), true
	}
	if n, ok := namedSpans[text]; ok {
		return n.around(today), true
	}
	for prefix, last := range map[string]bool{"first day of ": false, "last day of ": true, "premier jour de ": false, "dernier jour de ": true} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			whole, ok := When(rest, now)
			if last {
				whole.From = whole.To.AddDate(0, 0, -1)
			}
			return oneDay(whole.From), ok
		}
	}
	if s, ok := interval(text, now); ok {
		return s, true
	}
	return written(text, now.Location())
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// oneDay is the one day that begins then.
func oneDay(from time.Time) Span { return Span{from, from.AddDate(0, 0, 1)} }

var namedDays = map[string]int{"today": 0, "aujourd'hui": 0, "yesterday": -1, "hier": -1, "tomorrow": 1, "demain": 1}

// named is the week, month or year that lies so many away from this one.
type named struct {
	unit unit
	away int
}

var namedSpans = map[string]named{
	"this week": {week, 0}, "last week": {week, -1}, "next week": {week, 1},
	"this month": {month, 0}, "last month": {month, -1}, "next month": {month, 1},
	"this year": {year, 0}, "last year": {year, -1}, "next year": {year, 1},
	"cette semaine": {week, 0}, "la semaine derniere": {week, -1}, "semaine derniere": {week, -1}, "la semaine prochaine": {week, 1}, "semaine prochaine": {week, 1},
	"ce mois-ci": {month, 0}, "ce mois": {month, 0}, "le mois dernier": {month, -1}, "mois dernier": {month, -1}, "le mois prochain": {month, 1}, "mois prochain": {month, 1},
	"cette annee": {year, 0}, "l'annee derniere": {year, -1}, "annee derniere": {year, -1}, "l'annee prochaine": {year, 1}, "annee prochaine": {year, 1},
}

func (n named) around(today time.Time) Span {
	from := time.Date(today.Year(), 1, 1, 0, 0, 0, 0, today.Location())
	switch n.unit {
	case week:
		from = today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	case month:
		from = from.AddDate(0, int(today.Month())-1, 0)
	}
	from = n.unit.add(from, n.away)
	return Span{from, n.unit.add(from, 1)}
}

type unit int

const (
	hour unit = iota
	day
	week
	month
	year
)

// add goes so many units on. A month later than the 31st is the last day of a
// shorter month.
func (u unit) add(t time.Time, n int) time.Time {
	switch u {
	case hour:
		return t.Add(time.Duration(n) * time.Hour)
	case day:
		return t.AddDate(0, 0, n)
	case week:
		return t.AddDate(0, 0, 7*n)
	case year:
		n *= 12
	}
	later := t.AddDate(0, n, 0)
	if later.Day() != t.Day() {
		later = later.AddDate(0, 0, -later.Day())
	}
	return later
}

var units = map[string]unit{"h": hour, "hour": hour, "hours": hour, "heure": hour, "heures": hour,
	"d": day, "day": day, "days": day, "j": day, "jour": day, "jours": day, "w": week, "week": week, "weeks": week, "sem": week, "semaine": week, "semaines": week,
	"m": month, "month": month, "months": month, "mois": month, "y": year, "year": year, "years": year, "a": year, "an": year, "ans": year, "annee": year, "annees": year}

// most is how many units there are in a stretch of time at most: beyond it years
// have more than four figures.
const most = 5000

var amount = regexp.MustCompile(`^(\d{1,6}) ?([a-z]+)$`)

// Ago reads a length of time like 30d or 2 semaines, and returns the moment that
// lies so far before now.
func Ago(text string, now time.Time) (time.Time, bool) {
	u, n, ok := length(field.Fold(text))
	return u.add(now, -n), ok
}

func length(text string) (unit, int, bool) {
	m := amount.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, false
	}
	u, known := units[m[2]]
	n, err := strconv.Atoi(m[1])
	return u, n, known && err == nil && (n <= most || u <= week && n <= 100*most)
}

// interval reads what lies a length of time away: the day, or the hour.
func interval(text string, now time.Time) (Span, bool) {
	sign := 1
	rest, before := strings.CutPrefix(text, "-")
	if !before {
		rest = strings.TrimPrefix(rest, "+")
	}
	for _, ago := range []func(string) (string, bool){
		func(s string) (string, bool) { return strings.CutSuffix(s, " ago") },
		func(s string) (string, bool) { return strings.CutPrefix(s, "il y a ") },
	} {
		if r, ok := ago(rest); ok {
			rest, before = r, true
		}
	}
	if before {
		sign = -1
	}
	u, n, ok := length(strings.TrimSpace(rest))
	switch {
	case !ok:
		return Span{}, false
	case u == hour:
		at := hour.add(now, sign*n)
		return Span{at, at.Add(time.Hour)}, true
	}
	return oneDay(u.add(midnight(now), sign*n)), true
}

// layouts are how moments are written, with how long what is written lasts.
var layouts = []struct {
	layout string
	lasts  func(time.Time) time.Time
}{
	{"2006", func(t time.Time) time.Time { return year.add(t, 1) }},
	{"2006-01", func(t time.Time) time.Time { return month.add(t, 1) }},
	{"01/2006", func(t time.Time) time.Time { return month.add(t, 1) }},
	{time.DateOnly, func(t time.Time) time.Time { return day.add(t, 1) }},
	{"02/01/2006", func(t time.Time) time.Time { return day.add(t, 1) }},
	{"2006-01-02 15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{time.DateTime, func(t time.Time) time.Time { return t.Add(time.Second) }},
	{"2006-01-02T15:04:05", func(t time.Time) time.Time { return t.Add(time.Second) }},
	{"2006-01-02T15:04:05Z07:00", func(t time.Time) time.Time { return t.Add(time.Second) }},
}

func written(text string, zone *time.Location) (Span, bool) {
	text = strings.ToUpper(text)
	for _, l := range layouts {
		if from, err := time.ParseInLocation(l.layout, text, zone); err == nil && from.Year() >= 1 {
			return Span{from, l.lasts(from)}, true
		}
	}
	return Span{}, false
}
