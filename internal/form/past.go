package form

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/label"
)

// Past is a submission of former times by a contact that exists.
type Past struct {
	Form           *Form
	At             time.Time
	Visitor        contact.Visitor
	Values         map[string][]string // as they were posted, by alias
	Page, Referrer string
}

// SubmitPast records submissions of former times, one of each contact. Their
// answers are written to the contact that sent them, whoever else owns the
// address. Tags are added; nobody is notified, and nothing is sent.
func SubmitPast(ctx context.Context, tx *db.Tx, list []Past) error {
	set, err := field.Of(ctx, tx)
	if err != nil {
		return err
	}
	numbers, err := tx.NextIDs(ctx, "form_submission", len(list))
	if err != nil {
		return err
	}
	var rows [][]any
	var given []contact.Given
	var tags []label.Tagging
	outs := make([]Outcome, len(list))
	for i, p := range list {
		f := p.Form
		out := Outcome{Form: *f, Submission: id.Submission(numbers[i]), Contact: p.Visitor.Contact}
		var values map[string]string
		if out.Answers, values, err = f.check(set, p.Values); err != nil {
			return fmt.Errorf("submit form %d: %w", f.ID, err)
		}
		text, err := json.Marshal(out.Answers)
		if err != nil {
			return err
		}
		given = append(given, contact.Given{Contact: out.Contact, Values: values, At: p.At, Source: activity.SourceForm, By: contact.By{Object: "submission", ID: numbers[i], Name: f.Name}})
		rows = append(rows, []any{int64(out.Contact), numbers[i], int64(f.ID), db.Millis(p.At), p.Visitor.IP, cut(p.Page), cut(p.Referrer), string(text), words(out.Answers)})
		for _, a := range f.Actions {
			for _, name := range a.Add {
				tags = append(tags, label.Tagging{Contact: out.Contact, Name: name, At: p.At, By: out.by()})
			}
		}
		outs[i] = out
	}
	if err := contact.GiveAll(ctx, tx, given); err != nil {
		return err
	}
	if err := tx.Insert(ctx, "form_submission", submissionColumns, rows); err != nil {
		return err
	}
	for i, p := range list {
		outs[i].tell(tx, p.At, p.Visitor.Device, cut(p.Page), cut(p.Referrer))
	}
	if err := label.AddAll(ctx, tx, tags); err != nil {
		return err
	}
	for _, p := range list {
		count(tx, p.Form.ID, 1)
	}
	return nil
}
