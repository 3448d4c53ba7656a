package crash_test

import (
	"context"
	"math/rand/v2"
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

// A server that is killed at any point of a merge of long threads, and of its taking
// back, goes on where it stopped: at any moment each event is on one thread, and in the
// end each is where it belongs.
func TestKilledWhileThreadsAreJoinedAndParted(t *testing.T) {
	t.Parallel()
	o := dbtest.Options(t)
	kills := 4
	if o.URL != "" {
		kills = 1 // the lease of who was killed ends first, each time
	}
	s := prepare(t, o)
	const past = 40_000
	visitor, ada := merged(t, o, past)
	look, err := db.Look(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer look.Close()
	number := func(query string) (n int) {
		if err := look.QueryRow(t.Context(), query, int64(visitor)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	held := func() int { return number(`SELECT count(*) FROM event WHERE contact_id = ?`) }
	tally := func(c id.Contact, kind activity.Kind) int {
		counts, err := activity.Tally(t.Context(), look, c)
		if err != nil {
			t.Fatal(err)
		}
		return counts[kind]
	}
	// go on until all is done, killed at random points on the way.
	goOn := func(what string, moved, left func() int, whole func() int) {
		for round := range kills {
			at := moved() + rand.IntN(left()/2)
			server := start(t, s)
			for end := time.Now().Add(2 * time.Minute); moved() < at && !t.Failed(); <-time.After(time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("%s: %d of %d events moved", what, moved(), at)
				}
			}
			server.Kill()
			t.Logf("%s: killed after %d events", what, moved())
			if n := left(); n == 0 || n == past {
				t.Errorf("%s, round %d: %d events are left; it shows nothing", what, round, n)
			}
			if n := whole(); n != past {
				t.Fatalf("%s, round %d: %d events, want %d", what, round, n, past)
			}
		}
		server := start(t, s)
		for end := time.Now().Add(2 * time.Minute); left() > 0; <-time.After(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: %d events do not move", what, left())
			}
		}
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}
	goOn("merge", func() int { return past - held() }, held, func() int { return tally(ada, contact.KindIPAdded) })
	if n := tally(ada, contact.KindIPAdded); n != past || held() != 0 {
		t.Errorf("%d events moved, %d are left", n, held())
	}
	write(t, o, func(ctx context.Context, tx *db.Tx) error {
		return contact.Unmerge(ctx, tx, contact.Separation{Absorbed: visitor, Source: activity.SourceUser})
	})
	atHome := func() int { return tally(visitor, contact.KindIPAdded) }
	goOn("un-merge", atHome, func() int {
		return past - atHome() + number(`SELECT count(*) FROM contact_unmerge WHERE contact_id = ?`)
	},
		func() int { return atHome() + tally(ada, contact.KindIPAdded) })
	if n := tally(ada, contact.KindIPAdded); n != 0 || atHome() != past {
		t.Errorf("%d events are with the survivor, %d at home", n, atHome())
	}
	if away, parted := tally(visitor, contact.KindVisitorUnmerged), tally(ada, contact.KindParted); away != 1 || parted != 1 {
		t.Errorf("told %d times to who parted, %d times to the survivor", away, parted)
	}
	if c, err := contact.Find(t.Context(), look, visitor); err != nil || !c.Anonymous() {
		t.Errorf("%+v, %v", c, err)
	}
}
