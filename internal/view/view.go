package view

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

const (
	// most is how many views of a list a person keeps.
	most = 50
	// longestName is in characters, longestQuery in bytes.
	longestName  = 60
	longestQuery = 4000
)

// View is a list as somebody wants to find it again.
type View struct {
	ID    int64
	List  string // which list: "contacts"
	Owner id.User
	Name  string
	// Query is what stands after the question mark in the address of the list.
	Query string
	// Shared views are everybody's to use, and their owner's and administrators' to
	// change.
	Shared bool
	// Default tells that it is what the person who asks begins with.
	Default bool
}

// clean checks a view; what is wrong is said by field.
func (v View) clean() (View, error) {
	wrong := fault.Fields{}
	v.Name = field.Printable(v.Name)
	switch n := utf8.RuneCountInString(v.Name); {
	case n == 0:
		wrong.Add("name", fault.Say("view.name_missing|Give the view a name."))
	case n > longestName:
		wrong.Add("name", fault.Say("view.name_long|This is too long: %d characters, at most %d.", n, longestName))
	}
	if len(v.Query) > longestQuery {
		wrong.Add("name", fault.Say("view.query_long|This search is too long to be kept."))
	}
	return v, wrong.Err()
}

// List reads the views of a list that a user sees: their own, and those that are
// shared, in the order of their names.
func List(ctx context.Context, q db.Q, list string, user id.User) ([]View, error) {
	var views []View
	err := db.Each(ctx, q, `SELECT v.id, v.owner_id, v.name, v.query, v.shared, d.view_id IS NOT NULL FROM view_saved v
		LEFT JOIN view_default d ON d.user_id = ? AND d.list = v.list AND d.view_id = v.id
		WHERE v.list = ? AND (v.owner_id = ? OR v.shared = 1)`, []any{int64(user), list, int64(user)}, func(row db.Row) error {
		v := View{List: list}
		err := row.Scan(&v.ID, &v.Owner, &v.Name, &v.Query, &v.Shared, &v.Default)
		views = append(views, v)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list views of %s: %w", list, err)
	}
	slices.SortFunc(views, func(a, b View) int {
		return cmp.Or(cmp.Compare(field.Fold(a.Name), field.Fold(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return views, nil
}

// Find reads a view that a user sees; another one is a NotFound fault.
func Find(ctx context.Context, q db.Q, user id.User, number int64) (View, error) {
	v := View{ID: number}
	err := q.QueryRow(ctx, `SELECT v.list, v.owner_id, v.name, v.query, v.shared, d.view_id IS NOT NULL FROM view_saved v
		LEFT JOIN view_default d ON d.user_id = ? AND d.list = v.list AND d.view_id = v.id
		WHERE v.id = ? AND (v.owner_id = ? OR v.shared = 1)`, int64(user), number, int64(user)).Scan(&v.List, &v.Owner, &v.Name, &v.Query, &v.Shared, &v.Default)
	if errors.Is(err, sql.ErrNoRows) {
		return v, fault.NotFound(fmt.Errorf("find view %d of user %d: %w", number, user, err))
	}
	if err != nil {
		return v, fmt.Errorf("find view %d: %w", number, err)
	}
	return v, nil
}

// Add keeps a new view of v.Owner, and makes it what they begin with if v.Default
// says so.
func Add(ctx context.Context, tx *db.Tx, v View) (int64, error) {
	v, err := v.clean()
	if err != nil {
		return 0, err
	}
	var kept int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM view_saved WHERE list = ? AND owner_id = ?`, v.List, int64(v.Owner)).Scan(&kept); err != nil {
		return 0, fmt.Errorf("count views: %w", err)
	}
	if kept >= most {
		return 0, fault.Invalid(fault.Fields{"name": fault.Say("view.too_many|You have %d views: delete one first.", most)})
	}
	if v.ID, err = tx.NextID(ctx, "view_saved"); err != nil {
		return 0, err
	}
	err = tx.Insert(ctx, "view_saved", []string{"id", "list", "owner_id", "name", "query", "shared", "added"},
		[][]any{{v.ID, v.List, int64(v.Owner), v.Name, v.Query, db.Truth(v.Shared), db.Millis(tx.Now())}})
	if err != nil {
		return 0, err
	}
	return v.ID, Begin(ctx, tx, v, v.Owner)
}

// Change writes the name, query and sharing of a view, and whether a user begins
// with it.
func Change(ctx context.Context, tx *db.Tx, v View, user id.User) error {
	v, err := v.clean()
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE view_saved SET name = ?, query = ?, shared = ? WHERE id = ?`, v.Name, v.Query, db.Truth(v.Shared), v.ID); err != nil {
		return fmt.Errorf("change view %d: %w", v.ID, err)
	}
	if !v.Shared {
		if _, err := tx.Exec(ctx, `DELETE FROM view_default WHERE view_id = ? AND user_id <> ?`, v.ID, int64(v.Owner)); err != nil {
			return fmt.Errorf("change view %d: %w", v.ID, err)
		}
	}
	return Begin(ctx, tx, v, user)
}

// Begin makes a view what a user begins with, or no longer, as v.Default says.
func Begin(ctx context.Context, tx *db.Tx, v View, user id.User) error {
	text, args := `DELETE FROM view_default WHERE user_id = ? AND list = ? AND view_id = ?`, []any{int64(user), v.List, v.ID}
	if v.Default {
		text = `INSERT INTO view_default (user_id, list, view_id) VALUES (?, ?, ?) ON CONFLICT (user_id, list) DO UPDATE SET view_id = excluded.view_id`
	}
	if _, err := tx.Exec(ctx, text, args...); err != nil {
		return fmt.Errorf("begin with view %d: %w", v.ID, err)
	}
	return nil
}

// Delete forgets a view, for everybody.
func Delete(ctx context.Context, tx *db.Tx, v View) error {
	for _, text := range []string{`DELETE FROM view_default WHERE view_id = ?`, `DELETE FROM view_saved WHERE id = ?`} {
		if _, err := tx.Exec(ctx, text, v.ID); err != nil {
			return fmt.Errorf("delete view %d: %w", v.ID, err)
		}
	}
	return nil
}
