package contact

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"
)

// mergedTopic is published once devices of a contact may be another's, with the
// number of that which had them.
const mergedTopic = "contact.merged" // package visit waits for it

// side is one of the two contacts of a merge.
type side struct {
	shape
	id     id.Contact
	state  State
	name   string
	active int64 // of its last activity, milliseconds; zero for never
}

// shape is what a merge joins of the rows of two contacts. Times are milliseconds;
// what is zero there is not.
type shape struct {
	values                map[string]string
	points                int
	owner                 id.User
	added, identified, ip int64
}

// take gives a contact what another has and it has not, and the values of the
// other that are chosen over its own. It tells which fields were filled and which
// values changed otherwise.
func (s *shape) take(other shape, chosen []string) (filled []string, replaced []Change) {
	for _, alias := range slices.Sorted(maps.Keys(other.values)) {
		has, value := s.values[alias], other.values[alias]
		switch {
		case value == "":
			continue
		case has == "":
			filled = append(filled, alias)
		case has != value && slices.Contains(chosen, alias):
			replaced = append(replaced, Change{Field: alias, Old: has, New: value})
		default:
			continue
		}
		s.values[alias] = value
	}
	s.points += other.points
	s.owner = cmp.Or(s.owner, other.owner)
	if other.added < s.added {
		s.added, s.ip = other.added, cmp.Or(other.ip, s.ip)
	}
	s.ip = cmp.Or(s.ip, other.ip)
	if other.identified != 0 && (s.identified == 0 || other.identified < s.identified) {
		s.identified = other.identified
	}
	return filled, replaced
}

// Union is a merge that somebody asks for. The absorbed contact leads to the
// survivor from then on, which gets all it has.
type Union struct {
	Survivor, Absorbed id.Contact
	// Take are the fields, by alias, in which the absorbed one's value is kept
	// where both have one.
	Take   []string
	Source activity.Source
	By     By
	origin id.Contact // whom the survivor's part belongs to, zero for itself
}

// Merge joins two contacts. One of them that was deleted or merged meanwhile is a
// Conflict fault; Refused is one that is taken apart at this moment, one that a
// shared device belongs to, and a visitor who would absorb somebody known.
func Merge(ctx context.Context, tx *db.Tx, u Union) error {
	to, from, err := bothSides(ctx, tx, u.Survivor, u.Absorbed)
	if err != nil {
		return err
	}
	if to.id == from.id {
		return fault.Refused(nil, fault.Say("contact.merge_itself|A contact cannot be merged with itself."))
	}
	if to.id == 0 || from.id == 0 || to.state > Known || from.state > Known {
		return fault.Conflict(fmt.Errorf("merge contact %d into %d: not both are there", u.Absorbed, u.Survivor),
			fault.Say("contact.merged_meanwhile|One of the two was merged or deleted meanwhile."))
	}
	if to.state < from.state {
		return fault.Refused(nil, fault.Say("contact.merge_into_visitor|Somebody known is not merged into an anonymous visitor. Merge the visitor into the contact."))
	}
	for _, one := range []id.Contact{to.id, from.id} {
		if many, err := hasShared(ctx, tx, one); err != nil || many {
			return errors.Join(err, fault.Refused(nil, fault.Say("contact.merge_shared|A device that many people use belongs to one of the two: what is viewed there is no single person’s. Say first that only this contact uses it.")))
		}
	}
	if busy, err := beingParted(ctx, tx, from.id); err != nil || busy {
		return errors.Join(err, fault.Refused(nil, fault.Say("contact.being_parted|This contact is being taken apart. Try again in a minute.")))
	}
	return unite(ctx, tx, to, from, u)
}

// absorb joins a contact into another when nothing strong speaks against it: the
// absorbed one must own no strong key, whatever else is known of it. It tells
// whether it did. The survivor keeps its identifier and its values; it takes
// the thread, the keys, the addresses, the values that it has none of, and the
// earlier dates. The absorbed row stays as it is and leads to the survivor for
// ever.
func absorb(ctx context.Context, tx *db.Tx, into Visitor, absorbed id.Contact, source activity.Source, by By) (bool, error) {
	survivor := into.Contact
	to, from, err := bothSides(ctx, tx, survivor, absorbed)
	if err == nil && (to.id == 0 || from.id == 0) {
		err = fmt.Errorf("merge contact %d into %d: one of them does not exist", absorbed, survivor)
	}
	if err != nil || to.state > Known || from.state > Known || to.id == from.id {
		return false, err
	}
	keys, err := Keys(ctx, tx, absorbed)
	if err != nil || len(keys) > 0 {
		return false, err
	}
	if busy, err := beingParted(ctx, tx, absorbed); err != nil || busy {
		return false, err
	}
	return true, unite(ctx, tx, to, from, Union{Survivor: survivor, Absorbed: absorbed, Source: source, By: by, origin: into.Origin})
}

