package user

import (
	"context"
	"fmt"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// silence is after how long without a sign nobody is believed to be editing.
const silence = time.Minute

// Editor is somebody who is changing a thing.
type Editor struct {
	Name  string
	Since time.Time
}

// Edit notes that a user has the page open on which a thing is changed, and
// lists the others who have. A thing is a word with a number: contact/12.
func Edit(ctx context.Context, tx *db.Tx, user id.User, thing string) ([]Editor, error) {
	now := db.Millis(tx.Now())
	heard := db.Millis(tx.Now().Add(-silence))
	_, err := tx.Exec(ctx, `INSERT INTO user_editing (thing, user_id, since, seen) VALUES (?, ?, ?, ?)
		ON CONFLICT (thing, user_id) DO UPDATE SET seen = excluded.seen,
			since = CASE WHEN user_editing.seen < ? THEN excluded.since ELSE user_editing.since END`, thing, int64(user), now, now, heard)
	if err != nil {
		return nil, fmt.Errorf("note who edits %s: %w", thing, err)
	}
	rows, err := tx.Query(ctx, `SELECT u.user_name, u.first_name, u.last_name, e.since FROM user_editing e JOIN app_user u ON u.id = e.user_id
		WHERE e.thing = ? AND e.user_id <> ? AND e.seen >= ? AND u.active = 1 ORDER BY e.since, u.id LIMIT 10`, thing, int64(user), heard)
	if err != nil {
		return nil, fmt.Errorf("list who edits %s: %w", thing, err)
	}
	defer rows.Close()
	var list []Editor
	for rows.Next() {
		var u User
		var since int64
		if err := rows.Scan(&u.UserName, &u.FirstName, &u.LastName, &since); err != nil {
			return nil, err
		}
		list = append(list, Editor{u.Name(), db.Time(since)})
	}
	return list, rows.Err()
}

// Leave notes that a user has closed the page on which a thing is changed.
func Leave(ctx context.Context, tx *db.Tx, user id.User, thing string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM user_editing WHERE thing = ? AND user_id = ?`, thing, int64(user)); err != nil {
		return fmt.Errorf("note who left %s: %w", thing, err)
	}
	return nil
}
