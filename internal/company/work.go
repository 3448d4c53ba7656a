package company

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// task is what is done with all people of a company. Numbers are stored.
type task int

const (
	deleting   task = iota + 1
	merging         // into is whom they go to
	separating      // into is whom they come from
	renaming
)

// atOnce is how many people one transaction looks at: on SQLite all others who write
// wait for it.
const atOnce = 200

// work is a task under way.
type work struct {
	company id.Company
	what    task
	into    id.Company
	people  int
	last    id.Contact // renaming: the last one looked at
	by      By
}

// start begins a task. Of many people only the first follow here, the others by a job.
func start(ctx context.Context, tx *db.Tx, w work, by By) error {
	_, err := tx.Exec(ctx, `INSERT INTO company_work (company_id, work, into_id, people, done, last, user_id, user_name) VALUES (?, ?, ?, ?, 0, 0, ?, ?)
		ON CONFLICT (company_id) DO UPDATE SET work = excluded.work, into_id = excluded.into_id, people = excluded.people, done = 0, last = 0, user_id = excluded.user_id, user_name = excluded.user_name`,
		int64(w.company), int(w.what), int64(w.into), w.people, int64(by.User), by.userName())
	if err != nil {
		return fmt.Errorf("begin work on company %d: %w", w.company, err)
	}
	more, err := slice(ctx, tx, w.company)
	if err != nil || !more {
		return err
	}
	_, err = job.Enqueue(ctx, tx, working{w.company}, job.Unique(strconv.FormatInt(int64(w.company), 10)))
	return err
}

// idle refuses what cannot be done while something is under way with a company's people.
func idle(ctx context.Context, tx *db.Tx, companies ...id.Company) error {
	among, args := db.InIDs(tx.Dialect(), "company_id", companies)
	into, more := db.InIDs(tx.Dialect(), "into_id", companies)
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM company_work WHERE work <> ? AND (`+among+` OR `+into+`)`, append(append([]any{int(renaming)}, args...), more...)...).Scan(&n)
	if err != nil {
		return fmt.Errorf("look for work on companies: %w", err)
	}
	if n > 0 {
		return fault.Conflict(fmt.Errorf("work on companies %v is under way", companies), fault.Say("company.busy|People of this company are on their way from or to another. Wait until that is done."))
	}
	return nil
}

// working is the job that goes on with a task.
type working struct {
	Company id.Company `json:"company"`
}

// Kind implements job.Args.
func (working) Kind() string { return "company.work" }

// Works runs the jobs that follow changes of companies with many people.
func Works(d *db.DB) job.Handler {
	return job.Handle(func(ctx context.Context, w working) error {
		err := job.Slices(ctx, d, func(ctx context.Context, tx *db.Tx) (bool, error) { return slice(ctx, tx, w.Company) })
		if err != nil {
			return fmt.Errorf("work on company %d: %w", w.Company, err)
		}
		return nil
	})
}

// slice does a part of a task, and tells whether there may be more.
func slice(ctx context.Context, tx *db.Tx, company id.Company) (more bool, err error) {
	w := work{company: company}
	var user id.User
	var name string
	err = tx.QueryRow(ctx, `SELECT work, into_id, last, user_id, user_name FROM company_work WHERE company_id = ?`+tx.Dialect().ForUpdate(), int64(company)).
		Scan(&w.what, &w.into, &w.last, &user, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	w.by = By{Source: activity.SourceUser, Object: "user", ID: int64(user), Name: name, User: user}
	part := map[task]func(context.Context, *db.Tx) (int, error){deleting: w.deleteSome, merging: w.mergeSome, separating: w.separateSome, renaming: w.renameSome}[w.what]
	n, err := part(ctx, tx)
	if err != nil {
		return false, fmt.Errorf("work on company %d: %w", company, err)
	}
	if n == atOnce {
		_, err := tx.Exec(ctx, `UPDATE company_work SET done = done + ? WHERE company_id = ?`, n, int64(company))
		return true, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM company_work WHERE company_id = ?`, int64(company)); err != nil {
		return false, err
	}
	if w.what == deleting {
		return false, drop(ctx, tx, company)
	}
	return false, nil
}

