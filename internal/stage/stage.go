package stage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/setting"
	"ariane/internal/category"
	"ariane/internal/field"
	"ariane/internal/id"
)

const (
	longestName        = 100
	longestDescription = 500
	// heaviest bounds weights.
	heaviest = 1_000_000
	// apart is between the weights of stages that were put in order.
	apart = 10
)

// Stage is a step that contacts are at. Several may have the same weight.
type Stage struct {
	ID          int64
	Name        string
	Description string
	Category    int64 // zero for none
	Weight      int64
	Published   bool
	PublishUp   time.Time // first moment, zero for none
	PublishDown time.Time // last moment, zero for none
	// Contacts is how many are at it.
	Contacts int64

	Added, Modified               time.Time
	CreatedBy, ModifiedBy         id.User
	CreatedByUser, ModifiedByUser string
}

// Open tells whether contacts are put at the stage by people at a moment.
func (s Stage) Open(now time.Time) bool {
	return s.Published && !now.Before(s.PublishUp) && (s.PublishDown.IsZero() || !now.After(s.PublishDown))
}

const columns = `id, name, description, category_id, weight, published, publish_up, publish_down, contacts, added, modified, created_by, created_by_user, modified_by, modified_by_user`

func scan(row db.Row) (s Stage, err error) {
	var published int
	var up, down, creator, modifier sql.NullInt64
	var added, modified int64
	err = row.Scan(&s.ID, &s.Name, &s.Description, &s.Category, &s.Weight, &published, &up, &down, &s.Contacts, &added, &modified, &creator, &s.CreatedByUser, &modifier, &s.ModifiedByUser)
	s.Published, s.PublishUp, s.PublishDown, s.Added, s.Modified = published == 1, db.NullTime(up), db.NullTime(down), db.Time(added), db.Time(modified)
	s.CreatedBy, s.ModifiedBy = id.User(creator.Int64), id.User(modifier.Int64)
	return s, err
}

// Funnel is all stages in their order.
type Funnel struct {
	Stages []Stage
	// Forward keeps contacts from going back, see setting.ForwardOnly.
	Forward bool
}

// Load reads the stages.
func Load(ctx context.Context, q db.Q) (f Funnel, err error) {
	if f.Forward, err = setting.Get(ctx, q, setting.ForwardOnly); err != nil {
		return f, err
	}
	err = db.Each(ctx, q, `SELECT `+columns+` FROM stage ORDER BY weight, name_key, id`, nil, func(row db.Row) error {
		s, err := scan(row)
		f.Stages = append(f.Stages, s)
		return err
	})
	if err != nil {
		return f, fmt.Errorf("list stages: %w", err)
	}
	return f, nil
}

// Find is a stage by its number.
func (f Funnel) Find(number int64) (Stage, bool) {
	at := slices.IndexFunc(f.Stages, func(s Stage) bool { return s.ID == number })
	if at < 0 {
		return Stage{}, false
	}
	return f.Stages[at], true
}

// Offered are the stages that people choose from at a moment, for a contact that is at
// one of them already.
func (f Funnel) Offered(now time.Time, is int64) (list []Stage) {
	for _, s := range f.Stages {
		if _, refused := f.Refuses(is, s.ID); s.ID == is || s.Open(now) && !refused {
			list = append(list, s)
		}
	}
	return list
}

// Contacts is how many are at one of the stages.
func (f Funnel) Contacts() (n int64) {
	for _, s := range f.Stages {
		n += s.Contacts
	}
	return n
}

// Refuses tells why a contact cannot go from one stage to another, zero being none.
func (f Funnel) Refuses(from, to int64) (fault.Text, bool) {
	is, here := f.Find(from)
	next, there := f.Find(to)
	switch {
	case to != 0 && !there:
		return fault.Say("stage.unknown|There is no such stage."), true
	case !f.Forward || !here || from == to:
		return fault.Text{}, false
	case to == 0:
		return fault.Say("stage.stays|Nobody leaves the stages: contacts only go forward."), true
	case next.Weight < is.Weight:
		return fault.Say("stage.back|Contacts only go forward: “%s” comes before “%s”.", next.Name, is.Name), true
	}
	return fault.Text{}, false
}

// Find reads a stage. One that there is not is a NotFound fault.
func Find(ctx context.Context, q db.Q, number int64) (Stage, error) { return find(ctx, q, number, "") }

