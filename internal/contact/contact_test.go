package contact_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/rule"
	"ariane/internal/search"

	"github.com/google/go-cmp/cmp"
)

// bench is a database with what tests do to it.
type bench struct {
	*testing.T
	d *db.DB
}

func open(t *testing.T) bench { return bench{t, dbtest.Open(t)} }

func (b bench) do(f func(ctx context.Context, tx *db.Tx) error) {
	b.Helper()
	ctx := context.Background()
	if err := b.d.Do(ctx, func(tx *db.Tx) error { return f(ctx, tx) }); err != nil {
		b.Fatal(err)
	}
}

// visitor is an anonymous contact with a device.
func (b bench) visitor(n int) contact.Visitor {
	b.Helper()
	v := &contact.Visitor{Token: fmt.Sprintf("%032x", n), IP: fmt.Sprintf("192.0.2.%d", n)}
	b.do(func(ctx context.Context, tx *db.Tx) error {
		owners, err := contact.Owners(ctx, tx, []string{v.Token})
		if v.Contact = owners[v.Token].Contact; err != nil || v.Contact != 0 {
			return err
		}
		return contact.CreateVisitors(ctx, tx, []*contact.Visitor{v}, contact.By{Object: "hit"})
	})
	return *v
}

// submit identifies from a form; pairs are alias, value…
func (b bench) submit(v contact.Visitor, pairs ...string) id.Contact {
	b.Helper()
	values := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	var got contact.Visitor
	b.do(func(ctx context.Context, tx *db.Tx) error {
		var err error
		got, _, err = contact.Identify(ctx, tx, contact.Submitted{Visitor: v, Values: values, Source: activity.SourceForm,
			By: contact.By{Object: "submission", ID: 1, Name: "Newsletter"}})
		return err
	})
	return got.Contact
}

func (b bench) find(n id.Contact) contact.Contact {
	b.Helper()
	c, err := contact.Find(context.Background(), b.d, n)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func (b bench) owner(token string) id.Contact {
	b.Helper()
	owners, err := contact.Owners(context.Background(), b.d, []string{token})
	if err != nil {
		b.Fatal(err)
	}
	return owners[token].Contact
}

// thread prints the kinds of a contact's events, oldest first.
func (b bench) thread(n id.Contact) string {
	b.Helper()
	events, err := activity.Thread(context.Background(), b.d, n, activity.Page{Limit: 100, Oldest: true})
	if err != nil {
		b.Fatal(err)
	}
	names := map[activity.Kind]string{}
	for _, k := range contact.Kinds() {
		names[k.Kind] = k.Name
	}
	var list []string
	for _, e := range events {
		list = append(list, names[e.Kind])
	}
	return strings.Join(list, " ")
}

func TestVisitorBecomesKnownAndKeepsTheSameNumber(t *testing.T) {
	b := open(t)
	v := b.visitor(1)
	if c := b.find(v.Contact); !c.Anonymous() || c.Name != "192.0.2.1" {
		t.Fatalf("a visitor is %+v", c)
	}
	got := b.submit(v, "firstname", "Élodie", "email", "Elodie@Example.test")
	c := b.find(got)
	if got != v.Contact || c.Anonymous() || c.Name != "Élodie" || c.Identified.IsZero() {
		t.Fatalf("contact %d, want %d: %+v", got, v.Contact, c)
	}
	if want := "contact.created contact.identified"; b.thread(got) != want {
		t.Errorf("thread %q, want %q", b.thread(got), want)
	}
	b.submit(v, "lastname", "Zola")
	if want := "contact.created contact.identified contact.updated"; b.thread(got) != want {
		t.Errorf("thread %q, want %q", b.thread(got), want)
	}
}

func TestValuesThatIdentifyNobodyLeaveTheVisitorAnonymous(t *testing.T) {
	b := open(t)
	v := b.visitor(1)
	if got := b.submit(v, "city", "Lyon"); got != v.Contact || !b.find(got).Anonymous() {
		t.Fatalf("contact %d: %+v", got, b.find(got))
	}
}

func TestWhoIsIdentified(t *testing.T) {
	const ada, bob = "ada@example.test", "bob@example.test"
	for _, test := range []struct {
		name    string
		visitor func(b bench) contact.Visitor
		known   bool // ada exists already
		email   string
		want    string // visitor, ada, or new
	}{
		{"nobody known, no device", func(bench) contact.Visitor { return contact.Visitor{} }, false, ada, "new"},
		{"nobody known, visitor", func(b bench) contact.Visitor { return b.visitor(1) }, false, ada, "visitor"},
		{"ada known, no device", func(bench) contact.Visitor { return contact.Visitor{} }, true, ada, "ada"},
		{"ada known, in other letters", func(bench) contact.Visitor { return contact.Visitor{} }, true, " ADA@Example.test", "ada"},
		{"ada known, visitor", func(b bench) contact.Visitor { return b.visitor(1) }, true, ada, "ada"},
		{"visitor is bob, says ada, ada known", asBob, true, ada, "ada"},
		{"visitor is bob, says ada, ada unknown", asBob, false, ada, "new"},
		{"visitor is bob, says bob", asBob, true, bob, "visitor"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := open(t)
			var existing id.Contact
			if test.known {
				existing = b.submit(contact.Visitor{}, "email", ada)
			}
			v := test.visitor(b)
			before := contact.Contact{}
			if v.Contact != 0 {
				before = b.find(v.Contact)
			}
			got := b.submit(v, "email", test.email, "city", "Paris")
			switch test.want {
			case "visitor":
				if got != v.Contact {
					t.Fatalf("contact %d, want the visitor %d", got, v.Contact)
				}
			case "ada":
				if got != existing {
					t.Fatalf("contact %d, want ada %d", got, existing)
				}
			case "new":
				if got == existing || got == v.Contact {
					t.Fatalf("contact %d is not new", got)
				}
			}
			if v.Token != "" && b.owner(v.Token) != got {
				t.Errorf("the device leads to %d, want %d", b.owner(v.Token), got)
			}
			if v.Contact != 0 && got != v.Contact && !before.Anonymous() {
				if diff := cmp.Diff(before.Fields, b.find(v.Contact).Fields); diff != "" {
					t.Errorf("the visitor changed: %s", diff)
				}
			}
		})
	}
}

