package contact

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// mergedTopic is published once devices of a contact may be another's, with the
// number of that which had them.
const mergedTopic = "contact.merged" // package visit waits for it

// side is one of the two contacts of a merge.
type side struct {
	id         id.Contact
	state      State
	added      int64
	identified sql.NullInt64
	points     int
	owner, ip  sql.NullInt64
	name       sql.NullString
	values     map[string]string
	active     sql.NullInt64
}

// absorb joins a contact into another when nothing strong speaks against it: the
// absorbed one must own no strong key, whatever else is known of it. It tells
// whether it did. The survivor keeps its identifier and its values; it takes
// the thread, the keys, the addresses, the values that it has none of, and the
// earlier dates. The absorbed row stays as it is and leads to the survivor for
// ever.
func absorb(ctx context.Context, tx *db.Tx, survivor, absorbed id.Contact, source activity.Source, by By) (bool, error) {
	to, from, err := bothSides(ctx, tx, survivor, absorbed)
	if err != nil || to.state > Known || from.state > Known || to.id == from.id {
		return false, err
	}
	keys, err := allKeys(ctx, tx, absorbed)
	if err != nil || slices.ContainsFunc(keys, func(k Key) bool { return k.Kind != keyDevice }) {
		return false, err
	}
	if err := tx.Publish(mergedTopic, int64(absorbed)); err != nil {
		return false, err
	}
	record := Merged{By: by, Contact: absorbed, Name: from.name.String, State: from.state,
		Before: before{Added: to.added, Identified: to.identified.Int64, Points: to.points, Owner: to.owner.Int64, IP: to.ip.Int64}}
	for _, k := range keys {
		record.Keys = append(record.Keys, movedKey{k.Kind, k.Value})
	}
	if err := moveAllKeys(ctx, tx, keys, absorbed, survivor); err != nil {
		return false, err
	}
	if record.IPs, err = joinIPs(ctx, tx, absorbed, survivor); err != nil {
		return false, err
	}
	if record.Events, err = activity.Move(ctx, tx, absorbed, survivor); err != nil {
		return false, err
	}
	if err := to.join(ctx, tx, from); err != nil {
		return false, err
	}
	fill := map[string]string{}
	for alias, value := range from.values {
		if to.values[alias] == "" {
			fill[alias] = value
		}
	}
	record.Filled = slices.Sorted(maps.Keys(fill))
	kind := KindJoined
	if from.state == Known {
		kind = KindMerged
	}
	event := activity.Append(tx, activity.Entry{Contact: survivor, Kind: kind, Source: source, Data: record})
	_, err = apply(ctx, tx, survivor, edit{values: fill, source: source, by: by, cause: event, first: true})
	return err == nil, err
}

// bothSides reads two contacts and holds them until the end of the transaction.
func bothSides(ctx context.Context, tx *db.Tx, survivor, absorbed id.Contact) (to, from side, err error) {
	rows, err := tx.Query(ctx, `SELECT id, state, added, identified, points, owner_id, ip_id, name, fields FROM contact
		WHERE id IN (?, ?) ORDER BY id`+tx.Dialect().ForUpdate(), int64(survivor), int64(absorbed))
	if err != nil {
		return to, from, fmt.Errorf("read contacts %d and %d: %w", survivor, absorbed, err)
	}
	defer rows.Close()
	for rows.Next() {
		var s side
		var fields []byte
		if err := rows.Scan(&s.id, &s.state, &s.added, &s.identified, &s.points, &s.owner, &s.ip, &s.name, &fields); err != nil {
			return to, from, err
		}
		if s.values, err = decodeValues(fields); err != nil {
			return to, from, fmt.Errorf("read values of contact %d: %w", s.id, err)
		}
		if s.id == survivor {
			to = s
		}
		if s.id == absorbed {
			from = s
		}
	}
	if err := rows.Err(); err != nil {
		return to, from, err
	}
	if to.id == 0 || from.id == 0 {
		return to, from, fmt.Errorf("merge contact %d into %d: one of them does not exist", absorbed, survivor)
	}
	err = tx.QueryRow(ctx, `SELECT max(last_active) FROM contact_active WHERE contact_id = ?`, int64(absorbed)).Scan(&from.active)
	return to, from, err
}

