package contact

import (
	"context"
	"fmt"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Some reads these contacts with their addresses. Those that were merged,
// deleted or erased are missing.
func Some(ctx context.Context, q db.Q, numbers []id.Contact) (map[id.Contact]Contact, error) {
	found := make(map[id.Contact]Contact, len(numbers))
	if len(numbers) == 0 {
		return found, nil
	}
	among, args := db.InIDs(q.Dialect(), "contact.id", numbers)
	rows, err := q.Query(ctx, `SELECT `+contactColumns+` FROM contact LEFT JOIN contact_active active ON active.contact_id = contact.id
		WHERE `+among+` AND contact.state IN (?, ?)`, append(args, int(Anonymous), int(Known))...)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	defer rows.Close()
	var list []Contact
	for rows.Next() {
		c, err := scanContact(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if err := addIPs(ctx, q, list); err != nil {
		return nil, err
	}
	for _, c := range list {
		found[c.ID] = c
	}
	return found, nil
}

// StatesOf tells how far each of these contacts is known. Those that were
// merged, deleted or erased are missing.
func StatesOf(ctx context.Context, q db.Q, numbers []id.Contact) (map[id.Contact]State, error) {
	states := make(map[id.Contact]State, len(numbers))
	if len(numbers) == 0 {
		return states, nil
	}
	among, args := db.InIDs(q.Dialect(), "id", numbers)
	rows, err := q.Query(ctx, `SELECT id, state FROM contact WHERE `+among+` AND state IN (?, ?)`, append(args, int(Anonymous), int(Known))...)
	if err != nil {
		return nil, fmt.Errorf("read states of contacts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var number id.Contact
		var state State
		if err := rows.Scan(&number, &state); err != nil {
			return nil, err
		}
		states[number] = state
	}
	return states, rows.Err()
}
