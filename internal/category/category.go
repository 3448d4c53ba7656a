package category

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
)

// Kind is what is put into a category.
type Kind string

// The kinds of what there is; the API knows more.
const (
	Global Kind = "global" // everything
	Email  Kind = "email"
	Form   Kind = "form"
	Stage  Kind = "stage"
)

// kinds are all that the API knows.
var kinds = []Kind{Global, "asset", "campaign", "dynamicContent", Email, "focus", Form, "message", "messages", "mobile_notification", "notification", "page", "plugin:focus",
	"plugin:mauticSocial", "point", "segment", "sms", Stage, "webhook", "Webhook"}

// Kinds lists the kinds of what there is, in the order in which they are offered.
func Kinds() []Kind { return []Kind{Global, Form, Stage} }

const (
	longestTitle       = 100
	longestDescription = 500
)

// Category is one of them. Its identifier is zero for none.
type Category struct {
	ID    int64
	Kind  Kind
	Title string
	// Alias is what searches and the API call it, unlike others of its kind.
	Alias       string
	Description string
	Color       string // six hexadecimal digits, or empty
	Published   bool   // it is offered where one is chosen

	Added, Modified time.Time
}

const columns = `id, kind, alias, title, description, color, published, added, modified`

func scan(row db.Row) (c Category, err error) {
	var published int
	var added, modified int64
	err = row.Scan(&c.ID, &c.Kind, &c.Alias, &c.Title, &c.Description, &c.Color, &published, &added, &modified)
	c.Published, c.Added, c.Modified = published == 1, db.Time(added), db.Time(modified)
	return c, err
}

