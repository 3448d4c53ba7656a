package bulk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/field"
	"ariane/internal/id"
)

// State is how far a run is.
type State int

// The states of a run, as stored.
const (
	Finding State = iota // the contacts
	Running
	Stopping
	Stopped // before the end; what was done can be undone
	Done
	Undoing
	Undone
)

// Active tells whether something is going on.
func (s State) Active() bool { return s == Finding || s == Running || s == Stopping || s == Undoing }

// KeptFor is how long a run can be undone once it is over.
const KeptFor = 24 * time.Hour

// By is who wants a change, and in whose zone days are those of a search.
type By struct {
	User id.User
	Name string
	Zone *time.Location
}

// Run is one change for many contacts.
type Run struct {
	ID     int64
	Change Change
	// Words are the search that found the contacts, empty for those that were chosen
	// one by one and for all of them.
	Words string
	State State
	By    By
	// Contacts are how many were found so far; all of them from Running on.
	Contacts int
	// Changed and Skipped are what became of them; Undone and Kept what became of
	// the changed ones when it was undone.
	Changed, Skipped, Undone, Kept int
	Added, Finished                time.Time
	// Trouble is why it was stopped, nil where a person stopped it.
	Trouble *fault.Text

	next int64
}

// CanUndo tells whether the run can be undone at a time.
func (r Run) CanUndo(now time.Time) bool {
	return (r.State == Done || r.State == Stopped) && r.Changed > 0 && now.Before(r.Finished.Add(KeptFor))
}

// Progress is how much of what is going on is done, out of all.
func (r Run) Progress() (done, all int) {
	if r.State == Undoing {
		return r.Undone + r.Kept, r.Changed
	}
	return r.Changed + r.Skipped, r.Contacts
}

// Selection says which contacts are to be changed.
type Selection struct {
	// Contacts were chosen one by one.
	Contacts []id.Contact
	// All stands for all that the search finds, everybody known without one.
	All   bool
	Words string
}

var errNobody = fault.Refused(nil, fault.Say("bulk.nobody|Choose at least one contact."))

// Start begins a change, and returns its number.
func Start(ctx context.Context, tx *db.Tx, c Change, s Selection, by By) (int64, error) {
	if !s.All && len(s.Contacts) == 0 {
		return 0, errNobody
	}
	change, err := json.Marshal(c)
	if err != nil {
		return 0, err
	}
	number, err := tx.NextID(ctx, "bulk_run")
	if err != nil {
		return 0, err
	}
	state, words, chosen := Finding, field.Printable(s.Words), []id.Contact(nil)
	if !s.All {
		state, words, chosen = Running, "", slices.Compact(slices.Sorted(slices.Values(s.Contacts)))
	}
	zone := "UTC"
	if by.Zone != nil {
		zone = by.Zone.String()
	}
	err = tx.Insert(ctx, "bulk_run", []string{"id", "change", "words", "state", "user_id", "user_name", "zone", "contacts", "next", "changed", "skipped", "undone", "kept", "added"},
		[][]any{{number, string(change), words, int(state), int64(by.User), by.Name, zone, len(chosen), 0, 0, 0, 0, 0, db.Millis(tx.Now())}})
	if err == nil && !s.All {
		err = addParts(ctx, tx, number, 0, chosen)
	}
	if err == nil {
		_, err = job.Enqueue(ctx, tx, running{number})
	}
	if err != nil {
		return 0, fmt.Errorf("start a change of many contacts: %w", err)
	}
	return number, nil
}

const runColumns = `id, change, words, state, user_id, user_name, zone, contacts, next, changed, skipped, undone, kept, added, finished, trouble`

func scanRun(row db.Row) (r Run, err error) {
	var change, trouble []byte
	var zone string
	var added int64
	var finished sql.NullInt64
	err = row.Scan(&r.ID, &change, &r.Words, &r.State, &r.By.User, &r.By.Name, &zone, &r.Contacts, &r.next, &r.Changed, &r.Skipped, &r.Undone, &r.Kept, &added, &finished, &trouble)
	if err != nil {
		return r, err
	}
	if len(trouble) > 0 {
		if err := json.Unmarshal(trouble, &r.Trouble); err != nil {
			return r, err
		}
		r.Trouble.Args = counted(r.Trouble.Args)
	}
	r.Added, r.Finished = db.Time(added), db.NullTime(finished)
	if r.By.Zone, err = time.LoadLocation(zone); err != nil {
		r.By.Zone, err = time.UTC, nil
	}
	return r, json.Unmarshal(change, &r.Change)
}

// Find reads a run. An unknown one is a NotFound fault.
func Find(ctx context.Context, q db.Q, number int64) (Run, error) { return find(ctx, q, number, "") }

func find(ctx context.Context, q db.Q, number int64, lock string) (Run, error) {
	r, err := scanRun(q.QueryRow(ctx, `SELECT `+runColumns+` FROM bulk_run WHERE id = ?`+lock, number))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.NotFound(fmt.Errorf("find run %d: %w", number, err))
	}
	if err != nil {
		return r, fmt.Errorf("find run %d: %w", number, err)
	}
	return r, nil
}

