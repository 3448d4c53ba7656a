package company

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// link is that a contact belongs to a company. Times are milliseconds.
type link struct {
	contact id.Contact
	company id.Company
	origin  id.Contact // whom it was noted of
	added   int64
	primary bool
	gone    bool
	last    int64
	counted int64
}

// cause is why somebody joins or leaves.
type cause struct {
	by  By
	at  time.Time // zero for now
	ref activity.Ref
}

// book is all that some contacts belong to, as it was read and as it is to be. The
// contacts are held until the end of the transaction.
type book struct {
	was, is map[id.Contact][]link
}

// open reads what contacts belong to.
func open(ctx context.Context, tx *db.Tx, contacts []id.Contact) (*book, error) {
	b := &book{was: map[id.Contact][]link{}, is: map[id.Contact][]link{}}
	return b, b.add(ctx, tx, contacts)
}

// add reads more contacts, before anything is changed.
func (b *book) add(ctx context.Context, tx *db.Tx, contacts []id.Contact) error {
	contacts = slices.Compact(slices.Sorted(slices.Values(contacts)))
	if len(contacts) == 0 {
		return nil
	}
	if err := contact.HoldAll(ctx, tx, contacts); err != nil {
		return err
	}
	for _, c := range contacts {
		b.was[c], b.is[c] = nil, nil
	}
	return eachLink(ctx, tx, contacts, tx.Dialect().ForUpdate(), func(l link) {
		b.was[l.contact] = append(b.was[l.contact], l)
		b.is[l.contact] = append(b.is[l.contact], l)
	})
}

const linkColumns = `contact_id, company_id, origin_id, added, is_primary = 1, gone = 1, last_at, counted`

