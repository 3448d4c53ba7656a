package form

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Result is an accepted submission.
type Result struct {
	ID             id.Submission
	Form           id.Form
	Contact        id.Contact // zero when nobody could be told
	At             time.Time
	IP             string
	Page, Referrer string
	Answers        []Answer
}

// ResultFilter chooses a page of submissions, the latest first.
type ResultFilter struct {
	Form  id.Form
	After string // Next or Previous of another page, empty for the first
	Limit int    // 0 for the usual number
}

// ResultPage is a part of the submissions. Next and Previous are empty at the ends.
type ResultPage struct {
	Results        []Result
	Next, Previous string
}

// CountResults is the number of submissions of a form.
func CountResults(ctx context.Context, q db.Q, form id.Form) (int, error) {
	var n int
	if err := q.QueryRow(ctx, `SELECT COUNT(*) FROM form_submission WHERE form_id = ?`, int64(form)).Scan(&n); err != nil {
		return 0, fmt.Errorf("count submissions of form %d: %w", form, err)
	}
	return n, nil
}

// Results returns a page of the submissions of a form.
func Results(ctx context.Context, q db.Q, f ResultFilter) (ResultPage, error) {
	from, err := readCursor(f.After)
	if err != nil {
		return ResultPage{}, fmt.Errorf("list submissions of form %d: %w", f.Form, err)
	}
	where, args := `form_id = ?`, []any{int64(f.Form)}
	order, compare := "DESC", "<"
	if from.Back {
		order, compare = "ASC", ">"
	}
	if from.set() {
		where += ` AND id ` + compare + ` ?`
		args = append(args, from.ID)
	}
	limit := bounded(f.Limit)
	rows, err := q.Query(ctx, `SELECT id, form_id, contact_id, at, ip, page, referrer, answers FROM form_submission WHERE `+where+` ORDER BY id `+order+` LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return ResultPage{}, fmt.Errorf("list submissions of form %d: %w", f.Form, err)
	}
	defer rows.Close()
	var page ResultPage
	for rows.Next() {
		var r Result
		var at int64
		var answers []byte
		if err := rows.Scan(&r.ID, &r.Form, &r.Contact, &at, &r.IP, &r.Page, &r.Referrer, &answers); err != nil {
			return ResultPage{}, fmt.Errorf("list submissions of form %d: %w", f.Form, err)
		}
		if err := json.Unmarshal(answers, &r.Answers); err != nil {
			return ResultPage{}, fmt.Errorf("read answers of submission %d: %w", r.ID, err)
		}
		r.At = db.Time(at)
		page.Results = append(page.Results, r)
	}
	if err := rows.Err(); err != nil {
		return ResultPage{}, fmt.Errorf("list submissions of form %d: %w", f.Form, err)
	}
	page.Results, page.Next, page.Previous = turn(page.Results, limit, from, func(r Result) cursor { return cursor{ID: int64(r.ID)} })
	return page, nil
}