// Recent lists runs, the latest first.
func Recent(ctx context.Context, q db.Q, limit int) (list []Run, err error) {
	err = db.Each(ctx, q, `SELECT `+runColumns+` FROM bulk_run ORDER BY id DESC LIMIT ?`, []any{limit}, func(row db.Row) error {
		r, err := scanRun(row)
		list = append(list, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	return list, nil
}

// Stop ends a run before its end. What it did stays, unless it is undone.
func Stop(ctx context.Context, tx *db.Tx, number int64) error {
	r, err := find(ctx, tx, number, tx.Dialect().ForUpdate())
	if err != nil {
		return err
	}
	if r.State != Finding && r.State != Running {
		return fault.Conflict(fmt.Errorf("stop run %d in state %d", number, r.State), fault.Say("bulk.over|This is over already."))
	}
	r.State = Stopping
	return r.save(ctx, tx)
}

// Undo begins to take back what a run did, except what changed since.
func Undo(ctx context.Context, tx *db.Tx, number int64) error {
	r, err := find(ctx, tx, number, tx.Dialect().ForUpdate())
	if err != nil {
		return err
	}
	if !r.CanUndo(tx.Now()) {
		return fault.Conflict(fmt.Errorf("undo run %d in state %d", number, r.State), fault.Say("bulk.no_undo|This cannot be undone, or not any more."))
	}
	r.State = Undoing
	if err := r.save(ctx, tx); err != nil {
		return err
	}
	_, err = job.Enqueue(ctx, tx, running{number})
	return err
}

// counted are arguments of a text whose numbers were written as JSON.
func counted(args []any) []any {
	for i, a := range args {
		if n, is := a.(float64); is {
			args[i] = int(n)
		}
	}
	return args
}

func (r Run) save(ctx context.Context, tx *db.Tx) error {
	var finished, trouble any
	if r.Trouble != nil {
		raw, err := json.Marshal(r.Trouble)
		if err != nil {
			return err
		}
		trouble = string(raw)
	}
	if !r.Finished.IsZero() {
		finished = db.Millis(r.Finished)
	}
	_, err := tx.Exec(ctx, `UPDATE bulk_run SET state = ?, contacts = ?, next = ?, changed = ?, skipped = ?, undone = ?, kept = ?, finished = ?, trouble = ? WHERE id = ?`,
		int(r.State), r.Contacts, r.next, r.Changed, r.Skipped, r.Undone, r.Kept, finished, trouble, r.ID)
	if err != nil {
		return fmt.Errorf("save run %d: %w", r.ID, err)
	}
	return nil
}

// Left are contacts that a run skipped, or that undoing it left as they are, with
// the reason.
type Left struct {
	Contact id.Contact
	Reason  fault.Text
}

// LeftOut lists the first contacts that were skipped; with undone those that were left
// alone when the run was undone.
func LeftOut(ctx context.Context, q db.Q, number int64, undone bool, limit int) (list []Left, err error) {
	column := "outcomes"
	if undone {
		column = "left_over"
	}
	enough := errors.New("enough")
	err = db.Each(ctx, q, `SELECT `+column+` FROM bulk_part WHERE run_id = ? AND `+column+` IS NOT NULL ORDER BY number`, []any{number}, func(row db.Row) error {
		var raw []byte
		var outcomes []Outcome
		err := row.Scan(&raw)
		if err == nil {
			err = json.Unmarshal(raw, &outcomes)
		}
		for _, o := range outcomes {
			if o.Skipped == nil {
				continue
			}
			o.Skipped.Args = counted(o.Skipped.Args)
			list = append(list, Left{o.Contact, *o.Skipped})
		}
		if err == nil && len(list) >= limit {
			list, err = list[:limit], enough
		}
		return err
	})
	if err != nil && !errors.Is(err, enough) {
		return nil, fmt.Errorf("list what run %d left: %w", number, err)
	}
	return list, nil
}

// purgedAtOnce bounds the parts that one transaction forgets.
const purgedAtOnce = 100

// PurgeSome forgets what runs that are over for a day did to whom, a piece at a time.
func PurgeSome(ctx context.Context, tx *db.Tx) (done bool, err error) {
	var parts [][2]int64
	err = db.Each(ctx, tx, `SELECT p.run_id, p.number FROM bulk_run r JOIN bulk_part p ON p.run_id = r.id WHERE r.finished < ? AND r.state IN (?, ?, ?) LIMIT ?`,
		[]any{db.Millis(tx.Now().Add(-KeptFor)), int(Stopped), int(Done), int(Undone), purgedAtOnce}, func(row db.Row) error {
			var p [2]int64
			err := row.Scan(&p[0], &p[1])
			parts = append(parts, p)
			return err
		})
	for _, p := range parts {
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM bulk_part WHERE run_id = ? AND number = ?`, p[0], p[1])
		}
	}
	if err != nil {
		return false, fmt.Errorf("forget changes of many contacts: %w", err)
	}
	return len(parts) < purgedAtOnce, nil
}
