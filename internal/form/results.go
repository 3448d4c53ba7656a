package form

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
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
	Form id.Form
	Text string // part of an answer
	// From and To bound the time, To excluded. Zero for no bound.
	From, To time.Time
	After    string // Next or Previous of another page, empty for the first
	Limit    int    // 0 for the usual number
}

// ResultPage is a part of the submissions. Next and Previous are empty at the ends.
type ResultPage struct {
	Results        []Result
	Next, Previous string
}

func (f ResultFilter) where() (string, []any) {
	where, args := `form_id = ?`, []any{int64(f.Form)}
	if text := field.Fold(f.Text); text != "" {
		where, args = where+` AND words LIKE ? ESCAPE '\'`, append(args, "%"+db.EscapeLike(text)+"%")
	}
	if !f.From.IsZero() {
		where, args = where+` AND at >= ?`, append(args, db.Millis(f.From))
	}
	if !f.To.IsZero() {
		where, args = where+` AND at < ?`, append(args, db.Millis(f.To))
	}
	return where, args
}

// CountResults is the number of submissions of the filter, whatever the page.
func CountResults(ctx context.Context, q db.Q, f ResultFilter) (int, error) {
	text, args := `SELECT COALESCE(max(n), 0) FROM form_count WHERE form_id = ?`, []any{int64(f.Form)}
	if f.Text != "" || !f.From.IsZero() || !f.To.IsZero() {
		var where string
		where, args = f.where()
		text = `SELECT COUNT(*) FROM form_submission WHERE ` + where
	}
	var n int
	if err := q.QueryRow(ctx, text, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count submissions of form %d: %w", f.Form, err)
	}
	return n, nil
}

const resultColumns = `SELECT id, form_id, contact_id, at, ip, page, referrer, answers FROM form_submission WHERE `

func scanResult(row interface{ Scan(...any) error }) (Result, error) {
	var r Result
	var at int64
	var answers []byte
	if err := row.Scan(&r.ID, &r.Form, &r.Contact, &at, &r.IP, &r.Page, &r.Referrer, &answers); err != nil {
		return r, err
	}
	r.At = db.Time(at)
	if err := json.Unmarshal(answers, &r.Answers); err != nil {
		return r, fmt.Errorf("read answers of submission %d: %w", r.ID, err)
	}
	return r, nil
}

// FindResult returns a submission of a form, or a NotFound fault.
func FindResult(ctx context.Context, q db.Q, form id.Form, submission id.Submission) (Result, error) {
	r, err := scanResult(q.QueryRow(ctx, resultColumns+`form_id = ? AND id = ?`, int64(form), int64(submission)))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.NotFound(fmt.Errorf("find submission %d of form %d: %w", submission, form, err))
	}
	if err != nil {
		return r, fmt.Errorf("find submission %d of form %d: %w", submission, form, err)
	}
	return r, nil
}

// Results returns a page of the submissions of a form.
func Results(ctx context.Context, q db.Q, f ResultFilter) (ResultPage, error) {
	from, err := readCursor(f.After)
	if err != nil {
		return ResultPage{}, fmt.Errorf("list submissions of form %d: %w", f.Form, err)
	}
	where, args := f.where()
	order, compare := "DESC", "<"
	if from.Back {
		order, compare = "ASC", ">"
	}
	if from.set() {
		where += ` AND id ` + compare + ` ?`
		args = append(args, from.ID)
	}
	limit := bounded(f.Limit)
	rows, err := q.Query(ctx, resultColumns+where+` ORDER BY id `+order+` LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return ResultPage{}, fmt.Errorf("list submissions of form %d: %w", f.Form, err)
	}
	defer rows.Close()
	var page ResultPage
	for rows.Next() {
		r, err := scanResult(rows)
		if err != nil {
			return ResultPage{}, fmt.Errorf("list submissions of form %d: %w", f.Form, err)
		}
		page.Results = append(page.Results, r)
	}
	if err := rows.Err(); err != nil {
		return ResultPage{}, fmt.Errorf("list submissions of form %d: %w", f.Form, err)
	}
	page.Results, page.Next, page.Previous = turn(page.Results, limit, from, func(r Result) cursor { return cursor{ID: int64(r.ID)} })
	return page, nil
}

// DailyResults counts the submissions of the days from the one of f.From to that of f.To, in the zone of f.From.
func DailyResults(ctx context.Context, q db.Q, f ResultFilter) ([]int, error) {
	where, args := f.where()
	// Days begin at a quarter of an hour of UTC everywhere.
	const quarter = int64(15 * time.Minute / time.Millisecond)
	rows, err := q.Query(ctx, `SELECT at / ?, COUNT(*) FROM form_submission WHERE `+where+` GROUP BY 1`, append([]any{quarter}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("count submissions of form %d by day: %w", f.Form, err)
	}
	defer rows.Close()
	first := date(f.From)
	counts := make([]int, max(0, int(date(f.To.In(f.From.Location())).Sub(first)/(24*time.Hour))+1))
	for rows.Next() {
		var slot int64
		var n int
		if err := rows.Scan(&slot, &n); err != nil {
			return nil, fmt.Errorf("count submissions of form %d by day: %w", f.Form, err)
		}
		day := int(date(db.Time(slot*quarter).In(f.From.Location())).Sub(first) / (24 * time.Hour))
		if day >= 0 && day < len(counts) {
			counts[day] += n
		}
	}
	return counts, rows.Err()
}

// date is the day of t in its zone, as a time that can be subtracted.
func date(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// DeleteResults deletes submissions of a form: those named, or all that were received up to latest. The threads of
// contacts keep what was submitted. It returns how many there were.
func DeleteResults(ctx context.Context, tx *db.Tx, form id.Form, which []id.Submission, latest id.Submission) (int, error) {
	among, args := `id <= ?`, []any{int64(latest)}
	if len(which) > 0 {
		among, args = db.InIDs(tx.Dialect(), "id", which)
	}
	_, err := tx.Exec(ctx, `DELETE FROM form_submission_key WHERE form_id = ? AND `+strings.Replace(among, "id", "submission_id", 1), append([]any{int64(form)}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("delete submissions of form %d: %w", form, err)
	}
	return deleteSubmissions(ctx, tx, `form_id = ? AND `+among, append([]any{int64(form)}, args...)...)
}
