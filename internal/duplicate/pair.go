package duplicate

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
)

const (
	// mostShare is how many contacts may have a key that says something.
	mostShare = 50
	// mostNamesakes is mostShare for a key made of names: where many Anna Martins live
	// in one town, two of them need not be the same.
	mostNamesakes = 8
)

// most is how many contacts may have a key that says something.
func most(hash int64) int {
	if hash&ofName != 0 {
		return mostNamesakes
	}
	return mostShare
}

// pair are two contacts, the smaller number first.
type pair struct{ contact, other id.Contact }

func pairOf(a, b id.Contact) pair { return pair{min(a, b), max(a, b)} }

// entry is what is stored of a contact, and what that is made from.
type entry struct {
	profile
	digest int64
	hashes []int64
}

// entries reads contacts. Those that are no candidates are missing: who is merged,
// deleted or anonymous.
func entries(ctx context.Context, q db.Q, set *field.Set, contacts []id.Contact) (map[id.Contact]entry, error) {
	found, err := contact.Some(ctx, q, contacts)
	if err != nil {
		return nil, err
	}
	known := slices.Collect(maps.Values(found))
	return entriesOf(ctx, q, set, slices.DeleteFunc(known, contact.Contact.Anonymous))
}

func entriesOf(ctx context.Context, q db.Q, set *field.Set, list []contact.Contact) (map[id.Contact]entry, error) {
	made := make(map[id.Contact]entry, len(list))
	if len(list) == 0 {
		return made, nil
	}
	numbers := make([]id.Contact, len(list))
	for i, c := range list {
		numbers[i] = c.ID
	}
	keys, err := contact.Keys(ctx, q, numbers...)
	if err != nil {
		return nil, err
	}
	of := map[id.Contact][]contact.Key{}
	for _, k := range keys {
		of[k.Contact] = append(of[k.Contact], k)
	}
	for _, c := range list {
		p := profileOf(set, c, of[c.ID])
		made[c.ID] = entry{p, p.digest(), p.hashes()}
	}
	return made, nil
}

