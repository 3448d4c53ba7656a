package field

import (
	"math"
	"math/big"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
)

const (
	// longest is the greatest number of characters of a value, longestLong of one
	// with several lines.
	longest     = 255
	longestLong = 10_000
	// longestChosen is that of the values of a Multiselect together.
	longestChosen = 20_000
)

// Clean brings a value into the form in which it is stored, or says why it
// cannot be stored. The empty text means that there is no value.
func Clean(f Field, value string) (string, *fault.Text) {
	if f.Type.Long() {
		value = PrintableLines(value)
	} else {
		value = Printable(value)
	}
	if value == "" {
		return "", nil
	}
	if n, most := utf8.RuneCountInString(value), f.Most(); n > most {
		return "", problem("field.too_long|This is too long: %d characters, at most %d.", n, most)
	}
	switch f.Type {
	case Email:
		return cleanEmail(value)
	case Tel:
		return cleanTel(value)
	case URL:
		return cleanURL(f, value)
	case Number:
		return cleanNumber(f, value)
	case Datetime:
		return cleanDatetime(value)
	case Date:
		return cleanDate(value)
	case Time:
		return cleanTime(value)
	case Boolean:
		return cleanBoolean(f, value)
	case Select:
		return cleanSelect(f, value)
	case Multiselect:
		return cleanMultiselect(f, value)
	case Country:
		return CountryName(value, i18n.English), nil
	}
	return value, nil
}

// Most is the greatest number of characters of a value.
func (f Field) Most() int {
	switch {
	case f.Type.Long():
		return longestLong
	case f.Type == Multiselect:
		return longestChosen
	case f.Limit > 0:
		return min(f.Limit, longest)
	}
	return longest
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

func cleanURL(f Field, value string) (string, *fault.Text) {
	if !scheme.MatchString(value) {
		value = "https://" + strings.TrimPrefix(value, "//")
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !strings.Contains(u.Hostname(), ".") || strings.Contains(value, " ") {
		return "", problem("field.url_invalid|This is not a valid web address.")
	}
	if n, most := utf8.RuneCountInString(value), f.Most(); n > most {
		return "", problem("field.too_long|This is too long: %d characters, at most %d.", n, most)
	}
	return value, nil
}

// PrintableLines is Printable of each line.
func PrintableLines(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(Printable("|" + lines[i])[1:], " ")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func cleanNumber(f Field, value string) (string, *fault.Text) {
	value = strings.ReplaceAll(strings.ReplaceAll(value, " ", ""), ",", ".")
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) || math.Abs(n) >= 1e15 || strings.ContainsAny(value, "xXpP_") {
		return "", problem("field.number_invalid|This is not a number.")
	}
	return f.Rounding.round(n, f.Scale), nil
}

// round writes a number with at most that many digits after its point, as a person
// would who rounds the shortest decimal that it is written with.
func (r Rounding) round(n float64, scale int) string {
	exact, _ := new(big.Rat).SetString(strconv.FormatFloat(math.Abs(n), 'f', -1, 64))
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	exact.Mul(exact, new(big.Rat).SetInt(unit))
	whole, rest := new(big.Int).QuoRem(exact.Num(), exact.Denom(), new(big.Int))
	half := new(big.Int).Lsh(rest, 1).Cmp(exact.Denom())
	var up bool
	switch r {
	case RoundDown:
	case RoundUp:
		up = rest.Sign() > 0
	case RoundHalfDown:
		up = half > 0
	case RoundHalfEven:
		up = half > 0 || half == 0 && whole.Bit(0) == 1
	default:
		up = half >= 0
	}
	if up {
		whole.Add(whole, big.NewInt(1))
	}
	text := new(big.Rat).SetFrac(whole, unit).FloatString(scale)
	if scale > 0 {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if n < 0 && text != "0" {
		text = "-" + text
	}
	return text
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

func cleanDate(value string) (string, *fault.Text) {
	for _, layout := range datetimes {
		// The day as it is written, whichever the zone.
		if t, err := time.Parse(layout, value); err == nil && t.Year() > 0 {
			return t.Format(time.DateOnly), nil
		}
	}
	return "", problem("field.date_invalid|This is not a date.")
}

func cleanTime(value string) (string, *fault.Text) {
	for _, layout := range []string{time.TimeOnly, "15:04", "15h04", "15h", "3:04pm", "3:04 pm", "3pm", "3 pm"} {
		if t, err := time.Parse(layout, strings.ToLower(value)); err == nil {
			return t.Format(time.TimeOnly), nil
		}
	}
	return "", problem("field.time_invalid|This is not a time of day.")
}

var (
	yes = []string{"1", "yes", "y", "true", "on", "oui", "o", "vrai"}
	no  = []string{"0", "no", "n", "false", "off", "non", "faux"}
)

func cleanBoolean(f Field, value string) (string, *fault.Text) {
	switch folded := Fold(value); {
	case value == "1" || value == "0":
		return value, nil
	case f.Yes != "" && folded == Fold(f.Yes):
		return "1", nil
	case f.No != "" && folded == Fold(f.No):
		return "0", nil
	case slices.Contains(yes, folded):
		return "1", nil
	case slices.Contains(no, folded):
		return "0", nil
	}
	return "", problem("field.boolean_invalid|Say yes or no.")
}

func cleanSelect(f Field, value string) (string, *fault.Text) {
	if chosen, found := f.choose(value); found {
		return chosen, nil
	}
	return "", problem("field.option_unknown|“%s” is not among the values to choose.", value)
}

func cleanMultiselect(f Field, value string) (string, *fault.Text) {
	chosen := map[string]bool{}
	for part := range strings.SplitSeq(value, Between) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		one, problem := cleanSelect(f, part)
		if problem != nil {
			return "", problem
		}
		chosen[one] = true
	}
	var list []string
	for _, o := range f.Options {
		if chosen[o.Value] {
			list = append(list, o.Value)
			delete(chosen, o.Value)
		}
	}
	return strings.Join(list, Between), nil
}

// choose finds the value of an option, or of one that is called so.
func (f Field) choose(text string) (string, bool) {
	i := slices.IndexFunc(f.Options, func(o Option) bool { return o.Value == text })
	folded := Fold(text)
	if i < 0 {
		i = slices.IndexFunc(f.Options, func(o Option) bool { return Fold(o.Value) == folded })
	}
	if i < 0 {
		i = slices.IndexFunc(f.Options, func(o Option) bool { return Fold(o.Label) == folded })
	}
	if i < 0 {
		return "", false
	}
	return f.Options[i].Value, true
}

// Keeping is the field with options for stored values that were taken off its list:
// who has one may keep it.
func (f Field) Keeping(stored string) Field {
	if !f.Type.Chosen() || stored == "" {
		return f
	}
	values := []string{stored}
	if f.Type == Multiselect {
		values = strings.Split(stored, Between)
	}
	for _, v := range values {
		if !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == v }) {
			f.Options = append(slices.Clone(f.Options), Option{v, v})
		}
	}
	return f
}

// option is what a value of a Select is called.
func (f Field) option(value string) (string, bool) {
	for _, o := range f.Options {
		if o.Value == value {
			return o.Label, true
		}
	}
	return value, false
}

// labels is option for all values of a Multiselect.
func (f Field) labels(value string) (string, bool) {
	all := true
	parts := strings.Split(value, Between)
	for i, v := range parts {
		label, known := f.option(v)
		parts[i], all = label, all && known
	}
	return strings.Join(parts, Between), all
}
