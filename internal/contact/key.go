package contact

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// KeyKind is what sort of identity key a value is. Numbers are stored.
type KeyKind int

// The kinds of key. A device token is weak: it never makes stored values
// visible and is handed over freely. The others are strong.
const (
	KeyDevice KeyKind = 1
	KeyEmail  KeyKind = 2
)

// deviceKind is KeyDevice in SQL.
const deviceKind = "1"

// Key is an identity key of a contact.
type Key struct {
	Kind   KeyKind
	Value  string
	Added  time.Time
	Source activity.Source
}

// uniqueKeys are the fields whose values are identity keys.
var uniqueKeys = []struct {
	alias string
	kind  KeyKind
}{{"email", KeyEmail}}

func normalise(value string) string { return strings.ToLower(strings.TrimSpace(value)) }

// Keys lists the strong identity keys of a contact.
func Keys(ctx context.Context, q db.Q, contact id.Contact) ([]Key, error) {
	rows, err := q.Query(ctx, `SELECT kind, value, added, source FROM identity WHERE contact_id = ? AND kind > 1 ORDER BY kind, value`, int64(contact))
	if err != nil {
		return nil, fmt.Errorf("list keys of contact %d: %w", contact, err)
	}
	defer rows.Close()
	var list []Key
	for rows.Next() {
		var k Key
		var added int64
		if err := rows.Scan(&k.Kind, &k.Value, &added, &k.Source); err != nil {
			return nil, err
		}
		k.Added = db.Time(added)
		list = append(list, k)
	}
	return list, rows.Err()
}

// ownerOf finds the contact that owns a key, zero for none.
func ownerOf(ctx context.Context, q db.Q, kind KeyKind, value string) (id.Contact, error) {
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
func claim(ctx context.Context, tx *db.Tx, kind KeyKind, value string, contact id.Contact, source activity.Source) (id.Contact, error) {
	_, err := tx.InsertMissing(ctx, "identity", keyColumns, [][]any{{int(kind), value, int64(contact), db.Millis(tx.Now()), int(source)}})
	if err != nil {
		return 0, err
	}
	return ownerOf(ctx, tx, kind, value)
}

var keyColumns = []string{"kind", "value", "contact_id", "added", "source"}

// release gives up a key if this contact owns it.
func release(ctx context.Context, tx *db.Tx, kind KeyKind, value string, contact id.Contact) error {
	_, err := tx.Exec(ctx, `DELETE FROM identity WHERE kind = ? AND value = ? AND contact_id = ?`, int(kind), value, int64(contact))
	if err != nil {
		return fmt.Errorf("release key of contact %d: %w", contact, err)
	}
	return nil
}

// handOver makes a device token lead to a contact from now on.
func handOver(ctx context.Context, tx *db.Tx, token string, to id.Contact, source activity.Source) error {
	if _, err := tx.Exec(ctx, `DELETE FROM identity WHERE kind = ? AND value = ?`, int(KeyDevice), token); err != nil {
		return fmt.Errorf("hand device over to contact %d: %w", to, err)
	}
	_, err := claim(ctx, tx, KeyDevice, token, to, source)
	return err
}
