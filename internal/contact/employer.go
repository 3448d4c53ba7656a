package contact

import (
	"context"
	"database/sql"
	"fmt"

	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Employer is what the row of a contact says of the company it belongs to.
type Employer struct {
	Company string // as it is written, empty for none
	Gone    bool   // the contact lies in the bin
}

// Employers reads what the rows of contacts say of their company, those of merged
// ones too. Those that were erased are missing.
func Employers(ctx context.Context, q db.Q, contacts []id.Contact) (map[id.Contact]Employer, error) {
	found := make(map[id.Contact]Employer, len(contacts))
	if len(contacts) == 0 {
		return found, nil
	}
	among, args := db.InIDs(q.Dialect(), "id", contacts)
	err := db.Each(ctx, q, `SELECT id, state, `+q.Dialect().JSONValue("fields", "company")+` FROM contact WHERE `+among, args, func(row db.Row) error {
		var c id.Contact
		var state State
		var name sql.NullString
		err := row.Scan(&c, &state, &name)
		found[c] = Employer{field.Printable(name.String), state == deleted}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the companies of %d contacts: %w", len(contacts), err)
	}
	return found, nil
}
