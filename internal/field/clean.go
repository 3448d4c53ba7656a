package field

import (
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ariane/internal/base/fault"
)

// longest is the greatest number of characters of a value.
const longest = 255

// Clean brings a value into the form in which it is stored, or says why it
// cannot be stored. The empty text means that there is no value.
func Clean(f Field, value string) (string, *fault.Text) {
	value = Printable(value)
	if value == "" {
		return "", nil
	}
	if n := utf8.RuneCountInString(value); n > longest {
		return "", problem("field.too_long|This is too long: %d characters, at most %d.", n, longest)
	}
	switch f.Type {
	case Email:
		return cleanEmail(value)
	case Tel:
		return cleanTel(value)
	case URL:
		return cleanURL(value)
	case Number:
		return cleanNumber(f, value)
	case Datetime:
		return cleanDatetime(value)
	}
	return value, nil
}

func problem(key string, args ...any) *fault.Text {
	text := fault.Say(key, args...)
	return &text
}

// Printable removes what is no text (control and invisible characters, broken
// encoding) and the spaces around it. Line breaks become spaces.
func Printable(s string) string {
	if visible(s) {
		return strings.TrimSpace(s)
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, unicode.IsControl(r), r == '\ufeff', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// Quotes are what programs put around a value by mistake.
const Quotes = "\"'`"

// placeholders are what programs write for a value that they do not have.
var placeholders = []string{"", "0", "null", "nil", "none", "undefined", "nan", "true", "false", "anonymous", "anonyme", "guest", "unknown", "n/a",
	"[object object]", "id", "not_authenticated", "distinct_id", "email"}

// Placeholder tells whether a value is one that programs write for none: taken
// for a person's, it would make one contact of many.
func Placeholder(value string) bool {
	return slices.Contains(placeholders, strings.ToLower(strings.Trim(strings.TrimSpace(value), Quotes)))
}

// visible tells whether there are only visible ASCII characters and spaces.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

var (
	emailLocal  = regexp.MustCompile(`^[^\s@<>()\[\]\\,;:"]{1,64}$`)
	emailDomain = regexp.MustCompile(`^(?:[\pL\pN](?:[\pL\pN\pM-]{0,61}[\pL\pN\pM])?\.)+[\pL\pN][\pL\pN\pM-]*[\pL\pN\pM]$`)
	telephone   = regexp.MustCompile(`^\+?[\d\s().\-/]+(?:(?:x|ext\.?|poste|#)\s*\d+)?$`)
	anyDigit    = regexp.MustCompile(`\d`)
	scheme      = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*:`)
)

func cleanEmail(value string) (string, *fault.Text) {
	at := strings.LastIndexByte(value, '@')
	ok := at > 0 && emailLocal.MatchString(value[:at]) && emailDomain.MatchString(value[at+1:]) &&
		!strings.HasPrefix(value, ".") && !strings.Contains(value, "..") && value[at-1] != '.'
	if !ok {
		return "", problem("field.email_invalid|This is not a valid e-mail address.")
	}
	return value, nil
}

func cleanTel(value string) (string, *fault.Text) {
	if !telephone.MatchString(strings.ToLower(value)) || len(anyDigit.FindAllString(value, -1)) < 3 {
		return "", problem("field.tel_invalid|This is not a valid phone number.")
	}
	return value, nil
}

func cleanURL(value string) (string, *fault.Text) {
	if !scheme.MatchString(value) {
		value = "https://" + strings.TrimPrefix(value, "//")
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !strings.Contains(u.Hostname(), ".") || strings.Contains(value, " ") {
		return "", problem("field.url_invalid|This is not a valid web address.")
	}
	return value, nil
}

func cleanNumber(f Field, value string) (string, *fault.Text) {
	n, err := strconv.ParseFloat(strings.ReplaceAll(value, ",", "."), 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) || math.Abs(n) >= 1e15 {
		return "", problem("field.number_invalid|This is not a number.")
	}
	unit := math.Pow10(f.Scale)
	return strconv.FormatFloat(math.Round(n*unit)/unit, 'f', -1, 64), nil
}

// datetimes are the ways in which a date is accepted.
var datetimes = []string{DatetimeLayout, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly}

func cleanDatetime(value string) (string, *fault.Text) {
	for _, layout := range datetimes {
		if t, err := time.Parse(layout, value); err == nil && t.Year() > 0 {
			return t.UTC().Format(DatetimeLayout), nil
		}
	}
	return "", problem("field.date_invalid|This is not a date.")
}
