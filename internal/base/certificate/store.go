package certificate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"ariane/internal/base/db"

	"golang.org/x/crypto/acme/autocert"
)

// store keeps what the authority gave us in the database.
type store struct{ db *db.DB }

func (s store) Get(ctx context.Context, name string) ([]byte, error) {
	var data []byte
	err := s.db.QueryRow(ctx, `SELECT data FROM certificate WHERE name = ?`, name).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, autocert.ErrCacheMiss
	}
	if err != nil {
		return nil, fmt.Errorf("find certificate: %w", err)
	}
	return data, nil
}

func (s store) Put(ctx context.Context, name string, data []byte) error {
	return s.db.Do(ctx, func(tx *db.Tx) error {
		return tx.InsertOr(ctx, "certificate", []string{"name", "data"}, [][]any{{name, data}}, `ON CONFLICT (name) DO UPDATE SET data = excluded.data`)
	})
}

func (s store) Delete(ctx context.Context, name string) error {
	return s.db.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM certificate WHERE name = ?`, name)
		return err
	})
}
