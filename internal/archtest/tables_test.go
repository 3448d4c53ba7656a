package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// everywhere are the packages that may name a table of another, with the reason.
var everywhere = map[string]string{
	"internal/base/db": "opens, migrates and is given names of tables",
	"internal/report":  "counts what others keep",
	"internal/rule":    "asks through the catalogues that domains publish",
}

var (
	createTable = regexp.MustCompile(`(?i)create\s+(?:virtual\s+)?table\s+(?:if\s+not\s+exists\s+)?(\w+)|\{\{search "(\w+)"\}\}`)
	migration   = regexp.MustCompile(`^(\d{5})_([a-z0-9]+)(?:_[a-z0-9_]+)?\.sql$`)
	sqlWord     = regexp.MustCompile(`\w+|[(),.]`)
	assignments = regexp.MustCompile(`(?s)\bUPDATE\s+\w+.*?\bSET\b(.*?)(?:\bWHERE\b|\bFROM\b|$)`)
	moved       = regexp.MustCompile(`\bcontact_id\s*=`)
)

// owners reads which package owns each table from the names of the migrations.
func owners(files map[string]string) (map[string]string, []string) {
	owner, problems := map[string]string{}, []string{}
	number := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		m := migration.FindStringSubmatch(path.Base(name))
		if m == nil {
			problems = append(problems, name+": not named NNNNN_<owner>_<what>.sql or NNNNN_<owner>.sql")
			continue
		}
		if other, ok := number[m[1]]; ok {
			problems = append(problems, name+": has the number of "+other)
		}
		number[m[1]] = name
		for _, t := range createTable.FindAllStringSubmatch(uncommented(files[name]), -1) {
			table := strings.ToLower(t[1] + t[2])
			if was, ok := owner[table]; ok && was != m[2] {
				problems = append(problems, fmt.Sprintf("%s: table %s belongs to %s already", name, table, was))
			}
			owner[table] = m[2]
		}
	}
	return owner, problems
}

func uncommented(text string) string {
	return regexp.MustCompile(`--.*`).ReplaceAllString(text, "")
}

// named are the tables of owner that a text of SQL names after FROM, JOIN, INTO,
// UPDATE or a comma in a list of tables.
func named(text string, owner map[string]string) []string {
	var tables []string
	list := false // inside FROM a, b
	words := sqlWord.FindAllString(text, -1)
	for i, w := range words {
		if i == 0 {
			continue
		}
		_, table := owner[w]
		switch words[i-1] {
		case "FROM", "JOIN", "INTO", "UPDATE", "TABLE":
			list = words[i-1] == "FROM"
		case ",":
			table = table && list
		default:
			table = false
		}
		if slices.Contains([]string{"WHERE", "(", ")", "SELECT", "SET", "GROUP", "ORDER", "ON"}, w) {
			list = false
		}
		if table && !slices.Contains(tables, w) {
			tables = append(tables, w)
		}
	}
	return tables
}

// literal joins the constant parts of a string expression, a word in place of the rest.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.ParenExpr:
		return literal(e.X)
	case *ast.BinaryExpr:
		x, okX := literal(e.X)
		y, okY := literal(e.Y)
		if e.Op != token.ADD || !okX && !okY {
			return "", false
		}
		if !okX {
			x = " something "
		}
		if !okY {
			y = " something "
		}
		return x + y, true
	}
	return "", false
}

// tableArgument are the methods of base/db that take the name of a table.
var tableArgument = []string{"Insert", "InsertMissing", "InsertOr", "IndexText", "UnindexText", "MatchTexts", "NextID", "NextIDs", "AddMonth"}

// eachSQL calls f with each constant text of a file that may be SQL; the names
// of tables given to methods of base/db come as INSERT statements.
func eachSQL(s source, f func(at token.Pos, text string)) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok {
			if text, ok := literal(e); ok {
				f(e.Pos(), text)
				return false
			}
		}
		c, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := c.Fun.(*ast.SelectorExpr)
		if ok && slices.Contains(tableArgument, sel.Sel.Name) {
			for _, a := range c.Args {
				if text, ok := literal(a); ok && !strings.Contains(text, " ") {
					f(a.Pos(), "INSERT INTO "+text)
				}
			}
		}
		return true
	})
}