// stored reads what is kept of contacts.
func stored(ctx context.Context, q db.Q, contacts []id.Contact) (map[id.Contact]entry, error) {
	found := make(map[id.Contact]entry, len(contacts))
	among, args := db.InIDs(q.Dialect(), "contact_id", contacts)
	err := db.Each(ctx, q, `SELECT contact_id, digest, hashes FROM duplicate_contact WHERE `+among, args, func(row db.Row) error {
		var number id.Contact
		var e entry
		var raw []byte
		err := row.Scan(&number, &e.digest, &raw)
		e.hashes = unpacked(raw)
		found[number] = e
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read keys of contacts: %w", err)
	}
	return found, nil
}

// keep stores entries; the rows of duplicate_key are not looked at.
func keep(ctx context.Context, tx *db.Tx, of map[id.Contact]entry) error {
	rows := make([][]any, 0, len(of))
	for _, c := range slices.Sorted(maps.Keys(of)) {
		rows = append(rows, []any{int64(c), of[c].digest, packed(of[c].hashes)})
	}
	return tx.InsertOr(ctx, "duplicate_contact", []string{"contact_id", "digest", "hashes"}, rows,
		`ON CONFLICT (contact_id) DO UPDATE SET digest = excluded.digest, hashes = excluded.hashes`)
}

// members are the contacts that have a key, one more than says something at most.
func members(ctx context.Context, q db.Q, hash int64) ([]id.Contact, error) {
	var list []id.Contact
	err := db.Each(ctx, q, `SELECT contact_id FROM duplicate_key WHERE hash = ? ORDER BY contact_id LIMIT ?`, []any{hash, most(hash) + 1}, func(row db.Row) error {
		var c id.Contact
		err := row.Scan(&c)
		list = append(list, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find who has a key: %w", err)
	}
	return list, nil
}

// pairs are pairs to weigh.
type pairs map[pair]bool

// within adds all pairs of a group.
func (p pairs) within(group []id.Contact) {
	for i, a := range group {
		for _, b := range group[i+1:] {
			p[pairOf(a, b)] = true
		}
	}
}

// with adds the pairs of a contact with those of a group.
func (p pairs) with(c id.Contact, group []id.Contact) {
	for _, other := range group {
		if other != c {
			p[pairOf(c, other)] = true
		}
	}
}

// had adds the candidates there are of some contacts.
func (p pairs) had(ctx context.Context, q db.Q, contacts []id.Contact) error {
	for _, column := range []string{"contact_id", "other_id"} {
		among, args := db.InIDs(q.Dialect(), column, contacts)
		err := db.Each(ctx, q, `SELECT contact_id, other_id FROM duplicate_pair WHERE `+among, args, func(row db.Row) error {
			var of pair
			err := row.Scan(&of.contact, &of.other)
			p[of] = true
			return err
		})
		if err != nil {
			return fmt.Errorf("find candidates of contacts: %w", err)
		}
	}
	return nil
}

// contacts are those of all pairs.
func (p pairs) contacts() []id.Contact {
	list := make([]id.Contact, 0, 2*len(p))
	for of := range p {
		list = append(list, of.contact, of.other)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// refresh brings what is kept of contacts in line with what they are. Those that
// are true are compared again even if nothing of theirs changed: whom they may be
// the same as can have. The transaction holds what is kept.
func refresh(ctx context.Context, tx *db.Tx, set *field.Set, contacts map[id.Contact]bool) error {
	all := slices.Sorted(maps.Keys(contacts))
	if len(all) == 0 {
		return nil
	}
	is, err := entries(ctx, tx, set, all)
	if err != nil {
		return err
	}
	was, err := stored(ctx, tx, all)
	if err != nil {
		return err
	}
	changed := slices.DeleteFunc(all, func(c id.Contact) bool {
		before, had := was[c]
		now, has := is[c]
		return !contacts[c] && had == has && before.digest == now.digest && slices.Equal(before.hashes, now.hashes) || !had && !has
	})
	if len(changed) == 0 {
		return nil
	}
	touched := pairs{}
	if err := rekey(ctx, tx, changed, was, is, touched); err != nil {
		return err
	}
	if err := touched.had(ctx, tx, changed); err != nil {
		return err
	}
	return touched.weigh(ctx, tx, set)
}

// rekey writes the keys of contacts, and adds the pairs for which that matters.
func rekey(ctx context.Context, tx *db.Tx, changed []id.Contact, was, is map[id.Contact]entry, touched pairs) error {
	moving := map[int64][]id.Contact{} // who had the keys that somebody gets or loses
	for _, c := range changed {
		for _, h := range differing(was[c].hashes, is[c].hashes) {
			moving[h] = nil
		}
	}
	for h := range moving {
		var err error
		if moving[h], err = members(ctx, tx, h); err != nil {
			return err
		}
	}
	if err := write(ctx, tx, changed, was, is); err != nil {
		return err
	}
	has := map[int64][]id.Contact{}
	look := func(h int64) (err error) {
		if _, seen := has[h]; !seen {
			has[h], err = members(ctx, tx, h)
		}
		return err
	}
	for h, before := range moving {
		if err := look(h); err != nil {
			return err
		}
		switch was, now := len(before) > most(h), len(has[h]) > most(h); {
		case now && !was: // it says nothing any more
			touched.within(before)
		case was && !now: // it says something again
			touched.within(has[h])
		}
	}
	for _, c := range changed {
		for _, h := range is[c].hashes {
			if err := look(h); err != nil {
				return err
			}
			if len(has[h]) <= most(h) {
				touched.with(c, has[h])
			}
		}
	}
	return nil
}

// differing are the numbers that are in one of two lists only.
func differing(a, b []int64) []int64 {
	list := slices.DeleteFunc(slices.Clone(a), func(h int64) bool { return slices.Contains(b, h) })
	for _, h := range b {
		if !slices.Contains(a, h) {
			list = append(list, h)
		}
	}
	return list
}

func write(ctx context.Context, tx *db.Tx, changed []id.Contact, was, is map[id.Contact]entry) error {
	kept := map[id.Contact]entry{}
	var rows [][]any
	for _, c := range changed {
		now, has := is[c]
		for _, h := range was[c].hashes {
			if !slices.Contains(now.hashes, h) {
				if _, err := tx.Exec(ctx, `DELETE FROM duplicate_key WHERE hash = ? AND contact_id = ?`, h, int64(c)); err != nil {
					return fmt.Errorf("forget key of contact %d: %w", c, err)
				}
			}
		}
		if !has {
			if _, err := tx.Exec(ctx, `DELETE FROM duplicate_contact WHERE contact_id = ?`, int64(c)); err != nil {
				return fmt.Errorf("forget keys of contact %d: %w", c, err)
			}
			continue
		}
		kept[c] = now
		for _, h := range now.hashes {
			rows = append(rows, []any{h, int64(c)})
		}
	}
	if err := keep(ctx, tx, kept); err != nil {
		return err
	}
	_, err := tx.InsertMissing(ctx, "duplicate_key", []string{"hash", "contact_id"}, rows)
	return err
}

// weigh makes candidates of the pairs that are some, and of the others none.
func (p pairs) weigh(ctx context.Context, tx *db.Tx, set *field.Set) error {
	all := p.contacts()
	if len(all) == 0 {
		return nil
	}
	of, err := entries(ctx, tx, set, all)
	if err != nil {
		return err
	}
	apart, err := saidApart(ctx, tx, slices.Sorted(maps.Keys(of)))
	if err != nil {
		return err
	}
	now := map[row]bool{}
	telling := map[int64]bool{}
	for _, at := range p.sorted() {
		a, b := of[at.contact], of[at.other]
		if apart[at] || a.hashes == nil || b.hashes == nil {
			continue
		}
		reasons, score := compare(a.profile, b.profile)
		if score == 0 {
			continue
		}
		if tells, err := tellingOne(ctx, tx, a.hashes, b.hashes, telling); err != nil || !tells {
			if err != nil {
				return err
			}
			continue
		}
		for _, r := range append(reasons, 0) {
			now[row{at, r, score}] = true
		}
	}
	return p.replace(ctx, tx, all, now)
}

func (p pairs) sorted() []pair {
	return slices.SortedFunc(maps.Keys(p), func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.contact, b.contact), cmp.Compare(a.other, b.other))
	})
}

// tellingOne tells whether two share a key that few have.
func tellingOne(ctx context.Context, q db.Q, a, b []int64, telling map[int64]bool) (bool, error) {
	for _, h := range a {
		if !slices.Contains(b, h) {
			continue
		}
		tells, seen := telling[h]
		if !seen {
			group, err := members(ctx, q, h)
			if err != nil {
				return false, err
			}
			tells = len(group) <= most(h)
			telling[h] = tells
		}
		if tells {
			return true, nil
		}
	}
	return false, nil
}

// row is one of duplicate_pair.
type row struct {
	pair
	reason Reason
	score  int
}

// replace stores the rows of pairs of contacts. Those that stay are not written.
func (p pairs) replace(ctx context.Context, tx *db.Tx, contacts []id.Contact, now map[row]bool) error {
	among, args := db.InIDs(tx.Dialect(), "contact_id", contacts)
	var gone []row
	err := db.Each(ctx, tx, `SELECT contact_id, other_id, reason, score FROM duplicate_pair WHERE `+among+` ORDER BY contact_id, other_id, reason`, args, func(found db.Row) error {
		var r row
		if err := found.Scan(&r.contact, &r.other, &r.reason, &r.score); err != nil || !p[r.pair] {
			return err
		}
		if now[r] {
			delete(now, r)
		} else {
			gone = append(gone, r)
		}
		return nil
	})
	for _, r := range gone {
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM duplicate_pair WHERE contact_id = ? AND other_id = ? AND reason = ?`, int64(r.contact), int64(r.other), int(r.reason))
		}
	}
	if err != nil {
		return fmt.Errorf("replace candidates: %w", err)
	}
	rows := make([][]any, 0, len(now))
	for r := range now {
		rows = append(rows, []any{int64(r.contact), int64(r.other), int(r.reason), r.score})
	}
	return tx.Insert(ctx, "duplicate_pair", []string{"contact_id", "other_id", "reason", "score"}, rows)
}
