package contact

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

// KeptFor is how long a deleted contact can be restored.
const KeptFor = 24 * time.Hour

// binned is a deleted contact.
type binned struct {
	Contact   id.Contact
	Name      string
	Anonymous bool
	Deleted   time.Time
	By        string
}

// Gone is when it will be erased.
func (b binned) Gone() time.Time { return b.Deleted.Add(KeptFor) }

// Delete puts a contact into the bin. It is found nowhere from then on, and its
// keys are free: the address goes to a contact that holds it too, a browser
// that comes back is a new visitor.
func Delete(ctx context.Context, tx *db.Tx, contact id.Contact, e Edit) error {
	var state State
	err := tx.QueryRow(ctx, `SELECT state FROM contact WHERE id = ?`+tx.Dialect().ForUpdate(), int64(contact)).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) || err == nil && state > Known {
		return fault.NotFound(fmt.Errorf("delete contact %d: state %d, %w", contact, state, sql.ErrNoRows))
	}
	if err != nil {
		return fmt.Errorf("delete contact %d: %w", contact, err)
	}
	keys, err := allKeys(ctx, tx, contact)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(keys)
	if err != nil {
		return fmt.Errorf("delete contact %d: %w", contact, err)
	}
	var active sql.NullInt64
	if err := tx.QueryRow(ctx, `SELECT max(last_active) FROM contact_active WHERE contact_id = ?`, int64(contact)).Scan(&active); err != nil {
		return fmt.Errorf("delete contact %d: %w", contact, err)
	}
	err = tx.Insert(ctx, "contact_bin", []string{"contact_id", "state", "deleted", "deleted_by", "deleted_by_user", "last_active", "identity_keys"},
		[][]any{{int64(contact), int(state), db.Millis(tx.Now()), db.NullID(e.User), db.NullText(e.UserName), db.NullMillis(db.NullTime(active)), string(raw)}})
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE contact SET state = ? WHERE id = ?`, int(deleted), int64(contact))
	}
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM contact_active WHERE contact_id = ?`, int64(contact))
	}
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM identity WHERE contact_id = ?`, int64(contact))
	}
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM field_index WHERE contact_id = ?`, int64(contact))
	}
	if err == nil {
		err = tx.UnindexText(ctx, "contact_search", int64(contact))
	}
	if err != nil {
		return fmt.Errorf("delete contact %d: %w", contact, err)
	}
	for _, k := range keys {
		if err := inherit(ctx, tx, k); err != nil {
			return err
		}
	}
	if err := tx.Publish(mergedTopic, int64(contact)); err != nil {
		return err
	}
	kind := KindDeleted
	if state == Anonymous {
		kind = KindVisitorDeleted
	}
	activity.Append(tx, activity.Entry{Contact: contact, Kind: kind, Source: e.Source, Data: Removed{By: e.By}})
	return nil
}

// inherit gives a key to the contact that holds its value since the longest time, if
// the key became free.
func inherit(ctx context.Context, tx *db.Tx, k Key) error {
	if k.Kind == keyDevice {
		return nil
	}
	var heir id.Contact
	err := tx.QueryRow(ctx, `SELECT c.contact_id FROM identity_conflict c JOIN contact ON contact.id = c.contact_id AND contact.state = 1
		WHERE c.kind = ? AND c.value = ? ORDER BY c.added, c.contact_id LIMIT 1`, int(k.Kind), k.Value).Scan(&heir)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	owner := heir
	if err == nil {
		owner, err = claim(ctx, tx, Key{Kind: k.Kind, Value: k.Value, Source: activity.SourceSystem}, heir)
	}
	if err == nil && owner == heir {
		err = settled(ctx, tx, k.Kind, k.Value, heir)
	}
	if err != nil {
		return fmt.Errorf("hand key on to contact %d: %w", heir, err)
	}
	return nil
}

