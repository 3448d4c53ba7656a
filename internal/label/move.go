package label

import (
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
	"ariane/internal/id"
)

// atOnce is how many contacts one transaction takes a tag off: on SQLite all others
// who write wait for it.
const atOnce = 200

// Move is a tag on its way out.
type Move struct {
	From     int64
	Into     int64  // zero: it is deleted
	Name     string // of From
	IntoName string
	Contacts int64 // who had it at the beginning
	Moved    int64 // who had it until now
}

// Merge gives everybody who has a tag another one in its place, and drops it.
// Their threads tell of both. Of many contacts only the first follow here, the
// others by a job.
func Merge(ctx context.Context, tx *db.Tx, from, into int64, by By) error {
	if from == into {
		return fault.Invalid(fault.Fields{"into": fault.Say("label.same|Choose another tag: this is the one to be merged.")})
	}
	return start(ctx, tx, from, into, by)
}

// Delete takes a tag off everybody and drops it, as Merge does.
func Delete(ctx context.Context, tx *db.Tx, tag int64, by By) error {
	return start(ctx, tx, tag, 0, by)
}

func start(ctx context.Context, tx *db.Tx, from, into int64, by By) error {
	ends := []int64{from, into}
	slices.Sort(ends)
	var contacts int64
	for _, tag := range ends {
		if tag == 0 {
			continue
		}
		d, err := hold(ctx, tx, tag)
		if err != nil {
			return err
		}
		if tag == from {
			contacts = d.Contacts
		}
	}
	var others int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM label_move WHERE into_id = ?`, from).Scan(&others); err != nil {
		return fmt.Errorf("move tag %d: %w", from, err)
	}
	if others > 0 {
		return fault.Conflict(fmt.Errorf("a tag is merged into %d", from), fault.Say("label.receiving|Another tag is being merged into this one. Wait until that is done, or stop it."))
	}
	err := tx.Insert(ctx, "label_move", []string{"tag_id", "into_id", "contacts", "moved", "user_id", "user_name"}, [][]any{{from, into, contacts, 0, by.ID, by.Name}})
	if err != nil {
		return fmt.Errorf("move tag %d: %w", from, err)
	}
	more, err := slice(ctx, tx, from)
	if err != nil || !more {
		return err
	}
	_, err = job.Enqueue(ctx, tx, moving{Tag: from}, job.Unique(strconv.FormatInt(from, 10)))
	return err
}

// moving is the job that moves a tag.
type moving struct {
	Tag int64 `json:"tag"`
}

// Kind implements job.Args.
func (moving) Kind() string { return "label.move" }

// Moves runs the jobs that merge and delete tags of many contacts.
func Moves(d *db.DB) job.Handler {
	return job.Handle(func(ctx context.Context, m moving) error {
		err := job.Slices(ctx, d, func(ctx context.Context, tx *db.Tx) (bool, error) { return slice(ctx, tx, m.Tag) })
		if err != nil {
			return fmt.Errorf("move tag %d: %w", m.Tag, err)
		}
		return nil
	})
}

// slice moves a tag of some contacts, and tells whether there may be more.
func slice(ctx context.Context, tx *db.Tx, from int64) (more bool, err error) {
	m := Move{From: from}
	by := By{Source: activity.SourceUser, Object: "user"}
	err = tx.QueryRow(ctx, `SELECT into_id, user_id, user_name FROM label_move WHERE tag_id = ?`+tx.Dialect().ForUpdate(), from).Scan(&m.Into, &by.ID, &by.Name)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil // stopped
	}
	if err != nil {
		return false, err
	}
	// In one order for all who hold several.
	ends := []int64{from, m.Into}
	slices.Sort(ends)
	names := map[int64]string{}
	for _, tag := range ends {
		var name string
		err := tx.QueryRow(ctx, `SELECT name FROM label_tag WHERE id = ?`+tx.Dialect().ForUpdate(), tag).Scan(&name)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return false, err
		}
		names[tag] = name
	}
	if names[from] == "" || m.Into != 0 && names[m.Into] == "" {
		_, err := tx.Exec(ctx, `DELETE FROM label_move WHERE tag_id = ?`, from)
		return false, err
	}
	n, err := moveSome(ctx, tx, Tag{from, names[from]}, Tag{m.Into, names[m.Into]}, by)
	if err != nil {
		return false, err
	}
	if n == atOnce {
		_, err := tx.Exec(ctx, `UPDATE label_move SET moved = moved + ? WHERE tag_id = ?`, n, from)
		return true, err
	}
	return false, drop(ctx, tx, from, m.Into)
}

// drop ends the move of a tag that nobody has any more.
func drop(ctx context.Context, tx *db.Tx, from, into int64) error {
	for _, table := range []string{"label_move WHERE tag_id", "label_tag WHERE id"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` = ?`, from); err != nil {
			return fmt.Errorf("drop tag %d: %w", from, err)
		}
	}
	// Names that it had before lead to where it went.
	_, err := tx.Exec(ctx, `UPDATE label_former SET tag_id = ? WHERE tag_id = ?`, into, from)
	if err == nil && into == 0 {
		_, err = tx.Exec(ctx, `DELETE FROM label_former WHERE tag_id = 0`)
	}
	return err
}

// moveSome does it for the first contacts, and tells how many.
func moveSome(ctx context.Context, tx *db.Tx, from, into Tag, by By) (int, error) {
	var contacts []id.Contact
	since := map[id.Contact]int64{}
	err := db.Each(ctx, tx, `SELECT contact_id, added FROM contact_tag WHERE tag_id = ? ORDER BY contact_id LIMIT ?`, []any{from.ID, atOnce}, func(row db.Row) error {
		var c id.Contact
		var added int64
		err := row.Scan(&c, &added)
		contacts, since[c] = append(contacts, c), added
		return err
	})
	if err != nil || len(contacts) == 0 {
		return 0, err
	}
	had, err := Of(ctx, tx, contacts)
	if err != nil {
		return 0, err
	}
	var rows [][]any
	for _, c := range contacts {
		activity.Append(tx, activity.Entry{Contact: c, Kind: KindRemoved, Source: by.Source, Data: Tagged{from.Name, by}})
		if into.ID != 0 && !slices.Contains(had[c], into) {
			rows = append(rows, []any{int64(c), into.ID, since[c]})
			activity.Append(tx, activity.Entry{Contact: c, Kind: KindAdded, Source: by.Source, Data: Tagged{into.Name, by}})
		}
	}
	among, args := db.InIDs(tx.Dialect(), "contact_id", contacts)
	if _, err := tx.Exec(ctx, `DELETE FROM contact_tag WHERE tag_id = ? AND `+among, append([]any{from.ID}, args...)...); err != nil {
		return 0, err
	}
	if err := tx.Insert(ctx, "contact_tag", []string{"contact_id", "tag_id", "added"}, rows); err != nil {
		return 0, err
	}
	return len(contacts), countAll(ctx, tx, map[int64]int64{from.ID: -int64(len(contacts)), into.ID: int64(len(rows))})
}

// Underway lists the tags that are on their way out.
func Underway(ctx context.Context, q db.Q) ([]Move, error) {
	var list []Move
	err := db.Each(ctx, q, `SELECT m.tag_id, m.into_id, t.name, coalesce(i.name, ''), m.contacts, m.moved FROM label_move m
		JOIN label_tag t ON t.id = m.tag_id LEFT JOIN label_tag i ON i.id = m.into_id ORDER BY m.tag_id`, nil, func(row db.Row) error {
		var m Move
		err := row.Scan(&m.From, &m.Into, &m.Name, &m.IntoName, &m.Contacts, &m.Moved)
		list = append(list, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list tags on their way out: %w", err)
	}
	return list, nil
}

// Stop leaves the tag to those who have it still.
func Stop(ctx context.Context, tx *db.Tx, tag int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM label_move WHERE tag_id = ?`, tag)
	return err
}

// Both counts the contacts that have two tags, looking at most at some who have
// the first.
func Both(ctx context.Context, q db.Q, one, other int64, most int) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FROM (SELECT contact_id FROM contact_tag WHERE tag_id = ? ORDER BY contact_id LIMIT ?) a
		JOIN contact_tag b ON b.contact_id = a.contact_id AND b.tag_id = ?`, one, most, other).Scan(&n)
	return n, err
}
