package rule

import (
	"errors"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode"

	"ariane/internal/field"
)

// mostRepeats is what PostgreSQL takes.
const mostRepeats = 255

var (
	errRepeat   = errors.New("repeated too often")
	errBoundary = errors.New("\\b, \\B and (?m) mean different things to databases")
)

// expression brings a regular expression, as Go writes them, into the form that
// means the same to both engines: what a text in the form of field.Fold is asked,
// or any other, without regard to case.
func expression(pattern string, folded bool) (string, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl&^syntax.UnicodeGroups|syntax.FoldCase)
	if err != nil {
		return "", err
	}
	p := printer{folded: folded}
	p.print(parsed)
	return p.out.String(), p.err
}

type printer struct {
	out    strings.Builder
	folded bool
	err    error
}

func (p *printer) print(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpNoMatch:
		p.out.WriteString("[^\x01-\U0010FFFF]")
	case syntax.OpEmptyMatch:
		p.out.WriteString("(?:)")
	case syntax.OpLiteral:
		p.literal(re.Rune)
	case syntax.OpCharClass:
		p.class(re.Rune)
	case syntax.OpAnyCharNotNL:
		p.out.WriteString("[^\n]")
	case syntax.OpAnyChar:
		p.out.WriteString("(?:[^\n]|\n)")
	case syntax.OpBeginText:
		p.out.WriteString("^")
	case syntax.OpEndText:
		p.out.WriteString("$")
	case syntax.OpCapture:
		p.group(re.Sub[0])
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		p.repeat(re)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			p.group(sub)
		}
	case syntax.OpAlternate:
		for i, sub := range re.Sub {
			if i > 0 {
				p.out.WriteByte('|')
			}
			p.group(sub)
		}
	default:
		p.err = errBoundary
	}
}

// group prints what stands beside something else.
func (p *printer) group(re *syntax.Regexp) {
	p.out.WriteString("(?:")
	p.print(re)
	p.out.WriteByte(')')
}

func (p *printer) repeat(re *syntax.Regexp) {
	p.group(re.Sub[0])
	switch re.Op {
	case syntax.OpStar:
		p.out.WriteByte('*')
	case syntax.OpPlus:
		p.out.WriteByte('+')
	case syntax.OpQuest:
		p.out.WriteByte('?')
	default:
		if re.Min > mostRepeats || re.Max > mostRepeats {
			p.err = errRepeat
			return
		}
		p.out.WriteString("{" + strconv.Itoa(re.Min))
		switch {
		case re.Max < 0:
			p.out.WriteByte(',')
		case re.Max > re.Min:
			p.out.WriteString("," + strconv.Itoa(re.Max))
		}
		p.out.WriteByte('}')
	}
}

func (p *printer) literal(runes []rune) {
	text := string(runes)
	if p.folded {
		// Spaces at the ends are part of it, unlike those of a value.
		folded := field.Fold("x" + text + "x")
		p.escape([]rune(folded[1 : len(folded)-1]))
		return
	}
	for _, r := range runes {
		p.class([]rune{unicode.ToLower(r), unicode.ToLower(r), unicode.ToUpper(r), unicode.ToUpper(r)})
	}
}

func (p *printer) escape(runes []rune) {
	for _, r := range runes {
		if r < unicode.MaxASCII && (unicode.IsPunct(r) || unicode.IsSymbol(r)) {
			p.out.WriteByte('\\')
		}
		p.out.WriteRune(r)
	}
}

// class prints ranges of characters. One that goes up to the last of them is said
// by what it leaves out, because texts have no character zero.
func (p *printer) class(ranges []rune) {
	whole := len(ranges) > 0 && ranges[0] == 0 && ranges[len(ranges)-1] == unicode.MaxRune
	switch {
	case len(ranges) == 0:
		p.print(&syntax.Regexp{Op: syntax.OpNoMatch})
	case whole && len(ranges) == 2:
		p.print(&syntax.Regexp{Op: syntax.OpAnyChar})
	case whole:
		p.out.WriteString("[^")
		for i := 1; i < len(ranges)-1; i += 2 {
			p.span(ranges[i]+1, ranges[i+1]-1)
		}
		p.out.WriteByte(']')
	default:
		p.out.WriteByte('[')
		for i := 0; i < len(ranges); i += 2 {
			p.span(max(ranges[i], 1), ranges[i+1])
		}
		p.out.WriteByte(']')
	}
}

// mostFolded is how large a range of characters is whose folded forms are in it too.
const mostFolded = 64

func (p *printer) span(from, to rune) {
	p.escape([]rune{from})
	if to > from {
		p.out.WriteByte('-')
		p.escape([]rune{to})
	}
	if !p.folded || to-from > mostFolded {
		return
	}
	for r := max(from, unicode.MaxASCII); r <= to; r++ {
		if folded := []rune(field.Fold(string(r))); len(folded) == 1 && folded[0] != r {
			p.escape(folded)
		}
	}
}
