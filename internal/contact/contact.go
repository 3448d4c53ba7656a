package contact

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

// State is how far a contact is known. Numbers are stored.
type State int

// The states.
const (
	Anonymous State = iota
	Known
	// merged is a contact that was merged into another and leads to it.
	merged
	// deleted is a contact in the bin, which nobody finds.
	deleted
)

// Contact is one person or visitor. Times that are zero mean never.
type Contact struct {
	ID         id.Contact
	State      State
	Added      time.Time
	Modified   time.Time
	Identified time.Time
	LastActive time.Time
	// CreatedBy and ModifiedBy are zero when nobody logged in did it; the user
	// names are kept as they were.
	CreatedBy, ModifiedBy         id.User
	CreatedByUser, ModifiedByUser string
	Owner                         id.User
	Points                        int
	// Name is what to call the contact: the name, else the company, the e-mail,
	// a social name, the first IP address; empty when there is none of them.
	Name string
	// Fields are the values by alias; an absent one is null.
	Fields map[string]string
	// IPs are the addresses seen, the first one first.
	IPs []IP
	// Sample marks a made-up contact of the demonstration.
	Sample bool
}

// IP is an address that a contact was seen at.
type IP struct {
	ID      int64
	Address string
	Added   time.Time
}

// Anonymous tells that nobody knows who this is.
func (c Contact) Anonymous() bool { return c.State == Anonymous }

const contactColumns = `contact.id, contact.state, contact.added, contact.modified, contact.identified, active.last_active,
	contact.created_by, contact.created_by_user, contact.modified_by, contact.modified_by_user, contact.owner_id,
	contact.points, contact.sample, contact.name, contact.fields`

type scanner interface{ Scan(dest ...any) error }

func scanContact(row scanner) (Contact, error) {
	var c Contact
	var added int64
	var modified, identified, active, createdBy, modifiedBy, owner sql.NullInt64
	var createdUser, modifiedUser, name sql.NullString
	var fields []byte
	err := row.Scan(&c.ID, &c.State, &added, &modified, &identified, &active, &createdBy, &createdUser,
		&modifiedBy, &modifiedUser, &owner, &c.Points, &c.Sample, &name, &fields)
	if err != nil {
		return c, err
	}
	c.Added, c.Modified, c.Identified, c.LastActive = db.Time(added), db.NullTime(modified), db.NullTime(identified), db.NullTime(active)
	c.CreatedBy, c.ModifiedBy, c.Owner = id.User(createdBy.Int64), id.User(modifiedBy.Int64), id.User(owner.Int64)
	c.CreatedByUser, c.ModifiedByUser, c.Name = createdUser.String, modifiedUser.String, name.String
	c.Fields, err = decodeValues(fields)
	return c, err
}

// Find reads one contact with its addresses. The identifier of a contact that
// was merged finds the one it was merged into. An unknown one is a NotFound fault.
func Find(ctx context.Context, q db.Q, contact id.Contact) (Contact, error) {
	contact, err := Resolve(ctx, q, contact)
	if err != nil {
		return Contact{}, err
	}
	c, err := scanContact(q.QueryRow(ctx, `SELECT `+contactColumns+` FROM contact LEFT JOIN contact_active active ON active.contact_id = contact.id
		WHERE contact.id = ?`, int64(contact)))
	if errors.Is(err, sql.ErrNoRows) || err == nil && c.State == deleted {
		return c, fault.NotFound(fmt.Errorf("find contact %d: state %d, %w", contact, c.State, sql.ErrNoRows))
	}
	if err != nil {
		return c, fmt.Errorf("find contact %d: %w", contact, err)
	}
	list := []Contact{c}
	if err := addIPs(ctx, q, list); err != nil {
		return c, err
	}
	return list[0], nil
}

// Resolve follows merges to the contact that lives on.
func Resolve(ctx context.Context, q db.Q, contact id.Contact) (id.Contact, error) {
	for met := map[id.Contact]bool{}; !met[contact]; {
		met[contact] = true
		var into sql.NullInt64
		err := q.QueryRow(ctx, `SELECT merged_into FROM contact WHERE id = ?`, int64(contact)).Scan(&into)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !into.Valid {
			return contact, nil
		}
		if err != nil {
			return 0, fmt.Errorf("resolve contact %d: %w", contact, err)
		}
		contact = id.Contact(into.Int64)
	}
	return 0, fmt.Errorf("contact %d is merged in a circle", contact)
}