// All lists the categories there are by kind and title; with kinds those of these.
func All(ctx context.Context, q db.Q, of ...Kind) ([]Category, error) {
	var list []Category
	err := db.Each(ctx, q, `SELECT `+columns+` FROM category ORDER BY kind, title_key, id`, nil, func(row db.Row) error {
		c, err := scan(row)
		if len(of) == 0 || slices.Contains(of, c.Kind) {
			list = append(list, c)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list categories: %w", err)
	}
	return list, nil
}

// Offered lists the categories that things of a kind can be put into: published ones
// of the kind, and global ones.
func Offered(ctx context.Context, q db.Q, kind Kind) ([]Category, error) {
	list, err := All(ctx, q, kind, Global)
	list = slices.DeleteFunc(list, func(c Category) bool { return !c.Published })
	slices.SortStableFunc(list, func(a, b Category) int { return cmp.Compare(field.Fold(a.Title), field.Fold(b.Title)) })
	return list, err
}

// Find reads a category. One that there is not is a NotFound fault.
func Find(ctx context.Context, q db.Q, number int64) (Category, error) {
	c, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM category WHERE id = ?`, number))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.NotFound(fmt.Errorf("no category %d", number))
	}
	if err != nil {
		return c, fmt.Errorf("find category %d: %w", number, err)
	}
	return c, nil
}

// Some reads those there are of categories, by their numbers.
func Some(ctx context.Context, q db.Q, numbers []int64) (map[int64]Category, error) {
	found := map[int64]Category{}
	if len(numbers) == 0 {
		return found, nil
	}
	among, args := db.InIDs(q.Dialect(), "id", numbers)
	err := db.Each(ctx, q, `SELECT `+columns+` FROM category WHERE `+among, args, func(row db.Row) error {
		c, err := scan(row)
		found[c.ID] = c
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read categories: %w", err)
	}
	return found, nil
}

// Fits tells whether things of a kind can be in a category; none always fits.
func Fits(ctx context.Context, q db.Q, number int64, kind Kind) (bool, error) {
	if number == 0 {
		return true, nil
	}
	c, err := Find(ctx, q, number)
	if fault.Is(err, fault.KindNotFound) {
		return false, nil
	}
	return c.Kind == kind || c.Kind == Global, err
}

var sixDigits = regexp.MustCompile(`^[0-9a-f]{6}$`)

// clean checks what was typed; what is wrong is said by field: title, kind, alias,
// description, color.
func (c Category) clean() (Category, error) {
	wrong := fault.Fields{}
	c.Title, c.Description = field.Printable(c.Title), field.Printable(c.Description)
	c.Color = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(c.Color), "#"))
	c.Alias = slug(cmp.Or(slug(c.Alias), c.Title))
	switch {
	case field.Fold(c.Title) == "":
		wrong.Add("title", fault.Say("category.title|Give the category a name."))
	case utf8.RuneCountInString(c.Title) > longestTitle:
		wrong.Add("title", fault.Say("category.title_long|The name of a category has at most %d characters.", longestTitle))
	}
	if utf8.RuneCountInString(c.Description) > longestDescription {
		wrong.Add("description", fault.Say("category.description_long|A description has at most %d characters.", longestDescription))
	}
	if !slices.Contains(kinds, c.Kind) {
		wrong.Add("kind", fault.Say("category.kind|Choose what the category is for."))
	}
	if c.Color != "" && !sixDigits.MatchString(c.Color) {
		wrong.Add("color", fault.Say("category.color|A colour is six hexadecimal digits, such as 4e5d9d."))
	}
	return c, wrong.Err()
}

// slug is a text as part of an address: words of folded letters and digits.
func slug(text string) string {
	words := strings.FieldsFunc(field.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	joined := []rune(strings.Join(words, "-"))
	return strings.TrimRight(string(joined[:min(len(joined), longestTitle)]), "-")
}

// Create adds a category, and returns its number. An alias that another of its kind
// has gets a number behind it.
func Create(ctx context.Context, tx *db.Tx, c Category) (int64, error) {
	c, err := c.clean()
	if err != nil {
		return 0, err
	}
	if c.ID, err = tx.NextID(ctx, "category"); err != nil {
		return 0, err
	}
	if c.Alias, err = c.unlike(ctx, tx); err != nil {
		return 0, err
	}
	now := db.Millis(tx.Now())
	err = tx.Insert(ctx, "category", []string{"id", "kind", "alias", "title", "title_key", "description", "color", "published", "added", "modified"},
		[][]any{{c.ID, string(c.Kind), c.Alias, c.Title, field.Fold(c.Title), c.Description, c.Color, db.Truth(c.Published), now, now}})
	if err != nil {
		return 0, fmt.Errorf("create category: %w", err)
	}
	return c.ID, nil
}

// unlike is the alias of a category, with a number behind it where another of its
// kind has it.
func (c Category) unlike(ctx context.Context, tx *db.Tx) (string, error) {
	base := cmp.Or(c.Alias, "category")
	taken := map[string]bool{}
	err := db.Each(ctx, tx, `SELECT alias FROM category WHERE kind = ? AND id <> ?`, []any{string(c.Kind), c.ID}, func(row db.Row) error {
		var alias string
		err := row.Scan(&alias)
		taken[alias] = true
		return err
	})
	alias := base
	for n := 1; taken[alias]; n++ {
		alias = base + strconv.Itoa(n)
	}
	return alias, err
}

// Change saves a category. What it is for stays.
func Change(ctx context.Context, tx *db.Tx, c Category) error {
	was, err := hold(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	c.Kind = was.Kind
	if c, err = c.clean(); err != nil {
		return err
	}
	if c.Alias, err = c.unlike(ctx, tx); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE category SET alias = ?, title = ?, title_key = ?, description = ?, color = ?, published = ?, modified = ? WHERE id = ?`,
		c.Alias, c.Title, field.Fold(c.Title), c.Description, c.Color, db.Truth(c.Published), db.Millis(tx.Now()), c.ID)
	if err != nil {
		return fmt.Errorf("change category %d: %w", c.ID, err)
	}
	return nil
}

func hold(ctx context.Context, tx *db.Tx, number int64) (Category, error) {
	c, err := scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM category WHERE id = ?`+tx.Dialect().ForUpdate(), number))
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.NotFound(fmt.Errorf("no category %d", number))
	}
	return c, err
}

// Remove drops a category. Whoever owns what is in it takes it out, or puts it into
// another, in the same transaction.
func Remove(ctx context.Context, tx *db.Tx, number int64) error {
	if _, err := hold(ctx, tx, number); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM category WHERE id = ?`, number); err != nil {
		return fmt.Errorf("remove category %d: %w", number, err)
	}
	return nil
}