func asBob(b bench) contact.Visitor {
	v := b.visitor(2)
	b.submit(v, "email", "bob@example.test")
	return v
}

func TestTwoFormsAtOnceIdentifyOnePerson(t *testing.T) {
	b := open(t)
	var all sync.WaitGroup
	got := make([]id.Contact, 12)
	for i := range got {
		all.Go(func() { got[i] = b.submit(contact.Visitor{}, "email", "one@example.test") })
	}
	all.Wait()
	slices.Sort(got)
	if list := slices.Compact(got); len(list) != 1 {
		t.Fatalf("%d contacts: %v", len(list), list)
	}
}

func TestFirstRequestsAtOnceMakeOneVisitor(t *testing.T) {
	b := open(t)
	var all sync.WaitGroup
	got := make([]id.Contact, 12)
	for i := range got {
		all.Go(func() { got[i] = b.visitor(7).Contact })
	}
	all.Wait()
	owner := b.owner(fmt.Sprintf("%032x", 7))
	for _, n := range got {
		if n != owner {
			t.Errorf("a request belongs to %d, the device to %d", n, owner)
		}
	}
	p, err := contact.List(context.Background(), b.d, contact.Filter{Anonymous: true, Sort: contact.SortID, Limit: 50})
	if err != nil || len(p.Contacts) != 1 {
		t.Errorf("%d contacts, error %v", len(p.Contacts), err)
	}
}

func TestUnknownContact(t *testing.T) {
	if _, err := contact.Find(context.Background(), dbtest.Open(t), 42); !fault.Is(err, fault.KindNotFound) {
		t.Fatalf("error %v", err)
	}
}

// people fills a database with known contacts and visitors whose activity is
// known to the list.
func people(t *testing.T, known, visitors int) bench {
	b := open(t)
	random := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b.do(func(ctx context.Context, tx *db.Tx) error {
		for i := range known {
			values := map[string]string{"email": fmt.Sprintf("p%d@example.test", i)}
			if random.IntN(2) == 0 {
				values["lastname"] = []string{"Zoé", "Élan", "Abel", "zola", "Ångström"}[random.IntN(5)]
			}
			if random.IntN(3) == 0 {
				values["company"] = []string{"Brindille", "Acme", "acme", "Écorce"}[random.IntN(4)]
			}
			if random.IntN(3) == 0 {
				values["city"] = []string{"Zug", "Évian", "evian", "Zürich"}[random.IntN(4)]
			}
			_, err := contact.Create(ctx, tx, contact.New{Values: values, Points: random.IntN(5), Added: start.Add(time.Duration(random.IntN(50)) * time.Hour)})
			if err != nil {
				return err
			}
		}
		return nil
	})
	for i := range visitors {
		b.visitor(i + 1)
	}
	r := activity.NewRunner(b.d, dbtest.Options(t).Log, contact.ActiveReader([]activity.Kind{contact.KindCreated, contact.KindIdentified}))
	if err := r.CatchUp(context.Background()); err != nil {
		t.Fatal(err)
	}
	return b
}

func numbers(list []contact.Contact) []id.Contact {
	var out []id.Contact
	for _, c := range list {
		out = append(out, c.ID)
	}
	return out
}

