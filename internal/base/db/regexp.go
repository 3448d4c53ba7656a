package db

import (
	"database/sql/driver"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"

	"modernc.org/sqlite"
)

// registerRegexp gives SQLite its operator REGEXP, in all connections.
var registerRegexp = sync.OnceValue(func() error {
	return sqlite.RegisterDeterministicScalarFunction("regexp", 2, matchRegexp)
})

// compiled is the regular expression of the last call: a statement asks with one
// of many rows.
var compiled atomic.Pointer[regexp.Regexp]

func matchRegexp(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	pattern, ok := args[0].(string)
	if !ok || args[1] == nil {
		return nil, nil
	}
	re := compiled.Load()
	if re == nil || re.String() != pattern {
		var err error
		if re, err = regexp.Compile(pattern); err != nil {
			return nil, fmt.Errorf("regular expression: %w", err)
		}
		compiled.Store(re)
	}
	matches := int64(0)
	switch text := args[1].(type) {
	case string:
		matches = Truth(re.MatchString(text))
	case []byte:
		matches = Truth(re.Match(text))
	}
	return matches, nil
}

// Truth is how a yes or no is stored.
func Truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
