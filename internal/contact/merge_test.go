package contact_test

import (
	"context"
	"strings"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/search"

	"github.com/google/go-cmp/cmp"
)

// What a visitor did joins the contact that it turns out to be.
func TestVisitorJoinsTheContactItTurnsOutToBe(t *testing.T) {
	b := open(t)
	ada := b.submit(contact.Visitor{}, "email", "ada@example.test", "city", "London")
	v := b.visitor(1)
	b.submit(v, "city", "Paris", "zipcode", "75001")
	if got := b.submit(v, "email", "ada@example.test", "firstname", "Ada"); got != ada {
		t.Fatalf("contact %d, want %d", got, ada)
	}
	c := b.find(ada)
	want := map[string]string{"email": "ada@example.test", "city": "London", "zipcode": "75001", "firstname": "Ada"}
	if diff := cmp.Diff(want, c.Fields); diff != "" {
		t.Error(diff)
	}
	if len(c.IPs) != 1 || c.IPs[0].Address != "192.0.2.1" {
		t.Errorf("addresses %+v", c.IPs)
	}
	if old := b.find(v.Contact); old.ID != ada {
		t.Errorf("the visitor's number leads to %d, want %d", old.ID, ada)
	}
	if b.owner(v.Token) != ada {
		t.Errorf("the device leads to %d, want %d", b.owner(v.Token), ada)
	}
	if got, want := b.thread(ada), "contact.created contact.identified contact.created contact.updated contact.joined contact.updated"; got != want {
		t.Errorf("thread %q, want %q", got, want)
	}
	if got := b.thread(v.Contact); got != "" {
		t.Errorf("the visitor still has a thread: %q", got)
	}
	list, err := contact.List(context.Background(), b.d, contact.Filter{Anonymous: true, Sort: contact.SortID, Limit: 10})
	if err != nil || len(list.Contacts) != 1 {
		t.Errorf("%d contacts in the list, error %v", len(list.Contacts), err)
	}
	absorbed, err := contact.Absorbed(context.Background(), b.d, []id.Contact{ada})
	if diff := cmp.Diff(map[id.Contact][]id.Contact{ada: {v.Contact}}, absorbed); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// Somebody known by name only owns no strong key, and is absorbed too; the
// oldest creation wins, and points add up.
func TestNameWithoutKeyIsAbsorbed(t *testing.T) {
	b := open(t)
	v := b.visitor(1)
	named := b.submit(v, "firstname", "Ada", "lastname", "King")
	first := b.find(named)
	ada := b.submit(contact.Visitor{}, "email", "ada@example.test")
	if got := b.submit(v, "email", "ada@example.test"); got != ada {
		t.Fatalf("contact %d, want %d", got, ada)
	}
	c := b.find(ada)
	if c.Name != "Ada King" || !c.Added.Equal(first.Added) || !c.Identified.Equal(first.Identified) {
		t.Errorf("%+v", c)
	}
	if !strings.Contains(b.thread(ada), "contact.merged") {
		t.Errorf("thread %q", b.thread(ada))
	}
	q, err := search.Language{}.Parse(t.Context(), "king", search.Who{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := contact.List(context.Background(), b.d, contact.Filter{Where: q.Where, Limit: 10})
	if diff := cmp.Diff([]id.Contact{ada}, numbers(p.Contacts)); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestValuesThatProgramsWriteForNothingAreNoKeys(t *testing.T) {
	b := open(t)
	seen := map[id.Contact]bool{}
	for _, value := range []string{"null", "undefined", "anonymous", "guest", "0", "NaN", "[object Object]", `"null"`, "'undefined'", "  ", "NULL"} {
		for range 2 {
			c := b.submit(contact.Visitor{}, "email", value, "firstname", "X")
			if seen[c] {
				t.Errorf("%q made one contact of two", value)
			}
			seen[c] = true
		}
	}
}

func TestConflictsAreListed(t *testing.T) {
	b := open(t)
	ada := b.submit(contact.Visitor{}, "email", "ada@example.test")
	other := b.submit(contact.Visitor{}, "email", "other@example.test")
	b.do(func(ctx context.Context, tx *db.Tx) error {
		return contact.Complete(ctx, tx, other, map[string]string{"email": "ADA@example.test"})
	})
	list, err := contact.Conflicts(context.Background(), b.d, other, 10)
	if err != nil || len(list) != 1 || list[0].Owner != ada || list[0].Value != "ada@example.test" {
		t.Fatalf("%+v, %v", list, err)
	}
	if got := b.submit(contact.Visitor{}, "email", "ada@example.test"); got != ada {
		t.Errorf("the address finds %d, want its owner %d", got, ada)
	}
}

func TestFilledValuesAreNotWrittenOverOthers(t *testing.T) {
	b := open(t)
	v := b.visitor(1)
	b.submit(v, "city", "Lyon")
	b.do(func(ctx context.Context, tx *db.Tx) error {
		_, _, err := contact.Identify(ctx, tx, contact.Submitted{Visitor: v, Fill: map[string]string{"city": "Paris", "country": "France"}, Source: activity.SourceTracking})
		return err
	})
	if diff := cmp.Diff(map[string]string{"city": "Lyon", "country": "France"}, b.find(v.Contact).Fields); diff != "" {
		t.Error(diff)
	}
}

// A page view that was being stored while its visitor was merged ends on the
// thread of the survivor.
func TestStrayEventsFollowTheMerge(t *testing.T) {
	b := open(t)
	ada := b.submit(contact.Visitor{}, "email", "ada@example.test")
	v := b.visitor(1)
	b.submit(v, "email", "ada@example.test")
	b.do(func(ctx context.Context, tx *db.Tx) error {
		activity.Append(tx, activity.Entry{Contact: v.Contact, Kind: contact.KindIPAdded, Data: contact.IPAdded{IP: "192.0.2.77"}})
		return nil
	})
	if err := activity.NewRunner(b.d, dbtest.Options(t).Log, contact.ActiveReader([]activity.Kind{contact.KindIPAdded})).CatchUp(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := b.thread(v.Contact); got != "" {
		t.Errorf("a stray is left: %q", got)
	}
	if got := b.thread(ada); !strings.HasSuffix(got, "contact.ip_added") {
		t.Errorf("thread %q", got)
	}
}

// A visitor may come and turn out to be somebody in one transaction: all it did
// counts as brought along.
func TestMergeCountsWhatTheSameTransactionAppended(t *testing.T) {
	b := open(t)
	ada := b.submit(contact.Visitor{}, "email", "ada@example.test")
	b.do(func(ctx context.Context, tx *db.Tx) error {
		v := &contact.Visitor{Token: strings.Repeat("a", 32), IP: "192.0.2.9"}
		if err := contact.CreateVisitors(ctx, tx, []*contact.Visitor{v}, contact.By{Object: "hit"}); err != nil {
			return err
		}
		_, _, err := contact.Identify(ctx, tx, contact.Submitted{Visitor: *v, Values: map[string]string{"email": "ada@example.test"}, Source: activity.SourceForm})
		return err
	})
	events, err := activity.Thread(context.Background(), b.d, ada, activity.Page{Kinds: []activity.Kind{contact.KindJoined}, Limit: 5})
	if err != nil || len(events) != 1 {
		t.Fatalf("%d merges, %v", len(events), err)
	}
	var m contact.Merged
	if err := events[0].Decode(&m); err != nil || m.Events != 1 {
		t.Errorf("%d events moved, want 1: %v", m.Events, err)
	}
}
