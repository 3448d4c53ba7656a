package db

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// fewMarks is how long a list may be that SQLite is given value by value. Each
// length is a text of its own, which the writing connection keeps prepared;
// longer ones are one text, and as fast.
const fewMarks = 16

// InIDs is the condition that column is one of the numbers, with the arguments
// it binds.
func InIDs[T ~int64](d Dialect, column string, list []T) (string, []any) {
	numbers := make([]int64, len(list))
	for i, n := range list {
		numbers[i] = int64(n)
	}
	if d == Postgres {
		return column + " = ANY(CAST(? AS bigint[]))", []any{numbers}
	}
	return among(column, numbers)
}

// InSet is InIDs for a query that reads many rows and keeps those in the list: it
// looks them up in the list, rather than the list in an index.
func InSet[T ~int64](d Dialect, column string, list []T) (string, []any) {
	numbers := make([]int64, len(list))
	for i, n := range list {
		numbers[i] = int64(n)
	}
	if d == Postgres {
		return column + " IN (SELECT unnest(CAST(? AS bigint[])))", []any{numbers}
	}
	return among("+"+column, numbers)
}

// InTexts is InIDs for texts.
func InTexts(d Dialect, column string, list []string) (string, []any) {
	if d == Postgres {
		return column + " = ANY(CAST(? AS text[]))", []any{list}
	}
	for _, s := range list {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return marked(column, list) // JSON would change it
		}
	}
	return among(column, list)
}

// InKeys is the condition that a row has one of the keys (first, second), where
// the first part is the same number in all of them. PostgreSQL would look up an
// array by its own, and filter all rows of the first part.
func InKeys(d Dialect, first string, number int, second string, list []string) (string, []any) {
	if d == Postgres {
		return "(" + first + ", " + second + ") IN (SELECT CAST(? AS integer), unnest(CAST(? AS text[])))", []any{number, list}
	}
	among, args := InTexts(d, second, list)
	return first + " = ? AND " + among, append([]any{number}, args...)
}

// among is InIDs or InTexts on SQLite.
func among[T int64 | string](column string, list []T) (string, []any) {
	if len(list) <= fewMarks {
		return marked(column, list)
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // numbers and strings always have JSON
	}
	return column + " IN (SELECT value FROM json_each(?))", []any{string(text)}
}

func marked[T int64 | string](column string, list []T) (string, []any) {
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return column + " IN (" + Marks(len(list)) + ")", args
}
