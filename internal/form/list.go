package form

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Sorts are the orders of the list, the usual one first.
func Sorts() []string { return []string{"name", "id", "date_added", "date_modified"} }

var sortColumns = map[string]string{"": "f.name_key", "name": "f.name_key", "id": "f.id", "date_added": "f.added", "date_modified": "f.modified"}

const (
	usualLimit = 30
	mostLimit  = 500
)

// Filter chooses a page of the list of forms.
type Filter struct {
	Text  string // part of the name
	Sort  string // one of Sorts, empty for the usual one
	Desc  bool
	After string // Next or Previous of another page, empty for the first
	Limit int    // 0 for the usual number
}

// Listed is a line of the list; its Fields are not read.
type Listed struct {
	Form
	Submissions    int
	LastSubmission time.Time // zero for never
}

// Page is a part of the list. Next and Previous are empty at the ends.
type Page struct {
	Forms          []Listed
	Next, Previous string
}

func (f Filter) where() (string, []any) {
	if text := field.Fold(f.Text); text != "" {
		return `f.name_key LIKE ? ESCAPE '\'`, []any{"%" + db.EscapeLike(text) + "%"}
	}
	return `1 = 1`, nil
}

// Count is the number of forms of the filter, whatever the page.
func Count(ctx context.Context, q db.Q, f Filter) (int, error) {
	where, args := f.where()
	var n int
	if err := q.QueryRow(ctx, `SELECT COUNT(*) FROM form f WHERE `+where, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count forms: %w", err)
	}
	return n, nil
}

// List returns a page of forms.
func List(ctx context.Context, q db.Q, f Filter) (Page, error) {
	column, known := sortColumns[f.Sort]
	if !known {
		return Page{}, fault.Refused(fmt.Errorf("list forms: no order %q", f.Sort), fault.Text{})
	}
	from, err := readCursor(f.After)
	if err != nil {
		return Page{}, fmt.Errorf("list forms: %w", err)
	}
	where, args := f.where()
	order, compare := "ASC", ">"
	if f.Desc != from.Back {
		order, compare = "DESC", "<"
	}
	if from.set() {
		where += ` AND (` + column + `, f.id) ` + compare + ` (?, ?)`
		args = append(args, from.value(column == "f.name_key"), from.ID)
	}
	limit := bounded(f.Limit)
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM form f WHERE `+where+` ORDER BY `+column+` `+order+`, f.id `+order+` LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return Page{}, fmt.Errorf("list forms: %w", err)
	}
	defer rows.Close()
	var page Page
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return Page{}, fmt.Errorf("list forms: %w", err)
		}
		page.Forms = append(page.Forms, Listed{Form: one})
	}
	if err := rows.Err(); err != nil {
		return Page{}, fmt.Errorf("list forms: %w", err)
	}
	page.Forms, page.Next, page.Previous = turn(page.Forms, limit, from, func(l Listed) cursor {
		c := cursor{ID: int64(l.ID)}
		switch f.Sort {
		case "", "name":
			c.Text = field.Fold(l.Name)
		case "id":
			c.Number = int64(l.ID)
		case "date_added":
			c.Number = db.Millis(l.Added)
		case "date_modified":
			c.Number = db.Millis(l.Modified)
		}
		return c
	})
	return page, counted(ctx, q, page.Forms)
}

// counted fills in the number and the date of submissions.
func counted(ctx context.Context, q db.Q, forms []Listed) error {
	if len(forms) == 0 {
		return nil
	}
	ids := make([]id.Form, len(forms))
	for i, f := range forms {
		ids[i] = f.ID
	}
	among, args := db.InIDs(q.Dialect(), "form_id", ids)
	rows, err := q.Query(ctx, `SELECT form_id, n, (SELECT at FROM form_submission s WHERE s.form_id = form_count.form_id ORDER BY at DESC LIMIT 1) FROM form_count WHERE `+among, args...)
	if err != nil {
		return fmt.Errorf("count submissions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var form id.Form
		var n int
		var last sql.NullInt64
		if err := rows.Scan(&form, &n, &last); err != nil {
			return fmt.Errorf("count submissions: %w", err)
		}
		i := slices.IndexFunc(forms, func(l Listed) bool { return l.ID == form })
		forms[i].Submissions, forms[i].LastSubmission = n, db.NullTime(last)
	}
	return rows.Err()
}

func bounded(limit int) int {
	if limit <= 0 {
		return usualLimit
	}
	return min(limit, mostLimit)
}