func ownerProblems(list []source, queries, files map[string]string) []string {
	owner, problems := owners(files)
	packages := map[string]string{}
	for _, s := range list {
		if !s.test() {
			packages[s.dir] = s.name
		}
	}
	for table, o := range owner {
		if !slices.Contains(slices.Collect(maps.Values(packages)), o) {
			problems = append(problems, fmt.Sprintf("table %s belongs to %s, which is no package", table, o))
		}
	}
	check := func(where, dir, text string) {
		if everywhere[dir] != "" {
			return
		}
		for _, table := range named(text, owner) {
			if owner[table] != packages[dir] {
				problems = append(problems, fmt.Sprintf("%s: names table %s of %s", where, table, owner[table]))
			}
		}
	}
	for _, s := range list {
		if !s.test() {
			eachSQL(s, func(at token.Pos, text string) { check(s.at(at), s.dir, text) })
		}
	}
	for name, text := range queries {
		check(name, path.Dir(path.Dir(name)), text)
	}
	return problems
}

func schemaFiles(t *testing.T) (schema, queries map[string]string) {
	t.Helper()
	files, err := texts(".sql")
	if err != nil {
		t.Fatal(err)
	}
	schema, queries = map[string]string{}, map[string]string{}
	for name, text := range files {
		if path.Dir(name) == migrations {
			schema[name] = text
		} else {
			queries[name] = text
		}
	}
	return schema, queries
}

func TestTablesHaveOneOwner(t *testing.T) {
	schema, queries := schemaFiles(t)
	report(t, ownerProblems(sources(t), queries, schema))
}

func TestTableOwnerRuleCatches(t *testing.T) {
	schema := map[string]string{
		"m/00001_form_tables.sql":    "CREATE TABLE form (id INT); CREATE TABLE submission (id INT)",
		"m/00002_contact_tables.sql": "CREATE TABLE contact (id INT); {{search \"contact_text\"}}",
		"m/00002_nobody_tables.sql":  "CREATE TABLE ghost (id INT)",
		"m/2_form.sql":               "",
	}
	catches(t, ownerProblems(sample(t,
		"internal/form/a.go", "package form\nconst a = `SELECT id FROM form f, submission s WHERE 1 IN (SELECT 1 FROM submission)`",
		"internal/form/b.go", "package form\nvar b = `SELECT id FROM ` + x + ` JOIN contact ON true`\nvar c = \"from contact with love\"",
		"internal/form/c.go", "package form\nfunc f() { tx.Insert(ctx, \"contact\", nil, rows); tx.Insert(ctx, \"form\", nil, rows) }",
		"internal/form/d.go", "package form\nvar d = \"EXISTS (SELECT 1 FROM form, contact_text)\"",
		"internal/contact/a.go", "package contact",
		"internal/rule/a.go", "package rule\nvar a = `SELECT 1 FROM contact`",
	), map[string]string{"internal/contact/queries/a.sql": "DELETE FROM form"}, schema),
		"contact/queries/a.sql: names table form", "form/b.go:2: names table contact", "form/c.go:2: names table contact",
		"form/d.go:2: names table contact_text", "has the number of", "2_form.sql: not named", "table ghost belongs to nobody")
}

// moveProblems finds what a database spread over machines refuses.
func moveProblems(list []source, queries map[string]string) []string {
	var problems []string
	check := func(where, dir, text string) {
		for _, m := range assignments.FindAllStringSubmatch(text, -1) {
			if moved.MatchString(m[1]) {
				problems = append(problems, where+": UPDATE of contact_id; a move is a copy and a delete")
			}
		}
		if strings.Contains(text, "SKIP LOCKED") && dir != "internal/base/db" {
			problems = append(problems, where+": SKIP LOCKED is for the table job")
		}
	}
	for _, s := range list {
		if s.test() {
			continue
		}
		eachSQL(s, func(at token.Pos, text string) { check(s.at(at), s.dir, text) })
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "SkipLocked" && s.dir != "internal/base/job" {
				problems = append(problems, s.at(sel.Pos())+": SKIP LOCKED is for the table job")
			}
			return true
		})
	}
	for name, text := range queries {
		check(name, path.Dir(path.Dir(name)), text)
	}
	return problems
}

