package note

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/field"
	"ariane/internal/id"
)

// The kinds of this package.
const (
	KindAdded   activity.Kind = 32
	KindChanged activity.Kind = 33
	KindDeleted activity.Kind = 34
)

// Type is what a note is about. The words are stored.
type Type string

// The types.
const (
	General Type = "general"
	Email   Type = "email"
	Call    Type = "call"
	Meeting Type = "meeting"
)

// Types lists the types, the usual one first.
func Types() []Type { return []Type{General, Email, Call, Meeting} }

// longest is the greatest number of characters of a note.
const longest = 10_000

// Note is a text about a contact.
type Note struct {
	ID   int64
	Type Type
	Text string
	// At is the moment that the note is about, Added when it was written.
	At, Added time.Time
	Author    id.User
	// AuthorName is the author's name as it was.
	AuthorName string
	// Edited is when it was changed last, by EditorName; zero for never.
	Edited     time.Time
	EditorName string
}

// Draft is a note as somebody writes it.
type Draft struct {
	Type Type
	Text string
	// At is the moment that it is about; the present when zero.
	At time.Time
}

// By says who writes.
type By struct {
	Source activity.Source `json:"-"`
	Object string          `json:"object,omitempty"`
	ID     int64           `json:"id,omitempty"`
	Name   string          `json:"name,omitempty"`
}

// Noted is the data of all kinds of events about notes.
type Noted struct {
	Note int64 `json:"note"`
	Type Type  `json:"type"`
	By   By    `json:"by,omitzero"`
}

// Kinds declares what this package appends to threads.
func Kinds() []activity.Definition {
	return []activity.Definition{
		{Kind: KindAdded, Name: "note.added", Protocol: "note.added", Payload: Noted{}},
		{Kind: KindChanged, Name: "note.changed", Protocol: "note.changed", Payload: Noted{}},
		{Kind: KindDeleted, Name: "note.deleted", Protocol: "note.deleted", Payload: Noted{}},
	}
}

