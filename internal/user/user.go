package user

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"
)

// Role is what a user may do.
type Role string

const (
	Admin  Role = "admin" // everything
	Member Role = "user"  // everything but settings
)

// User is somebody who logs in.
type User struct {
	ID        id.User
	UserName  string
	Email     string
	FirstName string
	LastName  string
	Role      Role
	Language  string // of the interface; empty: as the browser asks
	Zone      string // name of the time zone; empty: UTC
	Theme     string // of the interface: light, dark, or empty: as the system has it
	Active    bool
	Added     time.Time
	LastLogin time.Time // zero: never

	// Picture is when the picture was last changed, in milliseconds; zero for none.
	Picture int64

	// SessionVersion changes when every session has to end.
	SessionVersion int64
}

// Name is how the user is called on screen.
func (u User) Name() string {
	if name := strings.TrimSpace(u.FirstName + " " + u.LastName); name != "" {
		return name
	}
	return u.UserName
}

// Location is the time zone of the user.
func (u User) Location() *time.Location {
	zone, err := time.LoadLocation(u.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

const columns = `id, user_name, email, first_name, last_name, role, language, zone, theme, active, added, last_login, session_version, picture`

func scan(row interface{ Scan(...any) error }, more ...any) (User, error) {
	var u User
	var added int64
	var login, picture sql.NullInt64
	err := row.Scan(append([]any{&u.ID, &u.UserName, &u.Email, &u.FirstName, &u.LastName, &u.Role,
		&u.Language, &u.Zone, &u.Theme, &u.Active, &added, &login, &u.SessionVersion, &picture}, more...)...)
	u.Added, u.LastLogin, u.Picture = db.Time(added), db.NullTime(login), picture.Int64
	return u, err
}

// Find returns a user, or a fault that there is none.
func Find(ctx context.Context, q db.Q, user id.User) (User, error) {
	u, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM app_user WHERE id = ?`, user))
	if errors.Is(err, sql.ErrNoRows) {
		return u, fault.NotFound(fmt.Errorf("find user %d: %w", user, err))
	}
	if err != nil {
		return u, fmt.Errorf("find user %d: %w", user, err)
	}
	return u, nil
}

// Any tells whether there is a user at all.
func Any(ctx context.Context, q db.Q) (bool, error) {
	var n int
	if err := q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT id FROM app_user LIMIT 1) one`).Scan(&n); err != nil {
		return false, fmt.Errorf("look for users: %w", err)
	}
	return n > 0, nil
}

// ByLogin returns the user of a user name or e-mail address, or a fault that
// there is none.
func ByLogin(ctx context.Context, q db.Q, login string) (User, error) {
	u, _, err := findByLogin(ctx, q, login)
	if errors.Is(err, sql.ErrNoRows) {
		return u, fault.NotFound(fmt.Errorf("find user %q: %w", login, err))
	}
	if err != nil {
		return u, fmt.Errorf("find user %q: %w", login, err)
	}
	return u, nil
}

// findByLogin looks a user up by user name or e-mail address. A user name holds
// no @, so the two cannot be confused.
func findByLogin(ctx context.Context, q db.Q, login string) (u User, hash string, err error) {
	key := fold(login)
	u, err = scan(q.QueryRow(ctx, `
		SELECT `+columns+`, password_hash FROM app_user
		WHERE user_name_key = ? OR email_key = ?`, key, key), &hash)
	return u, hash, err
}

// fold is the form in which user names and addresses are compared. What no
// database takes for text becomes a sign that stands in none of them.
func fold(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\ufffd"), "\ufffd")
	return strings.ToLower(strings.TrimSpace(s))
}

// SetLanguage chooses the language of the user's interface.
func SetLanguage(ctx context.Context, tx *db.Tx, user id.User, language string) error {
	if _, err := tx.Exec(ctx, `UPDATE app_user SET language = ? WHERE id = ?`, language, user); err != nil {
		return fmt.Errorf("set language of user %d: %w", user, err)
	}
	return nil
}

// LoggedIn notes the time of a log-in.
func LoggedIn(ctx context.Context, tx *db.Tx, user id.User) error {
	if _, err := tx.Exec(ctx, `UPDATE app_user SET last_login = ? WHERE id = ?`, db.Millis(tx.Now()), user); err != nil {
		return fmt.Errorf("note log-in of user %d: %w", user, err)
	}
	return nil
}
