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
	"ariane/internal/id"
)

// day is the unit of figures.
const day = 24 * time.Hour

// tally is how often kinds of events happened, by company and day.
type tally map[figure]int64

type figure struct {
	company id.Company
	day     int64
	kind    activity.Kind
}

func (t tally) store(ctx context.Context, tx *db.Tx) error {
	order := slices.SortedFunc(maps.Keys(t), func(a, b figure) int {
		return cmp.Or(cmp.Compare(a.company, b.company), cmp.Compare(a.day, b.day), cmp.Compare(a.kind, b.kind))
	})
	var rows [][]any
	for _, f := range order {
		if t[f] != 0 {
			rows = append(rows, []any{int64(f.company), f.day, int64(f.kind), t[f]})
		}
	}
	return tx.InsertOr(ctx, "company_day", []string{"company_id", "day", "kind", "events"}, rows,
		`ON CONFLICT (company_id, day, kind) DO UPDATE SET events = company_day.events + excluded.events`)
}

// past adds what is on a thread, as far as the page says, for a company.
func (t tally) past(ctx context.Context, q db.Q, c id.Contact, p activity.Page, companies ...id.Company) error {
	counts, err := activity.Rhythm(ctx, q, c, p, day)
	if err != nil {
		return err
	}
	for unit, kinds := range counts {
		for kind, n := range kinds {
			for _, company := range companies {
				t[figure{company, unit, kind}] += int64(n)
			}
		}
	}
	return nil
}

// FigureReader keeps when each member did something last, of all kinds, and counts by
// day how often the kinds happened that people do.
func FigureReader(all []activity.Kind, did ...activity.Kind) activity.Reader {
	return activity.Reader{
		Name:  "company.figures",
		Kinds: all,
		Brief: true,
		Reset: func(ctx context.Context, tx *db.Tx) error {
			for _, text := range []string{`DELETE FROM company_day`, `UPDATE company_member SET counted = -1`} {
				if _, err := tx.Exec(ctx, text); err != nil {
					return fmt.Errorf("forget what the people of companies did: %w", err)
				}
			}
			return nil
		},
		Handle: func(ctx context.Context, tx *db.Tx, batch []activity.Event) error { return note(ctx, tx, batch, did) },
	}
}

// note looks at events of anybody: most are of visitors, who belong to no company.
func note(ctx context.Context, tx *db.Tx, batch []activity.Event, did []activity.Kind) error {
	events := map[id.Contact][]activity.Event{}
	for _, e := range batch {
		events[e.Contact] = append(events[e.Contact], e)
	}
	links := map[id.Contact][]link{}
	err := eachLink(ctx, tx, slices.Sorted(maps.Keys(events)), tx.Dialect().ForUpdate(), func(l link) { links[l.contact] = append(links[l.contact], l) })
	if err != nil {
		return err
	}
	t := tally{}
	var rows [][]any
	for _, c := range slices.Sorted(maps.Keys(links)) {
		last, newest := int64(0), int64(0)
		for _, e := range events[c] {
			last, newest = max(last, db.Millis(e.At)), max(newest, int64(e.ID))
		}
		upTo, err := t.add(ctx, tx, links[c], events[c], did)
		if err != nil {
			return err
		}
		for _, l := range links[c] {
			if l.counted < 0 {
				l.counted = upTo
			}
			l.last, l.counted = max(l.last, last), max(l.counted, newest)
			rows = append(rows, []any{int64(l.contact), int64(l.company), int64(l.origin), l.added, db.Truth(l.primary), db.Truth(l.gone), l.last, l.counted})
		}
	}
	if err := t.store(ctx, tx); err != nil {
		return err
	}
	return tx.InsertOr(ctx, "company_member", memberColumns, rows,
		`ON CONFLICT (contact_id, company_id, origin_id) DO UPDATE SET last_at = excluded.last_at, counted = excluded.counted`)
}

// add counts the events of one contact for the companies it belongs to; for one that it
// joined since, all that it did before too. It returns the event up to which the thread
// was looked at.
func (t tally) add(ctx context.Context, q db.Q, links []link, events []activity.Event, did []activity.Kind) (upTo int64, err error) {
	met := map[id.Company]bool{}
	for _, l := range links {
		if met[l.company] {
			continue
		}
		met[l.company] = true
		if l.counted < 0 {
			if err := t.past(ctx, q, l.contact, activity.Page{Kinds: did}, l.company); err != nil {
				return 0, err
			}
			if upTo == 0 {
				newest, err := activity.Newest(ctx, q, l.contact)
				if err != nil {
					return 0, err
				}
				upTo = int64(newest)
			}
			continue
		}
		for _, e := range events {
			if int64(e.ID) > l.counted && slices.Contains(did, e.Kind) {
				t[figure{l.company, db.Millis(e.At) / day.Milliseconds(), e.Kind}]++
			}
		}
	}
	return upTo, nil
}

// bring counts for companies what contacts did that are merged into members, and what
// those did for the companies that the contacts brought.
func (b *book) bring(ctx context.Context, tx *db.Tx, fates []activity.Fate, before map[id.Contact][]link, did []activity.Kind) error {
	t := tally{}
	in := func(list []link) map[id.Company]bool {
		of := map[id.Company]bool{}
		for _, l := range list {
			of[l.company] = l.counted >= 0
		}
		return of
	}
	for _, f := range fates {
		if f.Apart {
			continue
		}
		had := in(before[f.Into])
		for _, from := range f.From {
			brought := in(before[from])
			for company, counted := range had {
				if _, both := brought[company]; counted && !both {
					if err := t.past(ctx, tx, f.Into, activity.Page{Kinds: did, Origin: from}, company); err != nil {
						return err
					}
				}
			}
			for company, counted := range brought {
				if _, both := had[company]; counted && !both {
					if err := t.past(ctx, tx, f.Into, activity.Page{Kinds: did, Origin: f.Into}, company); err != nil {
						return err
					}
				}
			}
		}
	}
	return t.store(ctx, tx)
}

// Figure is what the people of a company did on a day, by kind.
type Figure struct {
	Day    time.Time // its beginning in UTC
	Events map[activity.Kind]int
}

// Figures lists what the people of a company, and of those merged into it, did since a
// time, by day, the oldest first. Days on which nothing was done are left out.
func Figures(ctx context.Context, q db.Q, company id.Company, since time.Time) ([]Figure, error) {
	all, err := family(ctx, q, company)
	if err != nil {
		return nil, err
	}
	among, args := db.InIDs(q.Dialect(), "company_id", all)
	days := map[int64]map[activity.Kind]int{}
	err = db.Each(ctx, q, `SELECT day, kind, events FROM company_day WHERE `+among+` AND day >= ?`, append(args, db.Millis(since)/day.Milliseconds()), func(row db.Row) error {
		var at int64
		var kind activity.Kind
		var n int
		err := row.Scan(&at, &kind, &n)
		if days[at] == nil {
			days[at] = map[activity.Kind]int{}
		}
		days[at][kind] += n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what the people of company %d did: %w", company, err)
	}
	var list []Figure
	for _, at := range slices.Sorted(maps.Keys(days)) {
		list = append(list, Figure{Day: db.Time(at * day.Milliseconds()), Events: days[at]})
	}
	return list, nil
}
