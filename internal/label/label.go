package label

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/rule"
)

// The kinds of this package.
const (
	KindAdded   activity.Kind = 30
	KindRemoved activity.Kind = 31
)

// Longest is the greatest number of characters of a tag.
const Longest = 100

// Tag is a word on contacts.
type Tag struct {
	ID   int64
	Name string
}

// By says who put a tag on a contact or took it off.
type By struct {
	Source activity.Source `json:"-"`
	// Origin is whose doing it was when that was merged into the contact, zero for
	// the contact's.
	Origin id.Contact `json:"-"`
	Object string     `json:"object,omitempty"`
	ID     int64      `json:"id,omitempty"`
	Name   string     `json:"name,omitempty"`
}

// Tagged is the data of tag.added and tag.removed.
type Tagged struct {
	Name string `json:"name"`
	By   By     `json:"by,omitzero"`
}

// Kinds declares what this package appends to threads.
func Kinds() []activity.Definition {
	return []activity.Definition{
		{Kind: KindAdded, Name: "tag.added", Protocol: "tag.added", Payload: Tagged{}},
		{Kind: KindRemoved, Name: "tag.removed", Protocol: "tag.removed", Payload: Tagged{}},
	}
}

// Field is how a list of contacts is asked for a tag.
func Field() rule.Field {
	return rule.Field{Type: rule.Text, Expr: "t.name_key", Folded: true, AmongAny: true,
		Within: "EXISTS (SELECT 1 FROM contact_tag ct JOIN label_tag t ON t.id = ct.tag_id WHERE ct.contact_id = contact.id AND {})",
		Among:  "SELECT ct.contact_id FROM label_tag t JOIN contact_tag ct ON ct.tag_id = t.id WHERE {}"}
}

// Add puts tags on a contact; those that it has stay as they are, and empty
// names are left out.
func Add(ctx context.Context, tx *db.Tx, contact id.Contact, names []string, by By) error {
	for _, typed := range names {
		name := field.Printable(typed)
		key := field.Fold(name)
		if key == "" {
			continue
		}
		if n := utf8.RuneCountInString(name); n > Longest {
			return fault.Invalid(fault.Fields{"tags": fault.Say("label.too_long|A tag has at most %d characters.", Longest)})
		}
		tag, err := ensure(ctx, tx, name, key)
		if err != nil {
			return err
		}
		fresh, err := tx.InsertMissing(ctx, "contact_tag", []string{"contact_id", "tag_id", "added"}, [][]any{{int64(contact), tag.ID, db.Millis(tx.Now())}})
		if err != nil {
			return err
		}
		if fresh > 0 {
			if err := count(ctx, tx, tag.ID, 1); err != nil {
				return err
			}
			activity.Append(tx, activity.Entry{Contact: contact, Origin: by.Origin, Kind: KindAdded, Source: by.Source, Data: Tagged{tag.Name, by}})
		}
	}
	return nil
}

// Tagging is a tag to put on a contact, with when and by whom it was.
type Tagging struct {
	Contact id.Contact
	Name    string
	At      time.Time
	By      By
}

// AddAll puts tags on many contacts, none twice on the same. Those that a contact
// has stay as they are.
func AddAll(ctx context.Context, tx *db.Tx, list []Tagging) error {
	if len(list) == 0 {
		return nil
	}
	tags := map[string]Tag{} // by key
	contacts := make([]id.Contact, len(list))
	for i, t := range list {
		contacts[i] = t.Contact
		name := field.Printable(t.Name)
		key := field.Fold(name)
		if _, known := tags[key]; known || key == "" {
			continue
		}
		tag, err := ensure(ctx, tx, name, key)
		if err != nil {
			return err
		}
		tags[key] = tag
	}
	had, err := Of(ctx, tx, contacts)
	if err != nil {
		return err
	}
	var rows [][]any
	more := map[int64]int64{}
	for _, t := range list {
		tag := tags[field.Fold(field.Printable(t.Name))]
		if tag.ID == 0 || slices.Contains(had[t.Contact], tag) {
			continue
		}
		had[t.Contact] = append(had[t.Contact], tag)
		rows = append(rows, []any{int64(t.Contact), tag.ID, db.Millis(t.At)})
		more[tag.ID]++
		activity.Append(tx, activity.Entry{Contact: t.Contact, At: t.At, Kind: KindAdded, Source: t.By.Source, Data: Tagged{tag.Name, t.By}})
	}
	if err := tx.Insert(ctx, "contact_tag", []string{"contact_id", "tag_id", "added"}, rows); err != nil {
		return err
	}
	return countAll(ctx, tx, more)
}

