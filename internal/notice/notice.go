package notice

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
	"ariane/internal/id"
)

const (
	// kept is how long notices are.
	kept = 90 * 24 * time.Hour
	// keptEach is how many notices a user has at most, once old ones were removed.
	keptEach = 1000
	// Countless is where Unread stops counting.
	Countless = 100
)

// Notice is something to tell one user.
type Notice struct {
	ID int64
	// Kind is what it is about, a word of ours such as "form".
	Kind string
	// Title and Body are told in the language of the reader. Their arguments
	// are kept as texts, so %s is the only verb. Body may be empty.
	Title, Body fault.Text
	// Path is the page of ours that shows more.
	Path string
	At   time.Time
	Read time.Time // zero: not yet
}

// Plain is a text that is told as it is, in any language.
func Plain(text string) fault.Text { return fault.Say("notice.plain|%s", text) }

// Add puts a notice on the list of a user.
func Add(ctx context.Context, tx *db.Tx, user id.User, n Notice) error {
	if !strings.HasPrefix(n.Path, "/s/") || n.Title.Key == "" {
		return fmt.Errorf("add notice of kind %s: it has no title, or no page of ours to show", n.Kind)
	}
	title, err := encode(n.Title)
	if err != nil {
		return err
	}
	body, err := encode(n.Body)
	if err != nil {
		return err
	}
	number, err := tx.NextID(ctx, "notice")
	if err != nil {
		return err
	}
	return tx.Insert(ctx, "notice", []string{"user_id", "id", "kind", "title", "body", "path", "at"},
		[][]any{{int64(user), number, n.Kind, title, body, n.Path, db.Millis(tx.Now())}})
}

// stored is a text in the database.
type stored struct {
	Key  string   `json:"key"`
	Args []string `json:"args,omitempty"`
}

func encode(t fault.Text) (string, error) {
	s := stored{Key: t.Key}
	for _, arg := range t.Args {
		s.Args = append(s.Args, strings.ReplaceAll(fmt.Sprint(arg), "\x00", ""))
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("keep text of notice: %w", err)
	}
	return string(raw), nil
}

func decode(raw string) (fault.Text, error) {
	var s stored
	if err := json.Unmarshal([]byte(raw), &s); err != nil {
		return fault.Text{}, fmt.Errorf("read text of notice: %w", err)
	}
	t := fault.Text{Key: s.Key}
	for _, arg := range s.Args {
		t.Args = append(t.Args, arg)
	}
	return t, nil
}

const columns = `id, kind, title, body, path, at, read_at`

func scan(row interface{ Scan(...any) error }) (Notice, error) {
	var n Notice
	var title, body string
	var at int64
	var read sql.NullInt64
	if err := row.Scan(&n.ID, &n.Kind, &title, &body, &n.Path, &at, &read); err != nil {
		return n, err
	}
	n.At, n.Read = db.Time(at), db.NullTime(read)
	var errTitle, errBody error
	n.Title, errTitle = decode(title)
	n.Body, errBody = decode(body)
	return n, errors.Join(errTitle, errBody)
}

// List returns the notices of a user, the latest first: those before one, or
// from the first on for zero.
func List(ctx context.Context, q db.Q, user id.User, before int64, limit int) ([]Notice, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM notice WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?`, int64(user), before, limit)
	if err != nil {
		return nil, fmt.Errorf("list notices of user %d: %w", user, err)
	}
	defer rows.Close()
	var list []Notice
	for rows.Next() {
		n, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// Find returns a notice of a user; an unknown one is a NotFound fault.
func Find(ctx context.Context, q db.Q, user id.User, number int64) (Notice, error) {
	n, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM notice WHERE user_id = ? AND id = ?`, int64(user), number))
	if errors.Is(err, sql.ErrNoRows) {
		return n, fault.NotFound(fmt.Errorf("find notice %d of user %d: %w", number, user, err))
	}
	if err != nil {
		return n, fmt.Errorf("find notice %d of user %d: %w", number, user, err)
	}
	return n, nil
}

// Unread counts the notices that a user has not read, up to Countless.
func Unread(ctx context.Context, q db.Q, user id.User) (int, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT count(*) FROM (SELECT id FROM notice WHERE user_id = ? AND read_at IS NULL LIMIT ?) AS unread`, int64(user), Countless).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count notices of user %d: %w", user, err)
	}
	return n, nil
}

// MarkRead notes that a user has read a notice.
func MarkRead(ctx context.Context, tx *db.Tx, user id.User, number int64) error {
	_, err := tx.Exec(ctx, `UPDATE notice SET read_at = ? WHERE user_id = ? AND id = ? AND read_at IS NULL`, db.Millis(tx.Now()), int64(user), number)
	if err != nil {
		return fmt.Errorf("mark notice %d of user %d as read: %w", number, user, err)
	}
	return nil
}

// MarkAllRead notes that a user has read all notices up to one, so that none
// is marked that came after the list was shown.
func MarkAllRead(ctx context.Context, tx *db.Tx, user id.User, last int64) error {
	_, err := tx.Exec(ctx, `UPDATE notice SET read_at = ? WHERE user_id = ? AND id <= ? AND read_at IS NULL`, db.Millis(tx.Now()), int64(user), last)
	if err != nil {
		return fmt.Errorf("mark notices of user %d as read: %w", user, err)
	}
	return nil
}

// PurgeOld removes notices that are older than three months, and of a user with
// very many the oldest.
func PurgeOld(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM notice WHERE at < ?`, db.Millis(tx.Now().Add(-kept))); err != nil {
		return fmt.Errorf("remove old notices: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT user_id FROM notice GROUP BY user_id HAVING count(*) > ?`, keptEach)
	if err != nil {
		return fmt.Errorf("look for users with many notices: %w", err)
	}
	defer rows.Close()
	var crowded []int64
	for rows.Next() {
		var user int64
		if err := rows.Scan(&user); err != nil {
			return err
		}
		crowded = append(crowded, user)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, user := range crowded {
		_, err := tx.Exec(ctx, `DELETE FROM notice WHERE user_id = ? AND id <= (SELECT id FROM notice WHERE user_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`, user, user, keptEach)
		if err != nil {
			return fmt.Errorf("remove notices of user %d: %w", user, err)
		}
	}
	return nil
}
