package contact

import (
	"context"
	"database/sql"
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
	"ariane/internal/rule"
)

// New is a contact to create from values rather than from a visit.
type New struct {
	// Values are cleaned values by alias.
	Values map[string]string
	// Points is the score to start with.
	Points int
	Owner  id.User
	IP     string
	// Token is that of the device that leads to it, empty for none.
	Token  string
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
	contacts, err := CreateAll(ctx, tx, []New{n})
	if err != nil {
		return 0, err
	}
	return contacts[0], nil
}

// CreateAll is Create for many at once. Those that nothing identifies are
// visitors. A device that somebody owns already is an error.
func CreateAll(ctx context.Context, tx *db.Tx, list []New) ([]id.Contact, error) {
	numbers, err := tx.NextIDs(ctx, "contact", len(list))
	if err != nil {
		return nil, err
	}
	contacts := make([]id.Contact, len(list))
	for i, n := range numbers {
		contacts[i] = id.Contact(n)
	}
	return contacts, create(ctx, tx, contacts, list)
}

func create(ctx context.Context, tx *db.Tx, contacts []id.Contact, list []New) error {
	addresses := make([]string, len(list))
	for i, n := range list {
		addresses[i] = n.IP
	}
	ips, err := ipIDs(ctx, tx, addresses)
	if err != nil {
		return err
	}
	set, err := field.Of(ctx, tx)
	if err != nil {
		return err
	}
	var rows, seen, active, keys [][]any
	edits := make([]edit, 0, len(list))
	for i, n := range list {
		contact := contacts[i]
		if n.Added.IsZero() {
			n.Added = tx.Now()
		}
		added := db.Millis(n.Added)
		rows = append(rows, []any{int64(contact), int(Anonymous), added, n.Points, db.NullID(ips[n.IP]), db.Truth(n.Sample), db.NullID(n.Owner), db.NullID(n.User), db.NullText(n.UserName)})
		active = append(active, []any{int64(contact), int(Anonymous), added})
		if n.IP != "" {
			seen = append(seen, []any{int64(contact), ips[n.IP], added})
		}
		if n.Token != "" {
			keys = append(keys, []any{int(keyDevice), n.Token, int64(contact), added, int(n.Source), nil})
		}
		created := activity.Append(tx, activity.Entry{Contact: contact, At: n.Added, Kind: KindCreated, Source: n.Source, Data: Created{By: n.By, IP: n.IP}})
		if values := withDefaults(set, n.Values); len(values) > 0 {
			edits = append(edits, edit{contact: contact, values: values, source: n.Source, by: n.By, at: n.Added, cause: created, first: true})
		}
	}
	for _, t := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"contact", []string{"id", "state", "added", "points", "ip_id", "sample", "owner_id", "created_by", "created_by_user"}, rows},
		{"contact_active", activeColumns, active},
		{"contact_ip", ipColumns, seen},
		{"identity", keyColumns, inOrder(keys)},
	} {
		if err := tx.Insert(ctx, t.name, t.columns, t.rows); err != nil {
			return err
		}
	}
	_, err = applyAll(ctx, tx, edits)
	return err
}

// edit is a set of values to write to a contact.
type edit struct {
	contact id.Contact
	values  map[string]string
	source  activity.Source
	by      By
	user    id.User
	name    string
	at      time.Time
	cause   activity.Ref
	origin  id.Contact // whom it belongs to, zero for the contact itself
	// beside are changes of this edit that are already written: not to values.
	beside []Change
	// first tells that the values belong to the creation, so that no
	// contact.updated is appended.
	first bool
	// keeps tells that the keys of values that are replaced stay the contact's.
	keeps bool
}

// apply writes values to a contact: fields, what is derived from them, keys,
// searched text and events. An empty value clears the field. It returns the
// last event appended, the zero Ref when nothing changed.
func apply(ctx context.Context, tx *db.Tx, contact id.Contact, e edit) (activity.Ref, error) {
	e.contact = contact
	refs, err := applyAll(ctx, tx, []edit{e})
	if err != nil {
		return activity.Ref{}, err
	}
	return refs[0], nil
}

// appliedAtOnce bounds the contacts that are read at a time.
const appliedAtOnce = 512

// applyAll is apply to many contacts, once to each.
func applyAll(ctx context.Context, tx *db.Tx, edits []edit) ([]activity.Ref, error) {
	var refs []activity.Ref
	for part := range slices.Chunk(edits, appliedAtOnce) {
		more, err := applySome(ctx, tx, part)
		if err != nil {
			return nil, err
		}
		refs = append(refs, more...)
	}
	return refs, nil
}