// count notes that more contacts have a tag, or fewer.
func count(ctx context.Context, tx *db.Tx, tag, more int64) error {
	if more == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE label_tag SET contacts = contacts + ? WHERE id = ?`, more, tag); err != nil {
		return fmt.Errorf("count contacts of tag %d: %w", tag, err)
	}
	return nil
}

// countAll is count for several tags, in one order for all who do.
func countAll(ctx context.Context, tx *db.Tx, more map[int64]int64) error {
	for _, tag := range slices.Sorted(maps.Keys(more)) {
		if err := count(ctx, tx, tag, more[tag]); err != nil {
			return err
		}
	}
	return nil
}

// take removes the rows of a tag that a condition finds. What others remove at the same
// time they count.
func take(ctx context.Context, tx *db.Tx, tag int64, where string, args []any) error {
	result, err := tx.Exec(ctx, `DELETE FROM contact_tag WHERE `+where+` AND tag_id = ?`, append(args, tag)...)
	if err != nil {
		return fmt.Errorf("take tag %d off contacts: %w", tag, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return err
	}
	return count(ctx, tx, tag, -n)
}

// RemoveAll takes tags off contacts that have them; who has not is left out. A tag
// that nobody has any more is forgotten.
func RemoveAll(ctx context.Context, tx *db.Tx, list []Tagging) error {
	contacts := make([]id.Contact, len(list))
	for i, t := range list {
		contacts[i] = t.Contact
	}
	has, err := Of(ctx, tx, contacts)
	if err != nil {
		return err
	}
	off := map[int64][]id.Contact{} // by tag
	for _, t := range list {
		at := slices.IndexFunc(has[t.Contact], func(is Tag) bool { return field.Fold(is.Name) == field.Fold(t.Name) })
		if at < 0 {
			continue
		}
		tag := has[t.Contact][at]
		if slices.Contains(off[tag.ID], t.Contact) {
			continue
		}
		off[tag.ID] = append(off[tag.ID], t.Contact)
		activity.Append(tx, activity.Entry{Contact: t.Contact, At: t.At, Kind: KindRemoved, Source: t.By.Source, Data: Tagged{tag.Name, t.By}})
	}
	tags := slices.Sorted(maps.Keys(off))
	for _, tag := range tags {
		among, args := db.InIDs(tx.Dialect(), "contact_id", off[tag])
		if err := take(ctx, tx, tag, among, args); err != nil {
			return err
		}
	}
	return forget(ctx, tx, tags)
}

// ensure finds a tag by its key, or creates it.
func ensure(ctx context.Context, tx *db.Tx, name, key string) (Tag, error) {
	number, err := tx.NextID(ctx, "label_tag")
	if err != nil {
		return Tag{}, err
	}
	_, err = tx.InsertMissing(ctx, "label_tag", []string{"name_key", "id", "name", "added"}, [][]any{{key, number, name, db.Millis(tx.Now())}})
	if err != nil {
		return Tag{}, err
	}
	var t Tag
	if err := tx.QueryRow(ctx, `SELECT id, name FROM label_tag WHERE name_key = ?`+tx.Dialect().ForUpdate(), key).Scan(&t.ID, &t.Name); err != nil {
		return t, fmt.Errorf("find tag: %w", err)
	}
	return t, nil
}

// Remove takes a tag off a contact, and forgets it when it was the last one's.
func Remove(ctx context.Context, tx *db.Tx, contact id.Contact, tag int64, by By) error {
	tags, err := Of(ctx, tx, []id.Contact{contact})
	if err != nil {
		return err
	}
	for _, t := range tags[contact] {
		if t.ID != tag {
			continue
		}
		if err := take(ctx, tx, tag, "contact_id = ?", []any{int64(contact)}); err != nil {
			return err
		}
		activity.Append(tx, activity.Entry{Contact: contact, Origin: by.Origin, Kind: KindRemoved, Source: by.Source, Data: Tagged{t.Name, by}})
		return forget(ctx, tx, []int64{tag})
	}
	return nil
}

// RemoveNamed takes tags off a contact by their names, which may be written in any
// way that folds to the same.
func RemoveNamed(ctx context.Context, tx *db.Tx, contact id.Contact, names []string, by By) error {
	if len(names) == 0 {
		return nil
	}
	tags, err := Of(ctx, tx, []id.Contact{contact})
	if err != nil {
		return err
	}
	for _, t := range tags[contact] {
		same := func(name string) bool { return field.Fold(name) == field.Fold(t.Name) }
		if !slices.ContainsFunc(names, same) {
			continue
		}
		if err := Remove(ctx, tx, contact, t.ID, by); err != nil {
			return err
		}
	}
	return nil
}

// forget drops those of these tags that nobody has and nobody described. It holds them first, so that
// nobody takes one meanwhile.
func forget(ctx context.Context, tx *db.Tx, tags []int64) error {
	for _, tag := range tags {
		var held int64
		err := tx.QueryRow(ctx, `SELECT id FROM label_tag WHERE id = ?`+tx.Dialect().ForUpdate(), tag).Scan(&held)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM label_tag WHERE id = ? AND description = '' AND NOT EXISTS (SELECT 1 FROM contact_tag c WHERE c.tag_id = ?)`, tag, tag)
		}
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM label_former WHERE tag_id = ? AND NOT EXISTS (SELECT 1 FROM label_tag t WHERE t.id = ?)`, tag, tag)
		}
		if err != nil {
			return fmt.Errorf("forget tag %d: %w", tag, err)
		}
	}
	return nil
}

// Of lists the tags of contacts by name.
func Of(ctx context.Context, q db.Q, contacts []id.Contact) (map[id.Contact][]Tag, error) {
	tags := map[id.Contact][]Tag{}
	if len(contacts) == 0 {
		return tags, nil
	}
	among, args := db.InIDs(q.Dialect(), "c.contact_id", contacts)
	rows, err := q.Query(ctx, `SELECT c.contact_id, t.id, t.name FROM contact_tag c JOIN label_tag t ON t.id = c.tag_id WHERE `+among+` ORDER BY t.name_key`, args...)
	if err != nil {
		return nil, fmt.Errorf("list tags of contacts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var contact id.Contact
		var t Tag
		if err := rows.Scan(&contact, &t.ID, &t.Name); err != nil {
			return nil, err
		}
		tags[contact] = append(tags[contact], t)
	}
	return tags, rows.Err()
}

// All lists the tags there are by name.
func All(ctx context.Context, q db.Q, limit int) ([]Tag, error) {
	rows, err := q.Query(ctx, `SELECT id, name FROM label_tag ORDER BY name_key LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	defer rows.Close()
	var list []Tag
	for rows.Next() {
		var t Tag
		if err := rows.Scan(&t.ID, &t.Name); err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, rows.Err()
}
