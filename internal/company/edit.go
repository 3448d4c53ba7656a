package company

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Edit is what somebody makes of a company.
type Edit struct {
	// Values are as they were typed, by alias. A blank one clears the field, an
	// absent one leaves it.
	Values map[string]string
	// Required are the aliases of fields that must not be left empty, besides the name.
	Required []string
	// Owner is the user in charge, Score the points; nil to leave them.
	Owner *id.User
	Score *int
	// Seen is when the company was changed last as far as the editor knew, nil to
	// overwrite whatever others did since.
	Seen *time.Time
	// Anyway lets two companies have one name.
	Anyway bool
	By     By
}

// mostPoints is what a score may be, above and below zero.
const mostPoints = 1_000_000_000

// Add makes a company. What is wrong is said by field.
func Add(ctx context.Context, tx *db.Tx, e Edit) (id.Company, error) {
	set, err := field.OfCompanies(ctx, tx)
	if err != nil {
		return 0, err
	}
	c := Company{Fields: maps.Clone(set.Defaults())}
	if err := e.apply(ctx, tx, set, &c); err != nil {
		return 0, err
	}
	number, err := tx.NextID(ctx, "company")
	if err != nil {
		return 0, err
	}
	c.ID = id.Company(number)
	if err := e.named(ctx, tx, c); err != nil {
		return 0, err
	}
	return c.ID, c.insert(ctx, tx, e.By)
}

// Save writes the edit to the company that its name leads to, or to a new one, and tells
// whether it is new. With Anyway it is always a new one.
func (e Edit) Save(ctx context.Context, tx *db.Tx) (company id.Company, fresh bool, err error) {
	if !e.Anyway {
		if company, err = Named(ctx, tx, e.Values[field.CompanyName]); err != nil {
			return 0, false, err
		}
	}
	if company != 0 {
		return company, false, Change(ctx, tx, company, e)
	}
	company, err = Add(ctx, tx, e)
	return company, true, err
}

// Change writes an edit to a company. Somebody else's change since Seen is a Conflict
// fault; what is wrong is said by field. Nothing is written then. People whose primary
// company it is are told another name.
func Change(ctx context.Context, tx *db.Tx, company id.Company, e Edit) error {
	c, err := hold(ctx, tx, company)
	if err != nil {
		return err
	}
	if e.Seen != nil && !e.Seen.Equal(c.Changed()) {
		return fault.Conflict(fmt.Errorf("change company %d: changed since", company), fault.Say("company.changed_since|Somebody else changed this company while you were editing it."))
	}
	set, err := field.OfCompanies(ctx, tx)
	if err != nil {
		return err
	}
	was := c
	c.Fields = maps.Clone(c.Fields)
	if err := e.apply(ctx, tx, set, &c); err != nil {
		return err
	}
	if maps.Equal(c.Fields, was.Fields) && c.Owner == was.Owner && c.Score == was.Score {
		return nil
	}
	if field.Fold(c.Name()) != field.Fold(was.Name()) {
		if err := e.named(ctx, tx, c); err != nil {
			return err
		}
	}
	if err := c.update(ctx, tx, e.By); err != nil || c.Name() == was.Name() {
		return err
	}
	return start(ctx, tx, work{company: c.ID, what: renaming, people: c.People}, e.By)
}

// apply brings what was typed into the form in which it is stored.
func (e Edit) apply(ctx context.Context, q db.Q, set *field.Set, c *Company) error {
	wrong := fault.Fields{}
	if c.Fields == nil {
		c.Fields = map[string]string{}
	}
	for _, alias := range slices.Sorted(maps.Keys(e.Values)) {
		typed := e.Values[alias]
		f, found := set.ByAlias(alias)
		if !found {
			wrong.Add(alias, fault.Say("company.unknown_field|There is no such field."))
			continue
		}
		if typed != "" && typed == c.Fields[alias] {
			continue // it stays, whether or not it still fits
		}
		value, problem := field.Clean(f.Keeping(c.Fields[alias]), typed)
		if problem != nil {
			wrong.Add(alias, *problem)
			continue
		}
		if c.Fields[alias] = value; value == "" {
			delete(c.Fields, alias)
		}
	}
	if field.Fold(c.Name()) == "" && wrong[field.CompanyName].Key == "" {
		wrong.Add(field.CompanyName, fault.Say("company.name_missing|A company needs a name."))
	}
	for _, alias := range e.Required {
		if c.Fields[alias] == "" && wrong[alias].Key == "" {
			wrong.Add(alias, fault.Say("company.required|This is required."))
		}
	}
	if e.Score != nil {
		if c.Score = *e.Score; c.Score > mostPoints || c.Score < -mostPoints {
			wrong.Add("score", fault.Say("company.score_many|At most %d points.", mostPoints))
		}
	}
	if e.Owner != nil {
		c.Owner = *e.Owner
	}
	return wrong.Err()
}

