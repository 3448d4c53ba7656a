package company

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
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Named finds the company that a name leads to, zero for none.
func Named(ctx context.Context, q db.Q, name string) (id.Company, error) {
	key := field.Fold(field.Printable(name))
	found, err := led(ctx, q, []string{key})
	return found[key], err
}

// led finds the companies that folded names lead to.
func led(ctx context.Context, q db.Q, keys []string) (map[string]id.Company, error) {
	found := map[string]id.Company{}
	if len(keys) == 0 {
		return found, nil
	}
	among, args := db.InTexts(q.Dialect(), "k.name_key", keys)
	err := db.Each(ctx, q, `SELECT k.name_key, company.id, company.state FROM company_key k JOIN company ON company.id = k.company_id WHERE `+among, args, func(row db.Row) error {
		var key string
		var c id.Company
		var s state
		err := row.Scan(&key, &c, &s)
		if s != leaving {
			found[key] = c
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find companies by %d names: %w", len(keys), err)
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if found[key], err = Resolve(ctx, q, found[key]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// ensure finds the company that a name leads to, or makes it.
func ensure(ctx context.Context, tx *db.Tx, name string, by By) (id.Company, error) {
	for {
		found, err := Named(ctx, tx, name)
		if err != nil || found != 0 {
			return found, err
		}
		number, err := tx.NextID(ctx, "company")
		if err != nil {
			return 0, err
		}
		fresh, err := claim(ctx, tx, field.Fold(name), id.Company(number))
		if err != nil {
			return 0, err
		}
		if fresh {
			c := Company{ID: id.Company(number), Fields: map[string]string{field.CompanyName: name}}
			return c.ID, c.insert(ctx, tx, by)
		}
	}
}

// claim lets a name lead to a company where it leads nowhere, and tells whether it
// does now. Who claims it at the same time waits.
func claim(ctx context.Context, tx *db.Tx, key string, company id.Company) (bool, error) {
	fresh, err := tx.InsertMissing(ctx, "company_key", []string{"name_key", "company_id"}, [][]any{{key, int64(company)}})
	if err != nil || fresh > 0 {
		return err == nil, err
	}
	var holder id.Company
	err = tx.QueryRow(ctx, `SELECT company_id FROM company_key WHERE name_key = ?`+tx.Dialect().ForUpdate(), key).Scan(&holder)
	if errors.Is(err, sql.ErrNoRows) {
		return claim(ctx, tx, key, company)
	}
	if err != nil {
		return false, fmt.Errorf("claim the name of company %d: %w", company, err)
	}
	var s state
	err = tx.QueryRow(ctx, `SELECT state FROM company WHERE id = ?`, int64(holder)).Scan(&s)
	if err == nil && s != leaving || err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	return true, take(ctx, tx, key, company)
}

// take lets a name lead to a company.
func take(ctx context.Context, tx *db.Tx, key string, company id.Company) error {
	_, err := tx.Exec(ctx, `INSERT INTO company_key (name_key, company_id) VALUES (?, ?) ON CONFLICT (name_key) DO UPDATE SET company_id = excluded.company_id`, key, int64(company))
	if err != nil {
		return fmt.Errorf("name company %d: %w", company, err)
	}
	return nil
}

// wish is a contact whose company is to be as its own row says.
type wish struct {
	contact, origin id.Contact
	cause
}

// settle brings what contacts belong to in line with what their rows say.
func (b *book) settle(ctx context.Context, tx *db.Tx, wishes map[id.Contact]wish) error {
	order := slices.Sorted(maps.Keys(wishes))
	says, err := contact.Employers(ctx, tx, order)
	if err != nil {
		return err
	}
	var keys []string
	for _, c := range order {
		if key := field.Fold(says[c].Company); key != "" {
			keys = append(keys, key)
		}
	}
	found, err := led(ctx, tx, keys)
	if err != nil {
		return err
	}
	several, err := setting.Get(ctx, tx, setting.SeveralCompanies)
	if err != nil {
		return err
	}
	for _, c := range order {
		w, text := wishes[c], says[c].Company
		key := field.Fold(text)
		primary := b.primary(c)
		switch {
		case key == "" && primary != 0:
			l := b.of(c, primary)
			was, err := read(ctx, tx, primary, "")
			if err != nil {
				return err
			}
			b.leave(c, primary)
			tell(tx, KindLeft, l, was.Name(), w.cause)
			continue
		case key == "":
			continue
		}
		if found[key] == 0 && primary != 0 {
			is, err := read(ctx, tx, primary, "")
			if err != nil {
				return err
			}
			if is.state == leaving && field.Fold(is.Name()) == key {
				continue // the field is emptied soon
			}
		}
		if found[key] == 0 {
			by := w.by
			if by.Source == activity.SourceUser {
				by.User = id.User(by.ID)
			}
			if found[key], err = ensure(ctx, tx, text, by); err != nil {
				return err
			}
		}
		if found[key] == primary {
			continue
		}
		company, err := read(ctx, tx, found[key], "")
		if err != nil {
			return err
		}
		if err := b.assign(ctx, tx, c, cmp.Or(w.origin, c), company, several, w.cause); err != nil {
			return err
		}
	}
	return nil
}
