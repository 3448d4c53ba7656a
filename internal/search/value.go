package search

import (
	"regexp"
	"strings"

	"ariane/internal/field"
)

// value is a word or a phrase as it was typed.
type value struct {
	text   string // with \% where a percent sign stands for itself
	strict bool
}

var (
	addressV4 = regexp.MustCompile(`^\d{1,3}\.[\d.]*$`)
	addressV6 = regexp.MustCompile(`^[0-9a-fA-F]*:[0-9a-fA-F:.]*$`)
)

// wild tells whether a percent sign stands for any text.
func (v value) wild() bool { return strings.Contains(strings.ReplaceAll(v.text, `\%`, ""), "%") }

// plain is the text of a value without wildcard.
func (v value) plain() string { return strings.ReplaceAll(v.text, `\%`, "%") }

// address tells whether this looks like an IP address or the start of one.
func (v value) address() bool {
	return addressV4.MatchString(v.text) || addressV6.MatchString(v.text)
}

// begins tells whether a name begins with the value, or is it where that is strict.
func (v value) begins(name string) bool {
	name, asked := field.Fold(name), field.Fold(v.plain())
	return name == asked || !v.strict && strings.HasPrefix(name, asked)
}

var telephoneNumber = regexp.MustCompile(`^\+?[\d\s().\-/]*$`)

// dialled tells whether this looks like a telephone number or most of one. Its
// digits are among the searched texts.
func (v value) dialled() bool {
	return telephoneNumber.MatchString(v.text) && len(digits(v.text)) >= 6
}

// pattern is the text as rule.Like understands it, where a backslash is written twice.
func (v value) pattern() string {
	return strings.ReplaceAll(strings.ReplaceAll(v.text, `\`, `\\`), `\\%`, `\%`)
}

// beginning is the pattern of texts that go on after it.
func (v value) beginning() string {
	p := v.pattern()
	if strings.HasSuffix(p, "%") && !strings.HasSuffix(p, `\%`) {
		return p
	}
	return p + "%"
}

// opening is what stands before percent signs at the end, where there are no others.
func (v value) opening() (value, bool) {
	bare := strings.TrimRight(v.text, "%")
	if strings.HasSuffix(bare, `\`) && bare != v.text {
		bare += "%"
	}
	first := value{bare, v.strict}
	return first, bare != v.text && !first.wild() && field.Fold(first.plain()) != ""
}
