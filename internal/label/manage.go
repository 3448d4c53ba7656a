package label

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
)

// longestDescription is in characters.
const longestDescription = 500

// Described is a tag as its manager shows it.
type Described struct {
	Tag
	Description string
	Contacts    int64 // who have it
}

const described = `SELECT id, name, description, contacts FROM label_tag `

func scan(row db.Row) (d Described, err error) {
	err = row.Scan(&d.ID, &d.Name, &d.Description, &d.Contacts)
	return d, err
}

// Find reads a tag. One that there is not is a NotFound fault.
func Find(ctx context.Context, q db.Q, tag int64) (Described, error) {
	d, err := scan(q.QueryRow(ctx, described+`WHERE id = ?`, tag))
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.NotFound(fmt.Errorf("no tag %d", tag))
	}
	return d, err
}

// Named reads the tag of a name, however it is written; zero when there is none.
func Named(ctx context.Context, q db.Q, name string) (Described, error) {
	d, err := scan(q.QueryRow(ctx, described+`WHERE name_key = ?`, field.Fold(field.Printable(name))))
	if errors.Is(err, sql.ErrNoRows) {
		return Described{}, nil
	}
	return d, err
}

// Filter chooses a page of the list of tags.
type Filter struct {
	Text  string // part of the name
	ByUse bool   // by how many contacts have them, not by name
	Desc  bool
	After string // Next or Previous of another page, empty for the first
	Limit int
}

func (f Filter) where() (string, []any) {
	if text := field.Fold(f.Text); text != "" {
		return `name_key LIKE ? ESCAPE '\'`, []any{"%" + db.EscapeLike(text) + "%"}
	}
	return `1 = 1`, nil
}

// Page is a part of the list. Next and Previous are empty at the ends.
type Page struct {
	Tags           []Described
	Next, Previous string
}

// place is where a page of the list begins.
type place struct {
	Back     bool   `json:"b,omitempty"`
	Key      string `json:"k,omitempty"`
	Contacts int64  `json:"c,omitempty"`
	ID       int64  `json:"i"`
}

