package field

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// unfolded are letters that decompose into nothing simpler.
var unfolded = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// Fold is the form in which texts are compared, sorted and searched: lower
// case, without accents, single spaces. Two texts that fold alike are the same
// to a person who types.
func Fold(s string) string {
	if plain(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(Printable(s)))
	return strings.Join(strings.Fields(unfolded.Replace(s)), " ")
}

// plain tells whether a text is folded already, as most are.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}
