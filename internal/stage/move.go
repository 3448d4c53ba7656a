package stage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/id"
)

// atOnce is how many contacts one transaction takes off a stage: on SQLite all others
// who write wait for it.
const atOnce = 200

// Move is a stage on its way out.
type Move struct {
	From     int64
	Into     int64  // zero: it is deleted
	Name     string // of From
	IntoName string
	Contacts int64 // who were at it at the beginning
	Moved    int64 // who were at it until now
}

// Merge puts everybody who is at a stage at another, and drops it. Their threads tell
// of it. Of many contacts only the first follow here, the others by a job.
func Merge(ctx context.Context, tx *db.Tx, from, into int64, by By) error {
	if from == into {
		return fault.Invalid(fault.Fields{"into": fault.Say("stage.same|Choose another stage: this is the one to be merged.")})
	}
	return start(ctx, tx, from, into, by)
}

// Delete takes everybody off a stage and drops it, as Merge does.
func Delete(ctx context.Context, tx *db.Tx, stage int64, by By) error {
	return start(ctx, tx, stage, 0, by)
}

func start(ctx context.Context, tx *db.Tx, from, into int64, by By) error {
	ends := []int64{from, into}
	slices.Sort(ends)
	var contacts int64
	for _, number := range ends {
		if number == 0 {
			continue
		}
		s, err := hold(ctx, tx, number)
		if err != nil {
			return err
		}
		if number == from {
			contacts = s.Contacts
		}
	}
	var others int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM stage_move WHERE into_id = ?`, from).Scan(&others); err != nil {
		return fmt.Errorf("move stage %d: %w", from, err)
	}
	if others > 0 {
		return fault.Conflict(fmt.Errorf("a stage is merged into %d", from), fault.Say("stage.receiving|Another stage is being merged into this one. Wait until that is done, or stop it."))
	}
	err := tx.Insert(ctx, "stage_move", []string{"stage_id", "into_id", "contacts", "moved", "user_id", "user_name"}, [][]any{{from, into, contacts, 0, by.ID, by.Name}})
	if err != nil {
		return fmt.Errorf("move stage %d: %w", from, err)
	}
	more, err := slice(ctx, tx, from)
	if err != nil || !more {
		return err
	}
	_, err = job.Enqueue(ctx, tx, moving{Stage: from}, job.Unique(strconv.FormatInt(from, 10)))
	return err
}

// moving is the job that moves a stage.
type moving struct {
	Stage int64 `json:"stage"`
}

// Kind implements job.Args.
func (moving) Kind() string { return "stage.move" }

// Moves runs the jobs that merge and delete stages of many contacts.
func Moves(d *db.DB) job.Handler {
	return job.Handle(func(ctx context.Context, m moving) error {
		err := job.Slices(ctx, d, func(ctx context.Context, tx *db.Tx) (bool, error) { return slice(ctx, tx, m.Stage) })
		if err != nil {
			return fmt.Errorf("move stage %d: %w", m.Stage, err)
		}
		return nil
	})
}

// slice moves some contacts off a stage, and tells whether there may be more.
func slice(ctx context.Context, tx *db.Tx, from int64) (more bool, err error) {
	var into int64
	by := By{Source: activity.SourceUser, Object: "user"}
	err = tx.QueryRow(ctx, `SELECT into_id, user_id, user_name FROM stage_move WHERE stage_id = ?`+tx.Dialect().ForUpdate(), from).Scan(&into, &by.ID, &by.Name)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil // stopped
	}
	if err != nil {
		return false, err
	}
	// In one order for all who hold several.
	ends := []int64{from, into}
	slices.Sort(ends)
	for _, number := range ends {
		if number == 0 {
			continue
		}
		_, err := find(ctx, tx, number, tx.Dialect().ForUpdate())
		if fault.Is(err, fault.KindNotFound) {
			return false, Stop(ctx, tx, from)
		}
		if err != nil {
			return false, err
		}
	}
	f, err := Load(ctx, tx)
	if err != nil {
		return false, err
	}
	cards, err := Cards(ctx, tx, from, Card{}, atOnce)
	if err != nil {
		return false, err
	}
	list := make([]Placing, len(cards))
	for i, c := range cards {
		list[i] = Placing{Contact: c.Contact, Stage: into, By: by}
	}
	if err := f.SetAll(ctx, tx, list); err != nil {
		return false, err
	}
	if len(cards) == atOnce {
		_, err := tx.Exec(ctx, `UPDATE stage_move SET moved = moved + ? WHERE stage_id = ?`, len(cards), from)
		return true, err
	}
	return false, drop(ctx, tx, from, into)
}

// drop ends the move of a stage that nobody is at any more.
func drop(ctx context.Context, tx *db.Tx, from, into int64) error {
	if err := Stop(ctx, tx, from); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM stage WHERE id = ?`, from); err != nil {
		return fmt.Errorf("drop stage %d: %w", from, err)
	}
	// What led to it leads to where it went.
	_, err := tx.Exec(ctx, `UPDATE stage_former SET into_id = ? WHERE into_id = ?`, into, from)
	if err == nil {
		err = tx.Insert(ctx, "stage_former", []string{"stage_id", "into_id"}, [][]any{{from, into}})
	}
	if err != nil {
		return fmt.Errorf("drop stage %d: %w", from, err)
	}
	return nil
}

// Underway lists the stages that are on their way out.
func Underway(ctx context.Context, q db.Q) ([]Move, error) {
	var list []Move
	err := db.Each(ctx, q, `SELECT m.stage_id, m.into_id, s.name, coalesce(i.name, ''), m.contacts, m.moved FROM stage_move m
		JOIN stage s ON s.id = m.stage_id LEFT JOIN stage i ON i.id = m.into_id ORDER BY m.stage_id`, nil, func(row db.Row) error {
		var m Move
		err := row.Scan(&m.From, &m.Into, &m.Name, &m.IntoName, &m.Contacts, &m.Moved)
		list = append(list, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list stages on their way out: %w", err)
	}
	return list, nil
}

// Stop leaves at a stage who is at it still.
func Stop(ctx context.Context, tx *db.Tx, stage int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM stage_move WHERE stage_id = ?`, stage); err != nil {
		return fmt.Errorf("stop moving stage %d: %w", stage, err)
	}
	return nil
}

// settled is where those are who were put at stages, of which some may be gone.
func settled(ctx context.Context, q db.Q, stage int64) (int64, error) {
	if stage == 0 {
		return 0, nil
	}
	var into int64
	err := q.QueryRow(ctx, `SELECT coalesce((SELECT into_id FROM stage_former WHERE stage_id = ?), (SELECT id FROM stage WHERE id = ?), 0)`, stage, stage).Scan(&into)
	if err != nil {
		return 0, fmt.Errorf("find what became of stage %d: %w", stage, err)
	}
	return into, nil
}

// latest is the last change that a thread tells of.
func latest(ctx context.Context, q db.Q, contact id.Contact) (At, error) {
	events, err := activity.All(ctx, q, contact, KindChanged)
	if err != nil {
		return At{}, err
	}
	var last At
	for _, e := range events {
		var c Changed
		if err := e.Decode(&c); err != nil {
			return At{}, err
		}
		if at := (At{c.To.ID, e.At}); at.later(last) {
			last = at
		}
	}
	last.Stage, err = settled(ctx, q, last.Stage)
	return last, err
}
