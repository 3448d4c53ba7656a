package contact

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

// New is a contact to create from values rather than from a visit.
type New struct {
	// Values are cleaned values by alias.
	Values map[string]string
	// Points is the score to start with.
	Points int
	Owner  id.User
	IP     string
	Source activity.Source
	By     By
	// User is who is logged in, zero for nobody.
	User     id.User
	UserName string
	// Added is when it was created; the time of the transaction when zero.
	Added  time.Time
	Sample bool
}

// Create adds a contact. It does not look for one that exists: see Identify.
func Create(ctx context.Context, tx *db.Tx, n New) (id.Contact, error) {
	number, err := tx.NextID(ctx, "contact")
	if err != nil {
		return 0, err
	}
	return id.Contact(number), create(ctx, tx, id.Contact(number), n)
}

func create(ctx context.Context, tx *db.Tx, contact id.Contact, n New) error {
	if n.Added.IsZero() {
		n.Added = tx.Now()
	}
	ips, err := ipIDs(ctx, tx, []string{n.IP})
	if err != nil {
		return err
	}
	sample := 0
	if n.Sample {
		sample = 1
	}
	err = tx.Insert(ctx, "contact", []string{"id", "state", "added", "points", "ip_id", "sample", "owner_id", "created_by", "created_by_user"},
		[][]any{{int64(contact), int(Anonymous), db.Millis(n.Added), n.Points, db.NullID(ips[n.IP]), sample, db.NullID(n.Owner), db.NullID(n.User), db.NullText(n.UserName)}})
	if err != nil {
		return err
	}
	if n.IP != "" {
		if err := tx.Insert(ctx, "contact_ip", ipColumns, [][]any{{int64(contact), ips[n.IP], db.Millis(n.Added)}}); err != nil {
			return err
		}
	}
	created := activity.Append(tx, activity.Entry{Contact: contact, At: n.Added, Kind: KindCreated, Source: n.Source, Data: Created{By: n.By, IP: n.IP}})
	if err := touch(ctx, tx, contact, Anonymous, n.Added); err != nil {
		return err
	}
	_, err = apply(ctx, tx, contact, edit{values: n.Values, source: n.Source, by: n.By, at: n.Added, cause: created, first: true})
	return err
}

// edit is a set of values to write to a contact.
type edit struct {
	values map[string]string
	source activity.Source
	by     By
	user   id.User
	name   string
	at     time.Time
	cause  activity.Ref
	// beside are changes of this edit that are already written: not to values.
	beside []Change
	// first tells that the values belong to the creation, so that no
	// contact.updated is appended.
	first bool
}

// apply writes values to a contact: fields, what is derived from them, keys,
// searched text and events. An empty value clears the field. It returns the
// last event appended, the zero Ref when nothing changed.
func apply(ctx context.Context, tx *db.Tx, contact id.Contact, e edit) (activity.Ref, error) {
	var state State
	var raw []byte
	err := tx.QueryRow(ctx, `SELECT state, fields FROM contact WHERE id = ?`+tx.Dialect().ForUpdate(), int64(contact)).Scan(&state, &raw)
	if errors.Is(err, sql.ErrNoRows) {
		return activity.Ref{}, fault.NotFound(fmt.Errorf("change contact %d: %w", contact, err))
	}
	if err != nil {
		return activity.Ref{}, fmt.Errorf("change contact %d: %w", contact, err)
	}
	values := map[string]string{}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &values); err != nil {
			return activity.Ref{}, fmt.Errorf("read values of contact %d: %w", contact, err)
		}
	}
	changes, err := merge(values, e.values)
	if changes = append(changes, e.beside...); err != nil || len(changes) == 0 {
		return activity.Ref{}, err
	}
	if err := moveKeys(ctx, tx, contact, changes, e.source); err != nil {
		return activity.Ref{}, err
	}
	becomes := state == Anonymous && identified(values)
	if becomes {
		state = Known
	}
	if err := store(ctx, tx, contact, state, becomes, values, e); err != nil {
		return activity.Ref{}, err
	}
	if state == Known {
		if err := tx.IndexText(ctx, "contact_search", int64(contact), searchText(values)); err != nil {
			return activity.Ref{}, err
		}
	}
	return report(tx, contact, values, changes, becomes, e), nil
}

// report appends what the edit did to the thread.
func report(tx *db.Tx, contact id.Contact, values map[string]string, changes []Change, becomes bool, e edit) activity.Ref {
	ref := e.cause
	entry := activity.Entry{Contact: contact, At: e.at, Source: e.source, Cause: ref}
	if becomes {
		entry.Kind, entry.Data = KindIdentified, Identified{By: e.by, Name: display(values), Changes: changes}
		ref = activity.Append(tx, entry)
	} else if !e.first {
		entry.Kind, entry.Data = KindUpdated, Updated{By: e.by, Changes: changes}
		ref = activity.Append(tx, entry)
	}
	return ref
}

