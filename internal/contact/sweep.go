package contact

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/job"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Sweep is the job that brings the values of all contacts in line with the
// definition of one field: it fills its index, empties it, counts what does not fit any
// more, or erases the values of a field that was removed long ago. Contacts are looked at in slices, each in a
// transaction of its own; what others change meanwhile they bring in line
// themselves. Another definition while it runs is followed at once.
type Sweep struct {
	Field int64 `json:"field"`
	// Version is that of the definition to follow; zero to erase values.
	Version int64 `json:"version,omitempty"`
}

// Kind implements job.Args.
func (Sweep) Kind() string { return "contact.sweep" }

// Start changes the definition of the field with write, which is field.Add, Change,
// Remove or Restore, and enqueues what that makes necessary.
func (s Sweep) Start(ctx context.Context, tx *db.Tx, write func() (field.Field, error)) (field.Field, error) {
	set, err := field.Now(ctx, tx)
	if err != nil {
		return field.Field{}, err
	}
	was, err := set.ByID(s.Field)
	known := err == nil
	f, err := write()
	if err != nil {
		return f, err
	}
	same := known && f.Removed.IsZero() && f.Indexed() == was.Indexed() && f.Unique == was.Unique && (f.Indexing != field.Filling || was.Indexing == field.Filling) && !f.Counting()
	if same || s.Field == 0 {
		return f, nil
	}
	return f, s.begin(ctx, tx, f)
}

func (s Sweep) begin(ctx context.Context, tx *db.Tx, f field.Field) error {
	if !f.Removed.IsZero() {
		if _, err := job.Enqueue(ctx, tx, Sweep{Field: s.Field}, job.At(f.Removed.Add(field.KeptFor))); err != nil {
			return err
		}
	}
	set, err := field.Now(ctx, tx)
	if err != nil {
		return err
	}
	// Whoever is at it stops: what it saw until now was of another definition.
	if s.Version = set.Version(); f.Indexing == field.Filling || f.Counting() {
		_, err = tx.Exec(ctx, `INSERT INTO contact_sweep (field_id, version, last, until) SELECT CAST(? AS BIGINT), CAST(? AS BIGINT), 0, coalesce(max(id), 0) FROM contact WHERE id > 0
			ON CONFLICT (field_id) DO UPDATE SET version = excluded.version, last = 0, until = excluded.until, unfit = 0`, s.Field, s.Version)
	} else {
		_, err = tx.Exec(ctx, `DELETE FROM contact_sweep WHERE field_id = ?`, s.Field)
	}
	if err != nil {
		return fmt.Errorf("sweep field %d: %w", s.Field, err)
	}
	_, err = job.Enqueue(ctx, tx, s)
	return err
}

// Progress is how many of how many contacts were looked at, zero when none are to be.
func (s Sweep) Progress(ctx context.Context, q db.Q) (done, all int64, err error) {
	err = q.QueryRow(ctx, `SELECT last, until FROM contact_sweep WHERE field_id = ?`, s.Field).Scan(&done, &all)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return min(done, all), all, err
}

// Clashes lists values of the field that other contacts have too, who had them
// first.
func (s Sweep) Clashes(ctx context.Context, q db.Q, limit int) ([]Conflict, error) {
	return conflictsWhere(ctx, q, `WHERE c.kind = ? `, []any{s.Field}, limit)
}

// sweptAtOnce is how many contacts one transaction looks at: on SQLite all others
// who write wait for it.
const sweptAtOnce = 500

// Sweeps runs the jobs that follow definitions.
func Sweeps(d *db.DB) job.Handler {
	return job.Handle(func(ctx context.Context, s Sweep) error {
		// Who began before the definition changed does not know of it.
		if err := d.Settle(ctx); err != nil {
			return err
		}
		for more := true; more; {
			// A slice that is lost with the power is found undone.
			err := d.DoRelaxed(ctx, func(tx *db.Tx) (err error) {
				if err := job.HeldIn(ctx, tx); err != nil {
					return err
				}
				more, err = s.slice(ctx, tx)
				return err
			})
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("sweep field %d: %w", s.Field, err)
			}
		}
		return nil
	})
}

