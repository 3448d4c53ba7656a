package duplicate

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/job"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
)

// The phases of a filling. Each walks in the order of the table that it writes, so
// that a slice touches few pages of it.
const (
	filled    = iota
	reading   // the keys of each contact; last is a contact
	spreading // to duplicate_key; last is a hash
	checking  // the candidates that the reader found before all keys were there; last is a contact
	pairing   // those who share a key; last is a hash
)

const (
	readAtOnce   = 100 // contacts
	spreadAtOnce = 300
	pairedAtOnce = 25 // pairs
	// heldAtOnce is about how many keys are kept in memory.
	heldAtOnce = 1_000_000
)

// filling is how far the contacts of before have been looked at.
type filling struct {
	phase       int
	last, until int64
	place       string // the next page of contacts
	definition  string // of the keys
}

// hold reads how far a filling is; until the end of the transaction nobody else
// writes what this package keeps.
func hold(ctx context.Context, tx *db.Tx) (filling, error) {
	return read(ctx, tx, tx.Dialect().ForUpdate())
}

func read(ctx context.Context, q db.Q, suffix string) (f filling, err error) {
	err = q.QueryRow(ctx, `SELECT phase, last, until, place, definition FROM duplicate_fill WHERE id = 1`+suffix).Scan(&f.phase, &f.last, &f.until, &f.place, &f.definition)
	if err != nil {
		err = fmt.Errorf("read how far candidates are looked for: %w", err)
	}
	return f, err
}

