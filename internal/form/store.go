package form

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

// own are the columns of a form that Update writes.
var own = []string{
	"name", "name_key", "alias", "description", "language", "published", "publish_up", "publish_down",
	"post_action", "post_property", "button", "render_style", "no_index", "kiosk", "proof", "modified", "modified_by", "modified_by_user",
}

func (f Form) values(tx *db.Tx) []any {
	return []any{
		f.Name, field.Fold(f.Name), f.Alias, f.Description, f.Language, db.Truth(f.Published), db.NullMillis(f.PublishUp), db.NullMillis(f.PublishDown),
		string(f.PostAction), f.PostProperty, f.Button, db.Truth(f.RenderStyle), db.Truth(f.NoIndex), db.Truth(f.Kiosk), db.Truth(f.Proof), db.Millis(tx.Now()), db.NullID(f.ModifiedBy), f.ModifiedByUser,
	}
}

const columns = `f.id, f.name, f.alias, f.description, f.language, f.published, f.publish_up, f.publish_down, f.post_action, f.post_property,
	f.button, f.render_style, f.no_index, f.kiosk, f.proof, f.added, f.modified, f.created_by, f.created_by_user, f.modified_by, f.modified_by_user`

func scan(row interface{ Scan(...any) error }) (Form, error) {
	var f Form
	var published, style, noIndex, kiosk, proof int
	var up, down, creator, modifier sql.NullInt64
	var added, modified int64
	err := row.Scan(&f.ID, &f.Name, &f.Alias, &f.Description, &f.Language, &published, &up, &down, &f.PostAction, &f.PostProperty,
		&f.Button, &style, &noIndex, &kiosk, &proof, &added, &modified, &creator, &f.CreatedByUser, &modifier, &f.ModifiedByUser)
	f.Published, f.RenderStyle, f.NoIndex, f.Kiosk, f.Proof = published == 1, style == 1, noIndex == 1, kiosk == 1, proof == 1
	f.PublishUp, f.PublishDown, f.Added, f.Modified = db.NullTime(up), db.NullTime(down), db.Time(added), db.Time(modified)
	f.CreatedBy, f.ModifiedBy = id.User(creator.Int64), id.User(modifier.Int64)
	return f, err
}

// Find returns a form with its fields, or a NotFound fault.
func Find(ctx context.Context, q db.Q, form id.Form) (Form, error) {
	f, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM form f WHERE f.id = ?`, int64(form)))
	if errors.Is(err, sql.ErrNoRows) {
		return Form{}, fault.NotFound(fmt.Errorf("find form %d: %w", form, err))
	}
	if err != nil {
		return Form{}, fmt.Errorf("find form %d: %w", form, err)
	}
	if f.Fields, err = findFields(ctx, q, form); err != nil {
		return Form{}, err
	}
	f.Actions, err = findActions(ctx, q, form)
	return f, err
}

func findFields(ctx context.Context, q db.Q, form id.Form) ([]Field, error) {
	rows, err := q.Query(ctx, `SELECT id, alias, label, type, contact_field, required, message, default_value, placeholder, help, hide_label, properties
		FROM form_field WHERE form_id = ? ORDER BY position`, int64(form))
	if err != nil {
		return nil, fmt.Errorf("find fields of form %d: %w", form, err)
	}
	defer rows.Close()
	var list []Field
	for rows.Next() {
		var one Field
		var required, hidden int
		var properties []byte
		err := rows.Scan(&one.ID, &one.Alias, &one.Label, &one.Type, &one.ContactField, &required, &one.Message, &one.Default, &one.Placeholder, &one.Help, &hidden, &properties)
		if err == nil {
			err = json.Unmarshal(properties, &one.Properties)
		}
		if err != nil {
			return nil, fmt.Errorf("find fields of form %d: %w", form, err)
		}
		one.Required, one.HideLabel = required == 1, hidden == 1
		list = append(list, one)
	}
	return list, rows.Err()
}

// Create adds a form. CreatedBy and CreatedByUser say who did.
func Create(ctx context.Context, tx *db.Tx, f Form) (id.Form, error) {
	set, err := field.Of(ctx, tx)
	if err != nil {
		return 0, err
	}
	if err := f.Validate(set); err != nil {
		return 0, err
	}
	n, err := tx.NextID(ctx, "form")
	if err != nil {
		return 0, fmt.Errorf("create form: %w", err)
	}
	f.ID, f.ModifiedBy, f.ModifiedByUser = id.Form(n), f.CreatedBy, f.CreatedByUser
	f = f.withAliases(Form{})
	row := append([]any{n, db.Millis(tx.Now()), db.NullID(f.CreatedBy), f.CreatedByUser}, f.values(tx)...)
	if err := tx.Insert(ctx, "form", append([]string{"id", "added", "created_by", "created_by_user"}, own...), [][]any{row}); err != nil {
		return 0, fmt.Errorf("create form: %w", err)
	}
	if err := insertFields(ctx, tx, f); err != nil {
		return 0, err
	}
	return f.ID, saveActions(ctx, tx, f, nil)
}

// Update saves a form. Fields that have an ID keep it and their alias, others are added, missing ones are removed.
// ModifiedBy and ModifiedByUser say who did. A form that was changed after f was read, at f.Modified, stays as it is:
// that is a Conflict.
func Update(ctx context.Context, tx *db.Tx, f Form) error {
	fields, err := field.Of(ctx, tx)
	if err != nil {
		return err
	}
	if err := f.Validate(fields); err != nil {
		return err
	}
	saved, err := Find(ctx, tx, f.ID)
	if err != nil {
		return err
	}
	if !saved.Modified.Equal(f.Modified) {
		return fault.Conflict(fmt.Errorf("update form %d: changed at %s", f.ID, saved.Modified), fault.Say("form.changed|Somebody else changed this form meanwhile."))
	}
	f = f.withAliases(saved)
	set := ""
	for i, column := range own {
		if i > 0 {
			set += ", "
		}
		set += column + " = ?"
	}
	if _, err := tx.Exec(ctx, `UPDATE form SET `+set+` WHERE id = ?`, append(f.values(tx), int64(f.ID))...); err != nil {
		return fmt.Errorf("update form %d: %w", f.ID, err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM form_field WHERE form_id = ?`, int64(f.ID)); err != nil {
		return fmt.Errorf("update form %d: %w", f.ID, err)
	}
	if err := insertFields(ctx, tx, f); err != nil {
		return err
	}
	return saveActions(ctx, tx, f, saved.Actions)
}

