package company

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

// handledAtOnce is how many events one transaction looks at.
const handledAtOnce = 100

// Reader lets contacts belong to the companies that they say, and carries what they
// belong to along when they are merged, taken apart, deleted or erased. did are the
// kinds that are counted as what people do.
func Reader(did ...activity.Kind) activity.Reader {
	kinds := append(contact.Fates(), contact.KindIdentified, contact.KindUpdated, contact.KindDeleted, contact.KindRestored, contact.KindVisitorDeleted, contact.KindVisitorRestored)
	return activity.Reader{
		Name:  "company.member",
		Kinds: kinds,
		Reset: func(context.Context, *db.Tx) error { return nil },
		Parts: func(events []activity.Event) [][]activity.Event {
			return slices.Collect(slices.Chunk(events, handledAtOnce))
		},
		Handle: func(ctx context.Context, tx *db.Tx, batch []activity.Event) error { return handle(ctx, tx, batch, did) },
	}
}

// handled is what a batch of events is about.
type handled struct {
	wishes map[id.Contact]wish
	fates  []activity.Fate
	gone   []id.Contact // deleted, or taken out of the bin
	erased []id.Contact
}

func handle(ctx context.Context, tx *db.Tx, batch []activity.Event, did []activity.Kind) error {
	h := handled{wishes: map[id.Contact]wish{}}
	for _, e := range batch {
		if err := h.read(ctx, tx, e); err != nil {
			return err
		}
	}
	if err := erase(ctx, tx, h.erased); err != nil {
		return err
	}
	contacts := slices.Clone(h.gone)
	for c := range h.wishes {
		contacts = append(contacts, c)
	}
	for _, f := range h.fates {
		contacts = append(append(contacts, f.From...), f.Into)
	}
	b, err := open(ctx, tx, contacts)
	if err != nil {
		return err
	}
	visitors, err := b.rehome(ctx, tx)
	if err == nil {
		err = b.follow(ctx, tx, h)
	}
	if err == nil {
		err = b.settle(ctx, tx, h.wishes)
	}
	if err == nil {
		err = b.mark(ctx, tx, h.gone)
	}
	if err == nil {
		err = b.save(ctx, tx)
	}
	if err != nil || tx.Replaying() {
		return err
	}
	return b.bring(ctx, tx, h.fates, visitors, did)
}

// read notes what an event is about.
func (h *handled) read(ctx context.Context, tx *db.Tx, e activity.Event) error {
	switch e.Kind {
	case contact.KindIdentified, contact.KindUpdated:
		var u contact.Updated // the data of contact.identified has what is needed of it alike
		if err := e.Decode(&u); err != nil {
			return err
		}
		// Whoever becomes known may have said it before.
		if e.Kind == contact.KindUpdated && !slices.ContainsFunc(u.Changes, func(c contact.Change) bool { return c.Field == employer }) {
			return nil
		}
		by := By{Source: e.Source, Object: u.By.Object, ID: u.By.ID, Name: u.By.Name}
		return h.wish(ctx, tx, e.Contact, e.Origin, cause{by, e.At, e.Ref()})
	case contact.KindDeleted, contact.KindRestored, contact.KindVisitorDeleted, contact.KindVisitorRestored:
		h.gone = append(h.gone, e.Contact)
		return nil
	}
	f, err := contact.Follow(ctx, tx, e)
	if err != nil || len(f.From) == 0 {
		return err
	}
	if f.Into == 0 {
		h.erased = append(h.erased, f.From...)
		return nil
	}
	h.fates = append(h.fates, f)
	why := cause{By{Source: e.Source}, e.At, e.Ref()}
	if err := h.wish(ctx, tx, f.Into, f.Into, why); err != nil || !f.Apart {
		return err
	}
	return h.wish(ctx, tx, f.From[0], f.From[0], why)
}

// wish notes that a contact is to be looked at. origin is whom it is said of.
func (h *handled) wish(ctx context.Context, q db.Q, c, origin id.Contact, why cause) error {
	end, err := contact.Resolve(ctx, q, c)
	if err != nil {
		return err
	}
	if is, err := contact.Resolve(ctx, q, origin); err != nil || is != end {
		if err != nil {
			return err
		}
		origin = end
	}
	h.wishes[end] = wish{end, origin, why}
	return nil
}

// erase forgets what contacts belonged to.
func erase(ctx context.Context, tx *db.Tx, contacts []id.Contact) error {
	if len(contacts) == 0 {
		return nil
	}
	b, err := open(ctx, tx, contacts)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		b.is[c] = nil
	}
	if err := b.save(ctx, tx); err != nil {
		return err
	}
	for _, column := range []string{"contact_id", "origin_id"} {
		among, args := db.InIDs(tx.Dialect(), column, contacts)
		if _, err := tx.Exec(ctx, `DELETE FROM company_moved WHERE `+among, args...); err != nil {
			return fmt.Errorf("forget the companies of %d contacts: %w", len(contacts), err)
		}
	}
	return nil
}

// rehome lets what was noted of contacts follow them to where they live now, and
// returns what each belonged to before.
func (b *book) rehome(ctx context.Context, tx *db.Tx) (map[id.Contact][]link, error) {
	before := map[id.Contact][]link{}
	homes := map[id.Contact]id.Contact{}
	var more []id.Contact
	for c, list := range b.is {
		before[c] = list
		for _, l := range list {
			home, err := contact.Resolve(ctx, tx, l.origin)
			if err != nil {
				return nil, err
			}
			homes[l.origin] = home
			if _, known := b.is[home]; !known {
				more = append(more, home)
			}
		}
	}
	if err := b.add(ctx, tx, more); err != nil {
		return nil, err
	}
	moved := map[id.Contact][]link{}
	for c, list := range b.is {
		var stay []link
		for _, l := range list {
			if home, known := homes[l.origin]; known && home != c {
				l.contact = home
				moved[home] = append(moved[home], l)
			} else {
				stay = append(stay, l)
			}
		}
		b.is[c] = stay
	}
	for c, list := range moved {
		primary := b.primary(c)
		for i := range list {
			list[i].primary = list[i].primary && (primary == 0 || list[i].company == primary)
		}
		b.is[c] = append(slices.Clone(b.is[c]), list...)
		slices.SortStableFunc(b.is[c], func(a, b link) int { return cmp.Compare(a.added, b.added) })
		// Of several that came each from a contact of its own one stays so.
		if primary = b.primary(c); primary != 0 {
			b.prefer(c, primary)
		}
	}
	return before, nil
}

// follow lets survivors belong too to what absorbed contacts say and nobody has noted
// yet.
func (b *book) follow(ctx context.Context, tx *db.Tx, h handled) error {
	for _, f := range h.fates {
		if f.Apart {
			continue
		}
		says, err := contact.Employers(ctx, tx, f.From)
		if err != nil {
			return err
		}
		into, err := contact.Resolve(ctx, tx, f.Into)
		if err != nil {
			return err
		}
		if _, known := b.is[into]; !known {
			continue
		}
		for _, from := range f.From {
			company, err := Named(ctx, tx, says[from].Company)
			if err != nil {
				return err
			}
			if company != 0 {
				b.join(into, company, from, tx.Now())
			}
		}
	}
	return nil
}

// mark notes who lies in the bin.
func (b *book) mark(ctx context.Context, tx *db.Tx, contacts []id.Contact) error {
	says, err := contact.Employers(ctx, tx, contacts)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		b.is[c] = slices.Clone(b.is[c])
		for i := range b.is[c] {
			b.is[c][i].gone = says[c].Gone
		}
	}
	return nil
}
