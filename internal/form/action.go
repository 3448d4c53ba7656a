package form

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/notice"
)

// ActionType says what an action does.
type ActionType string

// The types of actions.
const (
	ChangeTags ActionType = "tags"   // of the contact
	Notify     ActionType = "notify" // users
	Send       ActionType = "send"   // the answers to an address of the web
)

// ActionTypes lists the types in the order in which they are offered.
func ActionTypes() []ActionType { return []ActionType{ChangeTags, Notify, Send} }

// Action follows each accepted submission. What it does here is done with the
// submission or not at all; what leaves the machine is tried until it succeeds.
type Action struct {
	ID          int64      `json:"-"`
	Type        ActionType `json:"-"`
	Add, Remove []string   `json:",omitempty"` // ChangeTags: names of tags
	Users       []id.User  `json:",omitempty"` // Notify
	URL         string     `json:",omitempty"` // Send
	JSON        bool       `json:",omitempty"` // Send: in JSON, not as a form is sent
	// Authorization is a header of what is sent, empty for none.
	Authorization string `json:",omitempty"`
}

const mostActions = 20

func (f Form) validateActions(problems fault.Fields) {
	if len(f.Actions) > mostActions {
		problems.Add("actions", fault.Say("form.actions.many|A form has at most %d actions.", mostActions))
	}
	for i, a := range f.Actions {
		name := func(part string) string { return fmt.Sprintf("actions.%d.%s", i, part) }
		switch a.Type {
		case ChangeTags:
			a.validateTags(problems, name)
		case Notify:
			if len(a.Users) == 0 {
				problems.Add(name("users"), fault.Say("form.action.users|Choose who is told."))
			}
		case Send:
			if !strings.Contains(a.URL, "://") || !address(a.URL) {
				problems.Add(name("url"), fault.Say("form.action.url|Give a complete address, such as https://example.org/hook."))
			}
			if len(a.URL) > longestPage {
				problems.Add(name("url"), fault.Say("form.text_too_long|This text is too long."))
			}
			if len(a.Authorization) > longestPage || field.Printable(a.Authorization) != a.Authorization {
				problems.Add(name("authorization"), fault.Say("form.action.authorization|This cannot be sent as a header."))
			}
		default:
			problems.Add(name("type"), fault.Say("form.type.unknown|Choose a type."))
		}
	}
}

func (a Action) validateTags(problems fault.Fields, name func(string) string) {
	if len(a.Add)+len(a.Remove) == 0 {
		problems.Add(name("add"), fault.Say("form.action.tags|Name a tag to add or to remove."))
	}
	for part, tags := range map[string][]string{"add": a.Add, "remove": a.Remove} {
		for _, t := range tags {
			if len([]rune(t)) > label.Longest {
				problems.Add(name(part), fault.Say("label.too_long|A tag has at most %d characters.", label.Longest))
			}
		}
	}
}

// act does what follows a submission that is written.
func (f Form) act(ctx context.Context, tx *db.Tx, out Outcome) error {
	for _, a := range f.Actions {
		var err error
		switch {
		case a.Type == ChangeTags && out.Contact != 0:
			err = a.changeTags(ctx, tx, out)
		case a.Type == Notify:
			err = a.notify(ctx, tx, f, out)
		case a.Type == Send:
			_, err = job.Enqueue(ctx, tx, delivery{Form: f.ID, Action: a.ID, Submission: out.Submission})
		}
		if err != nil {
			return fmt.Errorf("action %d of form %d: %w", a.ID, f.ID, err)
		}
	}
	return nil
}

const longestNotice = 300

func (a Action) notify(ctx context.Context, tx *db.Tx, f Form, out Outcome) error {
	var lines []string
	for _, one := range out.Answers {
		if one.Value != "" {
			lines = append(lines, one.Label+": "+one.Text())
		}
	}
	told := []rune(field.Printable(strings.Join(lines, " · ")))
	if len(told) > longestNotice {
		told = append(told[:longestNotice-1], '…')
	}
	for _, u := range a.Users {
		err := notice.Add(ctx, tx, u, notice.Notice{Kind: "form", Title: fault.Say("form.notice|New answer to “%s”", f.Name), Body: notice.Plain(string(told)),
			Path: fmt.Sprintf("/s/forms/results/%d/%d", f.ID, out.Submission)})
		if err != nil {
			return err
		}
	}
	return nil
}

func (a Action) changeTags(ctx context.Context, tx *db.Tx, out Outcome) error {
	by := out.by()
	if err := label.Add(ctx, tx, out.Contact, a.Add, by); err != nil {
		return err
	}
	return label.RemoveNamed(ctx, tx, out.Contact, a.Remove, by)
}

func (out Outcome) by() label.By {
	return label.By{Source: activity.SourceForm, Origin: out.origin, Object: "submission", ID: int64(out.Submission), Name: out.Form.Name}
}

func findActions(ctx context.Context, q db.Q, form id.Form) ([]Action, error) {
	rows, err := q.Query(ctx, `SELECT id, type, properties FROM form_action WHERE form_id = ? ORDER BY position`, int64(form))
	if err != nil {
		return nil, fmt.Errorf("find actions of form %d: %w", form, err)
	}
	defer rows.Close()
	var list []Action
	for rows.Next() {
		var a Action
		var properties []byte
		if err := rows.Scan(&a.ID, &a.Type, &properties); err != nil {
			return nil, fmt.Errorf("find actions of form %d: %w", form, err)
		}
		if err := json.Unmarshal(properties, &a); err != nil {
			return nil, fmt.Errorf("read action %d of form %d: %w", a.ID, form, err)
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// saveActions writes the actions of a form in the place of those it had. Those
// that it had keep their number: what waits to be sent knows it.
func saveActions(ctx context.Context, tx *db.Tx, f Form, saved []Action) error {
	if _, err := tx.Exec(ctx, `DELETE FROM form_action WHERE form_id = ?`, int64(f.ID)); err != nil {
		return fmt.Errorf("save actions of form %d: %w", f.ID, err)
	}
	var rows [][]any
	for i, a := range f.Actions {
		if !slices.ContainsFunc(saved, func(s Action) bool { return s.ID == a.ID && s.Type == a.Type }) {
			number, err := tx.NextID(ctx, "form_action")
			if err != nil {
				return fmt.Errorf("save actions of form %d: %w", f.ID, err)
			}
			a.ID = number
		}
		properties, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("save actions of form %d: %w", f.ID, err)
		}
		rows = append(rows, []any{int64(f.ID), a.ID, i, string(a.Type), string(properties)})
	}
	if err := tx.Insert(ctx, "form_action", []string{"form_id", "id", "position", "type", "properties"}, rows); err != nil {
		return fmt.Errorf("save actions of form %d: %w", f.ID, err)
	}
	return nil
}
