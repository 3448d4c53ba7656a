package company

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

// record is what a merge gave the survivor.
type record struct {
	Filled map[string]string `json:"filled,omitempty"`
	Owner  id.User           `json:"owner,omitempty"`
	Score  int               `json:"score,omitempty"`
}

// Gains is what a company would get by a merge: values of fields that it has none of,
// and an owner where it has none.
func Gains(survivor, absorbed Company) (filled map[string]string, owner id.User) {
	filled = map[string]string{}
	for alias, value := range absorbed.Fields {
		if survivor.Fields[alias] == "" {
			filled[alias] = value
		}
	}
	if survivor.Owner == 0 {
		owner = absorbed.Owner
	}
	return filled, owner
}

// Merge makes one company of two. The absorbed one leads to the survivor from then on,
// and so does its name. The survivor gets its people, what it has no value for, and its
// score.
func Merge(ctx context.Context, tx *db.Tx, survivor, absorbed id.Company, by By) error {
	both, err := holdBoth(ctx, tx, survivor, absorbed)
	if err != nil {
		return err
	}
	to, from := both[0], both[1]
	if to.ID == from.ID {
		return fault.Invalid(fault.Fields{"with": fault.Say("company.merge_itself|Choose another company: this is the one to be kept.")})
	}
	if err := idle(ctx, tx, to.ID, from.ID); err != nil {
		return err
	}
	r := record{Score: from.Score}
	r.Filled, r.Owner = Gains(to, from)
	to.Fields = maps.Clone(to.Fields)
	maps.Copy(to.Fields, r.Filled)
	to.Score += r.Score
	if r.Owner != 0 {
		to.Owner = r.Owner
	}
	if err := to.update(ctx, tx, by); err != nil {
		return err
	}
	raw, err := json.Marshal(r)
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE company SET state = ?, merged_into = ?, merged = ? WHERE id = ?`, int(merged), int64(to.ID), string(raw), int64(from.ID))
	}
	if err == nil {
		err = tx.UnindexText(ctx, "company_search", int64(from.ID))
	}
	if err != nil {
		return fmt.Errorf("merge company %d into %d: %w", from.ID, to.ID, err)
	}
	return start(ctx, tx, work{company: from.ID, what: merging, into: to.ID, people: from.People}, by)
}

// holdBoth holds two companies, in one order for all who hold several.
func holdBoth(ctx context.Context, tx *db.Tx, one, other id.Company) (both [2]Company, err error) {
	order := []int{0, 1}
	numbers := []id.Company{one, other}
	if other < one {
		slices.Reverse(order)
	}
	for _, i := range order {
		if both[i], err = hold(ctx, tx, numbers[i]); err != nil {
			return both, err
		}
	}
	return both, nil
}

// Merged lists the companies that were merged into a company, each directly.
func Merged(ctx context.Context, q db.Q, company id.Company) ([]Company, error) {
	var list []Company
	err := db.Each(ctx, q, `SELECT `+companyColumns+` FROM company WHERE merged_into = ? ORDER BY id`, []any{int64(company)}, func(row db.Row) error {
		c, err := scanCompany(row)
		list = append(list, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find what was merged into company %d: %w", company, err)
	}
	return list, nil
}

// Separate takes a company out of the one it was merged into. Those of its people who
// still belong to that one belong to it again; what it gave is given back, where it was
// not changed since.
func Separate(ctx context.Context, tx *db.Tx, absorbed id.Company, by By) error {
	from, err := read(ctx, tx, absorbed, tx.Dialect().ForUpdate())
	if err != nil {
		return err
	}
	if from.state != merged {
		return fault.NotFound(fmt.Errorf("separate company %d: it was not merged", absorbed))
	}
	to, err := read(ctx, tx, from.into, tx.Dialect().ForUpdate())
	if err != nil {
		return err
	}
	if to.state != there {
		return fault.Conflict(fmt.Errorf("separate company %d: %d was merged too", absorbed, to.ID), fault.Say("company.merged_further|The company it was merged into was merged itself. Take that one out first."))
	}
	if err := idle(ctx, tx, to.ID, from.ID); err != nil {
		return err
	}
	to.Fields = maps.Clone(to.Fields)
	for alias, value := range from.merged.Filled {
		if to.Fields[alias] == value {
			delete(to.Fields, alias)
		}
	}
	if to.Owner == from.merged.Owner {
		to.Owner = 0
	}
	to.Score -= from.merged.Score
	if err := to.update(ctx, tx, by); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE company SET state = ?, merged_into = NULL, merged = NULL WHERE id = ?`, int(there), int64(from.ID)); err != nil {
		return fmt.Errorf("separate company %d: %w", absorbed, err)
	}
	if err := from.index(ctx, tx); err != nil {
		return err
	}
	var people int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM company_moved WHERE company_id = ?`, int64(from.ID)).Scan(&people); err != nil {
		return fmt.Errorf("separate company %d: %w", absorbed, err)
	}
	return start(ctx, tx, work{company: from.ID, what: separating, into: to.ID, people: people}, by)
}

// Delete removes a company for good, with those merged into it. Its people stay; where
// it was their primary one, another of theirs becomes it, or they have none.
func Delete(ctx context.Context, tx *db.Tx, company id.Company, by By) error {
	c, err := hold(ctx, tx, company)
	if err != nil {
		return err
	}
	if err := idle(ctx, tx, c.ID); err != nil {
		return err
	}
	all, err := family(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE company SET state = ? WHERE id = ?`, int(leaving), int64(c.ID)); err != nil {
		return fmt.Errorf("delete company %d: %w", company, err)
	}
	if err := tx.UnindexText(ctx, "company_search", int64(c.ID)); err != nil {
		return err
	}
	among, args := db.InIDs(tx.Dialect(), "company_id", all)
	if _, err := tx.Exec(ctx, `DELETE FROM company_key WHERE `+among, args...); err != nil {
		return fmt.Errorf("delete company %d: %w", company, err)
	}
	// Another of the same name is found by it from now on.
	_, err = tx.Exec(ctx, `INSERT INTO company_key (name_key, company_id) SELECT sort_name, min(id) FROM company WHERE state = 0 AND sort_name = ? GROUP BY sort_name ON CONFLICT DO NOTHING`, field.Fold(c.Name()))
	if err != nil {
		return fmt.Errorf("delete company %d: %w", company, err)
	}
	return start(ctx, tx, work{company: c.ID, what: deleting, people: c.People}, by)
}

// drop removes what is left of a company that nobody belongs to any more.
func drop(ctx context.Context, tx *db.Tx, company id.Company) error {
	all, err := family(ctx, tx, company)
	if err != nil {
		return err
	}
	among, args := db.InIDs(tx.Dialect(), "company_id", all)
	for _, table := range []string{"company_day", "company_tag", "company_note", "company_moved", "company_key"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE `+among, args...); err != nil {
			return fmt.Errorf("delete company %d: %w", company, err)
		}
	}
	among, args = db.InIDs(tx.Dialect(), "id", all)
	if _, err := tx.Exec(ctx, `DELETE FROM company WHERE `+among, args...); err != nil {
		return fmt.Errorf("delete company %d: %w", company, err)
	}
	return nil
}