// named lets the name of a company lead to it. One that leads to another, which is
// called so, is refused unless two may have it.
func (e Edit) named(ctx context.Context, tx *db.Tx, c Company) error {
	key := field.Fold(c.Name())
	fresh, err := claim(ctx, tx, key, c.ID)
	if err != nil || fresh {
		return err
	}
	var holder id.Company
	if err := tx.QueryRow(ctx, `SELECT company_id FROM company_key WHERE name_key = ?`, key).Scan(&holder); err != nil {
		return fmt.Errorf("name company %d: %w", c.ID, err)
	}
	other, err := read(ctx, tx, holder, "")
	switch {
	case err != nil:
		return err
	case holder == c.ID:
		return nil
	case other.state != there || field.Fold(other.Name()) != key: // it is not called so any more
		return take(ctx, tx, key, c.ID)
	case e.Anyway:
		return nil
	}
	return fault.Invalid(fault.Fields{field.CompanyName: fault.Say("company.taken|Another company has this name.")})
}

// insert writes a new company. Its name leads to it already, or to one of the same name.
func (c Company) insert(ctx context.Context, tx *db.Tx, by By) error {
	fields, err := encodeValues(c.Fields)
	if err != nil {
		return err
	}
	now := db.Millis(tx.Now())
	err = tx.Insert(ctx, "company", []string{"id", "state", "sort_name", "fields", "owner_id", "score", "people", "added", "created_by", "created_by_user", "changed"},
		[][]any{{int64(c.ID), int(there), field.Fold(c.Name()), fields, db.NullID(c.Owner), c.Score, 0, now, db.NullID(by.User), db.NullText(by.userName()), now}})
	if err != nil {
		return err
	}
	return c.index(ctx, tx)
}

// userName is the name of who is logged in.
func (b By) userName() string {
	if b.User == 0 {
		return ""
	}
	return b.Name
}

// update writes what may be changed of a company.
func (c Company) update(ctx context.Context, tx *db.Tx, by By) error {
	fields, err := encodeValues(c.Fields)
	if err != nil {
		return err
	}
	now := db.Millis(tx.Now())
	_, err = tx.Exec(ctx, `UPDATE company SET sort_name = ?, fields = ?, owner_id = ?, score = ?, modified = ?, modified_by = ?, modified_by_user = ?, changed = ? WHERE id = ?`,
		field.Fold(c.Name()), fields, db.NullID(c.Owner), c.Score, now, db.NullID(by.User), db.NullText(by.userName()), now, int64(c.ID))
	if err != nil {
		return fmt.Errorf("change company %d: %w", c.ID, err)
	}
	return c.index(ctx, tx)
}

// index lets a company be found by its values.
func (c Company) index(ctx context.Context, tx *db.Tx) error {
	text := "\n"
	for _, alias := range slices.Sorted(maps.Keys(c.Fields)) {
		text += field.Fold(c.Fields[alias]) + "\n"
	}
	if french := field.IndustryName(c.Fields["companyindustry"], "fr"); french != "" {
		text += field.Fold(french) + "\n"
	}
	if french := field.CountryName(c.Fields["companycountry"], "fr"); french != "" {
		text += field.Fold(french) + "\n"
	}
	return tx.IndexText(ctx, "company_search", int64(c.ID), text)
}
