package contact

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Visitor is whoever a request comes from. Contact is zero when nobody is known
// by the token, Token is empty when there is no device.
type Visitor struct {
	Contact id.Contact
	// Origin is whose the device was before a merge, zero for Contact itself.
	Origin id.Contact
	Device id.Device
	Token  string
	// IP is the address of the request, empty when it is not to be kept.
	IP string
	// Address is the number of IP, zero where the caller does not know it.
	Address int64
	// Zone is the time zone that a new visitor begins with, empty for none.
	Zone string
}

// Owners finds who owns these device tokens; tokens without owner are absent. A
// merge moves the keys, so an owner is never merged into another.
func Owners(ctx context.Context, q db.Q, tokens []string) (map[string]Visitor, error) {
	among, args := db.InKeys(q.Dialect(), "kind", int(keyDevice), "value", tokens)
	owners := map[string]Visitor{}
	err := db.Each(ctx, q, `SELECT value, contact_id, coalesce(origin_id, 0) FROM identity WHERE `+among, args, func(row db.Row) error {
		var v Visitor
		err := row.Scan(&v.Token, &v.Contact, &v.Origin)
		owners[v.Token] = v
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find owners of devices: %w", err)
	}
	return owners, nil
}

// CreateVisitors makes an anonymous contact for each device token that nobody
// owns yet, and fills in Contact of all of them. Several of one token are one
// contact.
func CreateVisitors(ctx context.Context, tx *db.Tx, visitors []*Visitor, by By) error {
	if len(visitors) == 0 {
		return nil
	}
	first := map[string]*Visitor{}
	var fresh []*Visitor
	for _, v := range visitors {
		if v.Token == "" || first[v.Token] == nil {
			first[v.Token] = v
			fresh = append(fresh, v)
		}
	}
	ids, err := tx.NextIDs(ctx, "contact", len(fresh))
	if err != nil {
		return err
	}
	now := db.Millis(tx.Now())
	var keys [][]any
	for i, v := range fresh {
		v.Contact = id.Contact(ids[i])
		if v.Token != "" {
			keys = append(keys, []any{int(keyDevice), v.Token, ids[i], now, int(activity.SourceTracking), nil})
		}
	}
	// A token that a transaction beside this one claims meanwhile makes it run again.
	if err := tx.Insert(ctx, "identity", keyColumns, keys); err != nil {
		return err
	}
	for _, v := range visitors {
		if v.Token != "" {
			v.Contact = first[v.Token].Contact
		}
	}
	return insertVisitors(ctx, tx, fresh, by)
}

// values are what is known of a visitor from the start.
func (v Visitor) values() map[string]string {
	if v.Zone == "" {
		return nil
	}
	return map[string]string{"timezone": v.Zone}
}

func insertVisitors(ctx context.Context, tx *db.Tx, visitors []*Visitor, by By) error {
	addresses := make([]string, 0, len(visitors))
	for _, v := range visitors {
		if v.Address == 0 {
			addresses = append(addresses, v.IP)
		}
	}
	ips, err := ipIDs(ctx, tx, addresses)
	if err != nil {
		return err
	}
	set, err := field.Now(ctx, tx)
	if err != nil {
		return err
	}
	var indexed [][]any
	now := db.Millis(tx.Now())
	contacts := make([][]any, 0, len(visitors))
	seen := make([][]any, 0, len(visitors))
	for _, v := range visitors {
		v.Address = cmp.Or(v.Address, ips[v.IP])
		var values any
		if given := withDefaults(set, v.values()); len(given) > 0 {
			if values, err = encodeValues(set, given); err != nil {
				return err
			}
			indexed = append(indexed, allRows(set, v.Contact, given)...)
		}
		contacts = append(contacts, []any{int64(v.Contact), int(Anonymous), now, 0, db.NullID(v.Address), 0, values})
		if v.IP != "" {
			seen = append(seen, []any{int64(v.Contact), v.Address, now})
		}
		activity.Append(tx, activity.Entry{Contact: v.Contact, Kind: KindCreated, Source: activity.SourceTracking, Data: Created{By: by, IP: v.IP}})
	}
	if err := tx.Insert(ctx, "contact", []string{"id", "state", "added", "points", "ip_id", "sample", "fields"}, contacts); err != nil {
		return err
	}
	if err := tx.Insert(ctx, "field_index", indexColumns, indexed); err != nil {
		return err
	}
	return tx.Insert(ctx, "contact_ip", ipColumns, seen)
}

var ipColumns = []string{"contact_id", "ip_id", "added"}

// Seen is a contact met at an address. It was at the time of the transaction when
// At is zero.
type Seen struct {
	Contact id.Contact
	Origin  id.Contact // as that of a Visitor
	Address string
	At      time.Time
}

// AddIPs notes the addresses that contacts were seen at, with an event the
// first time of each.
func AddIPs(ctx context.Context, tx *db.Tx, seen []Seen, source activity.Source) error {
	if len(seen) == 0 {
		return nil
	}
	addresses, contacts := make([]string, 0, len(seen)), make([]id.Contact, 0, len(seen))
	for _, s := range seen {
		addresses = append(addresses, s.Address)
		contacts = append(contacts, s.Contact)
	}
	ips, err := ipIDs(ctx, tx, addresses)
	if err != nil {
		return err
	}
	type pair struct {
		contact id.Contact
		ip      int64
	}
	known := map[pair]bool{}
	among, args := db.InIDs(tx.Dialect(), "contact_id", contacts)
	rows, err := tx.Query(ctx, `SELECT contact_id, ip_id FROM contact_ip WHERE `+among, args...)
	if err != nil {
		return fmt.Errorf("find addresses of contacts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var p pair
		if err := rows.Scan(&p.contact, &p.ip); err != nil {
			return err
		}
		known[p] = true
	}
	if err := rows.Err(); err != nil {
		return err
	}
	var added [][]any
	for _, s := range seen {
		p := pair{s.Contact, ips[s.Address]}
		if known[p] {
			continue
		}
		known[p] = true
		if s.At.IsZero() {
			s.At = tx.Now()
		}
		added = append(added, []any{int64(s.Contact), p.ip, db.Millis(s.At)})
		activity.Append(tx, activity.Entry{Contact: s.Contact, Origin: s.Origin, At: s.At, Kind: KindIPAdded, Source: source, Data: IPAdded{IP: s.Address}})
	}
	return tx.InsertOr(ctx, "contact_ip", ipColumns, added, "ON CONFLICT DO NOTHING")
}

// ipIDs finds the numbers of addresses and gives new ones to those without.
func ipIDs(ctx context.Context, tx *db.Tx, addresses []string) (map[string]int64, error) {
	return tx.Numbers(ctx, "ip_address", "address", "id", addresses)
}
