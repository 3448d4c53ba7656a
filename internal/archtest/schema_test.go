package archtest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// lookups are the tables with a contact_id that are keyed by something else,
// with the reason. They say who owns a value, across all contacts.
var lookups = map[string]string{
	"identity":      "a value of an identity key belongs to one contact",
	"device_turn":   "a device is one contact's at a time",
	"duplicate_key": "a key leads to the contacts that share it",
}

// table is one CREATE TABLE.
type table struct {
	name       string
	columns    []string
	key        []string // of the primary key
	references []reference
}

type reference struct {
	columns []string
	table   string
}

// byContact tells whether rows of this table lie with those of their contact.
func (t table) byContact() bool {
	return len(t.key) > 0 && (t.key[0] == "contact_id" || t.name == "contact" && t.key[0] == "id")
}

var (
	tableHead    = regexp.MustCompile(`(?i)create\s+table\s+(?:if\s+not\s+exists\s+)?(\w+)\s*\(`)
	primaryKey   = regexp.MustCompile(`(?i)primary\s+key\s*\(([^)]*)\)`)
	foreignKey   = regexp.MustCompile(`(?i)foreign\s+key\s*\(([^)]*)\)\s*references\s+(\w+)`)
	inlineRef    = regexp.MustCompile(`(?i)\breferences\s+(\w+)`)
	uniqueOf     = regexp.MustCompile(`(?i)\bunique\s*\(([^)]*)\)`)
	uniqueIndex  = regexp.MustCompile(`(?i)create\s+unique\s+index\s+(?:if\s+not\s+exists\s+)?\w+\s+on\s+(\w+)\s*\(([^)]*)\)`)
	procedure    = regexp.MustCompile(`(?i)create\s+(?:or\s+replace\s+)?(trigger|function|procedure|rule)\b`)
	tableClauses = []string{"primary", "foreign", "unique", "check", "constraint"}
)

func tables(text string) []table {
	var list []table
	for _, m := range tableHead.FindAllStringSubmatchIndex(text, -1) {
		t := table{name: strings.ToLower(text[m[2]:m[3]])}
		for _, part := range parts(text[m[1]:]) {
			t.read(part)
		}
		list = append(list, t)
	}
	return list
}

func (t *table) read(part string) {
	words := strings.Fields(part)
	if len(words) == 0 {
		return
	}
	if m := primaryKey.FindStringSubmatch(part); m != nil {
		t.key = names(m[1])
	}
	if m := foreignKey.FindStringSubmatch(part); m != nil {
		t.references = append(t.references, reference{names(m[1]), strings.ToLower(m[2])})
	}
	if slices.Contains(tableClauses, strings.ToLower(words[0])) {
		return
	}
	column := strings.ToLower(words[0])
	t.columns = append(t.columns, column)
	if regexp.MustCompile(`(?i)\bprimary\s+key\b`).MatchString(part) {
		t.key = []string{column}
	}
	if m := inlineRef.FindStringSubmatch(part); m != nil {
		t.references = append(t.references, reference{[]string{column}, strings.ToLower(m[1])})
	}
}

// parts cuts what follows an opening bracket at its commas, up to the closing one.
func parts(text string) []string {
	var list []string
	depth, from := 0, 0
	for i, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')' && depth == 0:
			return append(list, text[from:i])
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			list = append(list, text[from:i])
			from = i + 1
		}
	}
	return list
}

func names(list string) []string {
	var found []string
	for n := range strings.SplitSeq(list, ",") {
		if words := strings.Fields(n); len(words) > 0 {
			found = append(found, strings.ToLower(words[0]))
		}
	}
	return found
}

// spreadProblems checks that tables can be spread over machines by contact.
func spreadProblems(files map[string]string) []string {
	var problems []string
	all := map[string]table{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		text := uncommented(files[name])
		for _, m := range procedure.FindAllStringSubmatch(text, -1) {
			problems = append(problems, name+": "+strings.ToLower(m[1])+"; effects are written in Go")
		}
		for _, t := range tables(text) {
			all[t.name] = t
			if slices.Contains(t.columns, "contact_id") && lookups[t.name] == "" && !t.byContact() {
				problems = append(problems, fmt.Sprintf("%s: contact_id is not first in the primary key of %s", name, t.name))
			}
		}
	}
	for _, t := range all {
		for _, r := range t.references {
			to := all[r.table]
			if t.byContact() != to.byContact() || t.byContact() && r.columns[0] != "contact_id" {
				problems = append(problems, fmt.Sprintf("%s refers to %s, which is keyed otherwise", t.name, r.table))
			}
		}
	}
	for _, text := range files {
		text = uncommented(text)
		for _, m := range uniqueIndex.FindAllStringSubmatch(text, -1) {
			if all[strings.ToLower(m[1])].byContact() && !slices.Contains(names(m[2]), "contact_id") {
				problems = append(problems, fmt.Sprintf("unique index on %s across contacts; use a lookup table", m[1]))
			}
		}
		for _, m := range tableHead.FindAllStringSubmatchIndex(text, -1) {
			for _, part := range parts(text[m[1]:]) {
				problems = append(problems, uniqueProblem(all[strings.ToLower(text[m[2]:m[3]])], part)...)
			}
		}
	}
	return problems
}

func uniqueProblem(t table, part string) []string {
	if !t.byContact() {
		return nil
	}
	m := uniqueOf.FindStringSubmatch(part)
	inline := m == nil && regexp.MustCompile(`(?i)\bunique\b`).MatchString(part)
	if inline || m != nil && !slices.Contains(names(m[1]), "contact_id") {
		return []string{fmt.Sprintf("unique column of %s across contacts; use a lookup table", t.name)}
	}
	return nil
}

func TestSchemaCanBeSpread(t *testing.T) {
	schema, _ := schemaFiles(t)
	report(t, spreadProblems(schema))
}

func TestSpreadRuleCatches(t *testing.T) {
	catches(t, spreadProblems(map[string]string{"1.sql": `
		CREATE TABLE contact (id {{id}} PRIMARY KEY, code {{text}} UNIQUE);
		CREATE TABLE identity (kind INT, value TEXT, contact_id BIGINT, PRIMARY KEY (kind, value));
		CREATE TABLE note (contact_id BIGINT NOT NULL, id BIGINT, author BIGINT REFERENCES person (id), PRIMARY KEY (contact_id, id));
		CREATE TABLE mark (id BIGINT PRIMARY KEY, contact_id BIGINT); -- CREATE TRIGGER in a comment
		CREATE TABLE visit (contact_id BIGINT, at BIGINT, n NUMERIC(3, 2), PRIMARY KEY (contact_id, at),
			FOREIGN KEY (contact_id, at) REFERENCES note (contact_id, id), FOREIGN KEY (at) REFERENCES note (id));
		CREATE TABLE person (id BIGINT PRIMARY KEY, name TEXT UNIQUE);
		CREATE UNIQUE INDEX note_id ON note (id);
		CREATE UNIQUE INDEX note_at ON note (contact_id, author);
		CREATE TRIGGER t AFTER INSERT ON note;`}),
		"1.sql: contact_id is not first in the primary key of mark", "1.sql: trigger",
		"note refers to person", "unique column of contact", "unique index on note", "visit refers to note")
}
