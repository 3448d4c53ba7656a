package contact

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Edit is what somebody who is logged in makes of a contact.
type Edit struct {
	// Values are as they were typed, by alias. A blank one clears the field, an
	// absent one leaves it; "points" is the score.
	Values map[string]string
	// Required are the aliases of fields that must not be left empty.
	Required []string
	// Owner is the user in charge, nil to leave it.
	Owner *id.User
	// Seen is when the contact was last modified as far as the editor knew, nil
	// to overwrite whatever others did since.
	Seen *time.Time
	// Anyway takes an address whose key another contact owns: the key stays there.
	Anyway bool
	// Join merges who owns a unique value of the edit with the contact: the one that
	// is known survives, the contact itself where both are.
	Join bool
	// Defaults gives fields that are empty, and not among Values, their value at the
	// start. A new contact gets it always.
	Defaults bool
	Source   activity.Source
	By       By
	User     id.User
	UserName string
	origin   id.Contact // whom it belongs to, zero for the contact itself
}

// Changes of what is no field.
const (
	changedPoints = "points"
	changedOwner  = "owner"
)

// Add creates a contact from an edit. What is wrong is said field by field.
func Add(ctx context.Context, tx *db.Tx, e Edit) (id.Contact, error) {
	set, err := field.Of(ctx, tx)
	if err != nil {
		return 0, err
	}
	values, points, err := e.clean(ctx, tx, set, 0, nil)
	if err != nil {
		return 0, err
	}
	if !identified(set, values) {
		return 0, fault.Refused(nil, fault.Say("contact.nobody|Say who it is: a name, a company, an e-mail address, a telephone number or a social network."))
	}
	return Create(ctx, tx, e.fresh(values, points))
}

// fresh is the contact that the edit makes, with cleaned values.
func (e Edit) fresh(values map[string]string, points *int) New {
	n := New{Values: values, Source: e.Source, By: e.By, User: e.User, UserName: e.UserName}
	if points != nil {
		n.Points = *points
	}
	if e.Owner != nil {
		n.Owner = *e.Owner
	}
	return n
}

// Save writes the edit to the contact that its unique values lead to, or to a new one,
// which may be a visitor. fresh tells that it is new. Of two that are saved with the
// same unique value at the same time the second finds the first. With Anyway it is
// always a new one.
func (e Edit) Save(ctx context.Context, tx *db.Tx) (contact id.Contact, fresh bool, err error) {
	set, err := field.Of(ctx, tx)
	if err != nil {
		return 0, false, err
	}
	keys := Submitted{Values: map[string]string{}, Source: e.Source}
	for _, f := range set.Keyed() {
		if value, problem := field.Clean(f, e.Values[f.Alias]); problem == nil && !e.Anyway {
			keys.Values[f.Alias] = value
		}
	}
	if contact, e.origin, err = settle(ctx, tx, keys); err != nil {
		return 0, false, err
	}
	if contact != 0 {
		return contact, false, Update(ctx, tx, contact, e)
	}
	values, points, err := e.clean(ctx, tx, set, 0, nil)
	if err != nil {
		// What another took since it was looked for is no reason to refuse.
		if contact, e.origin, _ = settle(ctx, tx, keys); contact != 0 {
			return contact, false, Update(ctx, tx, contact, e)
		}
		return 0, false, err
	}
	number, err := tx.NextID(ctx, "contact")
	if err != nil {
		return 0, false, err
	}
	contact = id.Contact(number)
	owner, err := claimAll(ctx, tx, contact, 0, keys)
	if err != nil {
		return 0, false, err
	}
	if owner != contact {
		return owner, false, Update(ctx, tx, owner, e)
	}
	return contact, true, create(ctx, tx, []id.Contact{contact}, []New{e.fresh(values, points)})
}

// Update changes a contact, with one event that says who changed what. Somebody
// else's change since Seen is a Conflict fault; what is wrong is said field by
// field. Nothing is written then.
func Update(ctx context.Context, tx *db.Tx, contact id.Contact, e Edit) error {
	asked := contact
	contact, err := hold(ctx, tx, asked)
	if err != nil {
		return err
	}
	if e.Join {
		if contact, err = e.join(ctx, tx, contact); err != nil {
			return err
		}
	}
	if asked != contact {
		e.origin = asked
	}
	var state State
	var modified, owner sql.NullInt64
	var points int
	var fields []byte
	err = tx.QueryRow(ctx, `SELECT state, modified, owner_id, points, fields FROM contact WHERE id = ?`+tx.Dialect().ForUpdate(), int64(contact)).
		Scan(&state, &modified, &owner, &points, &fields)
	if errors.Is(err, sql.ErrNoRows) || err == nil && state > Known {
		return fault.NotFound(fmt.Errorf("update contact %d: state %d, %w", contact, state, sql.ErrNoRows))
	}
	if err != nil {
		return fmt.Errorf("update contact %d: %w", contact, err)
	}
	if e.Seen != nil && !e.Seen.Equal(db.NullTime(modified)) {
		return fault.Conflict(fmt.Errorf("update contact %d: modified since", contact),
			fault.Say("contact.changed_since|Somebody else changed this contact while you were editing it."))
	}
	stored, err := decodeValues(fields)
	if err != nil {
		return fmt.Errorf("update contact %d: %w", contact, err)
	}
	set, err := field.Of(ctx, tx)
	if err != nil {
		return err
	}
	values, score, err := e.clean(ctx, tx, set, contact, stored)
	if err != nil {
		return err
	}
	if e.Defaults {
		for alias, value := range set.Defaults() {
			if _, given := e.Values[alias]; !given && stored[alias] == "" {
				values[alias] = value
			}
		}
	}
	is := struct {
		points int
		owner  id.User
	}{points, id.User(owner.Int64)}
	var beside []Change
	if score != nil && *score != points {
		is.points = *score
		beside = append(beside, Change{Field: changedPoints, Old: strconv.Itoa(points), New: strconv.Itoa(*score)})
	}
	if e.Owner != nil && *e.Owner != is.owner {
		beside = append(beside, Change{Field: changedOwner, Old: number(is.owner), New: number(*e.Owner)})
		is.owner = *e.Owner
	}
	if len(beside) > 0 {
		if _, err := tx.Exec(ctx, `UPDATE contact SET points = ?, owner_id = ? WHERE id = ?`, is.points, db.NullID(is.owner), int64(contact)); err != nil {
			return fmt.Errorf("update contact %d: %w", contact, err)
		}
	}
	_, err = apply(ctx, tx, contact, edit{values: values, beside: beside, origin: e.origin, source: e.Source, by: e.By, user: e.User, name: e.UserName})
	return err
}

