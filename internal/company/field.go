package company

import (
	"context"
	"fmt"

	"ariane/internal/base/db"
	"ariane/internal/field"
)

// EraseSome erases some values of fields of companies that were removed so long ago that
// they are kept no longer, and tells whether that is done.
func EraseSome(ctx context.Context, tx *db.Tx) (done bool, err error) {
	set, err := field.LoadOf(ctx, tx, field.Company)
	if err != nil {
		return false, err
	}
	for _, f := range set.Removed() {
		if f.Indexing == field.Erased || tx.Now().Before(f.Removed.Add(field.KeptFor)) {
			continue
		}
		var list []Company
		err := db.Each(ctx, tx, `SELECT `+companyColumns+` FROM company WHERE `+tx.Dialect().JSONValue("fields", f.Alias)+` IS NOT NULL LIMIT ?`, []any{atOnce}, func(row db.Row) error {
			c, err := scanCompany(row)
			list = append(list, c)
			return err
		})
		if err == nil && len(list) == 0 {
			return false, field.Forget(ctx, tx, f.ID)
		}
		for _, c := range list {
			delete(c.Fields, f.Alias)
			var raw string
			if raw, err = encodeValues(c.Fields); err == nil {
				_, err = tx.Exec(ctx, `UPDATE company SET fields = ? WHERE id = ?`, raw, int64(c.ID))
			}
			if err == nil && c.state == there {
				err = c.index(ctx, tx)
			}
			if err != nil {
				return false, fmt.Errorf("erase field %s of company %d: %w", f.Alias, c.ID, err)
			}
		}
		return false, err
	}
	return true, nil
}
