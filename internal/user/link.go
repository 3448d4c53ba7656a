package user

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"
)

// LinkLife is how long a link to choose a password works.
const LinkLife = 7 * 24 * time.Hour

// OpenLink returns the token of a link with which a user chooses a password,
// once. Earlier links of the user stop working.
func OpenLink(ctx context.Context, tx *db.Tx, user id.User) (string, error) {
	if err := closeLinks(ctx, tx, user); err != nil {
		return "", err
	}
	token := randomToken()
	return token, tx.Insert(ctx, "user_link", []string{"token_hash", "user_id", "expires"},
		[][]any{{hashToken(token), int64(user), db.Millis(tx.Now().Add(LinkLife))}})
}

func closeLinks(ctx context.Context, tx *db.Tx, user id.User) error {
	if _, err := tx.Exec(ctx, `DELETE FROM user_link WHERE user_id = ?`, int64(user)); err != nil {
		return fmt.Errorf("close links of user %d: %w", user, err)
	}
	return nil
}

// ByLink returns the user of a link that works, or a NotFound fault.
func ByLink(ctx context.Context, q db.Q, token string, now time.Time) (User, error) {
	u, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM app_user WHERE active = 1 AND id =
		(SELECT user_id FROM user_link WHERE token_hash = ? AND expires > ?)`, hashToken(token), db.Millis(now)))
	if errors.Is(err, sql.ErrNoRows) {
		return u, fault.NotFound(errors.New("find user by link: unknown, used or expired"))
	}
	if err != nil {
		return u, fmt.Errorf("find user by link: %w", err)
	}
	return u, nil
}

// UseLink gives the user of a link the password, and uses the link up.
func UseLink(ctx context.Context, tx *db.Tx, token, password string) (User, error) {
	u, err := ByLink(ctx, tx, token, tx.Now())
	if err != nil {
		return u, err
	}
	// Of two who follow the link at once, the second finds nothing to delete.
	result, err := tx.Exec(ctx, `DELETE FROM user_link WHERE token_hash = ?`, hashToken(token))
	if err != nil {
		return u, fmt.Errorf("use link: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return u, errors.Join(err, fault.NotFound(errors.New("use link: it was used meanwhile")))
	}
	if err := SetPassword(ctx, tx, u.ID, password); err != nil {
		return u, err
	}
	return Find(ctx, tx, u.ID)
}
