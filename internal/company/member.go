package company

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// Member is that a contact belongs to a company.
type Member struct {
	Company Company
	Primary bool
	Added   time.Time
}

// Of lists the companies of contacts, the primary one first, then the latest.
func Of(ctx context.Context, q db.Q, contacts []id.Contact) (map[id.Contact][]Member, error) {
	found := map[id.Contact][]Member{}
	var links []link
	if len(contacts) == 0 {
		return found, nil
	}
	err := eachLink(ctx, q, contacts, "", func(l link) { links = append(links, l) })
	if err != nil {
		return nil, err
	}
	var numbers []id.Company
	for _, l := range links {
		numbers = append(numbers, l.company)
	}
	companies, err := Some(ctx, q, numbers)
	if err != nil {
		return nil, err
	}
	for _, l := range slices.Backward(links) {
		c, is := companies[l.company]
		list := found[l.contact]
		if !is || slices.ContainsFunc(list, func(m Member) bool { return m.Company.ID == c.ID }) {
			continue
		}
		m := Member{Company: c, Primary: l.primary, Added: db.Time(l.added)}
		if l.primary {
			list = slices.Insert(list, 0, m)
		} else {
			list = append(list, m)
		}
		found[l.contact] = list
	}
	return found, nil
}

// membership is what a call about one contact and one company works with.
type membership struct {
	book    *book
	contact id.Contact
	origin  id.Contact // the contact that was asked for
	company Company
}

func begin(ctx context.Context, tx *db.Tx, asked id.Contact, company id.Company) (m membership, err error) {
	m.origin = asked
	if m.contact, err = contact.Resolve(ctx, tx, asked); err != nil {
		return m, err
	}
	if m.book, err = open(ctx, tx, []id.Contact{m.contact}); err != nil {
		return m, err
	}
	if is, err := contact.StatesOf(ctx, tx, []id.Contact{m.contact}); err != nil || len(is) == 0 {
		return m, orMissing(err, fmt.Errorf("contact %d is not there", asked))
	}
	m.company, err = hold(ctx, tx, company)
	return m, err
}

func orMissing(err, missing error) error {
	if err != nil {
		return err
	}
	return fault.NotFound(missing)
}

// Join lets a contact belong to a company, which becomes its primary one.
func Join(ctx context.Context, tx *db.Tx, c id.Contact, company id.Company, by By) error {
	m, err := begin(ctx, tx, c, company)
	if err != nil || m.book.primary(m.contact) == m.company.ID {
		return err
	}
	several, err := setting.Get(ctx, tx, setting.SeveralCompanies)
	if err != nil {
		return err
	}
	why := cause{by: by}
	if err := m.book.assign(ctx, tx, m.contact, m.origin, m.company, several, why); err != nil {
		return err
	}
	return m.finish(ctx, tx, by)
}

// assign makes a company the primary one of a contact, which joins it where it does
// not belong to it. Where it may belong to one only it leaves the others.
func (b *book) assign(ctx context.Context, tx *db.Tx, c, origin id.Contact, company Company, several bool, why cause) error {
	at := why.at
	if at.IsZero() {
		at = tx.Now()
	}
	fresh := b.join(c, company.ID, origin, at)
	b.prefer(c, company.ID)
	kind := KindPrimary
	if fresh {
		kind = KindJoined
	}
	tell(tx, kind, b.of(c, company.ID), company.Name(), why)
	if several {
		return nil
	}
	for _, l := range slices.Clone(b.is[c]) {
		if l.company == company.ID || !b.has(c, l.company) {
			continue
		}
		other, err := read(ctx, tx, l.company, "")
		if err != nil {
			return err
		}
		b.leave(c, l.company)
		tell(tx, KindLeft, l, other.Name(), why)
	}
	return nil
}

// MakePrimary makes a company that a contact belongs to its primary one.
func MakePrimary(ctx context.Context, tx *db.Tx, c id.Contact, company id.Company, by By) error {
	m, err := begin(ctx, tx, c, company)
	if err != nil || m.book.primary(m.contact) == m.company.ID {
		return err
	}
	if !m.book.has(m.contact, m.company.ID) {
		return fault.NotFound(fmt.Errorf("contact %d does not belong to company %d", c, company))
	}
	m.book.prefer(m.contact, m.company.ID)
	tell(tx, KindPrimary, m.book.of(m.contact, m.company.ID), m.company.Name(), cause{by: by})
	return m.finish(ctx, tx, by)
}

// Leave ends that a contact belongs to a company. Where that was its primary one, the
// latest of those that remain becomes it. Who does not belong to it stays as is.
func Leave(ctx context.Context, tx *db.Tx, c id.Contact, company id.Company, by By) error {
	m, err := begin(ctx, tx, c, company)
	if err != nil || !m.book.has(m.contact, m.company.ID) {
		return err
	}
	l, was := m.book.of(m.contact, m.company.ID), m.book.primary(m.contact) == m.company.ID
	m.book.leave(m.contact, m.company.ID)
	tell(tx, KindLeft, l, m.company.Name(), cause{by: by})
	if !was {
		return m.book.save(ctx, tx)
	}
	m.company = Company{}
	if next := m.book.latest(m.contact); next != 0 {
		if m.company, err = read(ctx, tx, next, ""); err != nil {
			return err
		}
		m.book.prefer(m.contact, next)
		tell(tx, KindPrimary, m.book.of(m.contact, next), m.company.Name(), cause{by: by})
	}
	return m.finish(ctx, tx, by)
}

// finish writes the book, and the name of the primary company to the contact.
func (m membership) finish(ctx context.Context, tx *db.Tx, by By) error {
	if err := m.book.save(ctx, tx); err != nil {
		return err
	}
	return name(ctx, tx, map[id.Contact]string{m.contact: m.company.Name()}, by)
}

// name writes the names of primary companies to contacts.
func name(ctx context.Context, tx *db.Tx, names map[id.Contact]string, by By) error {
	var list []contact.Given
	for c, text := range names {
		list = append(list, contact.Given{Contact: c, Values: map[string]string{employer: text}, Source: by.Source, By: by.contact()})
	}
	slices.SortFunc(list, func(a, b contact.Given) int { return int(a.Contact - b.Contact) })
	return contact.GiveAll(ctx, tx, list)
}

// employer is the field of a contact that says the name of its primary company.
const employer = "company"
