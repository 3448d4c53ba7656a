package rule

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
)

// value is how a text is compared with this field.
func (f Field) value(s string) string {
	if f.Folded {
		return field.Fold(s)
	}
	return field.Printable(s)
}

func (c *compiler) text(f Field, q Cond, unsuited error) (string, error) {
	op := q.Op
	text, one := q.Value.(string)
	switch list, several := q.Value.([]string); {
	case op == In && several:
		return c.oneOf(f, list), nil
	case !one:
		return "", unsuited
	case op == Matches && !f.Lines:
		return c.matches(f, text)
	}
	text = f.value(text)
	if text == "" {
		return "1 = 0", nil
	}
	escaped := db.EscapeLike(text)
	switch {
	case op == Like:
		pattern, _ := like(text)
		if f.Lines {
			pattern = "%\n" + pattern + "\n%"
		} else if first, _, _ := strings.Cut(text, "%"); first != "" && !strings.Contains(first, `\`) {
			// What an index in order can be asked.
			c.args = append(c.args, first, first+last)
			return "(" + f.Expr + " >= ? AND " + f.Expr + " < ? AND " + c.like(f, pattern) + ")", nil
		}
		return c.like(f, pattern), nil
	case op == Contains:
		return c.like(f, "%"+db.EscapeLike(f.sure(op, text))+"%"), nil
	case op == Equal && f.Lines:
		return c.like(f, "%\n"+escaped+"\n%"), nil
	case op == StartsWith && f.Lines:
		return c.like(f, "%\n"+escaped+"%"), nil
	case op == StartsWith:
		c.args = append(c.args, text, text+last)
		return "(" + f.Expr + " >= ? AND " + f.Expr + " < ?)", nil
	case op == EndsWith && f.Lines:
		return c.like(f, "%"+escaped+"\n%"), nil
	case op == EndsWith:
		return c.like(f, "%"+escaped), nil
	}
	sign, ok := signs[op]
	if !ok || f.Lines {
		return "", unsuited
	}
	c.args = append(c.args, text)
	return "(" + f.Expr + sign + "?)", nil
}

// oneOf asks whether a text is one of several.
func (c *compiler) oneOf(f Field, list []string) string {
	values := make([]any, 0, len(list))
	for _, s := range list {
		if s = f.value(s); s != "" {
			values = append(values, s)
		}
	}
	if !f.Lines || len(values) == 0 {
		return c.in(f.Expr, "?", values)
	}
	parts := make([]string, len(values))
	for i, s := range values {
		parts[i] = c.like(f, "%\n"+db.EscapeLike(s.(string))+"\n%")
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// matches asks for a regular expression.
func (c *compiler) matches(f Field, pattern string) (string, error) {
	if utf8.RuneCountInString(pattern) > longestPattern {
		return "", fault.Refused(nil, fault.Say("rule.pattern_long|A regular expression has at most %d characters.", longestPattern))
	}
	pattern, err := expression(pattern, f.Folded)
	if err == nil && strings.ContainsRune(pattern, 0) {
		err = errors.New("it asks for character zero")
	}
	if err != nil {
		return "", fault.Refused(err, fault.Say("rule.pattern|This is no regular expression: %s", fmt.Sprint(err)))
	}
	c.args = append(c.args, pattern)
	return "(" + c.dialect.Matches(f.Expr) + ")", nil
}

// longestPattern bounds what a regular expression costs.
const longestPattern = 200

// last is greater than any other character.
const last = "\U0010FFFF"

// sure is a text that every value holds for which the condition is true.
func (f Field) sure(op Op, text string) string {
	switch {
	case op == Like:
		_, longest := like(text)
		return longest
	case f.Searched && (op == Equal || op == StartsWith || op == Contains && f.Lines):
		return beginning(text)
	}
	return text
}

// like asks for a pattern in SQL's form.
func (c *compiler) like(f Field, pattern string) string {
	c.args = append(c.args, pattern)
	return "(" + f.Expr + ` LIKE ? ESCAPE '\')`
}

// like turns a pattern of the language into one of SQL, and returns the longest
// text without wildcard in it.
func like(text string) (pattern, longest string) {
	var b, run strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '%':
			if !strings.HasSuffix(b.String(), "%") || strings.HasSuffix(b.String(), `\%`) {
				b.WriteByte('%')
			}
			longest = longer(longest, run.String())
			run.Reset()
			continue
		case strings.HasPrefix(text[i:], `\%`), strings.HasPrefix(text[i:], `\\`):
			i++
		}
		b.WriteString(db.EscapeLike(text[i : i+1]))
		run.WriteByte(text[i])
	}
	return b.String(), longer(longest, run.String())
}

func longer(a, b string) string {
	if len(b) > len(a) {
		return b
	}
	return a
}