func applySome(ctx context.Context, tx *db.Tx, edits []edit) ([]activity.Ref, error) {
	before, err := readStored(ctx, tx, edits)
	if err != nil {
		return nil, err
	}
	// Not before the contacts are held: what fills an index would miss a value.
	set, err := field.Now(ctx, tx)
	if err != nil {
		return nil, err
	}
	refs := make([]activity.Ref, len(edits))
	var rows, texts, active, claims, indexed [][]any
	for i, e := range edits {
		contact, values := before[e.contact], before[e.contact].values
		if values == nil {
			return nil, fault.NotFound(fmt.Errorf("change contact %d: %w", e.contact, sql.ErrNoRows))
		}
		if e.at.IsZero() {
			e.at = tx.Now()
		}
		changes := append(merge(set, values, attributed(values, e.values, e.at)), e.beside...)
		if len(changes) == 0 {
			continue
		}
		keys, err := e.moveKeys(ctx, tx, set, changes)
		if err != nil {
			return nil, err
		}
		claims = append(claims, keys...)
		more, err := reindex(ctx, tx, set, e.contact, changes)
		if err != nil {
			return nil, fmt.Errorf("index values of contact %d: %w", e.contact, err)
		}
		indexed = append(indexed, more...)
		state, becomes := contact.state, contact.state == Anonymous && identified(set, values)
		if becomes {
			state = Known
			active = append(active, []any{int64(e.contact), int(state), db.Millis(e.at)})
		}
		row, err := e.row(set, values, state, becomes)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
		switch {
		case becomes:
			texts = append(texts, []any{int64(e.contact), searchText(set, values)})
		case state == Known:
			err = tx.IndexText(ctx, "contact_search", int64(e.contact), searchText(set, values))
		}
		if err != nil {
			return nil, err
		}
		refs[i] = report(tx, e.contact, display(set, values), changes, becomes, e)
	}
	if err := claimMany(ctx, tx, claims); err != nil {
		return nil, err
	}
	if err := tx.Insert(ctx, "field_index", indexColumns, indexed); err != nil {
		return nil, err
	}
	if err := tx.InsertOr(ctx, "contact", editColumns, rows, overwrite); err != nil {
		return nil, err
	}
	if err := tx.Insert(ctx, "contact_search", []string{"rowid", "body"}, texts); err != nil {
		return nil, err
	}
	return refs, tx.InsertOr(ctx, "contact_active", activeColumns, active, touched)
}

// report appends what the edit did to the thread.
func report(tx *db.Tx, contact id.Contact, name string, changes []Change, becomes bool, e edit) activity.Ref {
	ref := e.cause
	entry := activity.Entry{Contact: contact, Origin: e.origin, At: e.at, Source: e.source, Cause: ref}
	if becomes {
		entry.Kind, entry.Data = KindIdentified, Identified{By: e.by, Name: name, Changes: changes}
		ref = activity.Append(tx, entry)
	} else if !e.first {
		entry.Kind, entry.Data = KindUpdated, Updated{By: e.by, Changes: changes}
		ref = activity.Append(tx, entry)
	}
	return ref
}

