package crash_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// merged makes a contact that a visitor with so many events turns out to be.
func merged(t *testing.T, o db.Options, events int) (visitor, ada id.Contact) {
	t.Helper()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	v := &contact.Visitor{Token: strings.Repeat("a", 32), IP: "192.0.2.9"}
	known := map[string]string{"email": "ada@example.test"}
	steps := []func(ctx context.Context, tx *db.Tx) error{
		func(ctx context.Context, tx *db.Tx) error {
			if err := contact.CreateVisitors(ctx, tx, []*contact.Visitor{v}, contact.By{Object: "hit"}); err != nil {
				return err
			}
			ada, err = contact.Create(ctx, tx, contact.New{Values: known})
			return err
		},
		func(_ context.Context, tx *db.Tx) error {
			activity.History(tx)
			for i := range events {
				activity.Append(tx, activity.Entry{Contact: v.Contact, At: tx.Now().Add(-time.Duration(i) * time.Minute), Kind: contact.KindIPAdded, Data: contact.IPAdded{IP: "192.0.2.1"}})
			}
			return nil
		},
		func(ctx context.Context, tx *db.Tx) error {
			_, _, err := contact.Identify(ctx, tx, contact.Submitted{Visitor: *v, Values: known, Source: activity.SourceForm})
			return err
		},
	}
	for _, step := range steps {
		if err := d.Do(t.Context(), func(tx *db.Tx) error { return step(t.Context(), tx) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return v.Contact, ada
}

// A server that is killed while a long thread moves goes on where it stopped: at
// any moment the thread is whole, and in the end all of it has moved.
func TestKilledWhileAThreadMoves(t *testing.T) {
	t.Parallel()
	o := dbtest.Options(t)
	s := prepare(t, o)
	const past = 40_000
	visitor, ada := merged(t, o, past)
	d, err := db.Look(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	held := func() (n int) {
		if err := d.QueryRow(t.Context(), `SELECT count(*) FROM event WHERE contact_id = ?`, int64(visitor)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	whole := func(when string) {
		t.Helper()
		counts, err := activity.Tally(t.Context(), d, ada)
		if err != nil || counts[contact.KindIPAdded] != past {
			t.Errorf("%s: %d events, want %d, %v", when, counts[contact.KindIPAdded], past, err)
		}
	}
	whole("before the start")
	server := start(t, s)
	for held() > past-2000 {
		<-time.After(time.Millisecond)
	}
	server.Kill()
	left := held()
	if left == 0 || left >= past {
		t.Errorf("%d events had not moved; the test shows nothing", left)
	}
	whole("after the end")
	server = start(t, s)
	// The lease of what ran ends first.
	for end := time.Now().Add(2 * time.Minute); held() > 0 && !t.Failed(); <-time.After(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d events do not move", held())
		}
		whole("while it goes on")
	}
	whole("in the end")
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
}