func (p place) String() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func readPlace(s string) (p place, err error) {
	if s == "" {
		return p, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil || p.ID == 0 || strings.ContainsRune(p.Key, 0) {
		return p, fault.Refused(fmt.Errorf("read place in the list of tags %q: %w", s, err), fault.Text{})
	}
	return p, nil
}

// Count is the number of tags of the filter, whatever the page.
func Count(ctx context.Context, q db.Q, f Filter) (n int, err error) {
	where, args := f.where()
	if err := q.QueryRow(ctx, `SELECT count(*) FROM label_tag WHERE `+where, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count tags: %w", err)
	}
	return n, nil
}

// List returns a page of tags.
func List(ctx context.Context, q db.Q, f Filter) (Page, error) {
	from, err := readPlace(f.After)
	if err != nil {
		return Page{}, err
	}
	where, args := f.where()
	order, compare := "ASC", ">"
	if f.Desc != from.Back {
		order, compare = "DESC", "<"
	}
	sorted := `name_key ` + order
	if f.ByUse {
		sorted = `contacts ` + order + `, id ` + order
	}
	if from.ID != 0 && f.ByUse {
		where += ` AND (contacts, id) ` + compare + ` (?, ?)`
		args = append(args, from.Contacts, from.ID)
	} else if from.ID != 0 {
		where += ` AND name_key ` + compare + ` ?`
		args = append(args, from.Key)
	}
	var list []Described
	err = db.Each(ctx, q, described+`WHERE `+where+` ORDER BY `+sorted+` LIMIT ?`, append(args, f.Limit+1), func(row db.Row) error {
		d, err := scan(row)
		list = append(list, d)
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("list tags: %w", err)
	}
	more := len(list) > f.Limit
	list = list[:min(len(list), f.Limit)]
	if from.Back {
		slices.Reverse(list)
	}
	page := Page{Tags: list}
	if len(list) == 0 {
		return page, nil
	}
	at := func(d Described, back bool) string {
		return place{Back: back, Key: field.Fold(d.Name), Contacts: d.Contacts, ID: d.ID}.String()
	}
	if more || from.Back {
		page.Next = at(list[len(list)-1], false)
	}
	if more && from.Back || !from.Back && from.ID != 0 {
		page.Previous = at(list[0], true)
	}
	return page, nil
}

// clean checks what was typed about a tag; what is wrong is said by field.
func (d Described) clean() (Described, error) {
	wrong := fault.Fields{}
	d.Name, d.Description = field.Printable(d.Name), field.Printable(d.Description)
	switch {
	case field.Fold(d.Name) == "":
		wrong.Add("name", fault.Say("label.name_missing|Give the tag a name."))
	case utf8.RuneCountInString(d.Name) > Longest:
		wrong.Add("name", fault.Say("label.too_long|A tag has at most %d characters.", Longest))
	case strings.Contains(d.Name, ","):
		wrong.Add("name", fault.Say("label.comma|A tag has no comma: where several are typed, it stands between them."))
	}
	if utf8.RuneCountInString(d.Description) > longestDescription {
		wrong.Add("description", fault.Say("label.description_long|A description has at most %d characters.", longestDescription))
	}
	return d, wrong.Err()
}

// Create adds a tag that nobody has yet.
func Create(ctx context.Context, tx *db.Tx, d Described) (int64, error) {
	d, err := d.clean()
	if err != nil {
		return 0, err
	}
	number, err := tx.NextID(ctx, "label_tag")
	if err != nil {
		return 0, err
	}
	key := field.Fold(d.Name)
	n, err := tx.InsertMissing(ctx, "label_tag", []string{"name_key", "id", "name", "added", "description"}, [][]any{{key, number, d.Name, db.Millis(tx.Now()), d.Description}})
	if err == nil && n == 0 {
		return 0, taken(ctx, tx, d.Name)
	}
	if err != nil {
		return 0, fmt.Errorf("create tag: %w", err)
	}
	_, err = tx.Exec(ctx, `DELETE FROM label_former WHERE name_key = ?`, key)
	return number, err
}

// ErrTaken is the cause of a refusal: another tag has the name.
var ErrTaken = errors.New("another tag has this name")

func taken(ctx context.Context, q db.Q, name string) error {
	other, err := Named(ctx, q, name)
	if err != nil {
		return err
	}
	return errors.Join(ErrTaken, fault.Invalid(fault.Fields{"name": fault.Say("label.taken|There is already a tag “%s”.", other.Name)}))
}

// Change gives a tag another name and description. Whoever has it has it still; the
// name of another tag is refused with ErrTaken.
func Change(ctx context.Context, tx *db.Tx, d Described) error {
	d, err := d.clean()
	if err != nil {
		return err
	}
	was, err := hold(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	key, old := field.Fold(d.Name), field.Fold(was.Name)
	if key != old {
		other, err := Named(ctx, tx, d.Name)
		if err != nil {
			return err
		}
		if other.ID != 0 {
			return taken(ctx, tx, d.Name)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM label_former WHERE name_key = ?`, key); err != nil {
			return fmt.Errorf("rename tag %d: %w", d.ID, err)
		}
		if err := tx.InsertOr(ctx, "label_former", []string{"name_key", "tag_id"}, [][]any{{old, d.ID}}, `ON CONFLICT (name_key) DO UPDATE SET tag_id = excluded.tag_id`); err != nil {
			return fmt.Errorf("rename tag %d: %w", d.ID, err)
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE label_tag SET name_key = ?, name = ?, description = ? WHERE id = ?`, key, d.Name, d.Description, d.ID); err != nil {
		return fmt.Errorf("change tag %d: %w", d.ID, err)
	}
	return nil
}

// hold reads a tag that nobody else changes before the end of the transaction. One
// that is on its way out is a Conflict.
func hold(ctx context.Context, tx *db.Tx, tag int64) (Described, error) {
	d, err := scan(tx.QueryRow(ctx, described+`WHERE id = ?`+tx.Dialect().ForUpdate(), tag))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.NotFound(fmt.Errorf("no tag %d", tag))
	}
	if err != nil {
		return d, fmt.Errorf("find tag %d: %w", tag, err)
	}
	var moving int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM label_move WHERE tag_id = ?`, tag).Scan(&moving); err != nil {
		return d, fmt.Errorf("find tag %d: %w", tag, err)
	}
	if moving > 0 {
		return d, fault.Conflict(fmt.Errorf("tag %d is on its way out", tag), fault.Say("label.moving|This tag is being merged or deleted. Wait until that is done, or stop it."))
	}
	return d, nil
}

// formers are the names that tags have now by the keys of those they had before.
// A name that another tag has by now is that one's.
func formers(ctx context.Context, q db.Q) (map[string]string, error) {
	list := map[string]string{}
	err := db.Each(ctx, q, `SELECT f.name_key, t.name FROM label_former f JOIN label_tag t ON t.id = f.tag_id
		WHERE NOT EXISTS (SELECT 1 FROM label_tag own WHERE own.name_key = f.name_key)`, nil, func(row db.Row) error {
		var key, name string
		err := row.Scan(&key, &name)
		list[key] = name
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list former names of tags: %w", err)
	}
	return list, nil
}
