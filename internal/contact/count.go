package contact

import (
	"context"
	"fmt"

	"ariane/internal/base/db"
	"ariane/internal/id"
	"ariane/internal/rule"
)

// countedAmong bounds the contacts that are looked at one by one to be counted
// where nobody waits for all.
const countedAmong = 1000

// Count counts all contacts of a filter.
func Count(ctx context.Context, q db.Q, f Filter) (int, error) {
	f, err := f.with(ctx, q)
	if err != nil {
		return 0, err
	}
	few, err := candidates(ctx, q, f)
	if err != nil {
		return 0, err
	}
	state, rest := standing(f)
	switch {
	case unconditional(rest):
		return countFirst(ctx, q, state, -1)
	case few.found && few.exact():
		return countState(ctx, q, state, few.ids)
	case few.found:
		return countAmong(ctx, q, f, few.ids)
	}
	where, args, err := rule.SQL(rest, f.catalogue(state, q.Dialect()), q.Dialect())
	if err != nil {
		return 0, err
	}
	text := `SELECT count(*) FROM contact WHERE contact.state ` + state + ` AND ` + where
	if few.by.Text != "" {
		text, args = text+` AND contact.id IN (`+few.by.Text+`)`, append(args, few.by.Args...)
	}
	var n int
	if err := q.QueryRow(ctx, text, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count contacts: %w", err)
	}
	return n, nil
}

// Numbers lists the contacts of a filter whose number is greater than the last one's, in
// their order, up to f.Limit. It is for going through all of them: what it reads of
// the others is not bounded.
func Numbers(ctx context.Context, q db.Q, f Filter, last id.Contact) ([]id.Contact, error) {
	f, err := f.with(ctx, q)
	if err != nil {
		return nil, err
	}
	state, rest := standing(f)
	where, args, err := rule.SQL(rest, f.catalogue(state, q.Dialect()), q.Dialect())
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, `SELECT contact.id FROM contact WHERE contact.id > ? AND `+q.Dialect().Unindexed("contact.state")+` `+state+` AND `+where+` ORDER BY contact.id LIMIT ?`,
		append(append([]any{int64(last)}, args...), f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	return scanIDs(rows)
}

// countUpTo counts the contacts of a filter up to f.CountTo, or fewer where that
// takes long; exact tells whether those are all. few are not all.
func countUpTo(ctx context.Context, q db.Q, f Filter, few few) (n int, exact bool, err error) {
	state, rest := standing(f)
	most := f.CountTo
	switch {
	case unconditional(rest):
		n, err = countFirst(ctx, q, state, most+1)
		return min(n, most), n <= most, err
	case few.by.Text == "":
		return countSome(ctx, q, f)
	case few.exact() && few.by.Texts && state == "= 1": // only known contacts are searched
		return min(len(few.ids), most), false, nil
	case few.exact():
		n, err = countState(ctx, q, state, few.ids[:min(2*countedAmong, len(few.ids))])
		return min(n, most), false, err
	}
	n, err = countAmong(ctx, q, f, few.ids[:min(countedAmong, len(few.ids))])
	return min(n, most), false, err
}

// countState counts those of these contacts that are in a state.
func countState(ctx context.Context, q db.Q, state string, ids []id.Contact) (n int, err error) {
	among, bound := db.InIDs(q.Dialect(), "contact_id", ids)
	err = q.QueryRow(ctx, `SELECT count(*) FROM contact_active WHERE `+among+` AND +state `+state, bound...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count contacts: %w", err)
	}
	return n, nil
}

// countFirst counts the contacts of a state, so many at most; all when negative.
func countFirst(ctx context.Context, q db.Q, state string, most int) (n int, err error) {
	text := `SELECT id FROM contact WHERE state = 1`
	if state != "= 1" {
		// This index has every contact and is a fraction of the table.
		text = `SELECT contact_id FROM contact_active WHERE state ` + state
	}
	var args []any
	if most >= 0 {
		text, args = text+` LIMIT ?`, []any{most}
	}
	if err := q.QueryRow(ctx, `SELECT count(*) FROM (`+text+`) AS found`, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count contacts: %w", err)
	}
	return n, nil
}

// countAmong counts those of these contacts that match.
func countAmong(ctx context.Context, q db.Q, f Filter, ids []id.Contact) (n int, err error) {
	state, rest := standing(f)
	where, args, err := rule.SQL(rest, f.catalogue(state, q.Dialect()), q.Dialect())
	if err != nil {
		return 0, err
	}
	among, bound := db.InIDs(q.Dialect(), "contact.id", ids)
	err = q.QueryRow(ctx, `SELECT count(*) FROM contact WHERE `+among+` AND +contact.state `+state+` AND `+where, append(bound, args...)...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count contacts: %w", err)
	}
	return n, nil
}

// countSome counts those that match among the first contacts.
func countSome(ctx context.Context, q db.Q, f Filter) (n int, exact bool, err error) {
	state, rest := standing(f)
	where, args, err := rule.SQL(rest, f.catalogue(state, q.Dialect()), q.Dialect())
	if err != nil {
		return 0, false, err
	}
	var looked int
	err = q.QueryRow(ctx, `SELECT count(*), count(CASE WHEN `+where+` THEN 1 END) FROM (SELECT * FROM contact WHERE state `+state+` ORDER BY id LIMIT ?) AS contact`,
		append(args, countedAmong)...).Scan(&looked, &n)
	if err != nil {
		return 0, false, fmt.Errorf("count contacts: %w", err)
	}
	return n, looked < countedAmong, nil
}