func find(ctx context.Context, q db.Q, number int64, lock string) (Stage, error) {
	s, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM stage WHERE id = ?`+lock, number))
	if errors.Is(err, sql.ErrNoRows) {
		return s, fault.NotFound(fmt.Errorf("no stage %d", number))
	}
	if err != nil {
		return s, fmt.Errorf("find stage %d: %w", number, err)
	}
	return s, nil
}

// clean checks what was typed; what is wrong is said by field: name, description,
// weight, category, publishDown.
func (s Stage) clean(ctx context.Context, q db.Q) (Stage, error) {
	wrong := fault.Fields{}
	s.Name, s.Description = field.Printable(s.Name), field.Printable(s.Description)
	switch {
	case field.Fold(s.Name) == "":
		wrong.Add("name", fault.Say("stage.name|Give the stage a name."))
	case utf8.RuneCountInString(s.Name) > longestName:
		wrong.Add("name", fault.Say("stage.name_long|The name of a stage has at most %d characters.", longestName))
	}
	if utf8.RuneCountInString(s.Description) > longestDescription {
		wrong.Add("description", fault.Say("stage.description_long|A description has at most %d characters.", longestDescription))
	}
	if s.Weight > heaviest || s.Weight < -heaviest {
		wrong.Add("weight", fault.Say("stage.weight|A weight is a whole number, at most %d.", heaviest))
	}
	if !s.PublishUp.IsZero() && !s.PublishDown.IsZero() && s.PublishDown.Before(s.PublishUp) {
		wrong.Add("publishDown", fault.Say("stage.window|It ends before it begins."))
	}
	fits, err := category.Fits(ctx, q, s.Category, category.Stage)
	if err == nil && !fits {
		wrong.Add("category", fault.Say("stage.category|There is no such category for stages."))
	}
	if err == nil {
		err = wrong.Err()
	}
	return s, err
}

// own are the columns that people write.
var own = []string{"name", "name_key", "description", "category_id", "weight", "published", "publish_up", "publish_down", "modified", "modified_by", "modified_by_user"}

func (s Stage) values(tx *db.Tx) []any {
	return []any{s.Name, field.Fold(s.Name), s.Description, s.Category, s.Weight, db.Truth(s.Published), db.NullMillis(s.PublishUp), db.NullMillis(s.PublishDown),
		db.Millis(tx.Now()), db.NullID(s.ModifiedBy), s.ModifiedByUser}
}

// Create adds a stage, and returns its number. CreatedBy and CreatedByUser say who did.
func Create(ctx context.Context, tx *db.Tx, s Stage) (int64, error) {
	s, err := s.clean(ctx, tx)
	if err != nil {
		return 0, err
	}
	number, err := tx.NextID(ctx, "stage")
	if err != nil {
		return 0, err
	}
	s.ModifiedBy, s.ModifiedByUser = s.CreatedBy, s.CreatedByUser
	row := append([]any{number, 0, db.Millis(tx.Now()), db.NullID(s.CreatedBy), s.CreatedByUser}, s.values(tx)...)
	if err := tx.Insert(ctx, "stage", append([]string{"id", "contacts", "added", "created_by", "created_by_user"}, own...), [][]any{row}); err != nil {
		return 0, fmt.Errorf("create stage: %w", err)
	}
	return number, nil
}

// Change saves a stage. Whoever is at it stays there. ModifiedBy and ModifiedByUser say
// who did.
func Change(ctx context.Context, tx *db.Tx, s Stage) error {
	if _, err := hold(ctx, tx, s.ID); err != nil {
		return err
	}
	s, err := s.clean(ctx, tx)
	if err != nil {
		return err
	}
	text := `UPDATE stage SET `
	for i, column := range own {
		if i > 0 {
			text += ", "
		}
		text += column + " = ?"
	}
	if _, err := tx.Exec(ctx, text+` WHERE id = ?`, append(s.values(tx), s.ID)...); err != nil {
		return fmt.Errorf("change stage %d: %w", s.ID, err)
	}
	return nil
}

// Last is a weight behind all others.
func (f Funnel) Last() int64 {
	if len(f.Stages) == 0 {
		return apart
	}
	return min(f.Stages[len(f.Stages)-1].Weight+apart, heaviest)
}

// Place puts stages in an order: those named come in it, at the places that they have
// between them. Weights that say so already stay as they are.
func Place(ctx context.Context, tx *db.Tx, order []int64) error {
	f, err := Load(ctx, tx)
	if err != nil {
		return err
	}
	named := slices.DeleteFunc(slices.Clone(order), func(n int64) bool { _, is := f.Find(n); return !is })
	now := slices.Clone(f.Stages)
	for i, s := range now {
		if slices.Contains(order, s.ID) {
			now[i], _ = f.Find(named[0])
			named = append(named[1:], s.ID)
		}
	}
	if slices.EqualFunc(now, f.Stages, func(a, b Stage) bool { return a.ID == b.ID }) {
		return nil
	}
	for i, s := range now {
		if _, err := tx.Exec(ctx, `UPDATE stage SET weight = ?, modified = ? WHERE id = ?`, (i+1)*apart, db.Millis(tx.Now()), s.ID); err != nil {
			return fmt.Errorf("put stage %d in order: %w", s.ID, err)
		}
	}
	return nil
}

// Categorised counts the stages of each category.
func Categorised(ctx context.Context, q db.Q) (map[int64]int, error) {
	list := map[int64]int{}
	f, err := Load(ctx, q)
	for _, s := range f.Stages {
		list[s.Category]++
	}
	return list, err
}

// Recategorise puts the stages of a category into another, or, where that is zero, into
// none.
func Recategorise(ctx context.Context, tx *db.Tx, from, into int64) error {
	if _, err := tx.Exec(ctx, `UPDATE stage SET category_id = ? WHERE category_id = ?`, into, from); err != nil {
		return fmt.Errorf("put stages of category %d into %d: %w", from, into, err)
	}
	return nil
}

// hold reads a stage that nobody else changes before the end of the transaction. One
// that is on its way out is a Conflict.
func hold(ctx context.Context, tx *db.Tx, number int64) (Stage, error) {
	s, err := find(ctx, tx, number, tx.Dialect().ForUpdate())
	if err != nil {
		return s, err
	}
	var moving int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM stage_move WHERE stage_id = ?`, number).Scan(&moving); err != nil {
		return s, fmt.Errorf("find stage %d: %w", number, err)
	}
	if moving > 0 {
		return s, fault.Conflict(errors.New("stage "+strconv.FormatInt(number, 10)+" is on its way out"), fault.Say("stage.moving|This stage is being merged or deleted. Wait until that is done, or stop it."))
	}
	return s, nil
}