// merge writes the given values over the present ones and tells what changed,
// in the order of the aliases.
func merge(values, given map[string]string) ([]Change, error) {
	var changes []Change
	for _, alias := range slices.Sorted(maps.Keys(given)) {
		if _, ok := field.ByAlias(alias); !ok {
			return nil, fmt.Errorf("there is no contact field %q", alias)
		}
		old, value := values[alias], given[alias]
		if old == value {
			continue
		}
		changes = append(changes, Change{Field: alias, Old: old, New: value})
		values[alias] = value
		if value == "" {
			delete(values, alias)
		}
	}
	return changes, nil
}

// moveKeys gives up the keys of old values and claims those of new ones. A key
// that another contact owns stays with it; the value is kept all the same.
func moveKeys(ctx context.Context, tx *db.Tx, contact id.Contact, changes []Change, source activity.Source) error {
	for _, c := range changes {
		for _, u := range uniqueKeys {
			if c.Field != u.alias {
				continue
			}
			was, is := normalise(c.Old), normalise(c.New)
			if was != "" && was != is {
				if err := release(ctx, tx, u.kind, was, contact); err != nil {
					return err
				}
			}
			if is != "" {
				owner, err := claim(ctx, tx, u.kind, is, contact, source)
				if err == nil && owner != contact {
					err = conflict(ctx, tx, u.kind, is, contact)
				}
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func store(ctx context.Context, tx *db.Tx, contact id.Contact, state State, becomes bool, values map[string]string, e edit) error {
	fields, err := json.Marshal(values)
	if err != nil {
		return fmt.Errorf("write values of contact %d: %w", contact, err)
	}
	now := tx.Now()
	if e.at.IsZero() {
		e.at = now
	}
	var modified any
	if !e.first {
		modified = db.Millis(now)
	}
	var identifiedAt any
	if becomes {
		identifiedAt = db.Millis(e.at)
	}
	name := display(values)
	_, err = tx.Exec(ctx, `UPDATE contact SET state = ?, fields = ?, name = ?, sort_name = ?, firstname = ?, lastname = ?, company = ?, email = ?,
		modified = coalesce(?, modified), modified_by = coalesce(?, modified_by), modified_by_user = coalesce(?, modified_by_user),
		identified = coalesce(identified, ?) WHERE id = ?`,
		int(state), string(fields), db.NullText(name), sortName(values), field.Fold(values["firstname"]), field.Fold(values["lastname"]),
		field.Fold(values["company"]), field.Fold(values["email"]),
		modified, db.NullID(e.user), db.NullText(e.name), identifiedAt, int64(contact))
	if err != nil {
		return fmt.Errorf("change contact %d: %w", contact, err)
	}
	if becomes {
		return touch(ctx, tx, contact, state, e.at)
	}
	return nil
}

// sortName orders people by last name, then first; those without one by what
// they are called.
func sortName(values map[string]string) string {
	if name := values["lastname"] + " " + values["firstname"]; name != " " {
		return field.Fold(name)
	}
	return field.Fold(display(values))
}

// searchText is what free text searches: each value on a line, and the full name.
func searchText(values map[string]string) string {
	var b strings.Builder
	b.WriteByte('\n')
	write := func(s string) {
		if s = field.Fold(s); s != "" {
			b.WriteString(s + "\n")
		}
	}
	for _, f := range field.Standard() {
		switch f.Type {
		case field.Number, field.Datetime, field.Timezone, field.Locale:
		default:
			write(values[f.Alias])
		}
	}
	if values["firstname"] != "" && values["lastname"] != "" {
		write(values["firstname"] + " " + values["lastname"])
	}
	return b.String()
}

// Complete writes values that are known from elsewhere, empty ones aside.
func Complete(ctx context.Context, tx *db.Tx, contact id.Contact, values map[string]string) error {
	given := maps.Clone(values)
	maps.DeleteFunc(given, func(_, value string) bool { return value == "" })
	_, err := apply(ctx, tx, contact, edit{values: given, source: activity.SourceSystem, at: tx.Now(), first: true})
	return err
}

// MarkSample marks a contact as made up for the demonstration.
func MarkSample(ctx context.Context, tx *db.Tx, contact id.Contact) error {
	if _, err := tx.Exec(ctx, `UPDATE contact SET sample = 1 WHERE id = ?`, int64(contact)); err != nil {
		return fmt.Errorf("mark contact %d as sample: %w", contact, err)
	}
	return nil
}
