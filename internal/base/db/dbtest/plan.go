package dbtest

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ariane/internal/base/db"
)

// Plan is how the database would run a query. A part of it is bounded where a
// LIMIT ends it, or where an index leads to the rows of one contact, one address
// and the like: all others grow with the database.
type Plan struct {
	Text string
	// Scans are tables and indexes that are read to their end.
	Scans []string
	// Sorts are the orders and groups that unbounded parts are brought into.
	Sorts []string
}

// wide are the columns that so many rows share that an index on them bounds nothing.
var wide = []string{"state", "lane", "kind", "form_id", "day"}

// PlanOf explains a query.
func PlanOf(t testing.TB, d *db.DB, query string, args ...any) Plan {
	t.Helper()
	if d.Dialect() == db.Postgres {
		return planPostgres(t, d, query, args)
	}
	return planSQLite(t, d, query, args)
}

// line is a line of SQLite's plan.
type line struct {
	id, parent int
	detail     string
}

func planSQLite(t testing.TB, d *db.DB, query string, args []any) Plan {
	t.Helper()
	rows, err := d.Query(context.Background(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("explain %s: %v", query, err)
	}
	defer rows.Close()
	var lines []line
	for rows.Next() {
		var l line
		var unused int
		if err := rows.Scan(&l.id, &l.parent, &unused, &l.detail); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	s := sqlitePlan{query: query, lines: lines}
	return s.plan()
}

type sqlitePlan struct {
	query string
	lines []line
}

var (
	sqliteSource = regexp.MustCompile(`^(SCAN|SEARCH) (\S+)(?: USING (.*?))?(?: \((.*)\))?( LEFT-JOIN)?$`)
	sqliteNamed  = regexp.MustCompile(`^(?:CO-ROUTINE|MATERIALIZE) (\S+)$`)
	condition    = regexp.MustCompile(`(\w+)(=|<|>)`)
)

func (s sqlitePlan) plan() Plan {
	var p Plan
	for _, l := range s.lines {
		p.Text += l.detail + "\n"
		if m := sqliteSource.FindStringSubmatch(l.detail); m != nil && !s.bounded(l) && !s.ended(l.parent) && !s.first(l.parent, m[2]) {
			p.Scans = append(p.Scans, l.detail)
		}
		if what, found := strings.CutPrefix(l.detail, "USE TEMP B-TREE FOR "); found && !s.fewBelow(l.parent) {
			p.Sorts = append(p.Sorts, what)
		}
	}
	return p
}

// below lists the lines whose parent is a line.
func (s sqlitePlan) below(parent int) []line {
	return slices.DeleteFunc(slices.Clone(s.lines), func(l line) bool { return l.parent != parent })
}

// bounded tells whether a source gives few rows.
func (s sqlitePlan) bounded(l line) bool {
	m := sqliteSource.FindStringSubmatch(l.detail)
	if m == nil {
		return true
	}
	name, through, cond := m[2], m[3], m[4]
	for _, other := range s.lines {
		if n := sqliteNamed.FindStringSubmatch(other.detail); n != nil && n[1] == name {
			return s.ended(other.id) || s.fewBelow(other.id)
		}
	}
	if name == "json_each" || strings.Contains(l.detail, "VIRTUAL TABLE INDEX") || strings.HasPrefix(name, "pragma_") || name == "CONSTANT" || strings.Contains(through, "LIST SUBQUERY") {
		return true
	}
	for _, c := range condition.FindAllStringSubmatch(cond, -1) {
		if c[2] == "=" && !slices.Contains(wide, c[1]) {
			return true
		}
	}
	return false
}

// fewBelow tells whether what is read first below a line gives few rows: the
// others are looked up for each.
func (s sqlitePlan) fewBelow(parent int) bool {
	for _, l := range s.below(parent) {
		switch {
		case sqliteSource.MatchString(l.detail):
			return s.bounded(l)
		case l.detail == "COMPOUND QUERY", l.detail == "LEFT-MOST SUBQUERY", l.detail == "UNION ALL", strings.HasPrefix(l.detail, "MULTI-INDEX OR"):
			if !s.fewBelow(l.id) {
				return false
			}
		}
	}
	return true
}

// ended tells whether a LIMIT ends what lies below a line, without a sort that has
// to read all of it before.
func (s sqlitePlan) ended(parent int) bool {
	for _, l := range s.below(parent) {
		if strings.HasPrefix(l.detail, "USE TEMP B-TREE FOR ") && !strings.HasSuffix(l.detail, "DISTINCT") {
			return false
		}
	}
	if parent == 0 {
		return regexp.MustCompile(`LIMIT (\?|\d+)(?: OFFSET (?:\?|\d+))?\s*$`).MatchString(s.query)
	}
	for _, l := range s.lines {
		if l.id != parent {
			continue
		}
		if m := sqliteNamed.FindStringSubmatch(l.detail); m != nil {
			return regexp.MustCompile(`LIMIT (\?|\d+)(?: OFFSET (?:\?|\d+))?\) (?:AS )?` + regexp.QuoteMeta(m[1]) + `\b`).MatchString(s.query)
		}
		return s.ended(l.parent)
	}
	return false
}

// first tells whether a LIMIT ends a subquery for one value that reads a source.
func (s sqlitePlan) first(parent int, name string) bool {
	inside := slices.ContainsFunc(s.lines, func(l line) bool { return l.id == parent && strings.Contains(l.detail, "SCALAR SUBQUERY") })
	sorted := slices.ContainsFunc(s.below(parent), func(l line) bool { return strings.HasPrefix(l.detail, "USE TEMP B-TREE") })
	return inside && !sorted && regexp.MustCompile(`\b`+regexp.QuoteMeta(name)+` WHERE [^()]* LIMIT (\?|\d+)\)`).MatchString(s.query)
}

// node is a part of PostgreSQL's plan.
type node struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Index    string `json:"Index Name"`
	Cond     string `json:"Index Cond"`
	Recheck  string `json:"Recheck Cond"`
	Parent   string `json:"Parent Relationship"`
	Name     string `json:"Subplan Name"`
	Plans    []node
}

// planPostgres leaves the planner no choice between an index and a sort of a
// table that is small in a test.
func planPostgres(t testing.TB, d *db.DB, query string, args []any) Plan {
	t.Helper()
	ctx := context.Background()
	var raw string
	err := d.Do(ctx, func(tx *db.Tx) error {
		for _, s := range []string{"SET LOCAL enable_sort = off", "SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off",
			"SET LOCAL enable_hashjoin = off", "SET LOCAL enable_mergejoin = off", "SET LOCAL enable_hashagg = off", "SET LOCAL enable_material = off"} {
			if _, err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, "EXPLAIN (FORMAT JSON, COSTS OFF) "+query, args...).Scan(&raw)
	})
	if err != nil {
		t.Fatalf("explain %s: %v", query, err)
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal([]byte(raw), &plans); err != nil {
		t.Fatal(err)
	}
	var p Plan
	plans[0].Plan.look(&p, 0, false)
	return p
}

// look walks through a plan; ended tells that a LIMIT ends this part.
func (n node) look(p *Plan, depth int, ended bool) {
	p.Text += fmt.Sprintln(strings.Repeat("  ", depth), n.Type, n.Relation, n.Index, n.Cond)
	switch {
	case n.Type == "Limit":
		ended = true
	case strings.Contains(n.Type, "Sort") || n.Type == "Aggregate" || n.Type == "Hash":
		if strings.Contains(n.Type, "Sort") && !n.Plans[0].bounded() {
			p.Sorts = append(p.Sorts, n.Type+" of "+n.Plans[0].Type+" "+n.Plans[0].Relation)
		}
		ended = false
	case n.Relation != "" && !ended && !n.bounded():
		p.Scans = append(p.Scans, n.Type+" "+n.Relation+" "+n.Cond)
	}
	for i, below := range n.Plans {
		below.look(p, depth+1, ended && i == 0)
	}
}

var postgresEqual = regexp.MustCompile(`(?:\w+\.)?(\w+) = `)

// bounded tells whether a part gives few rows.
func (n node) bounded() bool {
	switch {
	case n.Type == "Limit":
		return true
	case n.Relation != "" || strings.HasPrefix(n.Type, "Bitmap"):
		for _, m := range postgresEqual.FindAllStringSubmatch(n.Cond+" "+n.Recheck, -1) {
			if !slices.Contains(wide, m[1]) {
				return true
			}
		}
		return strings.Contains(n.Cond+n.Recheck, "~~") // a trigram index
	case n.Type == "Append" || n.Type == "Merge Append":
		for _, below := range n.Plans {
			if below.Parent == "Member" && !below.bounded() {
				return false
			}
		}
		return true
	case len(n.Plans) > 0:
		return n.Plans[0].bounded()
	}
	return true
}