func (d Draft) clean(now time.Time) (Draft, error) {
	lines := strings.Split(strings.ReplaceAll(d.Text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(field.Printable("|" + line)[1:], " ")
	}
	d.Text = strings.Trim(strings.Join(lines, "\n"), "\n")
	problems := fault.Fields{}
	if strings.TrimSpace(d.Text) == "" {
		problems.Add("text", fault.Say("note.empty|Write something first."))
	}
	if n := utf8.RuneCountInString(d.Text); n > longest {
		problems.Add("text", fault.Say("note.too_long|This is too long: %d characters, at most %d.", n, longest))
	}
	if !slices.Contains(Types(), d.Type) {
		problems.Add("type", fault.Say("note.type_unknown|There is no such type of note."))
	}
	if d.At.IsZero() {
		d.At = now
	}
	if y := d.At.Year(); y < 1900 || y > 9999 {
		problems.Add("at", fault.Say("note.date_invalid|This date is too far away."))
	}
	return d, problems.Err()
}

// Add writes a note about a contact. It stands on the thread at its own moment,
// one to come at the present.
func Add(ctx context.Context, tx *db.Tx, contact id.Contact, d Draft, by By) (int64, error) {
	d, err := d.clean(tx.Now())
	if err != nil {
		return 0, err
	}
	number, err := tx.NextID(ctx, "contact_note")
	if err != nil {
		return 0, err
	}
	err = tx.Insert(ctx, "contact_note", []string{"contact_id", "id", "type", "body", "at", "added", "author_id", "author_name"},
		[][]any{{int64(contact), number, string(d.Type), d.Text, db.Millis(d.At), db.Millis(tx.Now()), db.NullID(by.ID), db.NullText(by.Name)}})
	if err != nil {
		return 0, err
	}
	e := entry(contact, KindAdded, Noted{number, d.Type, by})
	if d.At.Before(tx.Now()) {
		e.At = d.At
	}
	activity.Append(tx, e)
	return number, nil
}

func entry(contact id.Contact, kind activity.Kind, n Noted) activity.Entry {
	return activity.Entry{Contact: contact, Kind: kind, Source: n.By.Source, Data: n}
}

// Change writes a note anew. An unknown one is a NotFound fault.
func Change(ctx context.Context, tx *db.Tx, contact id.Contact, number int64, d Draft, by By) error {
	d, err := d.clean(tx.Now())
	if err != nil {
		return err
	}
	was, err := Find(ctx, tx, contact, number)
	if err != nil {
		return err
	}
	if was.Type == d.Type && was.Text == d.Text && was.At.Equal(d.At) {
		return nil
	}
	_, err = tx.Exec(ctx, `UPDATE contact_note SET type = ?, body = ?, at = ?, edited = ?, editor_name = ? WHERE contact_id = ? AND id = ?`,
		string(d.Type), d.Text, db.Millis(d.At), db.Millis(tx.Now()), db.NullText(by.Name), int64(contact), number)
	if err != nil {
		return fmt.Errorf("change note %d of contact %d: %w", number, contact, err)
	}
	activity.Append(tx, entry(contact, KindChanged, Noted{number, d.Type, by}))
	return nil
}

// Delete removes a note for good. An unknown one is a NotFound fault.
func Delete(ctx context.Context, tx *db.Tx, contact id.Contact, number int64, by By) error {
	was, err := Find(ctx, tx, contact, number)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM contact_note WHERE contact_id = ? AND id = ?`, int64(contact), number); err != nil {
		return fmt.Errorf("delete note %d of contact %d: %w", number, contact, err)
	}
	activity.Append(tx, entry(contact, KindDeleted, Noted{number, was.Type, by}))
	return nil
}

// Find reads one note of a contact. An unknown one is a NotFound fault.
func Find(ctx context.Context, q db.Q, contact id.Contact, number int64) (Note, error) {
	n, err := scan(q.QueryRow(ctx, `SELECT `+columns+` FROM contact_note WHERE contact_id = ? AND id = ?`, int64(contact), number))
	if errors.Is(err, sql.ErrNoRows) {
		return n, fault.NotFound(fmt.Errorf("find note %d of contact %d: %w", number, contact, err))
	}
	if err != nil {
		return n, fmt.Errorf("find note %d of contact %d: %w", number, contact, err)
	}
	return n, nil
}

// List reads the notes of a contact, those about the latest moment first. All
// of a contact's notes are sorted: people write them, so they are few.
func List(ctx context.Context, q db.Q, contact id.Contact, types []Type, limit int) ([]Note, error) {
	where, args := "contact_id = ?", []any{int64(contact)}
	if len(types) > 0 {
		where += " AND type IN (" + db.Marks(len(types)) + ")"
		for _, t := range types {
			args = append(args, string(t))
		}
	}
	return read(ctx, q, contact, where+` ORDER BY at DESC, id DESC LIMIT ?`, append(args, limit))
}

// Some reads notes of a contact by their numbers. Those that were deleted are
// missing.
func Some(ctx context.Context, q db.Q, contact id.Contact, numbers []int64) (map[int64]Note, error) {
	found := map[int64]Note{}
	if len(numbers) == 0 {
		return found, nil
	}
	args := []any{int64(contact)}
	for _, n := range numbers {
		args = append(args, n)
	}
	list, err := read(ctx, q, contact, `contact_id = ? AND id IN (`+db.Marks(len(numbers))+`)`, args)
	for _, n := range list {
		found[n.ID] = n
	}
	return found, err
}

// Tally counts the notes of a contact by type.
func Tally(ctx context.Context, q db.Q, contact id.Contact) (map[Type]int, error) {
	rows, err := q.Query(ctx, `SELECT type, count(*) FROM contact_note WHERE contact_id = ? GROUP BY type`, int64(contact))
	if err != nil {
		return nil, fmt.Errorf("count notes of contact %d: %w", contact, err)
	}
	defer rows.Close()
	counts := map[Type]int{}
	for rows.Next() {
		var t Type
		var n int
		if err := rows.Scan(&t, &n); err != nil {
			return nil, err
		}
		counts[t] = n
	}
	return counts, rows.Err()
}

const columns = `id, type, body, at, added, author_id, author_name, edited, editor_name`

func read(ctx context.Context, q db.Q, contact id.Contact, where string, args []any) ([]Note, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM contact_note WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list notes of contact %d: %w", contact, err)
	}
	defer rows.Close()
	var list []Note
	for rows.Next() {
		n, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

func scan(row interface{ Scan(...any) error }) (Note, error) {
	var n Note
	var at, added int64
	var author, edited sql.NullInt64
	var authorName, editorName sql.NullString
	err := row.Scan(&n.ID, &n.Type, &n.Text, &at, &added, &author, &authorName, &edited, &editorName)
	n.At, n.Added, n.Edited = db.Time(at), db.Time(added), db.NullTime(edited)
	n.Author, n.AuthorName, n.EditorName = id.User(author.Int64), authorName.String, editorName.String
	return n, err
}
