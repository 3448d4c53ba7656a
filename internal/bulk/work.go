package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/search"
)

const (
	// partSize is how many contacts one transaction changes: on SQLite all others who
	// write wait for it.
	partSize = 200
	// foundAtOnce is how many contacts are looked for at a time.
	foundAtOnce = 5000
)

// running is the job that carries out a run, or undoes it.
type running struct {
	Run int64 `json:"run"`
}

// Kind implements job.Args.
func (running) Kind() string { return "bulk.run" }

// Runs runs the jobs of this package. Searches are read in the language given.
func Runs(d *db.DB, language search.Language) job.Handler {
	return job.Handle(func(ctx context.Context, r running) error {
		for more := true; more; {
			var err error
			if more, err = step(ctx, d, language, r.Run); err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("change of many contacts %d: %w", r.Run, err)
			}
		}
		return nil
	})
}

// step does the next part of a run, and tells whether there is more to do.
func step(ctx context.Context, d *db.DB, language search.Language, number int64) (more bool, err error) {
	r, err := Find(ctx, d, number)
	if err != nil || !r.State.Active() {
		return false, err
	}
	var found []id.Contact
	var trouble *fault.Text
	if r.State == Finding {
		found, err = r.look(ctx, d, language)
		if reason, is := said(err); is {
			trouble, err = &reason, nil
		}
		if err != nil {
			return false, err
		}
	}
	// A part that is lost with the power is found undone.
	err = d.DoRelaxed(ctx, func(tx *db.Tx) error {
		if err := job.HeldIn(ctx, tx); err != nil {
			return err
		}
		was := r.State
		if r, err = find(ctx, tx, number, tx.Dialect().ForUpdate()); err != nil || r.State != was {
			return err // somebody has stopped it
		}
		if r.Trouble = trouble; trouble != nil {
			r.State = Stopping
		}
		return r.goOn(ctx, tx, found)
	})
	return err == nil && r.State.Active(), err
}

// goOn does the next part of a run that is held.
func (r *Run) goOn(ctx context.Context, tx *db.Tx, found []id.Contact) (err error) {
	switch r.State {
	case Finding:
		if err = addParts(ctx, tx, r.ID, r.Contacts, found); len(found) < foundAtOnce {
			r.State = Running
		}
		r.Contacts += len(found)
	case Running:
		err = r.change(ctx, tx)
	case Undoing:
		err = r.undo(ctx, tx)
	case Stopping:
		r.State, r.Finished = Stopped, tx.Now()
	}
	if err != nil {
		return err
	}
	return r.save(ctx, tx)
}

// look finds the next contacts of the search.
func (r *Run) look(ctx context.Context, d *db.DB, language search.Language) ([]id.Contact, error) {
	query, err := language.Parse(ctx, r.Words, search.Who{User: r.By.User, Now: r.Added.In(r.By.Zone)})
	if err != nil {
		return nil, err
	}
	last, err := lastFound(ctx, d, r.ID)
	if err != nil {
		return nil, err
	}
	return contact.Numbers(ctx, d, contact.Filter{Where: query.Where, Anonymous: query.Anonymous, Also: language.Catalogue, Limit: foundAtOnce}, last)
}

// lastFound is the contact of a run that was found last, zero for none.
func lastFound(ctx context.Context, q db.Q, run int64) (last id.Contact, err error) {
	err = db.Each(ctx, q, `SELECT contacts FROM bulk_part WHERE run_id = ? ORDER BY number DESC LIMIT 1`, []any{run}, func(row db.Row) error {
		var raw []byte
		var part []id.Contact
		err := row.Scan(&raw)
		if err == nil {
			err = json.Unmarshal(raw, &part)
		}
		if err == nil && len(part) > 0 {
			last = part[len(part)-1]
		}
		return err
	})
	return last, err
}

// addParts stores contacts of a run, which has some already: a multiple of partSize
// unless these are the last.
func addParts(ctx context.Context, tx *db.Tx, run int64, has int, contacts []id.Contact) error {
	var rows [][]any
	number := int64((has + partSize - 1) / partSize)
	for part := range slices.Chunk(contacts, partSize) {
		raw, err := json.Marshal(part)
		if err != nil {
			return err
		}
		rows, number = append(rows, []any{run, number, string(raw)}), number+1
	}
	return tx.Insert(ctx, "bulk_part", []string{"run_id", "number", "contacts"}, rows)
}

// part reads something of a part of the run; nothing where there is no such part.
func (r *Run) part(ctx context.Context, tx *db.Tx, column string, into any) (found bool, err error) {
	err = db.Each(ctx, tx, `SELECT `+column+` FROM bulk_part WHERE run_id = ? AND number = ?`, []any{r.ID, r.next}, func(row db.Row) error {
		var raw []byte
		found = true
		if err := row.Scan(&raw); err != nil {
			return err
		}
		return json.Unmarshal(raw, into)
	})
	if err != nil {
		return false, fmt.Errorf("read part %d: %w", r.next, err)
	}
	return found, nil
}

func (r *Run) keep(ctx context.Context, tx *db.Tx, column string, outcomes []Outcome) error {
	raw, err := json.Marshal(outcomes)
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE bulk_part SET `+column+` = ? WHERE run_id = ? AND number = ?`, string(raw), r.ID, r.next)
	}
	if err != nil {
		return fmt.Errorf("keep part %d: %w", r.next, err)
	}
	return nil
}

// change changes the contacts of the next part.
func (r *Run) change(ctx context.Context, tx *db.Tx) error {
	var contacts []id.Contact
	found, err := r.part(ctx, tx, "contacts", &contacts)
	if err != nil {
		return err
	}
	if !found {
		r.State, r.Finished = Done, tx.Now()
		return nil
	}
	outcomes, err := r.Change.apply(ctx, tx, contacts, r.doer())
	if err == nil {
		err = r.keep(ctx, tx, "outcomes", outcomes)
	}
	for _, o := range outcomes {
		if o.Skipped == nil {
			r.Changed++
		} else {
			r.Skipped++
		}
	}
	r.next++
	return err
}

// undo takes back what was done to the contacts of the last part that was changed.
func (r *Run) undo(ctx context.Context, tx *db.Tx) error {
	if r.next == 0 {
		r.State = Undone
		return nil
	}
	r.next--
	var outcomes []Outcome
	if _, err := r.part(ctx, tx, "outcomes", &outcomes); err != nil {
		return err
	}
	changed := slices.DeleteFunc(outcomes, func(o Outcome) bool { return o.Skipped != nil })
	left, err := r.Change.takeBack(ctx, tx, changed, r.doer())
	if err == nil {
		err = r.keep(ctx, tx, "left_over", left)
	}
	r.Undone, r.Kept = r.Undone+len(changed)-len(left), r.Kept+len(left)
	return err
}
