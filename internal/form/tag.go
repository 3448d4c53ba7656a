package form

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/id"
)

// tagAction is an action of a form that changes tags.
type tagAction struct {
	form   Form // its number and name
	action Action
}

func tagActions(ctx context.Context, q db.Q) ([]tagAction, error) {
	var list []tagAction
	err := db.Each(ctx, q, `SELECT f.id, f.name, a.id, a.properties FROM form_action a JOIN form f ON f.id = a.form_id WHERE a.type = ? ORDER BY f.name_key, f.id, a.position`, []any{string(ChangeTags)}, func(row db.Row) error {
		var one tagAction
		var properties []byte
		if err := row.Scan(&one.form.ID, &one.form.Name, &one.action.ID, &properties); err != nil {
			return err
		}
		list = append(list, one)
		return json.Unmarshal(properties, &list[len(list)-1].action)
	})
	if err != nil {
		return nil, fmt.Errorf("list actions that change tags: %w", err)
	}
	return list, nil
}

// Tagging lists the forms with an action that adds or removes a tag.
func Tagging(ctx context.Context, q db.Q, tag string) ([]Form, error) {
	list, err := tagActions(ctx, q)
	var forms []Form
	for _, one := range list {
		if named := slices.Concat(one.action.Add, one.action.Remove); slices.ContainsFunc(named, sameTag(tag)) && !slices.ContainsFunc(forms, func(f Form) bool { return f.ID == one.form.ID }) {
			forms = append(forms, one.form)
		}
	}
	return forms, err
}

func sameTag(tag string) func(string) bool {
	key := field.Fold(field.Printable(tag))
	return func(name string) bool { return field.Fold(field.Printable(name)) == key }
}

// Retag lets the actions that name a tag name another in its place. Whoever has such
// a form in the editor meanwhile is told of it.
func Retag(ctx context.Context, tx *db.Tx, from, to string) error {
	list, err := tagActions(ctx, tx)
	if err != nil {
		return err
	}
	changed := map[id.Form]bool{}
	for _, one := range list {
		a := one.action
		if !slices.ContainsFunc(slices.Concat(a.Add, a.Remove), sameTag(from)) {
			continue
		}
		a.Add, a.Remove = renamed(a.Add, from, to), renamed(a.Remove, from, to)
		properties, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE form_action SET properties = ? WHERE form_id = ? AND id = ?`, string(properties), int64(one.form.ID), a.ID); err != nil {
			return fmt.Errorf("rename tag in form %d: %w", one.form.ID, err)
		}
		changed[one.form.ID] = true
	}
	for f := range changed {
		if _, err := tx.Exec(ctx, `UPDATE form SET modified = ? WHERE id = ? AND modified < ?`, db.Millis(tx.Now()), int64(f), db.Millis(tx.Now())); err != nil {
			return fmt.Errorf("rename tag in form %d: %w", f, err)
		}
	}
	return nil
}

// renamed are names with one in the place of another, once.
func renamed(names []string, from, to string) []string {
	var list []string
	for _, name := range names {
		if sameTag(from)(name) {
			name = to
		}
		if !slices.ContainsFunc(list, sameTag(name)) {
			list = append(list, name)
		}
	}
	return list
}