// slice does the next part of what is to be done, and tells whether there may be more.
func (s Sweep) slice(ctx context.Context, tx *db.Tx) (more bool, err error) {
	set, err := field.Now(ctx, tx)
	if err != nil {
		return false, err
	}
	is := func(f field.Field) bool { return f.ID == s.Field }
	if removed := set.Removed(); slices.ContainsFunc(removed, is) {
		f := removed[slices.IndexFunc(removed, is)]
		if more, err := s.empty(ctx, tx, true, true); more || err != nil {
			return more, err
		}
		if s.Version != 0 || f.Indexing == field.Erased || tx.Now().Sub(f.Removed) < field.KeptFor {
			return false, nil
		}
		return s.each(ctx, tx, func(list []swept) (int64, error) { return 0, unvalue(ctx, tx, set, f, list) }, func(int64) error { return field.Forget(ctx, tx, f.ID) })
	}
	i := slices.IndexFunc(set.All(), is)
	if i < 0 {
		return s.empty(ctx, tx, true, true)
	}
	f := set.All()[i]
	if more, err := s.empty(ctx, tx, !f.Indexed(), !f.Unique); more || err != nil || f.Indexing != field.Filling && !f.Counting() {
		return more, err
	}
	return s.each(ctx, tx, func(list []swept) (int64, error) { return s.look(ctx, tx, f, list) }, func(unfit int64) error {
		if f.Indexing != field.Filling {
			return field.Swept(ctx, tx, f.ID, f.Indexing, unfit)
		}
		clashes, err := s.Clashes(ctx, tx, 1)
		if err != nil {
			return err
		}
		state := field.Filled
		if f.Unique && len(clashes) > 0 {
			state = field.Clashing
		}
		return field.Swept(ctx, tx, f.ID, state, unfit)
	})
}

// swept is a contact that is looked at.
type swept struct {
	id     id.Contact
	state  State
	values []byte
}

