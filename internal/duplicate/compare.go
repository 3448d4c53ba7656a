package duplicate

import (
	"slices"
	"strings"

	"github.com/hbollon/go-edlib"
)

// Reason is something that speaks for two contacts being one person, or against it.
// Numbers are stored.
type Reason int

// The reasons.
const (
	SameValue Reason = iota + 1 // of a field that names one contact
	SameEmail
	SameMailbox // the addresses differ in what the provider passes over
	SamePhone
	SameName
	NearName
	SameCompany
	SamePlace
	SameLocal // what stands before the @
	OtherName // speaks against it
)

// Reasons lists those that candidates can be asked for by.
func Reasons() []Reason {
	return []Reason{SameEmail, SameMailbox, SamePhone, SameName, NearName, SameCompany, SamePlace, SameLocal, SameValue}
}

// doubts are the chances, in hundredths, that two different people have this in
// common among those who are compared.
var doubts = map[Reason]int{SameValue: 7, SameEmail: 7, SameMailbox: 20, SamePhone: 40, SameName: 50, NearName: 65, SameCompany: 65, SamePlace: 85, SameLocal: 70}

const (
	// LowestScore is what a candidate has at least, HighestScore at most.
	LowestScore  = 30
	HighestScore = 99
)

// compare tells what speaks for two being one person, and how much in hundredths:
// zero when they are no candidates.
func compare(a, b profile) (reasons []Reason, score int) {
	add := func(r Reason, holds bool) bool {
		if holds {
			reasons = append(reasons, r)
		}
		return holds
	}
	one := add(SameValue, shared(a.uniques, b.uniques))
	one = add(SameEmail, shared(a.emails, b.emails)) || one
	if !one {
		one = add(SameMailbox, shared(a.aliases, b.aliases))
	}
	one = add(SamePhone, slices.ContainsFunc(a.phones, func(p phone) bool { return slices.ContainsFunc(b.phones, p.same) })) || one
	likeness := names(a, b)
	named := add(SameName, likeness == equal) || add(NearName, likeness == near)
	second := add(SameCompany, a.company != "" && a.company == b.company)
	second = add(SamePlace, a.place != "" && a.place == b.place) || second
	if !slices.Contains(reasons, SameEmail) && !slices.Contains(reasons, SameMailbox) {
		second = add(SameLocal, shared(a.locals, b.locals)) || second
	}
	if !one && (!named || !second) {
		return nil, 0
	}
	doubt := 10_000
	for _, r := range reasons {
		doubt = doubt * doubts[r] / 100
	}
	score = 100 - (doubt+99)/100
	if add(OtherName, likeness == other) {
		score = score * 55 / 100
	}
	if score < LowestScore {
		return nil, 0
	}
	return reasons, min(score, HighestScore)
}

func shared(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// likeness is how alike two names are.
type likeness int

const (
	unknown likeness = iota // one of the two has no full name
	equal
	near
	other
)

func names(a, b profile) likeness {
	if a.first == "" || a.last == "" || b.first == "" || b.last == "" {
		return unknown
	}
	if a.first == b.first && a.last == b.last || a.first == b.last && a.last == b.first {
		return equal
	}
	if alike(a.first, b.first) && alike(a.last, b.last) || alike(a.first, b.last) && alike(a.last, b.first) {
		return near
	}
	return other
}

// alike tells whether two words are one, short of a slip or two, or of a few where
// they sound alike, or one is the initial of the other.
func alike(a, b string) bool {
	if a == b {
		return true
	}
	short, long := []rune(strings.TrimSuffix(a, ".")), []rune(strings.TrimSuffix(b, "."))
	if len(short) > len(long) {
		short, long = long, short
	}
	slips := 1
	switch n := len(short); {
	case n < 3:
		return n == 1 && short[0] == long[0]
	case n == 3:
		slips = 0
	case n >= 8:
		slips = 2
	}
	if sound(a) == sound(b) {
		slips = 2 + len(short)/6
	}
	return len(long)-len(short) <= slips && edlib.OSADamerauLevenshteinDistance(string(short), string(long)) <= slips
}

// sounds are ways to write what sounds alike in the languages of Europe.
var sounds = strings.NewReplacer("sch", "s", "ch", "s", "sh", "s", "ph", "f", "th", "t", "ck", "k", "qu", "k", "gh", "g", "q", "k", "c", "k", "z", "s", "x", "s", "w", "v", "y", "i", "j", "i")

// sound is a word without what people write differently when they hear it: its first
// letter and the consonants, single.
func sound(word string) string {
	word = sounds.Replace(word)
	var b strings.Builder
	last := rune(0)
	for i, r := range word {
		if i > 0 && strings.ContainsRune("aeiouh '-.", r) {
			last = 0
			continue
		}
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}
