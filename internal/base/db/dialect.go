package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Dialect is the engine behind the database.
type Dialect int

// The two engines.
const (
	SQLite Dialect = iota
	Postgres
)

var rebound sync.Map // SQL text with ? -> the same with $1, $2…

// rebind turns ? placeholders into the engine's. Texts are constants of the
// program, a question mark inside a string literal is left alone.
func (d Dialect) rebind(query string) string {
	if d == SQLite {
		return query
	}
	if s, ok := rebound.Load(query); ok {
		return s.(string)
	}
	var b strings.Builder
	n, quoted := 0, false
	for i := range len(query) {
		switch c := query[i]; {
		case c == '\'':
			quoted = !quoted
			b.WriteByte(c)
		case c == '?' && !quoted:
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		default:
			b.WriteByte(c)
		}
	}
	s := b.String()
	rebound.Store(query, s)
	return s
}

// SkipLocked ends a SELECT of rows to work on: each process sees only rows that
// no other holds.
func (d Dialect) SkipLocked() string {
	if d == SQLite {
		return ""
	}
	return " FOR UPDATE SKIP LOCKED"
}

// IndexedBy comes after a table and makes SQLite, which has no statistics, read it
// by an index; PostgreSQL chooses for itself.
func (d Dialect) IndexedBy(index string) string {
	if d == Postgres {
		return ""
	}
	return " INDEXED BY " + index
}

// ForUpdate ends a SELECT of rows that the transaction is going to change, so
// that no other changes them meanwhile. On SQLite no other can.
func (d Dialect) ForUpdate() string {
	if d == SQLite {
		return ""
	}
	return " FOR UPDATE"
}

// IndexText makes text findable as that row of a search table, which a
// migration created with {{search}}. Fold the text first.
func (tx *Tx) IndexText(ctx context.Context, table string, row int64, text string) error {
	if err := tx.UnindexText(ctx, table, row); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO `+table+` (rowid, body) VALUES (?, ?)`, row, text); err != nil {
		return fmt.Errorf("index text of %s %d: %w", table, row, err)
	}
	return nil
}

// UnindexText forgets a row of a search table.
func (tx *Tx) UnindexText(ctx context.Context, table string, row int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE rowid = ?`, row); err != nil {
		return fmt.Errorf("unindex text of %s %d: %w", table, row, err)
	}
	return nil
}

// JSONValue is the text of a value of an object in a column made with {{json}}, under
// that name, NULL where there is none. The name is the program's, or one of letters,
// digits and signs that need no quotes.
func (d Dialect) JSONValue(column, name string) string {
	value := "CAST(" + column + " ->> '" + name + "' AS TEXT)"
	if d == Postgres {
		value = "(" + value + ` COLLATE "C")`
	}
	return value
}

// JSONText is the text of a value of an object or a list that is stored in a text
// column, under that name or at that index, NULL where there is none. Both are the
// program's, never from outside.
func (d Dialect) JSONText(column, name string, index int) string {
	value := column
	if d == Postgres {
		value = "CAST(" + column + " AS JSON)"
	}
	return "CAST(CASE substr(" + column + ", 1, 1) WHEN '[' THEN " + value + " ->> " + strconv.Itoa(index) + " ELSE CAST(" + value + " ->> '" + name + "' AS TEXT) END AS TEXT)"
}

// ShortestText is the least number of characters that MatchTexts finds by index.
const ShortestText = 3

// Unindexed is an expression for a condition that is to be asked of each row as
// it comes, rather than to choose the rows by an index. PostgreSQL knows how many
// there are of what and decides by itself.
func (d Dialect) Unindexed(expr string) string {
	if d == SQLite {
		return "+" + expr
	}
	return expr
}