// join writes to the survivor's row what it takes from the other's, and makes
// the other's lead to it.
func (to side) join(ctx context.Context, tx *db.Tx, from side) error {
	added, ip := to.added, to.ip
	if from.added < to.added {
		added, ip = from.added, from.ip
	}
	if !ip.Valid {
		ip = to.ip
	}
	identified := to.identified
	if from.identified.Valid && (!identified.Valid || from.identified.Int64 < identified.Int64) {
		identified = from.identified
	}
	owner := to.owner
	if !owner.Valid {
		owner = from.owner
	}
	_, err := tx.Exec(ctx, `UPDATE contact SET added = ?, identified = ?, points = ?, owner_id = ?, ip_id = ? WHERE id = ?`,
		added, identified, to.points+from.points, owner, ip, int64(to.id))
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE contact SET state = ?, merged_into = ? WHERE id = ?`, int(merged), int64(to.id), int64(from.id))
	}
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM contact_active WHERE contact_id = ?`, int64(from.id))
	}
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM field_index WHERE contact_id = ?`, int64(from.id))
	}
	if err != nil {
		return fmt.Errorf("merge contact %d into %d: %w", from.id, to.id, err)
	}
	if from.active.Valid {
		if err := touch(ctx, tx, to.id, to.state, db.Time(from.active.Int64)); err != nil {
			return err
		}
	}
	return tx.UnindexText(ctx, "contact_search", int64(from.id))
}

func moveAllKeys(ctx context.Context, tx *db.Tx, keys []Key, from, to id.Contact) error {
	if _, err := tx.Exec(ctx, `DELETE FROM identity WHERE contact_id = ?`, int64(from)); err != nil {
		return fmt.Errorf("move keys of contact %d: %w", from, err)
	}
	rows := make([][]any, 0, len(keys))
	for _, k := range keys {
		rows = append(rows, []any{int(k.Kind), k.Value, int64(to), db.Millis(k.Added), int(k.Source)})
	}
	return tx.Insert(ctx, "identity", keyColumns, rows)
}

// joinIPs moves addresses and returns those that were new.
func joinIPs(ctx context.Context, tx *db.Tx, from, to id.Contact) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT a.address FROM contact_ip i JOIN ip_address a ON a.id = i.ip_id
		WHERE i.contact_id = ? AND NOT EXISTS (SELECT 1 FROM contact_ip own WHERE own.contact_id = ? AND own.ip_id = i.ip_id) ORDER BY i.added, a.id`, int64(from), int64(to))
	if err != nil {
		return nil, fmt.Errorf("move addresses of contact %d: %w", from, err)
	}
	defer rows.Close()
	var fresh []string
	for rows.Next() {
		var a string
		if err := rows.Scan(&a); err != nil {
			return nil, err
		}
		fresh = append(fresh, a)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO contact_ip (contact_id, ip_id, added) SELECT CAST(? AS BIGINT), ip_id, added FROM contact_ip WHERE contact_id = ?
		ON CONFLICT (contact_id, ip_id) DO UPDATE SET added = CASE WHEN excluded.added < contact_ip.added THEN excluded.added ELSE contact_ip.added END`, int64(to), int64(from))
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM contact_ip WHERE contact_id = ?`, int64(from))
	}
	if err != nil {
		return nil, fmt.Errorf("move addresses of contact %d: %w", from, err)
	}
	return fresh, nil
}

// Absorbed finds the contacts that were merged into each of these, not counting
// those that had been merged into them before.
func Absorbed(ctx context.Context, q db.Q, survivors []id.Contact) (map[id.Contact][]id.Contact, error) {
	among, args := db.InIDs(q.Dialect(), "merged_into", survivors)
	rows, err := q.Query(ctx, `SELECT merged_into, id FROM contact WHERE merged_into IS NOT NULL AND `+among+` ORDER BY id`, args...)
	if err != nil {
		return nil, fmt.Errorf("find merged contacts: %w", err)
	}
	defer rows.Close()
	absorbed := map[id.Contact][]id.Contact{}
	for rows.Next() {
		var survivor, contact id.Contact
		if err := rows.Scan(&survivor, &contact); err != nil {
			return nil, err
		}
		absorbed[survivor] = append(absorbed[survivor], contact)
	}
	return absorbed, rows.Err()
}

// Attach makes a device lead to a contact that proved it is the same person's.
// A visitor behind the device who owns no strong key is absorbed.
func Attach(ctx context.Context, tx *db.Tx, v Visitor, to id.Contact, source activity.Source, by By) error {
	to, err := Resolve(ctx, tx, to)
	if err != nil || v.Contact == to {
		return err
	}
	if _, err := Find(ctx, tx, to); err != nil {
		return err
	}
	if v.Contact != 0 {
		if _, err := absorb(ctx, tx, to, v.Contact, source, by); err != nil {
			return err
		}
	}
	if v.Token == "" {
		return nil
	}
	return handOver(ctx, tx, v.Token, to, source)
}
