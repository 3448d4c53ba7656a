package user

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"
)

// seenEvery is how often it is noted that a log-in is in use.
const seenEvery = 10 * time.Minute

// LogIn is the time that a user is logged in with one browser.
type LogIn struct {
	ID             int64
	Begun, Seen    time.Time
	Address, Agent string // of the browser
}

// Begin notes that a user logs in, and returns the number of the log-in.
func Begin(ctx context.Context, tx *db.Tx, user id.User, address, agent string, expires time.Time) (int64, error) {
	number, err := tx.NextID(ctx, "user_login")
	if err != nil {
		return 0, err
	}
	const longest = 300
	if utf8.RuneCountInString(agent) > longest {
		agent = string([]rune(agent)[:longest])
	}
	now := db.Millis(tx.Now())
	return number, tx.Insert(ctx, "user_login", []string{"user_id", "id", "begun", "seen", "expires", "address", "agent"},
		[][]any{{int64(user), number, now, now, db.Millis(expires), address, agent}})
}

// FindLoggedIn returns the user of a log-in that goes on. A NotFound fault says
// that it has ended, or that the user may no longer log in. due tells that Note
// should be called.
func FindLoggedIn(ctx context.Context, q db.Q, user id.User, login int64, now time.Time) (u User, due bool, err error) {
	var seen int64
	u, err = scan(q.QueryRow(ctx, `SELECT `+columns+`, (SELECT seen FROM user_login WHERE user_id = app_user.id AND id = ? AND expires > ?)
		FROM app_user WHERE id = ? AND active = 1 AND EXISTS (SELECT 1 FROM user_login WHERE user_id = app_user.id AND id = ? AND expires > ?)`,
		login, db.Millis(now), int64(user), login, db.Millis(now)), &seen)
	if errors.Is(err, sql.ErrNoRows) {
		return User{}, false, fault.NotFound(fmt.Errorf("find log-in %d of user %d: %w", login, user, err))
	}
	if err != nil {
		return User{}, false, fmt.Errorf("find log-in %d of user %d: %w", login, user, err)
	}
	return u, now.Sub(db.Time(seen)) >= seenEvery, nil
}

// Note notes that a log-in is in use.
func Note(ctx context.Context, tx *db.Tx, user id.User, login int64) error {
	if _, err := tx.Exec(ctx, `UPDATE user_login SET seen = ? WHERE user_id = ? AND id = ?`, db.Millis(tx.Now()), int64(user), login); err != nil {
		return fmt.Errorf("note log-in %d of user %d: %w", login, user, err)
	}
	return nil
}

// LogIns lists the log-ins of a user that go on, the last used first.
func LogIns(ctx context.Context, q db.Q, user id.User, now time.Time) ([]LogIn, error) {
	rows, err := q.Query(ctx, `SELECT id, begun, seen, address, agent FROM user_login WHERE user_id = ? AND `+q.Dialect().Unindexed("expires")+` > ? ORDER BY seen DESC, id DESC LIMIT 100`,
		int64(user), db.Millis(now))
	if err != nil {
		return nil, fmt.Errorf("list log-ins of user %d: %w", user, err)
	}
	defer rows.Close()
	var list []LogIn
	for rows.Next() {
		var l LogIn
		var begun, seen int64
		if err := rows.Scan(&l.ID, &begun, &seen, &l.Address, &l.Agent); err != nil {
			return nil, err
		}
		l.Begun, l.Seen = db.Time(begun), db.Time(seen)
		list = append(list, l)
	}
	return list, rows.Err()
}

// End ends a log-in of a user.
func End(ctx context.Context, tx *db.Tx, user id.User, login int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM user_login WHERE user_id = ? AND id = ?`, int64(user), login); err != nil {
		return fmt.Errorf("end log-in %d of user %d: %w", login, user, err)
	}
	return nil
}

// endAll ends all log-ins of a user.
func endAll(ctx context.Context, tx *db.Tx, user id.User) error {
	if _, err := tx.Exec(ctx, `DELETE FROM user_login WHERE user_id = ?`, int64(user)); err != nil {
		return fmt.Errorf("end log-ins of user %d: %w", user, err)
	}
	return nil
}
