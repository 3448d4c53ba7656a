package user

import (
	"context"
	"fmt"

	"ariane/internal/base/db"
)

// List returns the users in the order in which they came.
func List(ctx context.Context, q db.Q) ([]User, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM app_user ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	defer rows.Close()
	var list []User
	for rows.Next() {
		u, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list users: %w", err)
		}
		list = append(list, u)
	}
	return list, rows.Err()
}