// join merges those who own a unique value of the edit that is new to the contact with
// it, and returns who survives.
func (e Edit) join(ctx context.Context, tx *db.Tx, contact id.Contact) (id.Contact, error) {
	set, err := field.Of(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, f := range set.Keyed() {
		value, problem := field.Clean(f, e.Values[f.Alias])
		if problem != nil || normalise(value) == "" {
			continue
		}
		holder, err := ownerOf(ctx, tx, keyOf(f), normalise(value))
		if err != nil {
			return 0, err
		}
		if holder == 0 || holder == contact {
			continue
		}
		found, err := sides(ctx, tx, contact, holder)
		if err != nil {
			return 0, err
		}
		if found[contact].id == 0 || found[contact].state > Known {
			return contact, nil // Update says so
		}
		if normalise(found[contact].values[f.Alias]) == normalise(value) {
			continue // two may have it, where somebody wanted that
		}
		u := Union{Survivor: contact, Absorbed: holder, Source: e.Source, By: e.By}
		if found[contact].state == Anonymous && found[holder].state == Known {
			u.Survivor, u.Absorbed = holder, contact
		}
		if err := Merge(ctx, tx, u); err != nil {
			return 0, err
		}
		contact = u.Survivor
	}
	return contact, nil
}

// number is a user in the data of an event, empty for nobody.
func number(u id.User) string {
	if u == 0 {
		return ""
	}
	return strconv.FormatInt(int64(u), 10)
}

// clean brings the values into the form in which they are stored. stored are those
// that the contact has.
func (e Edit) clean(ctx context.Context, q db.Q, set *field.Set, contact id.Contact, stored map[string]string) (values map[string]string, points *int, err error) {
	problems := fault.Fields{}
	values = map[string]string{}
	for alias, typed := range e.Values {
		f, found := set.ByAlias(alias)
		if !found || alias == "last_active" {
			problems.Add(alias, fault.Say("contact.not_by_hand|This cannot be changed by hand."))
			continue
		}
		if typed != "" && typed == stored[alias] {
			values[alias] = typed // it stays, whether or not it still fits
			continue
		}
		value, problem := field.Clean(f.Keeping(stored[alias]), typed)
		if problem != nil {
			problems.Add(alias, *problem)
			continue
		}
		values[alias] = value
	}
	if text, given := values["points"]; given {
		n, tooLarge := strconv.Atoi("0" + text)
		if strings.HasPrefix(text, "-") {
			n, tooLarge = strconv.Atoi(text)
		}
		if tooLarge != nil || n > mostPoints || n < -mostPoints {
			problems.Add("points", fault.Say("contact.points_many|At most %d points.", mostPoints))
		}
		points = &n
	}
	delete(values, "points")
	for _, alias := range e.Required {
		value, given := values[alias]
		if !given {
			value = stored[alias]
		}
		if value == "" {
			problems.Add(alias, fault.Say("contact.required|This is required."))
		}
	}
	if err := e.unclaimed(ctx, q, set, contact, stored, values, problems); err != nil {
		return nil, nil, err
	}
	return values, points, problems.Err()
}

// unclaimed says which new values belong to another contact.
func (e Edit) unclaimed(ctx context.Context, q db.Q, set *field.Set, contact id.Contact, stored, values map[string]string, problems fault.Fields) error {
	for alias, value := range values {
		f, _ := set.ByAlias(alias)
		is := normalise(value)
		if !f.Unique || is == "" || is == normalise(stored[alias]) || alias == "email" && e.Anyway {
			continue
		}
		holder, err := ownerOf(ctx, q, keyOf(f), is)
		if err != nil {
			return err
		}
		if holder == 0 || holder == contact {
			continue
		}
		if alias == "email" {
			problems.Add(alias, fault.Say("contact.taken|Another contact has this address."))
			continue
		}
		other, err := Find(ctx, q, holder)
		if err != nil {
			return err
		}
		problems.Add(alias, fault.Say("contact.taken_value|Contact %d (%s) has this value already.", int64(holder), other.Name))
	}
	return nil
}

// mostPoints is what a score by hand may be, above and below zero.
const mostPoints = 1_000_000_000

// Holder finds the contact that an e-mail address leads to, zero for none.
func Holder(ctx context.Context, q db.Q, email string) (id.Contact, error) {
	value := normalise(email)
	if value == "" {
		return 0, nil
	}
	return ownerOf(ctx, q, KeyEmail, value)
}

// Copyable are the values that a copy of a contact starts with: not those that
// belong to one contact only.
func (c Contact) Copyable(set *field.Set) map[string]string {
	values := maps.Clone(c.Fields)
	maps.DeleteFunc(values, func(alias, _ string) bool { return set.Unique(alias) })
	return values
}
