package contact

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/id"
)

// keyKind is what sort of identity key a value is. Numbers are stored.
type keyKind int

// The kinds of key. A device token is weak: it never makes stored values
// visible and is handed over freely. The others are strong.
const (
	keyDevice keyKind = 1
	KeyEmail  keyKind = 2
)

// Key is an identity key of a contact.
type Key struct {
	Kind   keyKind
	Value  string
	Added  time.Time
	Source activity.Source
	// Origin is whose it was before a merge, zero for the contact's own.
	Origin id.Contact `json:",omitzero"`
	// Contact has it.
	Contact id.Contact `json:"-"`
}

// keyOf is the kind of key that the values of a unique field are: of one that
// people defined, its identifier.
func keyOf(f field.Field) keyKind {
	if f.Alias == "email" {
		return KeyEmail
	}
	return keyKind(f.ID)
}

// normalise is the form in which a value is a key, empty for one that cannot
// be: what programs write for nothing would otherwise make one contact of many.
func normalise(value string) string {
	if field.Placeholder(value) {
		return ""
	}
	return strings.ToLower(strings.Trim(strings.TrimSpace(value), field.Quotes))
}

// Keys lists the strong identity keys of contacts.
func Keys(ctx context.Context, q db.Q, contacts ...id.Contact) ([]Key, error) {
	keys, err := allKeys(ctx, q, contacts...)
	return slices.DeleteFunc(keys, func(k Key) bool { return k.Kind == keyDevice }), err
}

func allKeys(ctx context.Context, q db.Q, contacts ...id.Contact) ([]Key, error) {
	among, args := db.InIDs(q.Dialect(), "contact_id", contacts)
	rows, err := q.Query(ctx, `SELECT kind, value, added, source, coalesce(origin_id, 0), contact_id FROM identity WHERE `+among+` ORDER BY kind, value`, args...)
	if err != nil {
		return nil, fmt.Errorf("list keys of contacts: %w", err)
	}
	defer rows.Close()
	var list []Key
	for rows.Next() {
		var k Key
		var added int64
		if err := rows.Scan(&k.Kind, &k.Value, &added, &k.Source, &k.Origin, &k.Contact); err != nil {
			return nil, err
		}
		k.Added = db.Time(added)
		list = append(list, k)
	}
	return list, rows.Err()
}

// ownerOf finds the contact that owns a key, zero for none.
func ownerOf(ctx context.Context, q db.Q, kind keyKind, value string) (id.Contact, error) {
	var owner id.Contact
	err := q.QueryRow(ctx, `SELECT contact_id FROM identity WHERE kind = ? AND value = ?`, int(kind), value).Scan(&owner)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find owner of key: %w", err)
	}
	return Resolve(ctx, q, owner)
}

// claim takes a key for a contact unless another has it, and returns the owner.
// It is from now on when Added is zero.
func claim(ctx context.Context, tx *db.Tx, k Key, contact id.Contact) (id.Contact, error) {
	if k.Added.IsZero() {
		k.Added = tx.Now()
	}
	_, err := tx.InsertMissing(ctx, "identity", keyColumns, [][]any{{int(k.Kind), k.Value, int64(contact), db.Millis(k.Added), int(k.Source), db.NullID(k.Origin)}})
	if err != nil {
		return 0, err
	}
	return ownerOf(ctx, tx, k.Kind, k.Value)
}

// originOf finds whose a key was before a merge, zero for who has it.
func originOf(ctx context.Context, q db.Q, kind keyKind, value string) (id.Contact, error) {
	var origin id.Contact
	err := q.QueryRow(ctx, `SELECT coalesce(origin_id, 0) FROM identity WHERE kind = ? AND value = ?`, int(kind), value).Scan(&origin)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("find whose key it was: %w", err)
	}
	return origin, nil
}