// merge writes the given values over the present ones and tells what changed,
// in the order of the aliases. A field that is erased since has no value.
func merge(set *field.Set, values, given map[string]string) []Change {
	var changes []Change
	for _, alias := range slices.Sorted(maps.Keys(given)) {
		if _, ok := set.Ever(alias); !ok {
			continue
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
	return changes
}

// moveKeys gives up the keys of old values, and returns those to claim for new
// ones, as rows of keyColumns.
func (e edit) moveKeys(ctx context.Context, tx *db.Tx, set *field.Set, changes []Change) (claims [][]any, err error) {
	for _, c := range changes {
		f, found := set.ByAlias(c.Field)
		if !found || !f.Unique {
			continue
		}
		was, is := normalise(c.Old), normalise(c.New)
		if was != "" && was != is && !e.keeps {
			err := release(ctx, tx, keyOf(f), was, e.contact, e.origin)
			if err == nil {
				err = inherit(ctx, tx, Key{Kind: keyOf(f), Value: was})
			}
			if err != nil {
				return nil, err
			}
		}
		if is != "" {
			claims = append(claims, []any{int(keyOf(f)), is, int64(e.contact), db.Millis(e.at), int(e.source), db.NullID(e.origin)})
		}
	}
	return claims, nil
}

// stored is what a contact has before it is changed.
type stored struct {
	state  State
	values map[string]string // nil where there is no contact
}

func readStored(ctx context.Context, tx *db.Tx, edits []edit) (map[id.Contact]stored, error) {
	numbers := make([]id.Contact, len(edits))
	for i, e := range edits {
		numbers[i] = e.contact
	}
	before := make(map[id.Contact]stored, len(edits))
	among, args := db.InIDs(tx.Dialect(), "id", numbers)
	err := db.Each(ctx, tx, `SELECT id, state, fields FROM contact WHERE `+among+` ORDER BY id`+tx.Dialect().ForUpdate(), args, func(row db.Row) error {
		var number id.Contact
		var raw []byte
		var s stored
		err := row.Scan(&number, &s.state, &raw)
		if err == nil {
			s.values, err = decodeValues(raw)
		}
		before[number] = s
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read values of contacts: %w", err)
	}
	return before, nil
}

var editColumns = []string{"id", "state", "fields", "name", "sort_name", "firstname", "lastname", "company", "email", "place", "modified", "modified_by", "modified_by_user", "identified",
	"added", "points", "sample"}

// overwrite is what an edit does to a row that exists.
const overwrite = `ON CONFLICT (id) DO UPDATE SET state = excluded.state, fields = excluded.fields, name = excluded.name, sort_name = excluded.sort_name,
	firstname = excluded.firstname, lastname = excluded.lastname, company = excluded.company, email = excluded.email, place = excluded.place,
	modified = coalesce(excluded.modified, contact.modified), modified_by = coalesce(excluded.modified_by, contact.modified_by),
	modified_by_user = coalesce(excluded.modified_by_user, contact.modified_by_user), identified = coalesce(contact.identified, excluded.identified)`

// row is a contact with these values after the edit. The row exists, so that what
// it must have and no edit changes is not looked at.
func (e edit) row(set *field.Set, values map[string]string, state State, becomes bool) ([]any, error) {
	fields, err := encodeValues(set, values)
	if err != nil {
		return nil, fmt.Errorf("write values of contact %d: %w", e.contact, err)
	}
	var modified, identifiedAt any
	if !e.first {
		modified = db.Millis(e.at)
	}
	if becomes {
		identifiedAt = db.Millis(e.at)
	}
	return []any{int64(e.contact), int(state), fields, db.NullText(display(set, values)), sortName(set, values), field.Fold(values["firstname"]), field.Fold(values["lastname"]),
		field.Fold(values["company"]), field.Fold(values["email"]), sortPlace(values), modified, db.NullID(e.user), db.NullText(e.name), identifiedAt, 0, 0, 0}, nil
}

// sortName orders people by last name, then first; those without one by what
// they are called.
func sortName(set *field.Set, values map[string]string) string {
	if name := values["lastname"] + " " + values["firstname"]; name != " " {
		return field.Fold(name)
	}
	return field.Fold(display(set, values))
}

// searchText is what free text searches: each value on a line, the full name, and
// how words begin.
func searchText(set *field.Set, values map[string]string) string {
	var b strings.Builder
	b.WriteByte('\n')
	write := func(s string) {
		if s = field.Fold(s); s != "" {
			b.WriteString(s + "\n")
		}
	}
	for _, alias := range slices.Sorted(maps.Keys(values)) {
		f, found := set.ByAlias(alias)
		if !found || !f.Type.Words() {
			continue
		}
		for _, words := range said(f, values[alias]) {
			write(words)
		}
		if f.Type == field.Tel {
			write(dialled(values[alias]))
		}
	}
	if values["firstname"] != "" && values["lastname"] != "" {
		write(values["firstname"] + " " + values["lastname"])
	}
	return b.String() + rule.Beginnings(b.String()) + "\n"
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

// Given are values for one contact, with when and by whom they were given.
type Given struct {
	Contact id.Contact
	// Values are cleaned values by alias; an empty one clears the field.
	Values map[string]string
	At     time.Time
	Source activity.Source
	By     By
}

// GiveAll writes values to many contacts, once to each. Nobody is merged: a key
// that another contact owns stays with it.
func GiveAll(ctx context.Context, tx *db.Tx, list []Given) error {
	edits := make([]edit, len(list))
	for i, g := range list {
		edits[i] = edit{contact: g.Contact, values: g.Values, source: g.Source, by: g.By, at: g.At}
	}
	_, err := applyAll(ctx, tx, edits)
	return err
}
