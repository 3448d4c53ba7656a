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
// and lets each of the two be followed as was said of it.
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
	var back []int64
	for i, token := range tokens {
		if owners[token].Contact == to {
			back = append(back, numbers[i])
		}
	}
	if len(back) > 0 {
		among, args := db.InIDs(tx.Dialect(), "id", back)
		if err := copyDevices(ctx, tx, to, "contact_id = ? AND "+among, append([]any{int64(from)}, args...)); err != nil {
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