// claimMany takes keys for their contacts, as rows of keyColumns. One that another
// contact owns stays with it: that is a conflict.
func claimMany(ctx context.Context, tx *db.Tx, keys [][]any) error {
	added, err := tx.InsertMissing(ctx, "identity", keyColumns, inOrder(keys))
	if err != nil || added == int64(len(keys)) {
		return err
	}
	for _, k := range keys {
		kind, value, contact := keyKind(k[0].(int)), k[1].(string), id.Contact(k[2].(int64))
		owner, err := ownerOf(ctx, tx, kind, value)
		if err == nil && owner != contact {
			err = conflict(ctx, tx, kind, value, contact)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inOrder puts rows of keyColumns in the order of their values, so that
// neighbours share pages.
func inOrder(keys [][]any) [][]any {
	slices.SortFunc(keys, func(a, b []any) int { return cmp.Compare(a[1].(string), b[1].(string)) })
	return keys
}

var keyColumns = []string{"kind", "value", "contact_id", "added", "source", "origin_id"}

// conflict notes that a contact holds a value whose key another owns.
func conflict(ctx context.Context, tx *db.Tx, kind keyKind, value string, contact id.Contact) error {
	_, err := tx.InsertMissing(ctx, "identity_conflict", []string{"contact_id", "kind", "value", "added"}, [][]any{{int64(contact), int(kind), value, db.Millis(tx.Now())}})
	return err
}

// settled ends the conflict of a contact about a key that is its own now.
func settled(ctx context.Context, tx *db.Tx, kind keyKind, value string, contact id.Contact) error {
	_, err := tx.Exec(ctx, `DELETE FROM identity_conflict WHERE contact_id = ? AND kind = ? AND value = ?`, int64(contact), int(kind), value)
	if err != nil {
		return fmt.Errorf("end conflict of contact %d: %w", contact, err)
	}
	return nil
}

// claimValues takes the keys of the values of a contact that nobody has, as they were
// had once; the others are its conflicts.
func claimValues(ctx context.Context, tx *db.Tx, set *field.Set, contact id.Contact, values map[string]string, had []Key) error {
	if err := settleOthers(ctx, tx, set, contact, values); err != nil {
		return err
	}
	for _, f := range set.Keyed() {
		key := Key{Kind: keyOf(f), Value: normalise(values[f.Alias]), Source: activity.SourceSystem}
		if key.Value == "" {
			continue
		}
		for _, k := range had {
			if k.Kind == key.Kind && k.Value == key.Value {
				key = k
			}
		}
		owner, err := claim(ctx, tx, key, contact)
		if err == nil && owner == contact {
			err = settled(ctx, tx, key.Kind, key.Value, contact)
		} else if err == nil {
			err = conflict(ctx, tx, key.Kind, key.Value, contact)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settleOthers ends the conflicts of a contact about values that it does not have.
func settleOthers(ctx context.Context, tx *db.Tx, set *field.Set, contact id.Contact, values map[string]string) error {
	rows, err := tx.Query(ctx, `SELECT kind, value FROM identity_conflict WHERE contact_id = ?`, int64(contact))
	if err != nil {
		return fmt.Errorf("list conflicts of contact %d: %w", contact, err)
	}
	defer rows.Close()
	var over []Key
	for rows.Next() {
		var k Key
		if err := rows.Scan(&k.Kind, &k.Value); err != nil {
			return err
		}
		if !slices.ContainsFunc(set.Keyed(), func(f field.Field) bool { return keyOf(f) == k.Kind && normalise(values[f.Alias]) == k.Value }) {
			over = append(over, k)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, k := range over {
		if err := settled(ctx, tx, k.Kind, k.Value, contact); err != nil {
			return err
		}
	}
	return nil
}

// Conflict is a value of a contact whose key Owner has.
type Conflict struct {
	Contact, Owner id.Contact
	Kind           keyKind
	Value          string
	Added          time.Time
}

// Conflicts lists the values of a contact whose keys others own; of all
// contacts when it is zero. The latest are first.
func Conflicts(ctx context.Context, q db.Q, contact id.Contact, limit int) ([]Conflict, error) {
	if contact == 0 {
		return conflictsWhere(ctx, q, "", nil, limit)
	}
	return conflictsWhere(ctx, q, `WHERE c.contact_id = ? `, []any{int64(contact)}, limit)
}

func conflictsWhere(ctx context.Context, q db.Q, where string, args []any, limit int) ([]Conflict, error) {
	rows, err := q.Query(ctx, `SELECT c.contact_id, i.contact_id, c.kind, c.value, c.added FROM identity_conflict c
		JOIN identity i ON i.kind = c.kind AND i.value = c.value AND i.contact_id <> c.contact_id
		JOIN contact ON contact.id = c.contact_id AND contact.state <= 1
		`+where+`ORDER BY c.added DESC, c.contact_id LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("list conflicts of keys: %w", err)
	}
	defer rows.Close()
	var list []Conflict
	for rows.Next() {
		var c Conflict
		var added int64
		if err := rows.Scan(&c.Contact, &c.Owner, &c.Kind, &c.Value, &added); err != nil {
			return nil, err
		}
		c.Added = db.Time(added)
		list = append(list, c)
	}
	return list, rows.Err()
}

// release gives up a key if this contact owns it and it belongs to origin, zero for
// the contact itself.
func release(ctx context.Context, tx *db.Tx, kind keyKind, value string, contact, origin id.Contact) error {
	_, err := tx.Exec(ctx, `DELETE FROM identity WHERE kind = ? AND value = ? AND contact_id = ? AND coalesce(origin_id, 0) = ?`, int(kind), value, int64(contact), int64(origin))
	if err != nil {
		return fmt.Errorf("release key of contact %d: %w", contact, err)
	}
	return settled(ctx, tx, kind, value, contact)
}