// each gives the next contacts to work, which tells how many of their values do not
// fit, and calls done after the last.
func (s Sweep) each(ctx context.Context, tx *db.Tx, work func([]swept) (int64, error), done func(unfit int64) error) (more bool, err error) {
	var last, version, unfit int64
	err = tx.QueryRow(ctx, `SELECT last, version, unfit FROM contact_sweep WHERE field_id = ?`+tx.Dialect().ForUpdate(), s.Field).Scan(&last, &version, &unfit)
	if errors.Is(err, sql.ErrNoRows) && s.Version == 0 {
		_, err = tx.Exec(ctx, `INSERT INTO contact_sweep (field_id, version, last, until) SELECT CAST(? AS BIGINT), 0, 0, coalesce(max(id), 0) FROM contact`, s.Field)
	}
	if errors.Is(err, sql.ErrNoRows) || err == nil && version != s.Version {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var list []swept
	err = db.Each(ctx, tx, `SELECT id, state, fields FROM contact WHERE id > ? ORDER BY id LIMIT ?`+tx.Dialect().ForUpdate(), []any{last, sweptAtOnce}, func(row db.Row) error {
		var c swept
		err := row.Scan(&c.id, &c.state, &c.values)
		list = append(list, c)
		return err
	})
	if err == nil && len(list) > 0 {
		var more int64
		more, err = work(list)
		unfit += more
	}
	if err != nil {
		return false, err
	}
	if len(list) < sweptAtOnce {
		_, err := tx.Exec(ctx, `DELETE FROM contact_sweep WHERE field_id = ?`, s.Field)
		return false, errors.Join(err, done(unfit))
	}
	_, err = tx.Exec(ctx, `UPDATE contact_sweep SET last = ?, unfit = ? WHERE field_id = ?`, int64(list[len(list)-1].id), unfit, s.Field)
	return true, err
}

// look counts the values that do not fit, and fills the index where it is to be filled.
func (s Sweep) look(ctx context.Context, tx *db.Tx, f field.Field, list []swept) (unfit int64, err error) {
	for _, c := range list {
		if c.state > Known {
			continue
		}
		values, err := decodeValues(c.values)
		if err != nil {
			return 0, err
		}
		if !f.Fits(values[f.Alias]) {
			unfit++
		}
	}
	if f.Indexing != field.Filling {
		return unfit, nil
	}
	return unfit, s.fill(ctx, tx, f, list)
}

// fill indexes the values of contacts, and claims those that name one contact.
func (s Sweep) fill(ctx context.Context, tx *db.Tx, f field.Field, list []swept) error {
	numbers := make([]id.Contact, len(list))
	var rows, claims [][]any
	for i, c := range list {
		numbers[i] = c.id
		if c.state > Known {
			continue
		}
		values, err := decodeValues(c.values)
		if err != nil {
			return err
		}
		value := values[f.Alias]
		rows = append(rows, indexRows(c.id, f, value)...)
		if key := normalise(value); f.Unique && key != "" {
			claims = append(claims, []any{int(keyOf(f)), key, int64(c.id), db.Millis(tx.Now()), int(activity.SourceSystem), nil})
		}
	}
	among, args := db.InIDs(tx.Dialect(), "contact_id", numbers)
	if _, err := tx.Exec(ctx, `DELETE FROM field_index WHERE field_id = ? AND `+among, append([]any{f.ID}, args...)...); err != nil {
		return err
	}
	if err := tx.Insert(ctx, "field_index", indexColumns, rows); err != nil {
		return err
	}
	return claimMany(ctx, tx, claims)
}

// empty takes some rows out of the index and some keys from their contacts.
func (s Sweep) empty(ctx context.Context, tx *db.Tx, index, keys bool) (more bool, err error) {
	if index {
		rows, err := tx.Query(ctx, `SELECT contact_id FROM field_index WHERE field_id = ? ORDER BY text, contact_id LIMIT ?`, s.Field, sweptAtOnce)
		if err != nil {
			return false, err
		}
		list, err := scanIDs(rows)
		if err != nil {
			return false, err
		}
		if len(list) > 0 {
			among, args := db.InIDs(tx.Dialect(), "contact_id", list)
			_, err := tx.Exec(ctx, `DELETE FROM field_index WHERE field_id = ? AND `+among, append([]any{s.Field}, args...)...)
			return true, err
		}
	}
	if !keys || s.Field <= int64(KeyEmail) {
		return false, nil
	}
	for _, table := range []string{"identity", "identity_conflict"} {
		var list []string
		err := db.Each(ctx, tx, `SELECT value FROM `+table+` WHERE kind = ? ORDER BY value LIMIT ?`, []any{int(s.Field), sweptAtOnce}, func(row db.Row) error {
			var value string
			err := row.Scan(&value)
			list = append(list, value)
			return err
		})
		if err != nil {
			return false, err
		}
		if len(list) > 0 {
			among, args := db.InTexts(tx.Dialect(), "value", list)
			_, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE kind = ? AND `+among, append([]any{int(s.Field)}, args...)...)
			return true, err
		}
	}
	return false, nil
}

// unvalue takes the values of one field from contacts. Their threads go on telling
// what they were.
func unvalue(ctx context.Context, tx *db.Tx, set *field.Set, f field.Field, list []swept) error {
	var rows [][]any
	for _, c := range list {
		values, err := decodeValues(c.values)
		if err != nil {
			return err
		}
		if _, has := values[f.Alias]; !has {
			continue
		}
		delete(values, f.Alias)
		text, err := encodeValues(set, values)
		if err != nil {
			return err
		}
		rows = append(rows, []any{int64(c.id), int(c.state), 0, 0, 0, text})
		if c.state == Known && f.Type.Words() {
			if err := tx.IndexText(ctx, "contact_search", int64(c.id), searchText(set, values)); err != nil {
				return err
			}
		}
	}
	return tx.InsertOr(ctx, "contact", []string{"id", "state", "added", "points", "sample", "fields"}, rows, `ON CONFLICT (id) DO UPDATE SET fields = excluded.fields`)
}