// Bin lists the deleted contacts, the latest first.
func Bin(ctx context.Context, q db.Q, limit int) ([]binned, error) {
	rows, err := q.Query(ctx, `SELECT b.contact_id, coalesce(contact.name, ''), b.state, b.deleted, coalesce(b.deleted_by_user, '')
		FROM contact_bin b JOIN contact ON contact.id = b.contact_id WHERE b.erasing = 0 ORDER BY b.deleted DESC, b.contact_id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("list deleted contacts: %w", err)
	}
	defer rows.Close()
	var list []binned
	for rows.Next() {
		var b binned
		var state State
		var at int64
		if err := rows.Scan(&b.Contact, &b.Name, &state, &at, &b.By); err != nil {
			return nil, err
		}
		b.Deleted, b.Anonymous = db.Time(at), state == Anonymous
		list = append(list, b)
	}
	return list, rows.Err()
}

// Restore takes a contact out of the bin, with those of its keys that nobody
// took meanwhile; the others are conflicts. One that was not deleted at e.Seen, where
// that is given, is a Conflict fault.
func Restore(ctx context.Context, tx *db.Tx, contact id.Contact, e Edit) error {
	var state State
	var active sql.NullInt64
	var raw, fields []byte
	var at int64
	err := tx.QueryRow(ctx, `SELECT b.state, b.deleted, b.last_active, b.identity_keys, contact.fields FROM contact_bin b JOIN contact ON contact.id = b.contact_id
		WHERE b.contact_id = ? AND b.erasing = 0`, int64(contact)).Scan(&state, &at, &active, &raw, &fields)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.NotFound(fmt.Errorf("restore contact %d: %w", contact, err))
	}
	if err == nil && e.Seen != nil && !e.Seen.Equal(db.Time(at)) {
		return fault.Conflict(fmt.Errorf("restore contact %d: deleted again", contact), fault.Say("contact.deleted_again|It was deleted again since."))
	}
	var keys []Key
	if err == nil {
		err = json.Unmarshal(raw, &keys)
	}
	var values map[string]string
	if err == nil {
		values, err = decodeValues(fields)
	}
	if err == nil {
		err = unbin(ctx, tx, contact)
	}
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE contact SET state = ? WHERE id = ?`, int(state), int64(contact))
	}
	if err != nil {
		return fmt.Errorf("restore contact %d: %w", contact, err)
	}
	if active.Valid {
		if err := touch(ctx, tx, contact, state, db.Time(active.Int64)); err != nil {
			return err
		}
	}
	for _, k := range keys {
		if _, err := claim(ctx, tx, k, contact); err != nil {
			return fmt.Errorf("restore keys of contact %d: %w", contact, err)
		}
	}
	set, err := field.Now(ctx, tx)
	if err == nil {
		err = claimValues(ctx, tx, set, contact, values, nil)
	}
	if err == nil {
		err = tx.Insert(ctx, "field_index", indexColumns, allRows(set, contact, values))
	}
	if err != nil {
		return fmt.Errorf("restore contact %d: %w", contact, err)
	}
	kind := KindVisitorRestored
	if state == Known {
		kind = KindRestored
		err := tx.IndexText(ctx, "contact_search", int64(contact), searchText(set, values))
		if err != nil {
			return fmt.Errorf("restore contact %d: %w", contact, err)
		}
	}
	if err := tx.Publish(mergedTopic, int64(contact)); err != nil {
		return err
	}
	activity.Append(tx, activity.Entry{Contact: contact, Kind: kind, Source: e.Source, Data: Removed{By: e.By}})
	return nil
}

// unbin takes a contact out of the bin, unless its erasure began meanwhile.
func unbin(ctx context.Context, tx *db.Tx, contact id.Contact) error {
	result, err := tx.Exec(ctx, `DELETE FROM contact_bin WHERE contact_id = ? AND erasing = 0`, int64(contact))
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, fault.NotFound(fmt.Errorf("contact %d is no longer in the bin", contact)))
	}
	return nil
}

func scanIDs(rows *sql.Rows) ([]id.Contact, error) {
	defer rows.Close()
	var list []id.Contact
	for rows.Next() {
		var c id.Contact
		if err := rows.Scan(&c); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}
