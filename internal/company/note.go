package company

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

const (
	longestNote = 10_000
	longestTag  = 100
	mostTags    = 100
)

// Note is a text about a company.
type Note struct {
	ID         int64
	Text       string
	Added      time.Time
	AuthorName string
}

// AddNote writes a note about a company.
func AddNote(ctx context.Context, tx *db.Tx, company id.Company, text string, by By) error {
	c, err := hold(ctx, tx, company)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(field.Printable("|" + line)[1:], " ")
	}
	text = strings.Trim(strings.Join(lines, "\n"), "\n")
	if strings.TrimSpace(text) == "" {
		return fault.Invalid(fault.Fields{"text": fault.Say("company.note_empty|Write something first.")})
	}
	if n := utf8.RuneCountInString(text); n > longestNote {
		return fault.Invalid(fault.Fields{"text": fault.Say("company.note_long|This is too long: %d characters, at most %d.", n, longestNote)})
	}
	number, err := tx.NextID(ctx, "company_note")
	if err != nil {
		return err
	}
	return tx.Insert(ctx, "company_note", []string{"company_id", "id", "body", "added", "author_id", "author_name"},
		[][]any{{int64(c.ID), number, text, db.Millis(tx.Now()), db.NullID(by.User), db.NullText(by.Name)}})
}

// DeleteNote removes a note of a company, or of one merged into it, for good.
func DeleteNote(ctx context.Context, tx *db.Tx, company id.Company, number int64) error {
	all, err := family(ctx, tx, company)
	if err != nil {
		return err
	}
	among, args := db.InIDs(tx.Dialect(), "company_id", all)
	if _, err := tx.Exec(ctx, `DELETE FROM company_note WHERE `+among+` AND id = ?`, append(args, number)...); err != nil {
		return fmt.Errorf("delete note %d of company %d: %w", number, company, err)
	}
	return nil
}

// Notes lists the notes about a company, and about those merged into it, the latest
// first.
func Notes(ctx context.Context, q db.Q, company id.Company, limit int) ([]Note, error) {
	all, err := family(ctx, q, company)
	if err != nil {
		return nil, err
	}
	among, args := db.InIDs(q.Dialect(), "company_id", all)
	var list []Note
	err = db.Each(ctx, q, `SELECT id, body, added, author_name FROM company_note WHERE `+among+` ORDER BY added DESC, id DESC LIMIT ?`, append(args, limit), func(row db.Row) error {
		var n Note
		var added int64
		var author sql.NullString
		err := row.Scan(&n.ID, &n.Text, &added, &author)
		n.Added, n.AuthorName = db.Time(added), author.String
		list = append(list, n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list notes of company %d: %w", company, err)
	}
	return list, nil
}

// Tag puts tags on a company; those that it has stay as they are, and empty names are
// left out.
func Tag(ctx context.Context, tx *db.Tx, company id.Company, names []string) error {
	c, err := hold(ctx, tx, company)
	if err != nil {
		return err
	}
	had, err := Tags(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	var rows [][]any
	seen := map[string]bool{}
	for _, typed := range names {
		name := field.Printable(typed)
		key := field.Fold(name)
		if key == "" || seen[key] {
			continue
		}
		seen[key] = true
		if utf8.RuneCountInString(name) > longestTag {
			return fault.Invalid(fault.Fields{"tags": fault.Say("company.tag_long|A tag has at most %d characters.", longestTag)})
		}
		rows = append(rows, []any{int64(c.ID), key, name})
	}
	if len(rows)+len(had) > mostTags {
		return fault.Invalid(fault.Fields{"tags": fault.Say("company.tags_many|At most %d tags.", mostTags)})
	}
	_, err = tx.InsertMissing(ctx, "company_tag", []string{"company_id", "name_key", "name"}, rows)
	return err
}

// Untag takes a tag off a company, and off those merged into it.
func Untag(ctx context.Context, tx *db.Tx, company id.Company, name string) error {
	all, err := family(ctx, tx, company)
	if err != nil {
		return err
	}
	among, args := db.InIDs(tx.Dialect(), "company_id", all)
	if _, err := tx.Exec(ctx, `DELETE FROM company_tag WHERE `+among+` AND name_key = ?`, append(args, field.Fold(name))...); err != nil {
		return fmt.Errorf("take a tag off company %d: %w", company, err)
	}
	return nil
}

// Tags lists the tags of a company, and of those merged into it, by name.
func Tags(ctx context.Context, q db.Q, company id.Company) ([]string, error) {
	all, err := family(ctx, q, company)
	if err != nil {
		return nil, err
	}
	among, args := db.InIDs(q.Dialect(), "company_id", all)
	var list []string
	err = db.Each(ctx, q, `SELECT min(name) FROM company_tag WHERE `+among+` GROUP BY name_key ORDER BY name_key`, args, func(row db.Row) error {
		var name string
		err := row.Scan(&name)
		list = append(list, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list tags of company %d: %w", company, err)
	}
	return list, nil
}
