package note_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/id"
	"ariane/internal/note"
)

func do(t *testing.T, d *db.DB, change func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Do(t.Context(), change); err != nil {
		t.Fatal(err)
	}
}

func add(t *testing.T, d *db.DB, contact id.Contact, n note.Draft) (number int64) {
	t.Helper()
	do(t, d, func(tx *db.Tx) (err error) {
		number, err = note.Add(t.Context(), tx, contact, n, note.By{ID: 3, Name: "Anna"})
		return err
	})
	return number
}

func texts(t *testing.T, d *db.DB, contact id.Contact, types ...note.Type) string {
	t.Helper()
	list, err := note.List(t.Context(), d, contact, types, 100)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, n := range list {
		words = append(words, n.Text)
	}
	return strings.Join(words, ", ")
}

func TestNotes(t *testing.T) {
	d := dbtest.Open(t)
	past, future := d.Now().Add(-time.Hour).Truncate(time.Millisecond), d.Now().Add(time.Hour)
	first := add(t, d, 1, note.Draft{Type: note.Call, Text: "  two\r\nlines \u202e\x00\n\n", At: past})
	add(t, d, 1, note.Draft{Type: note.Meeting, Text: "later", At: future})
	add(t, d, 2, note.Draft{Type: note.General, Text: "other"})
	if got := texts(t, d, 1); got != "later,   two\nlines" {
		t.Errorf("%q", got)
	}
	if got := texts(t, d, 1, note.Call, note.Email); got != "  two\nlines" {
		t.Errorf("%q", got)
	}
	n, err := note.Find(t.Context(), d, 1, first)
	if err != nil || n.AuthorName != "Anna" || n.Author != 3 || !n.At.Equal(past) || !n.Edited.IsZero() {
		t.Errorf("%+v, %v", n, err)
	}
	events, err := activity.Thread(t.Context(), d, 1, activity.Page{Limit: 10})
	if err != nil || len(events) != 2 || !events[1].At.Equal(past) || events[0].At.After(d.Now()) {
		t.Errorf("%+v, %v", events, err)
	}

	for range 2 {
		do(t, d, func(tx *db.Tx) error {
			return note.Change(t.Context(), tx, 1, first, note.Draft{Type: note.Email, Text: "new", At: past}, note.By{Name: "Bob"})
		})
	}
	if n, err = note.Find(t.Context(), d, 1, first); err != nil || n.Text != "new" || n.EditorName != "Bob" || n.AuthorName != "Anna" || n.Edited.IsZero() {
		t.Errorf("%+v, %v", n, err)
	}
	do(t, d, func(tx *db.Tx) error { return note.Delete(t.Context(), tx, 1, first, note.By{}) })
	if some, err := note.Some(t.Context(), d, 1, []int64{first, first + 1, first + 2}); err != nil || len(some) != 1 || some[first+1].Text != "later" {
		t.Errorf("%+v, %v", some, err)
	}
	tally, err := activity.Tally(t.Context(), d, 1)
	if err != nil || tally[note.KindAdded] != 2 || tally[note.KindChanged] != 1 || tally[note.KindDeleted] != 1 {
		t.Error(tally, err)
	}
	if counts, err := note.Tally(t.Context(), d, 1); err != nil || len(counts) != 1 || counts[note.Meeting] != 1 {
		t.Error(counts, err)
	}
}

func TestWrongNotes(t *testing.T) {
	d := dbtest.Open(t)
	number := add(t, d, 1, note.Draft{Type: note.General, Text: "x"})
	for name, wrong := range map[string]note.Draft{
		"text": {Type: note.General, Text: " \n\x00 "},
		"type": {Type: "joke", Text: "x"},
		"at":   {Type: note.General, Text: "x", At: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		for _, change := range []func(tx *db.Tx) error{
			func(tx *db.Tx) error { _, err := note.Add(t.Context(), tx, 1, wrong, note.By{}); return err },
			func(tx *db.Tx) error { return note.Change(t.Context(), tx, 1, number, wrong, note.By{}) },
		} {
			f, ok := fault.Of(d.Do(t.Context(), change))
			if !ok || f.Kind != fault.KindInvalid || f.Fields[name].Key == "" {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
	long := note.Draft{Type: note.General, Text: strings.Repeat("é", 10_001)}
	if err := d.Do(t.Context(), func(tx *db.Tx) error { _, err := note.Add(t.Context(), tx, 1, long, note.By{}); return err }); !fault.Is(err, fault.KindInvalid) {
		t.Error(err)
	}
	err := d.Do(t.Context(), func(tx *db.Tx) error { return note.Delete(t.Context(), tx, 2, number, note.By{}) })
	if !fault.Is(err, fault.KindNotFound) || texts(t, d, 1) != "x" {
		t.Error("another contact's note:", err)
	}
}

func TestNotesFollow(t *testing.T) {
	d := dbtest.Open(t)
	first := add(t, d, 1, note.Draft{Type: note.General, Text: "one"})
	add(t, d, 2, note.Draft{Type: note.General, Text: "two"})
	into := id.Contact(2)
	follow := func(context.Context, db.Q, activity.Event) (activity.Fate, error) {
		return activity.Fate{From: []id.Contact{1}, Into: into}, nil
	}
	reader := note.Reader(follow, note.KindAdded)
	if err := activity.NewRunner(d, nil, reader).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := note.Find(t.Context(), d, 2, first); err != nil || n.Text != "one" || n.AuthorName != "Anna" || texts(t, d, 1) != "" {
		t.Errorf("%+v, %v", n, err)
	}
	into = 0
	add(t, d, 1, note.Draft{Type: note.General, Text: "three"})
	if err := activity.NewRunner(d, nil, reader).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if texts(t, d, 1) != "" || texts(t, d, 2) != "two, one" {
		t.Error("the notes of an erased contact are still there")
	}
}
