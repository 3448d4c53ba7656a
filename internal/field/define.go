package field

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"
)

// By is who changes a definition.
type By struct {
	User id.User
	Name string
}

// Add defines a field of contacts, or of companies, and returns it. What is wrong is said by the
// name of the property: label, alias, type, group, options, yes, no, scale,
// rounding, limit, default, unique. A blank alias is made of the label.
func Add(ctx context.Context, tx *db.Tx, f Field, by By) (Field, error) {
	if f.Object != Company {
		f.Object = Contact
	}
	set, err := begin(ctx, tx, f.Object)
	if err != nil {
		return f, err
	}
	others, err := LoadOf(ctx, tx, map[string]string{Contact: Company, Company: Contact}[f.Object])
	if err != nil {
		return f, err
	}
	f = f.tidied()
	problems := f.problems()
	f.Alias = set.alias(f, others, problems)
	if err := problems.Err(); err != nil {
		return f, err
	}
	f.Default, _ = Clean(f, f.Default)
	n, err := tx.NextID(ctx, "field")
	if err != nil {
		return f, err
	}
	f.ID, f.Fixed, f.Added, f.CreatedBy, f.CreatedUser = lastStandard+n, false, tx.Now(), by.User, by.Name
	f.Position = set.end(f.Group)
	f.Order, f.Listed = f.Position, lastStandard+f.Position
	if f.Indexed() {
		f.Indexing = Filled // nobody has a value
	}
	return f, f.write(ctx, tx)
}

// Change writes what people decide about a field. Its alias and its type stay, as
// does more of a standard one. seen is when it was modified as far as the editor
// knew, nil to overwrite whatever others did since; their change is a Conflict fault.
func Change(ctx context.Context, tx *db.Tx, f Field, by By, seen *time.Time) (Field, error) {
	set, err := beginOf(ctx, tx, f.ID)
	if err != nil {
		return f, err
	}
	was, err := set.ByID(f.ID)
	if err != nil {
		return f, err
	}
	if seen != nil && !seen.Equal(was.Modified) {
		return was, fault.Conflict(fmt.Errorf("change field %d: modified since", f.ID), fault.Say("field.changed_since|Somebody else changed this field while you were editing it."))
	}
	f.Type, f.Alias = was.Type, was.Alias
	f = was.defined(f.tidied().definition())
	if !f.Custom() && f.Renamed == fault.Say(f.Label).English() {
		f.Renamed = ""
	}
	if f.Direct() {
		f.Filterable = false
	}
	if f.Computed() {
		f.Required, f.Filterable, f.OnQuick, f.Default = false, false, false, was.Default
	}
	if err := f.problems().Err(); err != nil {
		return f, err
	}
	f.Default, _ = Clean(f, f.Default)
	if f.Group != was.Group {
		f.Position = set.end(f.Group)
	}
	switch {
	case !f.Indexed():
		f.Indexing = Unindexed
	case !was.Indexed() || f.Unique && !was.Unique:
		f.Indexing = Filling
	case f.Indexing == Clashing && !f.Unique:
		f.Indexing = Filled
	}
	if f.Object == Contact && (f.tighter(was) || f.Unfit != 0 && (f.Most() != was.Most() || !slices.Equal(f.Options, was.Options))) {
		f.Unfit = unfitUnknown
	}
	f.Modified, f.ModifiedBy, f.ModifiedUser = tx.Now(), by.User, by.Name
	return f, f.write(ctx, tx)
}

// Arrange puts fields of a group of an object in this order. Those of the group
// that are not named follow.
func Arrange(ctx context.Context, tx *db.Tx, object string, g Group, order []int64) error {
	set, err := begin(ctx, tx, object)
	if err != nil {
		return err
	}
	var group []Field
	for _, f := range set.all {
		if f.Group == g {
			group = append(group, f)
		}
	}
	place := func(f Field) int {
		if i := slices.Index(order, f.ID); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(group, func(a, b Field) int { return cmp.Compare(place(a), place(b)) })
	var rows [][]any
	for i, f := range group {
		if f.Position != i+1 {
			rows = append(rows, []any{f.ID, f.Object, f.Alias, i + 1, unchanged, int(Unindexed)})
		}
	}
	return tx.InsertOr(ctx, "field", []string{"id", "object", "alias", "position", "definition", "indexing"}, rows, `ON CONFLICT (id) DO UPDATE SET position = excluded.position`)
}

// KeptFor is how long the values of a removed field are kept.
const KeptFor = 30 * 24 * time.Hour

// Remove takes a field away, and returns it. Its values are kept for KeptFor, and come
// back with Restore.
func Remove(ctx context.Context, tx *db.Tx, number int64, by By) (Field, error) {
	set, err := beginOf(ctx, tx, number)
	if err != nil {
		return Field{}, err
	}
	f, err := set.ByID(number)
	if err != nil {
		return f, err
	}
	if f.Fixed {
		return f, fault.Refused(nil, fault.Say("field.fixed|This field is always there and cannot be removed."))
	}
	f.Removed, f.Modified, f.ModifiedBy, f.ModifiedUser, f.Indexing = tx.Now(), tx.Now(), by.User, by.Name, Unindexed
	return f, f.write(ctx, tx)
}

// Restore brings back a field that was removed, and returns it. Its index is to be
// filled again.
func Restore(ctx context.Context, tx *db.Tx, number int64, by By) (Field, error) {
	set, err := beginOf(ctx, tx, number)
	if err != nil {
		return Field{}, err
	}
	list := set.Removed()
	i := slices.IndexFunc(list, func(f Field) bool { return f.ID == number })
	if i < 0 {
		return Field{}, fault.NotFound(fmt.Errorf("restore field %d: it was not removed", number))
	}
	f := list[i]
	f.Removed, f.Modified, f.ModifiedBy, f.ModifiedUser = time.Time{}, tx.Now(), by.User, by.Name
	if f.Indexing = Unindexed; f.Indexed() {
		f.Indexing = Filling
	}
	return f, f.write(ctx, tx)
}

// Forget ends a removed field, once its values are erased. Of a standard one it is
// kept that it was removed, so that it can be restored.
func Forget(ctx context.Context, tx *db.Tx, number int64) error {
	if _, err := beginOf(ctx, tx, number); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM field WHERE id = ? AND id > ? AND removed IS NOT NULL`, number, lastStandard); err != nil {
		return fmt.Errorf("forget field %d: %w", number, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE field SET indexing = ? WHERE id = ? AND removed IS NOT NULL`, int(Erased), number); err != nil {
		return fmt.Errorf("forget field %d: %w", number, err)
	}
	return nil
}

