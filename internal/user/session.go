package user

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ariane/internal/base/db"
)

// Sessions keeps the sessions of the browser door in the database. Its methods
// are those of a session store; the tokens it is given are hashed.
type Sessions struct{ DB *db.DB }

// FindCtx returns the data of a session that has not expired.
func (s Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var data []byte
	err := s.DB.QueryRow(ctx, `SELECT data FROM session WHERE token = ? AND expires > ?`,
		token, db.Millis(s.DB.Now())).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	return data, true, nil
}

// CommitCtx stores a session.
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	err := s.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO session (token, data, expires) VALUES (?, ?, ?)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires = excluded.expires`,
			token, data, db.Millis(expires))
		return err
	})
	if err != nil {
		return fmt.Errorf("store session: %w", err)
	}
	return nil
}

// DeleteCtx ends a session.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	err := s.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM session WHERE token = ?`, token)
		return err
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Find is FindCtx.
func (s Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx.
func (s Sessions) Commit(token string, data []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expires)
}

// Delete is DeleteCtx.
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// PurgeSessions deletes what has expired; to be called once in a while.
func PurgeSessions(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM session WHERE expires <= ?`, db.Millis(tx.Now())); err != nil {
		return fmt.Errorf("purge sessions: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM user_login WHERE expires <= ?`, db.Millis(tx.Now())); err != nil {
		return fmt.Errorf("purge log-ins: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM user_link WHERE expires <= ?`, db.Millis(tx.Now())); err != nil {
		return fmt.Errorf("purge links: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM user_editing WHERE seen < ?`, db.Millis(tx.Now().Add(-24*time.Hour))); err != nil {
		return fmt.Errorf("purge who edited: %w", err)
	}
	return nil
}