func insertFields(ctx context.Context, tx *db.Tx, f Form) error {
	fresh := 0
	for _, one := range f.Fields {
		if one.ID == 0 {
			fresh++
		}
	}
	ids, err := tx.NextIDs(ctx, "form_field", fresh)
	if err != nil {
		return fmt.Errorf("save fields of form %d: %w", f.ID, err)
	}
	rows := make([][]any, len(f.Fields))
	for i, one := range f.Fields {
		if one.ID == 0 {
			one.ID, ids = ids[0], ids[1:]
		}
		properties, err := json.Marshal(one.Properties)
		if err != nil {
			return fmt.Errorf("save fields of form %d: %w", f.ID, err)
		}
		rows[i] = []any{int64(f.ID), one.ID, i, one.Alias, one.Label, string(one.Type), one.ContactField, db.Truth(one.Required), one.Message, one.Default, one.Placeholder,
			one.Help, db.Truth(one.HideLabel), string(properties)}
	}
	err = tx.Insert(ctx, "form_field", []string{"form_id", "id", "position", "alias", "label", "type", "contact_field", "required", "message", "default_value", "placeholder",
		"help", "hide_label", "properties"}, rows)
	if err != nil {
		return fmt.Errorf("save fields of form %d: %w", f.ID, err)
	}
	return nil
}

// SetPublished opens or closes a form.
func SetPublished(ctx context.Context, tx *db.Tx, form id.Form, yes bool, by id.User, byName string) error {
	result, err := tx.Exec(ctx, `UPDATE form SET published = ?, modified = ?, modified_by = ?, modified_by_user = ? WHERE id = ?`,
		db.Truth(yes), db.Millis(tx.Now()), db.NullID(by), byName, int64(form))
	return one(result, err, "publish", form)
}

// Delete removes a form with its submissions. The threads keep what was submitted.
func Delete(ctx context.Context, tx *db.Tx, form id.Form) error {
	for _, statement := range []string{
		`DELETE FROM form_submission_key WHERE form_id = ?`,
		`DELETE FROM form_submission WHERE form_id = ?`,
		`DELETE FROM form_count WHERE form_id = ?`,
		`DELETE FROM form_field WHERE form_id = ?`,
		`DELETE FROM form_action WHERE form_id = ?`,
	} {
		if _, err := tx.Exec(ctx, statement, int64(form)); err != nil {
			return fmt.Errorf("delete form %d: %w", form, err)
		}
	}
	result, err := tx.Exec(ctx, `DELETE FROM form WHERE id = ?`, int64(form))
	return one(result, err, "delete", form)
}

func one(result sql.Result, err error, what string, form id.Form) error {
	if err != nil {
		return fmt.Errorf("%s form %d: %w", what, form, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("%s form %d: %w", what, form, err)
	}
	if n == 0 {
		return fault.NotFound(fmt.Errorf("%s form %d: there is none", what, form))
	}
	return nil
}

// Filling lists the forms with a question that fills in a field of the contact.
func Filling(ctx context.Context, q db.Q, alias string) ([]Form, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT form.id, form.name FROM form_field own JOIN form ON form.id = own.form_id WHERE own.contact_field = ? ORDER BY form.name, form.id`, alias)
	if err != nil {
		return nil, fmt.Errorf("find forms that fill in %s: %w", alias, err)
	}
	defer rows.Close()
	var list []Form
	for rows.Next() {
		var f Form
		if err := rows.Scan(&f.ID, &f.Name); err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, rows.Err()
}
