package db

import "strings"

// NullText stores the empty text as NULL.
func NullText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Marks are n placeholders, for the list of an IN.
func Marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
