package company

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

// state is what became of a company. Numbers are stored.
type state int

const (
	there state = iota
	merged
	leaving // being deleted: nobody finds it
)

// Company is a company. Times that are zero mean never.
type Company struct {
	ID id.Company
	// Fields are the values by alias; an absent one is null.
	Fields map[string]string
	Owner  id.User
	Score  int
	People int // contacts that belong to it
	Added  time.Time
	// Modified is when somebody changed it last.
	Modified                      time.Time
	CreatedBy, ModifiedBy         id.User
	CreatedByUser, ModifiedByUser string
	state                         state
	into                          id.Company
	merged                        record
}

// Name is what the company is called.
func (c Company) Name() string { return c.Fields[field.CompanyName] }

// Changed is when it was added or changed last.
func (c Company) Changed() time.Time {
	if c.Modified.IsZero() {
		return c.Added
	}
	return c.Modified
}

const companyColumns = `company.id, company.state, company.merged_into, company.fields, company.owner_id, company.score, company.people, company.added,
	company.created_by, company.created_by_user, company.modified, company.modified_by, company.modified_by_user, company.merged`

func scanCompany(row db.Row) (c Company, err error) {
	var into, owner, createdBy, modified, modifiedBy sql.NullInt64
	var createdUser, modifiedUser sql.NullString
	var fields, record []byte
	var added int64
	err = row.Scan(&c.ID, &c.state, &into, &fields, &owner, &c.Score, &c.People, &added, &createdBy, &createdUser, &modified, &modifiedBy, &modifiedUser, &record)
	if err != nil {
		return c, err
	}
	c.into, c.Owner, c.Added, c.Modified = id.Company(into.Int64), id.User(owner.Int64), db.Time(added), db.NullTime(modified)
	c.CreatedBy, c.ModifiedBy, c.CreatedByUser, c.ModifiedByUser = id.User(createdBy.Int64), id.User(modifiedBy.Int64), createdUser.String, modifiedUser.String
	if len(record) > 0 {
		err = json.Unmarshal(record, &c.merged)
	}
	if err == nil {
		c.Fields, err = decodeValues(fields)
	}
	return c, err
}

// Find reads one company. The identifier of one that was merged finds the one it was
// merged into. An unknown one is a NotFound fault.
func Find(ctx context.Context, q db.Q, company id.Company) (Company, error) {
	end, err := Resolve(ctx, q, company)
	if err != nil {
		return Company{}, err
	}
	c, err := read(ctx, q, end, "")
	if err == nil && c.state != there {
		err = fault.NotFound(fmt.Errorf("find company %d: state %d", company, c.state))
	}
	return c, err
}

// read reads the row of a company, whatever became of it.
func read(ctx context.Context, q db.Q, company id.Company, lock string) (Company, error) {
	c, err := scanCompany(q.QueryRow(ctx, `SELECT `+companyColumns+` FROM company WHERE id = ?`+lock, int64(company)))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.NotFound(fmt.Errorf("find company %d: %w", company, err))
	}
	if err != nil {
		return c, fmt.Errorf("find company %d: %w", company, err)
	}
	return c, nil
}

// hold is Find of a company that is held until the end of the transaction.
func hold(ctx context.Context, tx *db.Tx, company id.Company) (Company, error) {
	end, err := Resolve(ctx, tx, company)
	if err != nil {
		return Company{}, err
	}
	c, err := read(ctx, tx, end, tx.Dialect().ForUpdate())
	if err == nil && c.state != there {
		err = fault.NotFound(fmt.Errorf("hold company %d: state %d", company, c.state))
	}
	return c, err
}

// Resolve follows merges to the company that lives on.
func Resolve(ctx context.Context, q db.Q, company id.Company) (id.Company, error) {
	for met := map[id.Company]bool{}; !met[company]; {
		met[company] = true
		var into sql.NullInt64
		err := q.QueryRow(ctx, `SELECT merged_into FROM company WHERE id = ?`, int64(company)).Scan(&into)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !into.Valid {
			return company, nil
		}
		if err != nil {
			return 0, fmt.Errorf("resolve company %d: %w", company, err)
		}
		company = id.Company(into.Int64)
	}
	return 0, fmt.Errorf("company %d is merged in a circle", company)
}

// Some reads these companies. Those that were merged or deleted are missing.
func Some(ctx context.Context, q db.Q, companies []id.Company) (map[id.Company]Company, error) {
	found := make(map[id.Company]Company, len(companies))
	if len(companies) == 0 {
		return found, nil
	}
	among, args := db.InIDs(q.Dialect(), "id", companies)
	err := db.Each(ctx, q, `SELECT `+companyColumns+` FROM company WHERE `+among, args, func(row db.Row) error {
		c, err := scanCompany(row)
		if c.state == there {
			found[c.ID] = c
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %d companies: %w", len(companies), err)
	}
	return found, nil
}

// family are a company and those that were merged into it, itself first.
func family(ctx context.Context, q db.Q, company id.Company) ([]id.Company, error) {
	all := []id.Company{company}
	for next := all; len(next) > 0; {
		among, args := db.InIDs(q.Dialect(), "merged_into", next)
		next = nil
		err := db.Each(ctx, q, `SELECT id FROM company WHERE merged_into IS NOT NULL AND `+among, args, func(row db.Row) error {
			var c id.Company
			err := row.Scan(&c)
			next = append(next, c)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("find what was merged into company %d: %w", company, err)
		}
		slices.Sort(next)
		all = append(all, next...)
	}
	return all, nil
}

// folded begins the name under which a value is stored as it is compared, where that
// differs from how it is written.
const folded = "~"

func encodeValues(values map[string]string) (string, error) {
	all := make(map[string]string, 2*len(values))
	for alias, value := range values {
		if value == "" {
			continue
		}
		all[alias] = value
		if is := field.Fold(value); is != value {
			all[folded+alias] = is
		}
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return "", fmt.Errorf("write values of a company: %w", err)
	}
	return string(raw), nil
}

func decodeValues(raw []byte) (map[string]string, error) {
	values := map[string]string{}
	err := json.Unmarshal(raw, &values)
	for name := range values {
		if strings.HasPrefix(name, folded) {
			delete(values, name)
		}
	}
	return values, err
}