func (f filling) store(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE duplicate_fill SET phase = ?, last = ?, until = ?, place = ?, definition = ? WHERE id = 1`, f.phase, f.last, f.until, f.place, f.definition)
	return err
}

// ahead tells whether the filling comes to a contact later, so that nobody else need
// look at it.
func (f filling) ahead(c id.Contact) bool { return f.phase == reading && int64(c) > f.last }

// definition tells of what the keys are made. The first number changes with this
// package, the others are the fields that name one contact.
func definition(set *field.Set) string {
	parts := []string{"1"}
	for _, f := range set.Keyed() {
		if f.Alias != "email" {
			parts = append(parts, strconv.FormatInt(f.ID, 10))
		}
	}
	return strings.Join(parts, " ")
}

// Progress tells how far the contacts of before have been looked at, in hundredths;
// done when all were.
func Progress(ctx context.Context, q db.Q) (percent int, done bool, err error) {
	f, err := read(ctx, q, "")
	if err != nil || f.phase == filled {
		return 100, err == nil, err
	}
	of, from, to := int64(1)<<hashBits, 0, 0
	switch f.phase {
	case reading:
		of, from, to = f.until, 0, 45
	case spreading:
		from, to = 45, 70
	case checking:
		of, from, to = f.until, 70, 72
	case pairing:
		from, to = 72, 100
	}
	return from + int(float64(min(f.last, of))/float64(max(of, 1))*float64(to-from)), false, nil
}

// Fill looks at the contacts that were there before the reader, or whose keys are
// made otherwise now, in slices. It goes on where it was interrupted, and is done at
// once when there is nothing to do.
func Fill(ctx context.Context, d *db.DB) error {
	for {
		f, err := read(ctx, d, "")
		if err != nil {
			return err
		}
		step := map[int]func(context.Context, *db.DB) error{filled: begin, reading: readSome, spreading: spread, pairing: pairSome, checking: checkSome}[f.phase]
		if err := step(ctx, d); err != nil {
			return fmt.Errorf("look for candidates among the contacts of before: %w", err)
		}
		if after, err := read(ctx, d, ""); err != nil || after.phase == filled {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// slice does a part of a phase in a transaction; what is lost with the power is
// found undone. It does nothing where the phase is another meanwhile.
func slice(ctx context.Context, d *db.DB, phase int, work func(tx *db.Tx, set *field.Set, f *filling) error) error {
	return d.DoRelaxed(ctx, func(tx *db.Tx) error {
		if err := job.HeldIn(ctx, tx); err != nil {
			return err
		}
		f, err := hold(ctx, tx)
		if err != nil || f.phase != phase {
			return err
		}
		set, err := field.Of(ctx, tx)
		if err != nil {
			return err
		}
		if err := work(tx, set, &f); err != nil {
			return err
		}
		return f.store(ctx, tx)
	})
}

// begin starts again when the keys are made otherwise.
func begin(ctx context.Context, d *db.DB) error {
	return slice(ctx, d, filled, func(tx *db.Tx, set *field.Set, f *filling) error {
		if f.definition == definition(set) {
			return nil
		}
		*f = filling{phase: reading, definition: f.definition}
		page, err := contact.List(ctx, tx, contact.Filter{Sort: contact.SortID, Limit: 1})
		if len(page.Contacts) > 0 {
			f.until = int64(page.Contacts[0].ID)
		}
		return err
	})
}

func readSome(ctx context.Context, d *db.DB) error {
	return slice(ctx, d, reading, func(tx *db.Tx, set *field.Set, f *filling) error {
		if f.place == "" {
			f.definition = definition(set) // one that changes meanwhile is followed after
		}
		page, err := contact.List(ctx, tx, contact.Filter{Sort: contact.SortID, Asc: true, After: f.place, Limit: readAtOnce})
		if err != nil {
			return err
		}
		is, err := entriesOf(ctx, tx, set, page.Contacts)
		if err != nil {
			return err
		}
		was, err := stored(ctx, tx, slices.Collect(maps.Keys(is)))
		if err != nil {
			return err
		}
		for c, e := range was {
			for _, h := range e.hashes {
				if !slices.Contains(is[c].hashes, h) {
					if _, err := tx.Exec(ctx, `DELETE FROM duplicate_key WHERE hash = ? AND contact_id = ?`, h, int64(c)); err != nil {
						return err
					}
				}
			}
		}
		if err := keep(ctx, tx, is); err != nil {
			return err
		}
		if n := len(page.Contacts); n > 0 {
			f.last = int64(page.Contacts[n-1].ID)
		}
		if f.place = page.Next; f.place == "" {
			f.phase, f.last = spreading, -1
		}
		return nil
	})
}

// share is a key of a contact.
type share struct {
	hash    int64
	contact id.Contact
}

func (s share) before(other share) int {
	return cmp.Or(cmp.Compare(s.hash, other.hash), cmp.Compare(s.contact, other.contact))
}

// spread writes keys in their order, about heldAtOnce of them.
func spread(ctx context.Context, d *db.DB) error {
	f, err := read(ctx, d, "")
	if err != nil {
		return err
	}
	var bytes int64
	if err := d.QueryRow(ctx, `SELECT coalesce(sum(length(hashes)), 0) FROM duplicate_contact`).Scan(&bytes); err != nil {
		return err
	}
	passes := bytes/8/heldAtOnce + 1
	to := f.last + (1<<hashBits)/passes + 1
	held, err := between(ctx, d, f.last, to)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(held, spreadAtOnce) {
		if err := slice(ctx, d, spreading, func(tx *db.Tx, _ *field.Set, f *filling) error { return insert(ctx, tx, part) }); err != nil {
			return err
		}
	}
	return slice(ctx, d, spreading, func(_ *db.Tx, _ *field.Set, f *filling) error {
		if f.last = to; to >= 1<<hashBits {
			f.phase, f.last = checking, 0
		}
		return nil
	})
}

// between reads the keys after one hash and up to another, in their order.
func between(ctx context.Context, q db.Q, after, to int64) ([]share, error) {
	var held []share
	for last, n := int64(0), 1; n > 0; {
		n = 0
		err := db.Each(ctx, q, `SELECT contact_id, hashes FROM duplicate_contact WHERE contact_id > ? ORDER BY contact_id LIMIT 5000`, []any{last}, func(row db.Row) error {
			var raw []byte
			err := row.Scan(&last, &raw)
			for _, h := range unpacked(raw) {
				if h > after && h <= to {
					held = append(held, share{h, id.Contact(last)})
				}
			}
			n++
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(held, share.before)
	return held, nil
}

// insert writes keys that their contacts still have.
func insert(ctx context.Context, tx *db.Tx, part []share) error {
	contacts := make([]id.Contact, len(part))
	for i, s := range part {
		contacts[i] = s.contact
	}
	is, err := stored(ctx, tx, contacts)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, s := range part {
		if slices.Contains(is[s.contact].hashes, s.hash) {
			rows = append(rows, []any{s.hash, int64(s.contact)})
		}
	}
	_, err = tx.InsertMissing(ctx, "duplicate_key", []string{"hash", "contact_id"}, rows)
	return err
}

// pairSome weighs those who share one of the next keys.
func pairSome(ctx context.Context, d *db.DB) error {
	f, err := read(ctx, d, "")
	if err != nil {
		return err
	}
	const readNext = 10_000
	var found []share
	err = db.Each(ctx, d, `SELECT hash, contact_id FROM duplicate_key WHERE hash > ? ORDER BY hash, contact_id LIMIT ?`, []any{f.last, readNext}, func(row db.Row) error {
		var s share
		err := row.Scan(&s.hash, &s.contact)
		found = append(found, s)
		return err
	})
	if err != nil {
		return err
	}
	end := len(found) < readNext
	if !end {
		// The contacts of the last one may not be all.
		if last := found[len(found)-1].hash; found[0].hash != last {
			found = slices.DeleteFunc(found, func(s share) bool { return s.hash == last })
		}
	}
	var groups [][]share
	for i := 0; i < len(found); {
		j := i + 1
		for j < len(found) && found[j].hash == found[i].hash {
			j++
		}
		groups = append(groups, found[i:j])
		i = j
	}
	touched, last := pairs{}, f.last
	flush := func(done bool) error {
		return slice(ctx, d, pairing, func(tx *db.Tx, set *field.Set, f *filling) error {
			if f.last = last; done {
				f.phase = filled
			}
			return touched.weigh(ctx, tx, set)
		})
	}
	for _, g := range groups {
		hash := g[0].hash
		if len(g) > most(hash) {
			g = nil
		}
		for i, a := range g {
			for _, b := range g[i+1:] {
				if touched[pairOf(a.contact, b.contact)] = true; len(touched) < pairedAtOnce {
					continue
				}
				if err := flush(false); err != nil {
					return err
				}
				touched = pairs{}
			}
		}
		last = hash
	}
	return flush(end)
}

// checkSome weighs the next candidates there are.
func checkSome(ctx context.Context, d *db.DB) error {
	return slice(ctx, d, checking, func(tx *db.Tx, set *field.Set, f *filling) error {
		touched := pairs{}
		n := 0
		err := db.Each(ctx, tx, `SELECT contact_id, other_id FROM duplicate_pair WHERE contact_id > ? ORDER BY contact_id, other_id LIMIT ?`, []any{f.last, 4 * pairedAtOnce}, func(row db.Row) error {
			var p pair
			err := row.Scan(&p.contact, &p.other)
			touched[p] = true
			n++
			return err
		})
		if err != nil {
			return err
		}
		if n < 4*pairedAtOnce {
			f.phase, f.last = pairing, -1
			return touched.weigh(ctx, tx, set)
		}
		all := touched.sorted()
		if end := all[len(all)-1].contact; all[0].contact != end {
			// Those of the last contact may not be all.
			maps.DeleteFunc(touched, func(p pair, _ bool) bool { return p.contact == end })
			f.last = int64(end) - 1
		} else {
			f.last = int64(end)
			if err := touched.had(ctx, tx, []id.Contact{end}); err != nil {
				return err
			}
		}
		return touched.weigh(ctx, tx, set)
	})
}
