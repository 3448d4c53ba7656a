package question

import (
	"regexp"
	"strings"
)

// Piece is a part of a text: words, which lead somewhere when there is a URL.
type Piece struct{ Words, URL string }

// link is written [words](address). Only addresses of the web and paths of the
// site are links, anything else stays as it was typed.
var link = regexp.MustCompile(`\[([^\]\n]+)\]\(((?:https?://|/)[^\s()<>"]*)\)`)

// Pieces cuts a text into its paragraphs, and those at their links.
func Pieces(text string) [][]Piece {
	var paragraphs [][]Piece
	for _, p := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		p = strings.TrimSpace(p)
		if p == "" {
			continue
		}
		var pieces []Piece
		at := 0
		for _, m := range link.FindAllStringSubmatchIndex(p, -1) {
			to := p[m[4]:m[5]]
			if strings.HasPrefix(to, "//") {
				continue
			}
			if m[0] > at {
				pieces = append(pieces, Piece{Words: p[at:m[0]]})
			}
			pieces = append(pieces, Piece{Words: p[m[2]:m[3]], URL: to})
			at = m[1]
		}
		if at < len(p) {
			pieces = append(pieces, Piece{Words: p[at:]})
		}
		paragraphs = append(paragraphs, pieces)
	}
	return paragraphs
}

// Plain is a text with the addresses of its links written out.
func Plain(text string) string {
	var paragraphs []string
	for _, pieces := range Pieces(text) {
		p := ""
		for _, one := range pieces {
			if p += one.Words; one.URL != "" {
				p += " <" + one.URL + ">"
			}
		}
		paragraphs = append(paragraphs, p)
	}
	return strings.Join(paragraphs, "\n\n")
}