// MatchTexts is a query for the ids of the rows of a search table whose text
// contains all of these folded terms, each of ShortestText characters or more.
func (d Dialect) MatchTexts(table string, terms []string) (string, []any) {
	asked := make([]string, len(terms))
	var whole string
	var more []any
	for i, t := range terms {
		if asked[i] = telling(t); asked[i] != t {
			whole, more = whole+" AND "+d.position()+"(body, ?) > 0", append(more, t)
		}
	}
	if d == SQLite {
		for i, t := range asked {
			asked[i] = `"` + strings.ReplaceAll(t, `"`, `""`) + `"`
		}
		return `SELECT rowid FROM ` + table + ` WHERE ` + table + ` MATCH ?` + whole, append([]any{strings.Join(asked, " AND ")}, more...)
	}
	where, args := holdTexts(asked)
	return `SELECT rowid FROM ` + table + ` WHERE ` + where + whole, append(args, more...)
}

// position is the function that finds a text in another.
func (d Dialect) position() string {
	if d == SQLite {
		return "instr"
	}
	return "strpos"
}

// telling is the part of a text that an index is asked for. In an e-mail address that
// is what comes before the domain, and its beginning: the other domains that are
// like it to the end are very many, and an index looks at all of them.
func telling(text string) string {
	const ofDomain = 3
	local, domain, found := strings.Cut(text, "@")
	if !found || utf8.RuneCountInString(local) < 2*ShortestText || len(domain) < 2*ofDomain || strings.ContainsAny(text, " \n") {
		return text
	}
	for i := range domain {
		if utf8.RuneCountInString(domain[:i]) == ofDomain {
			return local + "@" + domain[:i]
		}
	}
	return text
}

// GathersTexts tells that MatchTexts finds nothing before it has gathered all there
// is: a text that very many rows hold is found sooner by MatchTextsAmong.
func (d Dialect) GathersTexts() bool { return d == Postgres }

// MatchTextsAmong is MatchTexts among the rows with the lowest ids, so many, which
// are looked at one by one.
func (d Dialect) MatchTextsAmong(table string, rows int, terms []string) (string, []any) {
	where, args := holdTexts(terms)
	return `SELECT rowid FROM (SELECT rowid, body FROM ` + table + ` ORDER BY rowid LIMIT ` + strconv.Itoa(rows) + `) AS first_rows WHERE ` + where, args
}

func holdTexts(terms []string) (where string, args []any) {
	conds := make([]string, len(terms))
	for i, t := range terms {
		conds[i], args = `body LIKE ? ESCAPE '\'`, append(args, "%"+EscapeLike(t)+"%")
	}
	return strings.Join(conds, " AND "), args
}

// Matches asks whether a text, NULL or not, matches the regular expression that is
// bound to it. What Go and PostgreSQL understand alike can be asked.
func (d Dialect) Matches(expr string) string {
	if d == SQLite {
		return expr + " REGEXP ?"
	}
	return expr + " ~ ?"
}

// EscapeLike makes a text stand for itself in a LIKE pattern that ends in
// ESCAPE '\' (PostgreSQL's default).
func EscapeLike(s string) string {
	return likeEscaped.Replace(s)
}

var likeEscaped = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// AddMonth makes sure that a table created with {{monthly}} has a part of its
// own for the month of t. Rows of months without one share a part; a month that
// has rows there already, written with a wrong clock, stays there.
func (tx *Tx) AddMonth(ctx context.Context, table string, t time.Time) error {
	if tx.db.dialect == SQLite {
		return nil
	}
	from := time.Date(t.UTC().Year(), t.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	part, first, end := table+from.Format("_2006_01"), Millis(from), Millis(from.AddDate(0, 1, 0))
	var settled bool
	err := tx.QueryRow(ctx, `SELECT to_regclass(?) IS NOT NULL OR EXISTS (SELECT 1 FROM `+table+`_other WHERE at >= ? AND at < ?)`, part, first, end).Scan(&settled)
	if err != nil {
		return fmt.Errorf("look for month %s: %w", part, err)
	}
	if settled {
		return nil
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s PARTITION OF %s FOR VALUES FROM (%d) TO (%d)`, part, table, first, end)); err != nil {
		return fmt.Errorf("add month %s: %w", part, err)
	}
	return nil
}