func TestPagesByKeyAreTheListInOrder(t *testing.T) {
	ctx := context.Background()
	b := people(t, 60, 20)
	for _, sort := range contact.Sorts() {
		for _, f := range []contact.Filter{
			{Sort: sort}, {Sort: sort, Asc: true},
			{Sort: sort, Anonymous: true, Where: rule.All{rule.Cond{Field: "anonymous", Op: rule.Is}}},
			{Sort: sort, Anonymous: true},
			{Sort: sort, BlankLast: true}, {Sort: sort, BlankLast: true, Asc: true}, {Sort: sort, BlankLast: true, Anonymous: true, Asc: true},
		} {
			whole := f
			whole.Limit = 1000
			all, err := contact.List(ctx, b.d, whole)
			if err != nil {
				t.Fatal(err)
			}
			want := numbers(all.Contacts)
			n, err := contact.Count(ctx, b.d, f)
			if err != nil || n != len(want) || all.Next != "" || all.Previous != "" {
				t.Fatalf("%+v: %d listed, %d counted, error %v", f, len(want), n, err)
			}
			f.Limit = 7
			var got []id.Contact
			var pages []contact.Page
			for {
				p, err := contact.List(ctx, b.d, f)
				if err != nil {
					t.Fatal(err)
				}
				got, pages = append(got, numbers(p.Contacts)...), append(pages, p)
				if f.After = p.Next; f.After == "" {
					break
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("sort %s: forward: %s", sort, diff)
			}
			for i := len(pages) - 1; i > 0; i-- {
				f.After = pages[i].Previous
				p, err := contact.List(ctx, b.d, f)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(numbers(pages[i-1].Contacts), numbers(p.Contacts)); diff != "" {
					t.Fatalf("sort %s: back to page %d: %s", sort, i-1, diff)
				}
			}
		}
	}
}

func TestAccentsAndCapitalsDoNotDisturbTheOrder(t *testing.T) {
	b := open(t)
	for _, name := range []string{"Zoé", "élodie", "Anna", "Émile"} {
		b.submit(contact.Visitor{}, "lastname", name)
	}
	p, err := contact.List(context.Background(), b.d, contact.Filter{Sort: contact.SortName, Asc: true, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range p.Contacts {
		names = append(names, c.Name)
	}
	if diff := cmp.Diff([]string{"Anna", "élodie", "Émile", "Zoé"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestSearchFindsPeopleAndVisitors(t *testing.T) {
	b := open(t)
	elodie := b.submit(contact.Visitor{}, "firstname", "Élodie", "lastname", "Zola", "email", "elodie@brindille.test", "company", "Brindille & Fils")
	paul := b.submit(contact.Visitor{}, "firstname", "Paul", "email", "paul@example.test", "city", "Saint-Étienne")
	visitor := b.visitor(9).Contact
	if err := activity.NewRunner(b.d, dbtest.Options(t).Log, contact.ActiveReader([]activity.Kind{contact.KindCreated, contact.KindIdentified})).CatchUp(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		text string
		want []id.Contact
	}{
		{"", []id.Contact{elodie, paul}},
		{"elodie", []id.Contact{elodie}},
		{"ODIE ZO", []id.Contact{elodie}},
		{`"elodie zola"`, []id.Contact{elodie}},
		{"étienne", []id.Contact{paul}},
		{"pa", []id.Contact{paul}},
		{"!paul", []id.Contact{elodie}},
		{"paul or zola", []id.Contact{elodie, paul}},
		{"email:elodie@", []id.Contact{elodie}},
		{"company:brindille", []id.Contact{elodie}},
		{"!company:brindille", []id.Contact{paul}},
		{"is:anonymous", []id.Contact{visitor}},
		{"est:anonyme", []id.Contact{visitor}},
		{"!is:anonymous", []id.Contact{elodie, paul}},
		{"is:anonymous 192.0.2", []id.Contact{visitor}},
		{"is:anonymous 198.51", nil},
		{"ip:192.0.2.9", nil},
		{"is:anonymous or paul", []id.Contact{paul, visitor}},
		{fmt.Sprintf("ids:%d,%d", elodie, visitor), []id.Contact{elodie}},
		{"% _ ' \" -- ;", nil},
	} {
		q, err := search.Language{}.Parse(t.Context(), test.text, search.Who{Now: time.Now()})
		if err != nil {
			if test.text != "% _ ' \" -- ;" {
				t.Errorf("%q: %v", test.text, err)
			}
			continue
		}
		p, err := contact.List(context.Background(), b.d, contact.Filter{Where: q.Where, Anonymous: q.Anonymous, Sort: contact.SortID, Asc: true, Limit: 50})
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		if diff := cmp.Diff(test.want, numbers(p.Contacts)); diff != "" {
			t.Errorf("%q: %s", test.text, diff)
		}
	}
}

func TestForgedCursorIsRefused(t *testing.T) {
	b := open(t)
	for _, after := range []string{"x", "e30", "bnVsbA", "eyJ2IjoiYSIsImkiOjF9"} {
		_, err := contact.List(context.Background(), b.d, contact.Filter{After: after, Limit: 5})
		if !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q: error %v", after, err)
		}
	}
	if _, err := contact.List(context.Background(), b.d, contact.Filter{Sort: "id; DROP TABLE contact", Limit: 5}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("error %v", err)
	}
}
