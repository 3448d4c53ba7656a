package user

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
)

const setupLife = 24 * time.Hour

// OpenSetup returns the token of a set-up link while there is no user, and the
// empty string otherwise. Earlier links stop working.
func OpenSetup(ctx context.Context, tx *db.Tx) (string, error) {
	exists, err := Any(ctx, tx)
	if err != nil || exists {
		return "", err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM user_setup`); err != nil {
		return "", fmt.Errorf("open set-up: %w", err)
	}
	token := randomToken()
	err = tx.Insert(ctx, "user_setup", []string{"token_hash", "expires"},
		[][]any{{hashToken(token), db.Millis(tx.Now().Add(setupLife))}})
	if err != nil {
		return "", fmt.Errorf("open set-up: %w", err)
	}
	return token, nil
}

// CheckSetup returns a fault when a set-up link does not work, or no longer: a
// user may have been created without it.
func CheckSetup(ctx context.Context, q db.Q, token string, now time.Time) error {
	exists, err := Any(ctx, q)
	if err != nil {
		return err
	}
	if exists {
		return fault.NotFound(errors.New("check set-up: there is a user"))
	}
	var expires int64
	err = q.QueryRow(ctx, `SELECT expires FROM user_setup WHERE token_hash = ?`, hashToken(token)).Scan(&expires)
	if errors.Is(err, sql.ErrNoRows) || err == nil && expires <= db.Millis(now) {
		return fault.NotFound(errors.New("check set-up: unknown or expired link"))
	}
	if err != nil {
		return fmt.Errorf("check set-up: %w", err)
	}
	return nil
}

// CompleteSetup creates the first administrator and uses the link up.
func CompleteSetup(ctx context.Context, tx *db.Tx, token string, n New) (User, error) {
	if err := CheckSetup(ctx, tx, token, tx.Now()); err != nil {
		return User{}, err
	}
	// Of two who follow the link at once, the second finds nothing to delete.
	result, err := tx.Exec(ctx, `DELETE FROM user_setup WHERE token_hash = ?`, hashToken(token))
	if err != nil {
		return User{}, fmt.Errorf("complete set-up: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return User{}, errors.Join(err, fault.NotFound(errors.New("complete set-up: the link was used meanwhile")))
	}
	n.Role = Admin
	return Create(ctx, tx, n)
}

func randomToken() string {
	token := make([]byte, 24)
	rand.Read(token)
	return base64.RawURLEncoding.EncodeToString(token)
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
