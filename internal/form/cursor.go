package form

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ariane/internal/base/fault"
)

// cursor is a place in a list: the last line seen, by its sort value and number.
type cursor struct {
	Back   bool   `json:"b,omitempty"` // the lines before it, not after it
	Text   string `json:"t,omitempty"`
	Number int64  `json:"n,omitempty"`
	ID     int64  `json:"i"`
}

func (c cursor) set() bool { return c.ID != 0 }

func (c cursor) value(text bool) any {
	if text {
		return c.Text
	}
	return c.Number
}

func (c cursor) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func readCursor(s string) (cursor, error) {
	var c cursor
	if s == "" {
		return c, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil || c.ID == 0 || strings.ContainsRune(c.Text, 0) {
		return c, fault.Refused(fmt.Errorf("read place in the list %q: %w", s, err), fault.Text{})
	}
	return c, nil
}

// turn brings the lines read from a cursor into the order of the screen, without the one read to know whether
// more follow, and makes the cursors of the pages around them.
func turn[L any](lines []L, limit int, from cursor, place func(L) cursor) (page []L, next, previous string) {
	more := len(lines) > limit
	if more {
		lines = lines[:limit]
	}
	if from.Back {
		slices.Reverse(lines)
	}
	if len(lines) == 0 {
		return lines, "", ""
	}
	if more || from.Back {
		next = place(lines[len(lines)-1]).String()
	}
	if more && from.Back || !from.Back && from.set() {
		c := place(lines[0])
		c.Back = true
		previous = c.String()
	}
	return lines, next, previous
}
