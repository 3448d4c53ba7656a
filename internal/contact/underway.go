package contact

import (
	"context"
	"encoding/json"
	"fmt"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// underway is a merge whose events follow in slices, or one that is taken back so.
type underway struct {
	// Other is who was merged into the contact, or is taken out of it: Out; or whom
	// the contact itself is taken out of: Home.
	Other     id.Contact
	Name      string // of Other, empty for a visitor without
	Out, Home bool
	// Done is how many events of All are where they belong.
	Done, All int64
}

// Underway tells how far merges of the contact have come that are not done, and
// what of it is taken back.
func (c Contact) Underway(ctx context.Context, q db.Q) ([]underway, error) {
	arrivals, err := activity.Arrivals(ctx, q, c.ID)
	if err != nil {
		return nil, err
	}
	var list []underway
	for _, a := range arrivals {
		u := underway{Other: a.From, Done: a.Moved, All: a.All}
		if err := q.QueryRow(ctx, `SELECT coalesce(name, '') FROM contact WHERE id = ?`, int64(a.From)).Scan(&u.Name); err != nil {
			return nil, fmt.Errorf("find what contact %d is called: %w", a.From, err)
		}
		list = append(list, u)
	}
	for column, out := range map[string]bool{"contact_id": false, "into_id": true} {
		err := db.Each(ctx, q, `SELECT contact_id, into_id, task FROM contact_unmerge WHERE `+column+` = ?`, []any{int64(c.ID)}, func(row db.Row) error {
			var absorbed, top id.Contact
			var raw []byte
			var t task
			err := row.Scan(&absorbed, &top, &raw)
			if err == nil {
				err = json.Unmarshal(raw, &t)
			}
			if err != nil {
				return err
			}
			u := underway{Other: top, Name: t.Away.Name, Home: true, Done: t.Home.Home, All: max(t.Events, t.Home.Home)}
			if out {
				u.Other, u.Name, u.Home, u.Out = absorbed, t.Rest[len(t.Rest)-1].Name, false, true
			}
			list = append(list, u)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("find separations of contact %d: %w", c.ID, err)
		}
	}
	return list, nil
}