// members are some contacts of a company, those in the bin too, by number.
func members(ctx context.Context, q db.Q, company id.Company, after id.Contact) ([]id.Contact, error) {
	var list []id.Contact
	err := db.Each(ctx, q, `SELECT DISTINCT contact_id FROM company_member WHERE company_id = ? AND contact_id > ? ORDER BY contact_id LIMIT ?`,
		[]any{int64(company), int64(after), atOnce}, func(row db.Row) error {
			var c id.Contact
			err := row.Scan(&c)
			list = append(list, c)
			return err
		})
	return list, err
}

func (w work) deleteSome(ctx context.Context, tx *db.Tx) (int, error) {
	contacts, err := members(ctx, tx, w.company, 0)
	if err != nil {
		return 0, err
	}
	b, err := open(ctx, tx, contacts)
	if err != nil {
		return 0, err
	}
	was, err := read(ctx, tx, w.company, "")
	if err != nil {
		return 0, err
	}
	names := map[id.Contact]string{}
	for _, c := range contacts {
		l, first := b.of(c, w.company), b.primary(c) == w.company
		if l.company == 0 {
			continue
		}
		b.leave(c, w.company)
		tell(tx, KindLeft, l, was.Name(), cause{by: w.by})
		if !first {
			continue
		}
		names[c] = ""
		if next := b.latest(c); next != 0 {
			other, err := read(ctx, tx, next, "")
			if err != nil {
				return 0, err
			}
			b.prefer(c, next)
			names[c] = other.Name()
			tell(tx, KindPrimary, b.of(c, next), other.Name(), cause{by: w.by})
		}
	}
	if err := b.save(ctx, tx); err != nil {
		return 0, err
	}
	return len(contacts), name(ctx, tx, names, w.by)
}

// mergeSome lets people of a company that was merged belong to the survivor.
func (w work) mergeSome(ctx context.Context, tx *db.Tx) (int, error) {
	contacts, err := members(ctx, tx, w.company, 0)
	if err != nil {
		return 0, err
	}
	b, err := open(ctx, tx, contacts)
	if err != nil {
		return 0, err
	}
	into, err := read(ctx, tx, w.into, "")
	if err != nil {
		return 0, err
	}
	names := map[id.Contact]string{}
	var moved [][]any
	for _, c := range contacts {
		had, first := b.has(c, w.into), b.primary(c) == w.company
		list := slices.Clone(b.is[c])
		b.leave(c, w.company)
		for _, l := range list {
			if l.company != w.company {
				continue
			}
			moved = append(moved, []any{int64(c), int64(w.company), int64(l.origin), l.added, db.Truth(l.primary), db.Truth(had)})
			if !had {
				l.company = w.into
				b.is[c] = append(b.is[c], l)
			}
		}
		if first {
			b.prefer(c, w.into)
			names[c] = into.Name()
		}
	}
	if err := b.save(ctx, tx); err != nil {
		return 0, err
	}
	if _, err := tx.InsertMissing(ctx, "company_moved", []string{"contact_id", "company_id", "origin_id", "added", "was_primary", "had"}, moved); err != nil {
		return 0, err
	}
	return len(contacts), name(ctx, tx, names, w.by)
}