// unite joins two contacts that are held.
func unite(ctx context.Context, tx *db.Tx, to, from side, u Union) error {
	keys, err := allKeys(ctx, tx, from.id)
	if err != nil {
		return err
	}
	if err := tx.Publish(mergedTopic, int64(from.id)); err != nil {
		return err
	}
	record := Merged{By: u.By, Contact: from.id, Name: from.name, State: from.state,
		Before: before{Added: to.added, Identified: to.identified, Points: to.points, Owner: int64(to.owner), IP: to.ip}}
	for _, k := range keys {
		record.Keys = append(record.Keys, movedKey{k.Kind, k.Value, db.Millis(k.Added), k.Source, k.Origin})
	}
	if err := moveAllKeys(ctx, tx, keys, from.id, to.id); err != nil {
		return err
	}
	if record.IPs, err = joinIPs(ctx, tx, from.id, to.id); err != nil {
		return err
	}
	if record.Events, err = activity.Move(ctx, tx, from.id, to.id); err != nil {
		return err
	}
	joined := to.shape
	joined.values = maps.Clone(to.values)
	record.Filled, record.Replaced = joined.take(from.shape, u.Take)
	if err := to.join(ctx, tx, from, joined, cmp.Or(u.origin, to.id)); err != nil {
		return err
	}
	changed := map[string]string{}
	for _, alias := range record.Filled {
		changed[alias] = joined.values[alias]
	}
	for _, c := range record.Replaced {
		changed[c.Field] = c.New
	}
	kind := KindJoined
	if from.state == Known {
		kind = KindMerged
	}
	event := activity.Append(tx, activity.Entry{Contact: to.id, Origin: u.origin, Kind: kind, Source: u.Source, Data: record})
	_, err = apply(ctx, tx, to.id, edit{values: changed, source: u.Source, by: u.By, origin: u.origin, cause: event, first: true, keeps: true})
	return err
}

// bothSides reads two contacts and holds them until the end of the transaction.
// The side of one that does not exist is zero.
func bothSides(ctx context.Context, tx *db.Tx, survivor, absorbed id.Contact) (to, from side, err error) {
	found, err := sides(ctx, tx, survivor, absorbed)
	if err != nil {
		return to, from, fmt.Errorf("read contacts %d and %d: %w", survivor, absorbed, err)
	}
	to, from = found[survivor], found[absorbed]
	var active sql.NullInt64
	err = tx.QueryRow(ctx, `SELECT max(last_active) FROM contact_active WHERE contact_id = ?`, int64(absorbed)).Scan(&active)
	from.active = active.Int64
	return to, from, err
}

// sides reads contacts and holds them until the end of the transaction.
func sides(ctx context.Context, tx *db.Tx, contacts ...id.Contact) (map[id.Contact]side, error) {
	found := map[id.Contact]side{}
	among, args := db.InIDs(tx.Dialect(), "id", contacts)
	err := db.Each(ctx, tx, `SELECT id, state, added, coalesce(identified, 0), points, coalesce(owner_id, 0), coalesce(ip_id, 0), coalesce(name, ''), fields FROM contact
		WHERE `+among+` ORDER BY id`+tx.Dialect().ForUpdate(), args, func(row db.Row) error {
		var s side
		var fields []byte
		err := row.Scan(&s.id, &s.state, &s.added, &s.identified, &s.points, &s.owner, &s.ip, &s.name, &fields)
		if err == nil {
			s.values, err = decodeValues(fields)
		}
		found[s.id] = s
		return err
	})
	return found, err
}

// join writes to the survivor's row what it takes from the other's, but for
// values, and makes the other's lead to it, or to whom it belongs to that was merged
// into it.
func (to side) join(ctx context.Context, tx *db.Tx, from side, joined shape, into id.Contact) error {
	err := joined.write(ctx, tx, to.id)
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE contact SET state = ?, merged_into = ? WHERE id = ?`, int(merged), int64(into), int64(from.id))
	}
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM contact_active WHERE contact_id = ?`, int64(from.id))
	}
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM field_index WHERE contact_id = ?`, int64(from.id))
	}
	if err == nil && from.active != 0 {
		err = touch(ctx, tx, to.id, to.state, db.Time(from.active))
	}
	if err == nil {
		err = tx.UnindexText(ctx, "contact_search", int64(from.id))
	}
	if err != nil {
		return fmt.Errorf("merge contact %d into %d: %w", from.id, to.id, err)
	}
	return nil
}

// write stores all but the values.
func (s shape) write(ctx context.Context, tx *db.Tx, contact id.Contact) error {
	_, err := tx.Exec(ctx, `UPDATE contact SET added = ?, identified = ?, points = ?, owner_id = ?, ip_id = ? WHERE id = ?`,
		s.added, db.NullID(s.identified), s.points, db.NullID(s.owner), db.NullID(s.ip), int64(contact))
	return err
}

// moveAllKeys moves the keys of a contact, and ends the conflicts that this ends.
func moveAllKeys(ctx context.Context, tx *db.Tx, keys []Key, from, to id.Contact) error {
	if _, err := tx.Exec(ctx, `DELETE FROM identity WHERE contact_id = ?`, int64(from)); err != nil {
		return fmt.Errorf("move keys of contact %d: %w", from, err)
	}
	rows := make([][]any, 0, len(keys))
	for _, k := range keys {
		rows = append(rows, []any{int(k.Kind), k.Value, int64(to), db.Millis(k.Added), int(k.Source), int64(cmp.Or(k.Origin, from))})
		if k.Kind == keyDevice {
			continue
		}
		if err := settled(ctx, tx, k.Kind, k.Value, to); err != nil {
			return err
		}
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

// Absorbed finds all contacts that were merged into each of these.
func Absorbed(ctx context.Context, q db.Q, survivors []id.Contact) (map[id.Contact][]id.Contact, error) {
	all := map[id.Contact][]id.Contact{}
	top := map[id.Contact]id.Contact{}
	for _, s := range survivors {
		top[s] = s
	}
	for look := survivors; len(look) > 0; {
		into, err := absorbedBy(ctx, q, look)
		if err != nil {
			return nil, err
		}
		look = nil
		for survivor, absorbed := range into {
			for _, c := range absorbed {
				top[c] = top[survivor]
			}
			all[top[survivor]] = append(all[top[survivor]], absorbed...)
			look = append(look, absorbed...)
		}
	}
	return all, nil
}

func absorbedBy(ctx context.Context, q db.Q, survivors []id.Contact) (map[id.Contact][]id.Contact, error) {
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
