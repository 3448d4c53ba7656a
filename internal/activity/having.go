package activity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// askedAtOnce is how many contacts one statement asks the events of.
const askedAtOnce = 1000

// Having lists those of some contacts who had one event of a kind whose data holds a
// number of each of these. Their threads are read for it.
func Having(ctx context.Context, q db.Q, contacts []id.Contact, kind Kind, each []Holding) ([]id.Contact, error) {
	owners, err := onTheirWay(ctx, q, contacts)
	if err != nil {
		return nil, err
	}
	if owners == nil {
		owners = make(map[id.Contact]id.Contact, len(contacts))
	}
	for _, c := range contacts {
		owners[c] = c
	}
	where, args := []string{"kind = ?"}, []any{int64(kind)}
	for _, h := range each {
		one, more := h.where(q.Dialect())
		where, args = append(where, one), append(args, more...)
	}
	all := make([]id.Contact, 0, len(owners))
	for c := range owners {
		all = append(all, c)
	}
	slices.Sort(all)
	found := map[id.Contact]bool{}
	for part := range slices.Chunk(all, askedAtOnce) {
		among, of := db.InIDs(q.Dialect(), "contact_id", part)
		err := db.Each(ctx, q, `SELECT DISTINCT contact_id FROM event WHERE `+among+` AND `+strings.Join(where, " AND "), slices.Concat(of, args), func(row db.Row) error {
			var c id.Contact
			err := row.Scan(&c)
			found[owners[c]] = true
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("find contacts by their events: %w", err)
		}
	}
	list := make([]id.Contact, 0, len(found))
	for c := range found {
		list = append(list, c)
	}
	slices.Sort(list)
	return list, nil
}
