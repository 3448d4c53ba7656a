package contact

import (
	"context"
	"fmt"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Recent lists the contacts of a state who were active last, so many at most. all tells
// that there are no others.
func (s State) Recent(ctx context.Context, q db.Q, most int) (ids []id.Contact, all bool, err error) {
	err = db.Each(ctx, q, `SELECT contact_id FROM contact_active WHERE state = ? ORDER BY last_active DESC LIMIT ?`, []any{int64(s), most + 1}, func(row db.Row) error {
		var c id.Contact
		err := row.Scan(&c)
		ids = append(ids, c)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("list contacts by their last activity: %w", err)
	}
	return ids[:min(len(ids), most)], len(ids) <= most, nil
}
