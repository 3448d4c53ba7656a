package stage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"
	"ariane/internal/rule"
)

// KindChanged tells that a contact went from one stage to another.
const KindChanged activity.Kind = 60

// Named is a stage as a thread tells of it, zero for none.
type Named struct {
	ID   int64  `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// By says who or what put a contact at a stage.
type By struct {
	Source activity.Source `json:"-"`
	Object string          `json:"object,omitempty"`
	ID     int64           `json:"id,omitempty"`
	Name   string          `json:"name,omitempty"`
}

// Changed is the data of stage.changed.
type Changed struct {
	From Named `json:"from,omitzero"`
	To   Named `json:"to,omitzero"`
	By   By    `json:"by,omitzero"`
}

// Kinds declares what this package appends to threads.
func Kinds() []activity.Definition {
	return []activity.Definition{{Kind: KindChanged, Name: "stage.changed", Protocol: "stage.changed", Payload: Changed{}}}
}

// Catalogue is how a list of contacts is asked for stages: by name and by number.
func Catalogue() rule.Catalogue {
	return rule.Catalogue{
		"stage": {Type: rule.Text, Expr: "s.name_key", Folded: true, Single: true, AmongAny: true,
			Within: "EXISTS (SELECT 1 FROM contact_stage cs JOIN stage s ON s.id = cs.stage_id WHERE cs.contact_id = contact.id AND {})",
			Among:  "SELECT cs.contact_id FROM stage s JOIN contact_stage cs ON cs.stage_id = s.id WHERE {}"},
		"stage.number": {Type: rule.Number, Expr: "cs.stage_id", Single: true,
			Within: "EXISTS (SELECT 1 FROM contact_stage cs WHERE cs.contact_id = contact.id AND {})",
			Among:  "SELECT cs.contact_id FROM contact_stage cs WHERE {}"},
	}
}

// At is where a contact is, and since when. The stage is zero for none.
type At struct {
	Stage int64
	Since time.Time
}

// later tells whether a change came after another. Those of two contacts in the same
// millisecond are told apart by the stage, so that it does not matter who is asked.
func (a At) later(b At) bool {
	return a.Since.After(b.Since) || a.Since.Equal(b.Since) && a.Stage > b.Stage
}

// Of tells where contacts are; those who were never at a stage are left out.
func Of(ctx context.Context, q db.Q, contacts []id.Contact) (map[id.Contact]At, error) {
	return read(ctx, q, contacts, "")
}

func read(ctx context.Context, q db.Q, contacts []id.Contact, lock string) (map[id.Contact]At, error) {
	found := map[id.Contact]At{}
	if len(contacts) == 0 {
		return found, nil
	}
	among, args := db.InIDs(q.Dialect(), "contact_id", contacts)
	err := db.Each(ctx, q, `SELECT contact_id, stage_id, since FROM contact_stage WHERE `+among+` ORDER BY contact_id`+lock, args, func(row db.Row) error {
		var c id.Contact
		var is At
		var since int64
		err := row.Scan(&c, &is.Stage, &since)
		is.Since = db.Time(since)
		found[c] = is
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read stages of contacts: %w", err)
	}
	return found, nil
}

// Set puts a contact at a stage, or, where that is zero, at none. It stays where the
// stages refuse, which is a fault of the field stage.
func Set(ctx context.Context, tx *db.Tx, contact id.Contact, stage int64, by By) error {
	f, err := Load(ctx, tx)
	if err != nil {
		return err
	}
	is, err := Of(ctx, tx, []id.Contact{contact})
	if err != nil {
		return err
	}
	if why, refused := f.Refuses(is[contact].Stage, stage); refused {
		return fault.Invalid(fault.Fields{"stage": why})
	}
	return f.SetAll(ctx, tx, []Placing{{Contact: contact, Stage: stage, By: by}})
}

// Placing is a stage to put a contact at, zero for none, with by whom and when; now
// where that is zero.
type Placing struct {
	Contact id.Contact
	Stage   int64
	At      time.Time
	By      By
}

// SetAll puts contacts at stages, refusing none; those who are there stay as they are.
// Each is named once.
func (f Funnel) SetAll(ctx context.Context, tx *db.Tx, list []Placing) error {
	contacts := make([]id.Contact, len(list))
	var fresh [][]any
	for i, c := range list {
		contacts[i] = c.Contact
		if c.Stage != 0 {
			fresh = append(fresh, []any{int64(c.Contact), 0, 0})
		}
	}
	if _, err := tx.InsertMissing(ctx, "contact_stage", []string{"contact_id", "stage_id", "since"}, fresh); err != nil {
		return fmt.Errorf("put contacts at stages: %w", err)
	}
	was, err := read(ctx, tx, contacts, tx.Dialect().ForUpdate())
	if err != nil {
		return err
	}
	now := map[id.Contact]At{}
	for _, c := range list {
		from := was[c.Contact]
		if from.Stage == c.Stage {
			continue
		}
		at := c.At
		if at.IsZero() {
			at = tx.Now()
		}
		if at.Before(from.Since.Add(time.Millisecond)) {
			at = from.Since.Add(time.Millisecond)
		}
		now[c.Contact] = At{c.Stage, at}
		activity.Append(tx, activity.Entry{Contact: c.Contact, At: at, Kind: KindChanged, Source: c.By.Source, Data: Changed{f.named(from.Stage), f.named(c.Stage), c.By}})
	}
	return write(ctx, tx, was, now)
}

func (f Funnel) named(number int64) Named {
	s, _ := f.Find(number)
	return Named{number, s.Name}
}

// write stores where contacts are now, with what follows for how many are at each.
func write(ctx context.Context, tx *db.Tx, was, now map[id.Contact]At) error {
	var rows [][]any
	more := map[int64]int64{}
	for _, c := range slices.Sorted(maps.Keys(now)) {
		rows = append(rows, []any{int64(c), now[c].Stage, db.Millis(now[c].Since)})
		more[was[c].Stage]--
		more[now[c].Stage]++
	}
	if len(rows) == 0 {
		return nil
	}
	err := tx.InsertOr(ctx, "contact_stage", []string{"contact_id", "stage_id", "since"}, rows, `ON CONFLICT (contact_id) DO UPDATE SET stage_id = excluded.stage_id, since = excluded.since`)
	if err != nil {
		return fmt.Errorf("put contacts at stages: %w", err)
	}
	return count(ctx, tx, more)
}

// count notes that more contacts are at stages, or fewer, in one order for all who do.
func count(ctx context.Context, tx *db.Tx, more map[int64]int64) error {
	for _, stage := range slices.Sorted(maps.Keys(more)) {
		if stage == 0 || more[stage] == 0 {
			continue
		}
		result, err := tx.Exec(ctx, `UPDATE stage SET contacts = contacts + ? WHERE id = ?`, more[stage], stage)
		if err != nil {
			return fmt.Errorf("count contacts at stage %d: %w", stage, err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 && more[stage] > 0 {
			return fault.Conflict(fmt.Errorf("stage %d is gone: %w", stage, err), fault.Say("stage.unknown|There is no such stage."))
		}
	}
	return nil
}

// Card is a contact at a stage.
type Card struct {
	Contact id.Contact
	Since   time.Time
}

// Cards lists who is at a stage, who came last first, beginning after one of them.
func Cards(ctx context.Context, q db.Q, stage int64, after Card, limit int) ([]Card, error) {
	where, args := ``, []any{stage}
	if after.Contact != 0 {
		where, args = ` AND (since, contact_id) < (?, ?)`, append(args, db.Millis(after.Since), int64(after.Contact))
	}
	var list []Card
	err := db.Each(ctx, q, `SELECT contact_id, since FROM contact_stage WHERE stage_id = ?`+where+` ORDER BY since DESC, contact_id DESC LIMIT ?`, append(args, limit), func(row db.Row) error {
		var c Card
		var since int64
		err := row.Scan(&c.Contact, &since)
		c.Since = db.Time(since)
		list = append(list, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list contacts at stage %d: %w", stage, err)
	}
	return list, nil
}

// Came counts who came to a stage since a moment and is still there, up to a limit.
func Came(ctx context.Context, q db.Q, stage int64, since time.Time, limit int) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FROM (SELECT contact_id FROM contact_stage WHERE stage_id = ? AND since >= ? ORDER BY since DESC LIMIT ?) AS came`, stage, db.Millis(since), limit).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count contacts that came to stage %d: %w", stage, err)
	}
	return n, nil
}