// Kin are the contact that lives on, be it in the bin, and all that were merged into it,
// whose words and deeds are those of one person. Of one that was erased it is nobody.
func Kin(ctx context.Context, q db.Q, contact id.Contact) ([]id.Contact, error) {
	top, err := Resolve(ctx, q, contact)
	if err != nil {
		return nil, err
	}
	var n int
	if err := q.QueryRow(ctx, `SELECT count(*) FROM contact WHERE id = ?`, int64(top)).Scan(&n); err != nil || n == 0 {
		return nil, err
	}
	return subtree(ctx, q, top)
}

// HoldKin is Kin that stays so until the end of the transaction.
func HoldKin(ctx context.Context, tx *db.Tx, contact id.Contact) ([]id.Contact, error) {
	top, err := hold(ctx, tx, contact)
	if err != nil {
		return nil, err
	}
	return Kin(ctx, tx, top)
}

// HoldAll holds contacts until the end of the transaction: what is read of them from
// then on stays so.
func HoldAll(ctx context.Context, tx *db.Tx, contacts []id.Contact) error {
	lock := tx.Dialect().ForUpdate()
	if lock == "" {
		return nil
	}
	among, args := db.InIDs(tx.Dialect(), "id", contacts)
	if _, err := tx.Exec(ctx, `SELECT 1 FROM contact WHERE `+among+` ORDER BY id`+lock, args...); err != nil {
		return fmt.Errorf("hold %d contacts: %w", len(contacts), err)
	}
	return nil
}

// hold is Resolve of a contact that is held until the end of the transaction. While
// it waits for that, the contact may be merged, or taken out of another.
func hold(ctx context.Context, tx *db.Tx, contact id.Contact) (id.Contact, error) {
	for {
		end, err := Resolve(ctx, tx, contact)
		if err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `SELECT 1 FROM contact WHERE id = ?`+tx.Dialect().ForUpdate(), int64(end)); err != nil {
			return 0, fmt.Errorf("hold contact %d: %w", end, err)
		}
		if again, err := Resolve(ctx, tx, contact); err != nil || again == end {
			return end, err
		}
	}
}

// addIPs reads the addresses of contacts and names the anonymous ones.
func addIPs(ctx context.Context, q db.Q, list []Contact) error {
	if len(list) == 0 {
		return nil
	}
	at := make(map[id.Contact]*Contact, len(list))
	contacts := make([]id.Contact, 0, len(list))
	for i := range list {
		at[list[i].ID] = &list[i]
		contacts = append(contacts, list[i].ID)
	}
	among, args := db.InIDs(q.Dialect(), "i.contact_id", contacts)
	rows, err := q.Query(ctx, `SELECT i.contact_id, i.ip_id, i.added, a.address FROM contact_ip i JOIN ip_address a ON a.id = i.ip_id
		WHERE `+among+` ORDER BY i.contact_id, i.added, i.ip_id`, args...)
	if err != nil {
		return fmt.Errorf("read addresses of contacts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var contact id.Contact
		var ip IP
		var added int64
		if err := rows.Scan(&contact, &ip.ID, &added, &ip.Address); err != nil {
			return err
		}
		ip.Added = db.Time(added)
		c := at[contact]
		c.IPs = append(c.IPs, ip)
		if c.Name == "" {
			c.Name = ip.Address
		}
	}
	return rows.Err()
}

// display is what to call somebody with these values, empty for none.
func display(set *field.Set, values map[string]string) string {
	switch first, last := values["firstname"], values["lastname"]; {
	case first != "" && last != "":
		return first + " " + last
	case first+last != "":
		return first + last
	}
	for _, alias := range []string{"company", "email"} {
		if values[alias] != "" {
			return values[alias]
		}
	}
	for _, f := range set.Social() {
		if values[f.Alias] != "" {
			return values[f.Alias]
		}
	}
	for _, alias := range []string{"phone", "mobile"} {
		if values[alias] != "" {
			return values[alias]
		}
	}
	return ""
}

// identified is the rule that tells a known contact from an anonymous one
// (contacts specification, section 1.2).
func identified(set *field.Set, values map[string]string) bool {
	for alias, value := range values {
		if value != "" && set.Identifying(alias) {
			return true
		}
	}
	return false
}
