package visit

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// MergeReader moves devices with their contact when it is merged, and follows
// nobody of whom one part is not to be followed. It takes that back with the merge.
func MergeReader() activity.Reader {
	move := func(ctx context.Context, tx *db.Tx, f activity.Fate) error {
		if f.Apart {
			return part(ctx, tx, f.From[0], f.Into)
		}
		return moveDevices(ctx, tx, f.From, f.Into)
	}
	return activity.Follower("visit.merge", contact.Follow, move, contact.KindMerged, contact.KindJoined, contact.KindUnmerged, contact.KindVisitorUnmerged)
}

// moveDevices moves what this package keeps of contacts to the one they were
// merged into.
func moveDevices(ctx context.Context, tx *db.Tx, from []id.Contact, to id.Contact) error {
	from = slices.DeleteFunc(slices.Clone(from), func(c id.Contact) bool { return c == to })
	if len(from) == 0 {
		return nil
	}
	among, args := db.InIDs(tx.Dialect(), "contact_id", from)
	if err := moveWhere(ctx, tx, to, among, args); err != nil {
		return err
	}
	return moveUntracked(ctx, tx, from, to)
}

// moveWhere moves the devices that a condition is true of, and copyWhere gives them
// to a contact too.
func moveWhere(ctx context.Context, tx *db.Tx, to id.Contact, where string, args []any) error {
	if err := copyWhere(ctx, tx, to, where, args); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM device WHERE `+where, args...); err != nil {
		return fmt.Errorf("move devices to contact %d: %w", to, err)
	}
	return nil
}

func copyWhere(ctx context.Context, tx *db.Tx, to id.Contact, where string, args []any) error {
	const columns = `id, token, added, user_agent_id, language, resolution, timezone, platform, city, region, country`
	_, err := tx.Exec(ctx, `INSERT INTO device (contact_id, `+columns+`) SELECT CAST(? AS BIGINT), `+columns+` FROM device WHERE `+where+` ON CONFLICT DO NOTHING`,
		append([]any{int64(to)}, args...)...)
	if err != nil {
		return fmt.Errorf("give devices to contact %d: %w", to, err)
	}
	return nil
}

// moveUntracked lets a contact not be followed when one of those was not.
func moveUntracked(ctx context.Context, tx *db.Tx, from []id.Contact, to id.Contact) error {
	among, args := db.InIDs(tx.Dialect(), "contact_id", from)
	moved, err := tx.Exec(ctx, `INSERT INTO untracked (contact_id, since) SELECT CAST(? AS BIGINT), min(since) FROM untracked WHERE `+among+` HAVING count(*) > 0 ON CONFLICT DO NOTHING`,
		append([]any{int64(to)}, args...)...)
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM untracked WHERE `+among, args...)
	}
	if err != nil {
		return fmt.Errorf("move to contact %d that it is not followed: %w", to, err)
	}
	if n, err := moved.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return tx.Publish(lookAgain, int64(to))
}

// fetchDevices looks for the devices of these tokens once more: those of contacts
// that were merged into the owners may not have moved yet.
func (s *session) fetchDevices(ctx context.Context, tokens []string) error {
	var owners []id.Contact
	for _, token := range tokens {
		if b := s.browsers[token]; b.device == 0 {
			owners = append(owners, b.contact)
		}
	}
	if len(owners) == 0 {
		return nil
	}
	absorbed, err := contact.Absorbed(ctx, s.tx, owners)
	if err != nil {
		return err
	}
	for owner, others := range absorbed {
		if err := moveDevices(ctx, s.tx, others, owner); err != nil {
			return err
		}
	}
	if len(absorbed) > 0 {
		if err := s.findDevices(ctx, owners); err != nil {
			return err
		}
	}
	return s.findUntracked(ctx, owners)
}

// findUntracked notes which of the owners are not to be followed, for browsers
// that have no device there yet.
func (s *session) findUntracked(ctx context.Context, owners []id.Contact) error {
	among, args := db.InIDs(s.tx.Dialect(), "contact_id", owners)
	rows, err := s.tx.Query(ctx, `SELECT contact_id FROM untracked WHERE `+among, args...)
	if err != nil {
		return fmt.Errorf("find who is not followed: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var owner id.Contact
		if err := rows.Scan(&owner); err != nil {
			return err
		}
		for _, b := range s.browsers {
			b.untracked = b.untracked || b.contact == owner
		}
	}
	return rows.Err()
}

// lead follows a token to who has it after somebody was met there: they, where the
// device is theirs.
func (s *session) lead(ctx context.Context, token string, met contact.Visitor) error {
	if met.Token == "" {
		owners, err := contact.Owners(ctx, s.tx, []string{token})
		if err != nil {
			return err
		}
		met = owners[token]
	}
	if b := s.browsers[token]; met.Contact != b.contact {
		if err := s.moved(ctx, token, met.Contact); err != nil {
			return err
		}
	}
	s.browsers[token].origin = met.Origin
	return nil
}

// moved brings the browsers of this transaction up to date after that of a token
// became another contact's.
func (s *session) moved(ctx context.Context, token string, to id.Contact) error {
	b := s.browsers[token]
	from := b.contact
	into, err := contact.Resolve(ctx, s.tx, from)
	if err != nil {
		return err
	}
	for _, other := range s.browsers {
		if other.contact == from && into != from {
			other.contact, other.origin = into, cmp.Or(other.origin, from)
		}
	}
	b.contact, b.origin, b.device = to, 0, 0
	if err := s.findDevices(ctx, []id.Contact{to}); err != nil {
		return err
	}
	if err := s.fetchDevices(ctx, []string{token}); err != nil {
		return err
	}
	return s.addDevices(ctx, []string{token})
}
