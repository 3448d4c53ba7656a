package ui

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"
)

// Tone is one of the tints of tags, avatars and marks of the thread.
type Tone string

const (
	Grey   Tone = "tone-grey"
	Indigo Tone = "tone-indigo"
	Blue   Tone = "tone-blue"
	Cyan   Tone = "tone-cyan"
	Green  Tone = "tone-green"
	Amber  Tone = "tone-amber"
	Pink   Tone = "tone-pink"
	Red    Tone = "tone-red"
)

// Person is what an avatar and the cell beside it show.
type Person struct {
	Name   string
	Under  string // second line; may be empty
	URL    string
	Known  bool // drawn with initials; a visitor has an icon
	Sample bool
	// Picture is the address of a picture, empty for none.
	Picture string
}

// PictureURL is where the picture of a user is shown that was last changed at
// that time; empty for zero, which is none.
func PictureURL(user, changed int64) string {
	if changed == 0 {
		return ""
	}
	return "/s/pictures/" + strconv.FormatInt(user, 10) + "/" + strconv.FormatInt(changed, 10)
}

// Initials are one or two letters of a name.
func (p Person) Initials() string {
	name, _, _ := strings.Cut(p.Name, "@")
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var initials []rune
	for i, word := range words {
		if i == 0 || i == len(words)-1 {
			initials = append(initials, unicode.ToUpper([]rune(word)[0]))
		}
	}
	return string(initials)
}

// Tone is the same each time for one name.
func (p Person) Tone() Tone {
	if !p.Known {
		return Grey
	}
	tones := []Tone{Indigo, Green, Amber, Cyan, Pink, Blue}
	h := fnv.New32a()
	h.Write([]byte(strings.ToLower(p.Name)))
	return tones[h.Sum32()%uint32(len(tones))]
}
