package visit

import (
	"context"
	"fmt"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// part gives a contact its devices back from the one that it had been merged into,
// those too that are somebody else's since, and lets each of the two be followed as was said of it.
func part(ctx context.Context, tx *db.Tx, from, to id.Contact) error {
	var tokens []string
	var numbers []int64
	err := db.Each(ctx, tx, `SELECT id, token FROM device WHERE contact_id = ?`, []any{int64(from)}, func(row db.Row) error {
		var n int64
		var token string
		err := row.Scan(&n, &token)
		numbers, tokens = append(numbers, n), append(tokens, token)
		return err
	})
	if err != nil {
		return fmt.Errorf("list devices of contact %d: %w", from, err)
	}
	owners, err := contact.Owners(ctx, tx, tokens)
	if err != nil {
		return err
	}
	mine, err := contact.Contact{ID: to}.Uses(ctx, tx, tokens)
	if err != nil {
		return err
	}
	others, err := contact.Contact{ID: from}.Uses(ctx, tx, tokens)
	if err != nil {
		return err
	}
	var back, both []int64
	for i, token := range tokens {
		switch had := owners[token].Contact == to || len(mine[token].Turns) > 0; {
		case had && len(others[token].Turns) > 0:
			both = append(both, numbers[i])
		case had:
			back = append(back, numbers[i])
		}
	}
	for _, of := range []struct {
		numbers []int64
		give    func(ctx context.Context, tx *db.Tx, to id.Contact, where string, args []any) error
	}{{both, copyWhere}, {back, moveWhere}} {
		if len(of.numbers) == 0 {
			continue
		}
		among, args := db.InIDs(tx.Dialect(), "id", of.numbers)
		if err := of.give(ctx, tx, to, "contact_id = ? AND "+among, append([]any{int64(from)}, args...)); err != nil {
			return err
		}
	}
	for _, c := range []id.Contact{from, to} {
		if err := followAsSaid(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

// followAsSaid lets a contact be followed unless its thread says otherwise.
func followAsSaid(ctx context.Context, tx *db.Tx, c id.Contact) error {
	events, err := activity.All(ctx, tx, c, KindFollowing)
	if err != nil {
		return err
	}
	untracked := map[id.Contact]int64{} // since when, by whom it was said of
	for _, e := range events {
		var f Following
		if err := e.Decode(&f); err != nil {
			return err
		}
		if f.Followed {
			clear(untracked)
			continue
		}
		untracked[e.Origin] = db.Millis(e.At)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM untracked WHERE contact_id = ?`, int64(c)); err != nil {
		return fmt.Errorf("follow contact %d: %w", c, err)
	}
	since := int64(0)
	for _, at := range untracked {
		if since == 0 || at < since {
			since = at
		}
	}
	if since != 0 {
		if err := tx.Insert(ctx, "untracked", []string{"contact_id", "since"}, [][]any{{int64(c), since}}); err != nil {
			return err
		}
	}
	return tx.Publish(lookAgain, int64(c))
}