// Swept notes that all values of a field were looked at: how far its index is, and how
// many do not fit.
func Swept(ctx context.Context, tx *db.Tx, number int64, i Index, unfit int64) error {
	if _, err := beginOf(ctx, tx, number); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE field SET indexing = ?, unfit = ? WHERE id = ? AND removed IS NULL`, int(i), unfit, number); err != nil {
		return fmt.Errorf("note sweep of field %d: %w", number, err)
	}
	return nil
}

// Recheck has the values of a field looked at once more, for those that several contacts
// have or that do not fit.
func Recheck(ctx context.Context, tx *db.Tx, number int64) (Field, error) {
	set, err := beginOf(ctx, tx, number)
	if err != nil {
		return Field{}, err
	}
	f, err := set.ByID(number)
	if err != nil || f.Indexing != Clashing && f.Unfit == 0 {
		return f, err
	}
	if f.Indexing == Clashing {
		f.Indexing = Filling
	}
	if f.Unfit != 0 {
		f.Unfit = unfitUnknown
	}
	return f, f.write(ctx, tx)
}

// changing is attached to a transaction that changes definitions.
type changing struct{}

// Flush implements db.Pending.
func (changing) Flush(context.Context, *db.Tx) error { return nil }

// ObjectOf is what a field describes; a Contact where there is no such field.
func ObjectOf(ctx context.Context, q db.Q, number int64) (string, error) {
	if slices.ContainsFunc(companyStandards, func(f Field) bool { return f.ID == number }) {
		return Company, nil
	}
	object := Contact
	err := q.QueryRow(ctx, `SELECT object FROM field WHERE id = ?`, number).Scan(&object)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return object, err
}

// beginOf is begin for the fields of what a field describes.
func beginOf(ctx context.Context, tx *db.Tx, number int64) (*Set, error) {
	object, err := ObjectOf(ctx, tx, number)
	if err != nil {
		return nil, fmt.Errorf("change field %d: %w", number, err)
	}
	return begin(ctx, tx, object)
}

// begin reads the fields of an object to change one of them. Others who do wait.
func begin(ctx context.Context, tx *db.Tx, object string) (*Set, error) {
	tx.Attach(changing{}, func() db.Pending { return changing{} })
	if _, err := tx.Exec(ctx, `UPDATE field_version SET version = version + 1`); err != nil {
		return nil, fmt.Errorf("change fields: %w", err)
	}
	if err := tx.Publish(topic); err != nil {
		return nil, err
	}
	return LoadOf(ctx, tx, object)
}

// ByID finds a field; an unknown one is a NotFound fault.
func (s *Set) ByID(number int64) (Field, error) {
	i := slices.IndexFunc(s.all, func(f Field) bool { return f.ID == number })
	if i < 0 {
		return Field{}, fault.NotFound(fmt.Errorf("there is no field %d", number))
	}
	return s.all[i], nil
}

// end is the position after the last field of a group.
func (s *Set) end(g Group) int {
	position := lastStandard
	for _, f := range s.all {
		if f.Group == g {
			position = max(position, f.Position+1)
		}
	}
	return position
}

func (f Field) write(ctx context.Context, tx *db.Tx) error {
	text, err := json.Marshal(f.definition())
	if err != nil {
		return fmt.Errorf("write field %s: %w", f.Alias, err)
	}
	row := []any{f.ID, f.Object, f.Alias, f.Position, string(text), int(f.Indexing), f.Unfit, db.NullMillis(f.Added), db.NullMillis(f.Modified), db.NullID(f.CreatedBy), db.NullText(f.CreatedUser),
		db.NullID(f.ModifiedBy), db.NullText(f.ModifiedUser), db.NullMillis(f.Removed)}
	return tx.InsertOr(ctx, "field", columns, [][]any{row}, `ON CONFLICT (id) DO UPDATE SET position = excluded.position, definition = excluded.definition, indexing = excluded.indexing, unfit = excluded.unfit,
		modified = excluded.modified, modified_by = excluded.modified_by, modified_by_user = excluded.modified_by_user, removed = excluded.removed`)
}

var columns = []string{"id", "object", "alias", "position", "definition", "indexing", "unfit", "added", "modified", "created_by", "created_by_user", "modified_by", "modified_by_user", "removed"}
