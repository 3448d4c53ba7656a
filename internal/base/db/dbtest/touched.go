package dbtest

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ariane/internal/base/db"
)

// Part is what a part of a statement read from one table or gathered from its
// indexes, or put in order. What one contact has is no such part to be put in order.
type Part struct {
	Table string // empty for a sort
	Rows  int64
}

// Touched runs a statement on PostgreSQL, as the program does, without keeping
// what it changes, and tells what its parts read; text is its plan.
func Touched(t testing.TB, d *db.DB, query string, args ...any) (parts []Part, text string) {
	t.Helper()
	var raw string
	undo := errors.New("undo")
	err := d.Do(context.Background(), func(tx *db.Tx) error {
		if err := tx.QueryRow(context.Background(), "EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) "+query, args...).Scan(&raw); err != nil {
			return err
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatalf("explain %s: %v", query, err)
	}
	var plans []struct{ Plan touched }
	if err := json.Unmarshal([]byte(raw), &plans); err != nil {
		t.Fatal(err)
	}
	plans[0].Plan.look(&parts)
	return parts, raw
}

// touched is a part of a plan that was carried out.
type touched struct {
	Type     string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Rows     float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Cond     string  `json:"Index Cond"`
	Recheck  string  `json:"Recheck Cond"`
	Filtered float64 `json:"Rows Removed by Filter"`
	Checked  float64 `json:"Rows Removed by Index Recheck"`
	Plans    []touched
	// Gathered is the table whose rows are gathered below it.
	Gathered string `json:"-"`
}

// ofOne tells whether all that is read is one contact's.
func (n touched) ofOne() bool {
	if n.Relation != "" {
		cond := n.Cond + n.Recheck
		return strings.Contains(cond, "contact_id = ") && !strings.Contains(cond, "contact_id = ANY")
	}
	return !slices.ContainsFunc(n.Plans, func(below touched) bool { return !below.ofOne() })
}

var month = regexp.MustCompile(`_(\d{4}_\d{2}|other)$`)

func (n touched) look(parts *[]Part) {
	switch {
	case n.Relation != "":
		*parts = append(*parts, Part{month.ReplaceAllString(n.Relation, ""), int64((n.Rows + n.Filtered + n.Checked) * n.Loops)})
	case strings.Contains(n.Type, "Sort") && !n.ofOne():
		*parts = append(*parts, Part{"", int64(n.Plans[0].Rows * n.Plans[0].Loops)})
	}
	for _, below := range n.Plans {
		if below.Relation == "" {
			below.Gathered = n.Relation + n.Gathered
		}
		if below.Type == "Bitmap Index Scan" {
			*parts = append(*parts, Part{month.ReplaceAllString(below.Gathered, ""), int64(below.Rows * below.Loops)})
		}
		below.look(parts)
	}
}