// separateSome lets people belong again to a company that was taken out of another.
func (w work) separateSome(ctx context.Context, tx *db.Tx) (int, error) {
	type row struct {
		link
		had bool
		key key
	}
	var rows []row
	err := db.Each(ctx, tx, `SELECT contact_id, origin_id, added, was_primary = 1, had = 1 FROM company_moved WHERE company_id = ? ORDER BY contact_id, origin_id LIMIT ?`,
		[]any{int64(w.company), atOnce}, func(r db.Row) error {
			one := row{link: link{company: w.company}}
			err := r.Scan(&one.contact, &one.origin, &one.added, &one.primary, &one.had)
			one.key = one.link.key()
			rows = append(rows, one)
			return err
		})
	if err != nil {
		return 0, err
	}
	var contacts []id.Contact
	for i := range rows {
		if rows[i].contact, err = contact.Resolve(ctx, tx, rows[i].origin); err != nil {
			return 0, err
		}
		contacts = append(contacts, rows[i].contact)
	}
	b, err := open(ctx, tx, contacts)
	if err != nil {
		return 0, err
	}
	own, err := read(ctx, tx, w.company, "")
	if err != nil {
		return 0, err
	}
	names := map[id.Contact]string{}
	for _, r := range rows {
		c := r.contact
		if b.has(c, w.into) {
			first := b.primary(c) == w.into && (r.primary || !r.had)
			l := r.link
			l.primary, l.gone, l.counted = false, b.of(c, w.into).gone, b.of(c, w.into).counted
			b.is[c] = slices.DeleteFunc(slices.Clone(b.is[c]), func(o link) bool { return o.company == w.into && o.origin == r.origin && !r.had })
			b.is[c] = append(b.is[c], l)
			slices.SortStableFunc(b.is[c], func(x, y link) int { return cmp.Compare(x.added, y.added) })
			if first {
				b.prefer(c, w.company)
				names[c] = own.Name()
			}
		}
		_, err := tx.Exec(ctx, `DELETE FROM company_moved WHERE contact_id = ? AND company_id = ? AND origin_id = ?`, int64(r.key.contact), int64(r.key.company), int64(r.key.origin))
		if err != nil {
			return 0, err
		}
	}
	if err := b.save(ctx, tx); err != nil {
		return 0, err
	}
	return len(rows), name(ctx, tx, names, w.by)
}

// renameSome writes the name of a company to people whose primary one it is.
func (w work) renameSome(ctx context.Context, tx *db.Tx) (int, error) {
	contacts, err := members(ctx, tx, w.company, w.last)
	if err != nil || len(contacts) == 0 {
		return 0, err
	}
	b, err := open(ctx, tx, contacts)
	if err != nil {
		return 0, err
	}
	is, err := read(ctx, tx, w.company, "")
	if err != nil || is.state != there {
		return 0, err
	}
	says, err := contact.Employers(ctx, tx, contacts)
	if err != nil {
		return 0, err
	}
	names := map[id.Contact]string{}
	for _, c := range contacts {
		if b.primary(c) == w.company && says[c].Company != is.Name() {
			names[c] = is.Name()
		}
	}
	if err := name(ctx, tx, names, w.by); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `UPDATE company_work SET last = ? WHERE company_id = ?`, int64(contacts[len(contacts)-1]), int64(w.company))
	return len(contacts), err
}

// Progress is how far what is under way with a company's people has come.
type Progress struct {
	Company, Into id.Company
	Deleting      bool
	Merging       bool
	Separating    bool
	Name          string // of Company
	IntoName      string
	People        int // at the beginning
	Done          int
}

// Underway lists what is under way with the people of companies.
func Underway(ctx context.Context, q db.Q) ([]Progress, error) {
	var list []Progress
	d := q.Dialect()
	err := db.Each(ctx, q, `SELECT w.company_id, w.work, w.into_id, w.people, w.done, coalesce(`+d.JSONValue("c.fields", "companyname")+`, ''), coalesce(`+d.JSONValue("i.fields", "companyname")+`, '')
		FROM company_work w LEFT JOIN company c ON c.id = w.company_id LEFT JOIN company i ON i.id = w.into_id ORDER BY w.company_id`, nil, func(row db.Row) error {
		var p Progress
		var what task
		err := row.Scan(&p.Company, &what, &p.Into, &p.People, &p.Done, &p.Name, &p.IntoName)
		p.Deleting, p.Merging, p.Separating = what == deleting, what == merging, what == separating
		list = append(list, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list work on companies: %w", err)
	}
	return list, nil
}
