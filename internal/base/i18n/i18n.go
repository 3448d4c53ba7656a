package i18n

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// The languages of the interface.
const (
	English = "en"
	French  = "fr"
)

// Locale is how one person reads: language and time zone.
type Locale struct {
	Lang string         // English or French; anything else reads as English
	Zone *time.Location // nil reads as UTC
}

type localeKey struct{}

// With gives the context a locale.
func With(ctx context.Context, l Locale) context.Context {
	return context.WithValue(ctx, localeKey{}, l)
}

func locale(ctx context.Context) Locale {
	l, _ := ctx.Value(localeKey{}).(Locale)
	if l.Lang != French {
		l.Lang = English
	}
	if l.Zone == nil {
		l.Zone = time.UTC
	}
	return l
}

// Lang is the language of the context.
func Lang(ctx context.Context) string { return locale(ctx).Lang }

// Zone is the time zone of the context.
func Zone(ctx context.Context) *time.Location { return locale(ctx).Zone }

// Supported tells whether the interface speaks a language.
func Supported(lang string) bool { return lang == English || lang == French }

// Match picks the language of an Accept-Language header.
func Match(header string) string {
	// Browsers name the language they like best first, without a weight.
	if first, _, _ := strings.Cut(header, ","); !strings.Contains(first, ";") {
		if lang, _, _ := strings.Cut(first, "-"); Supported(lang) {
			return lang
		}
	}
	best, bestWeight := English, 0.0
	for _, part := range strings.Split(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		lang, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		weight := 1.0
		if q, found := strings.CutPrefix(strings.TrimSpace(params), "q="); found {
			if _, err := fmt.Sscanf(q, "%g", &weight); err != nil {
				continue
			}
		}
		if Supported(lang) && weight > bestWeight {
			best, bestWeight = lang, weight
		}
	}
	return best
}

// T is a text in the language of the context.
func T(ctx context.Context, key string, args ...any) string {
	name, english, found := strings.Cut(key, "|")
	if !found {
		english = key
	}
	if Lang(ctx) == French {
		if forms := french()[name]; len(forms) > 0 {
			return format(forms[0], args)
		}
	}
	return format(english, args)
}

// N is a text whose form depends on a number. The number itself is written
// only where the text has a verb for it, from args.
func N(ctx context.Context, n int, key string, args ...any) string {
	name, english, _ := strings.Cut(key, "|")
	one, many, _ := strings.Cut(english, "|")
	single := n == 1 || n == -1
	if Lang(ctx) == French {
		if forms := french()[name]; len(forms) == 2 {
			one, many = forms[0], forms[1]
			single = n > -2 && n < 2
		}
	}
	if single {
		return format(one, args)
	}
	return format(many, args)
}

func format(text string, args []any) string {
	if len(args) == 0 || !strings.Contains(text, "%") {
		return text
	}
	return fmt.Sprintf(text, args...)
}