func TestRowsStayWithTheirContact(t *testing.T) {
	_, queries := schemaFiles(t)
	report(t, moveProblems(sources(t), queries))
}

func TestRowMoveRuleCatches(t *testing.T) {
	catches(t, moveProblems(sample(t,
		"internal/a/a.go", "package a\nvar a = `UPDATE note SET text = ?, contact_id = ? WHERE id = ?`\nvar b = `UPDATE note SET text = ? WHERE contact_id = ?`",
		"internal/a/b.go", "package a\nvar b = `SELECT 1 FROM job FOR UPDATE SKIP LOCKED`",
		"internal/a/c.go", "package a\nvar c = d.SkipLocked()",
		"internal/base/job/a.go", "package job\nvar c = d.SkipLocked()",
	), nil), "a.go:2: UPDATE of contact_id", "b.go:2: SKIP LOCKED", "c.go:2: SKIP LOCKED")
}

// ownerTable is the generated part of ARCHITECTURE.md.
func ownerTable(files map[string]string) string {
	owner, _ := owners(files)
	tables := map[string][]string{}
	for table, o := range owner {
		tables[o] = append(tables[o], "`"+table+"`")
	}
	var b strings.Builder
	b.WriteString("| package | tables |\n|---|---|\n")
	for _, o := range slices.Sorted(maps.Keys(tables)) {
		slices.Sort(tables[o])
		fmt.Fprintf(&b, "| `%s` | %s |\n", o, strings.Join(tables[o], ", "))
	}
	return b.String()
}

var ownerMarks = regexp.MustCompile(`(?s)(<!-- tables: [^\n]* -->\n).*?(<!-- end of tables -->)`)

// TestArchitectureNamesTheTables keeps the table in ARCHITECTURE.md true;
// with -update it writes it.
func TestArchitectureNamesTheTables(t *testing.T) {
	schema, _ := schemaFiles(t)
	name := path.Join(root, "ARCHITECTURE.md")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := ownerMarks.ReplaceAllString(string(text), "${1}"+ownerTable(schema)+"${2}")
	switch {
	case !ownerMarks.Match(text):
		t.Error("ARCHITECTURE.md has no marks for the table of owners")
	case want != string(text) && *update:
		err = os.WriteFile(name, []byte(want), 0o644)
	case want != string(text):
		t.Error("the table of owners in ARCHITECTURE.md is old: go generate ./internal/archtest")
	}
	if err != nil {
		t.Error(err)
	}
}

// unsaidTables finds tables that the comment of their package does not name.
func unsaidTables(list []source, files map[string]string) []string {
	said := map[string]string{}
	for _, s := range list {
		if !s.test() {
			said[s.name] += s.file.Doc.Text()
		}
	}
	owner, _ := owners(files)
	var problems []string
	for table, o := range owner {
		if !regexp.MustCompile(`\b` + table + `\b`).MatchString(said[o]) {
			problems = append(problems, fmt.Sprintf("package %s does not say that it owns table %s", o, table))
		}
	}
	return problems
}

func TestPackagesNameTheirTables(t *testing.T) {
	schema, _ := schemaFiles(t)
	report(t, unsaidTables(sources(t), schema))
}

func TestUnsaidTableRuleCatches(t *testing.T) {
	catches(t, unsaidTables(sample(t,
		"internal/form/doc.go", "// Package form is in charge of forms.\n//\n// Tables: form, form_fields.\npackage form",
	), map[string]string{"m/00001_form_tables.sql": "CREATE TABLE form (id INT); CREATE TABLE form_field (id INT)"}), "table form_field")
}
