package db

// InIDs is the condition that column is one of the numbers, with the arguments
// it binds. Where the engine has arrays it is one text for any length.
func InIDs[T ~int64](d Dialect, column string, list []T) (string, []any) {
	if d == Postgres {
		numbers := make([]int64, len(list))
		for i, n := range list {
			numbers[i] = int64(n)
		}
		return column + " = ANY(CAST(? AS bigint[]))", []any{numbers}
	}
	args := make([]any, len(list))
	for i, n := range list {
		args[i] = int64(n)
	}
	return column + " IN (" + Marks(len(list)) + ")", args
}

// InTexts is InIDs for texts.
func InTexts(d Dialect, column string, list []string) (string, []any) {
	if d == Postgres {
		return column + " = ANY(CAST(? AS text[]))", []any{list}
	}
	args := make([]any, len(list))
	for i, s := range list {
		args[i] = s
	}
	return column + " IN (" + Marks(len(list)) + ")", args
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
