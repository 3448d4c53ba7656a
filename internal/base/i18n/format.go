package i18n

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

var (
	englishMonths = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	englishShort  = []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
	englishDays   = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	frenchMonths  = []string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	frenchShort   = []string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
	frenchDays    = []string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
)

// Date is a day: "3 Nov 2026", "3 nov. 2026".
func Date(ctx context.Context, t time.Time) string {
	l := locale(ctx)
	t = t.In(l.Zone)
	month := englishShort[t.Month()-1]
	if l.Lang == French {
		month = frenchShort[t.Month()-1]
	}
	return fmt.Sprintf("%s %s %d", dayOfMonth(l.Lang, t), month, t.Year())
}

// LongDate is a day in full: "Tuesday 3 November 2026", "Mardi 3 novembre 2026".
func LongDate(ctx context.Context, t time.Time) string {
	return weekday(ctx, t) + " " + strconv.Itoa(t.In(Zone(ctx)).Year())
}

// ShortDate is a day of a known year: "3 Nov", "3 nov.".
func ShortDate(ctx context.Context, t time.Time) string {
	return strings.TrimSuffix(Date(ctx, t), " "+strconv.Itoa(t.In(Zone(ctx)).Year()))
}

// Time is the time of day: "09:42".
func Time(ctx context.Context, t time.Time) string { return t.In(Zone(ctx)).Format("15:04") }

// DateTime is both, in full, for what must be exact: "3 November 2026, 09:42".
func DateTime(ctx context.Context, t time.Time) string {
	l := locale(ctx)
	t = t.In(l.Zone)
	if l.Lang == French {
		return fmt.Sprintf("%s %s %d à %s", dayOfMonth(l.Lang, t), frenchMonths[t.Month()-1], t.Year(), t.Format("15:04"))
	}
	return fmt.Sprintf("%d %s %d, %s", t.Day(), englishMonths[t.Month()-1], t.Year(), t.Format("15:04"))
}

// Day is the heading of a day: "Today", "Yesterday", "Monday 3 November", with
// the year when it is another one.
func Day(ctx context.Context, now, t time.Time) string {
	l := locale(ctx)
	now, t = now.In(l.Zone), t.In(l.Zone)
	switch daysBetween(t, now) {
	case 0:
		return T(ctx, "i18n.today|Today")
	case 1:
		return T(ctx, "i18n.yesterday|Yesterday")
	}
	year := ""
	if t.Year() != now.Year() {
		year = " " + strconv.Itoa(t.Year())
	}
	return weekday(ctx, t) + year
}

func weekday(ctx context.Context, t time.Time) string {
	l := locale(ctx)
	t = t.In(l.Zone)
	if l.Lang == French {
		day := frenchDays[t.Weekday()]
		return strings.ToUpper(day[:1]) + day[1:] + " " + dayOfMonth(l.Lang, t) + " " + frenchMonths[t.Month()-1]
	}
	return fmt.Sprintf("%s %d %s", englishDays[t.Weekday()], t.Day(), englishMonths[t.Month()-1])
}

// SameDay tells whether two times fall on one day of the person's calendar.
func SameDay(ctx context.Context, a, b time.Time) bool {
	zone := Zone(ctx)
	return daysBetween(a.In(zone), b.In(zone)) == 0
}

// Ago is how long ago t was: "just now", "14 min ago", "3 h ago", "yesterday",
// "4 days ago", then the date.
func Ago(ctx context.Context, now, t time.Time) string {
	elapsed := now.Sub(t)
	zone := Zone(ctx)
	days := daysBetween(t.In(zone), now.In(zone))
	switch {
	case elapsed < -time.Minute:
		return Date(ctx, t)
	case elapsed < time.Minute:
		return T(ctx, "i18n.ago.now|just now")
	case elapsed < time.Hour:
		return T(ctx, "i18n.ago.minutes|%d min ago", int(elapsed/time.Minute))
	case elapsed < 12*time.Hour || days == 0:
		return T(ctx, "i18n.ago.hours|%d h ago", int(elapsed/time.Hour))
	case days == 1:
		return T(ctx, "i18n.ago.yesterday|yesterday")
	case days < 7:
		return N(ctx, days, "i18n.ago.days|%d day ago|%d days ago", days)
	}
	return Date(ctx, t)
}

// When is how long ago t was, within a sentence: "14 min ago", "on 3 Nov 2026",
// "le 3 nov. 2026".
func When(ctx context.Context, now, t time.Time) string {
	words := Ago(ctx, now, t)
	if date := Date(ctx, t); words == date {
		return T(ctx, "i18n.on|on %s", date)
	}
	return words
}

// Number writes a whole number with its thousands apart: "1,048,213",
// "1 048 213".
func Number(ctx context.Context, n int) string {
	separator := ","
	if Lang(ctx) == French {
		separator = "\u202f"
	}
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + separator + digits[i:]
	}
	return sign + digits
}

// Compact writes a large number in few characters: "412 k", "1.2 M", "1,2 M".
func Compact(ctx context.Context, n int) string {
	for _, unit := range []struct {
		size int
		name string
	}{{1_000_000_000, "G"}, {1_000_000, "M"}, {1000, "k"}} {
		if n < unit.size {
			continue
		}
		digits := 0
		if n < 10*unit.size {
			digits = 1
		}
		text := strings.TrimSuffix(strconv.FormatFloat(float64(n)/float64(unit.size), 'f', digits, 64), ".0")
		if Lang(ctx) == French {
			text = strings.Replace(text, ".", ",", 1)
		}
		return text + "\u202f" + unit.name
	}
	return strconv.Itoa(n)
}

func dayOfMonth(lang string, t time.Time) string {
	if lang == French && t.Day() == 1 {
		return "1er"
	}
	return strconv.Itoa(t.Day())
}

// daysBetween counts midnights from a to b, both already in one zone.
func daysBetween(a, b time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC) }
	return int(day(b).Sub(day(a)).Hours()) / 24
}