// eachLink reads what contacts belong to, in the order in which they joined.
func eachLink(ctx context.Context, q db.Q, contacts []id.Contact, lock string, f func(l link)) error {
	among, args := db.InIDs(q.Dialect(), "contact_id", contacts)
	if lock != "" {
		lock = ` ORDER BY contact_id, company_id, origin_id` + lock // in one order for all who hold several
	}
	var list []link
	err := db.Each(ctx, q, `SELECT `+linkColumns+` FROM company_member WHERE `+among+lock, args, func(row db.Row) error {
		var l link
		err := row.Scan(&l.contact, &l.company, &l.origin, &l.added, &l.primary, &l.gone, &l.last, &l.counted)
		list = append(list, l)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the companies of %d contacts: %w", len(contacts), err)
	}
	slices.SortStableFunc(list, func(a, b link) int {
		return cmp.Or(cmp.Compare(a.contact, b.contact), cmp.Compare(a.added, b.added), cmp.Compare(a.company, b.company), cmp.Compare(a.origin, b.origin))
	})
	for _, l := range list {
		f(l)
	}
	return nil
}

// primary is the primary company of a contact, zero for none.
func (b *book) primary(c id.Contact) id.Company {
	for _, l := range b.is[c] {
		if l.primary {
			return l.company
		}
	}
	return 0
}

func (b *book) has(c id.Contact, company id.Company) bool {
	return slices.ContainsFunc(b.is[c], func(l link) bool { return l.company == company })
}

// join lets a contact belong to a company; it tells whether it did not before. origin
// is whom that is noted of.
func (b *book) join(c id.Contact, company id.Company, origin id.Contact, at time.Time) bool {
	if b.has(c, company) {
		return false
	}
	b.is[c] = append(b.is[c], link{contact: c, company: company, origin: origin, added: db.Millis(at), counted: -1})
	return true
}

// leave ends that a contact belongs to a company.
func (b *book) leave(c id.Contact, company id.Company) {
	b.is[c] = slices.DeleteFunc(slices.Clone(b.is[c]), func(l link) bool { return l.company == company })
}

// prefer makes a company the primary one of a contact, none when zero.
func (b *book) prefer(c id.Contact, company id.Company) {
	b.is[c] = slices.Clone(b.is[c])
	for i := range b.is[c] {
		b.is[c][i].primary = company != 0 && b.is[c][i].company == company
	}
}

// latest is the company that a contact joined last, zero for none.
func (b *book) latest(c id.Contact) id.Company {
	if n := len(b.is[c]); n > 0 {
		return b.is[c][n-1].company
	}
	return 0
}

// of is what a contact belongs to, or the zero link.
func (b *book) of(c id.Contact, company id.Company) link {
	if i := slices.IndexFunc(b.is[c], func(l link) bool { return l.company == company }); i >= 0 {
		return b.is[c][i]
	}
	return link{}
}

// key names a row.
type key struct {
	contact id.Contact
	company id.Company
	origin  id.Contact
}

func (l link) key() key { return key{l.contact, l.company, l.origin} }

func byKey(lists map[id.Contact][]link) map[key]link {
	all := map[key]link{}
	for _, list := range lists {
		for _, l := range list {
			all[l.key()] = l
		}
	}
	return all
}

// people counts who is in which company, of those that are read.
func people(lists map[id.Contact][]link, sign int, more map[id.Company]int) {
	for _, list := range lists {
		in := map[id.Company]bool{}
		for _, l := range list {
			if !l.gone && !in[l.company] {
				in[l.company] = true
				more[l.company] += sign
			}
		}
	}
}

// save writes what changed.
func (b *book) save(ctx context.Context, tx *db.Tx) error {
	if err := b.refresh(ctx, tx); err != nil {
		return err
	}
	was, is := byKey(b.was), byKey(b.is)
	inOrder := func(a, b key) int {
		return cmp.Or(cmp.Compare(a.contact, b.contact), cmp.Compare(a.company, b.company), cmp.Compare(a.origin, b.origin))
	}
	for _, k := range slices.SortedFunc(maps.Keys(was), inOrder) {
		if _, stays := is[k]; stays {
			continue
		}
		_, err := tx.Exec(ctx, `DELETE FROM company_member WHERE contact_id = ? AND company_id = ? AND origin_id = ?`, int64(k.contact), int64(k.company), int64(k.origin))
		if err != nil {
			return fmt.Errorf("take contact %d out of company %d: %w", k.contact, k.company, err)
		}
	}
	var rows [][]any
	for _, k := range slices.SortedFunc(maps.Keys(is), inOrder) {
		l := is[k]
		if before, had := was[k]; had && before == l {
			continue
		}
		rows = append(rows, []any{int64(l.contact), int64(l.company), int64(l.origin), l.added, db.Truth(l.primary), db.Truth(l.gone), l.last, l.counted})
	}
	if err := tx.InsertOr(ctx, "company_member", memberColumns, rows, `ON CONFLICT (contact_id, company_id, origin_id) DO UPDATE SET added = excluded.added,
		is_primary = excluded.is_primary, gone = excluded.gone, last_at = excluded.last_at, counted = excluded.counted`); err != nil {
		return err
	}
	more := map[id.Company]int{}
	people(b.is, 1, more)
	people(b.was, -1, more)
	for _, c := range slices.Sorted(maps.Keys(more)) {
		if more[c] == 0 {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE company SET people = people + ? WHERE id = ?`, more[c], int64(c)); err != nil {
			return fmt.Errorf("count people of company %d: %w", c, err)
		}
	}
	b.was = maps.Clone(b.is)
	return nil
}

var memberColumns = []string{"contact_id", "company_id", "origin_id", "added", "is_primary", "gone", "last_at", "counted"}

// refresh looks for the latest event of contacts that belong to something new.
func (b *book) refresh(ctx context.Context, tx *db.Tx) error {
	was := byKey(b.was)
	for c, list := range b.is {
		if !slices.ContainsFunc(list, func(l link) bool { _, had := was[l.key()]; return !had }) {
			continue
		}
		latest, err := activity.Thread(ctx, tx, c, activity.Page{Limit: 1})
		if err != nil {
			return err
		}
		at := db.Millis(tx.Now())
		if len(latest) > 0 {
			at = db.Millis(latest[0].At)
		}
		b.is[c] = slices.Clone(list)
		for i := range b.is[c] {
			b.is[c][i].last = at
		}
	}
	return nil
}
