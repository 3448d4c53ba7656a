package company_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/base/setting"
	"ariane/internal/company"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
)

// did stands for what people do, allKinds for everything that happens.
var (
	did      = []activity.Kind{contact.KindIPAdded}
	allKinds = func() []activity.Kind {
		var all []activity.Kind
		for _, k := range append(contact.Kinds(), company.Kinds()...) {
			all = append(all, k.Kind)
		}
		return all
	}()
)

// office is a database with what a test does to it.
type office struct {
	*testing.T
	*db.DB
	*activity.Runner
}

func newOffice(t *testing.T) *office {
	d := dbtest.Open(t)
	runner := activity.NewRunner(d, nil, contact.ActiveReader(allKinds, did...), company.Reader(did...), company.FigureReader(allKinds, did...))
	return &office{t, d, runner}
}

func (o *office) do(f func(tx *db.Tx) error) {
	o.Helper()
	if err := o.Do(o.Context(), f); err != nil {
		o.Fatal(err)
	}
}

// settle lets the readers and the jobs catch up.
func (o *office) settle() {
	o.Helper()
	for range 2 {
		if err := o.CatchUp(o.Context()); err != nil {
			o.Fatal(err)
		}
		o.work()
	}
	faults, err := activity.Faults(o.Context(), o.DB, 10)
	if err != nil || len(faults) > 0 {
		o.Fatal(faults, err)
	}
}

// work runs the jobs that wait.
func (o *office) work() {
	o.Helper()
	ctx, stop := context.WithCancel(o.Context())
	defer stop()
	runner := job.NewRunner(o.DB, slog.New(slog.DiscardHandler), job.Options{Handlers: []job.Handler{company.Works(o.DB), activity.Moves(o.DB), contact.Separations(o.DB)}})
	done := make(chan error, 1)
	go func() { done <- runner.Run(ctx) }()
	for {
		n, err := job.Count(o.Context(), o.DB, o.Now())
		if err != nil {
			o.Fatal(err)
		}
		if n.Waiting+n.Running == 0 {
			break
		}
		select {
		case err := <-done:
			o.Fatal("the jobs ended: ", err)
		default:
		}
	}
	stop()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		o.Fatal(err)
	}
}

// person adds a contact of this name and company.
func (o *office) person(name, employer string) id.Contact {
	o.Helper()
	var c id.Contact
	o.do(func(tx *db.Tx) (err error) {
		c, err = contact.Create(o.Context(), tx, contact.New{Values: map[string]string{"firstname": name, "company": employer}, By: contact.By{Name: "Anna"}})
		return err
	})
	return c
}

func (o *office) says(c id.Contact, employer string) {
	o.Helper()
	o.do(func(tx *db.Tx) error {
		return contact.Update(o.Context(), tx, c, contact.Edit{Values: map[string]string{"company": employer}, Source: activity.SourceUser})
	})
}

// visits lets a contact do something n times.
func (o *office) visits(c id.Contact, n int) {
	o.Helper()
	for range n {
		o.do(func(tx *db.Tx) error {
			activity.Append(tx, activity.Entry{Contact: c, Kind: contact.KindIPAdded, Data: contact.IPAdded{IP: "192.0.2.1"}})
			return nil
		})
	}
}

// of tells the companies of a contact, the primary one with a star, and what its own
// field says.
func (o *office) of(c id.Contact) string {
	o.Helper()
	found, err := company.Of(o.Context(), o.DB, []id.Contact{c})
	if err != nil {
		o.Fatal(err)
	}
	var names []string
	for _, m := range found[c] {
		name := m.Company.Name()
		if m.Primary {
			name += "*"
		}
		names = append(names, name)
	}
	is, err := contact.Find(o.Context(), o.DB, c)
	if err != nil {
		o.Fatal(err)
	}
	return strings.Join(names, " ") + " | " + is.Fields["company"]
}

func (o *office) named(name string) company.Company {
	o.Helper()
	number, err := company.Named(o.Context(), o.DB, name)
	if err != nil || number == 0 {
		o.Fatal(name, number, err)
	}
	c, err := company.Find(o.Context(), o.DB, number)
	if err != nil {
		o.Fatal(err)
	}
	return c
}

// all tells how many people each company has, by name; that is what is counted too.
func (o *office) all() string {
	o.Helper()
	page, err := company.List(o.Context(), o.DB, company.Filter{Limit: 100})
	if err != nil {
		o.Fatal(err)
	}
	var list []string
	for _, c := range page.Companies {
		crew, err := company.People(o.Context(), o.DB, c.ID, company.Person{}, 1000)
		if err != nil || len(crew.People) != c.People {
			o.Errorf("%s has %d people, counted are %d, %v", c.Name(), len(crew.People), c.People, err)
		}
		list = append(list, fmt.Sprintf("%s %d", c.Name(), c.People))
	}
	return strings.Join(list, ", ")
}

func (o *office) want(what, got, want string) {
	o.Helper()
	if got != want {
		o.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestContactsBelongToTheCompanyTheySay(t *testing.T) {
	o := newOffice(t)
	anna, ben := o.person("Anna", "Acme"), o.person("Ben", "ACMÉ")
	o.person("Carl", "\u202eBeta <b>")
	o.settle()
	o.want("all", o.all(), "Acme 2, Beta <b> 1")
	o.want("Anna", o.of(anna), "Acme* | Acme")
	o.want("Ben", o.of(ben), "Acme* | ACMÉ")
	o.says(anna, "Gamma")
	o.settle()
	o.want("who changed has both", o.of(anna), "Gamma* Acme | Gamma")
	o.says(anna, "")
	o.settle()
	o.want("who emptied it left the primary one", o.of(anna), "Acme | ")
	o.says(anna, "acme")
	o.settle()
	o.want("back", o.of(anna), "Acme* | acme")
	o.want("all", o.all(), "Acme 2, Beta <b> 1, Gamma 0")
	tally, err := activity.Tally(t.Context(), o.DB, anna)
	if err != nil || tally[company.KindJoined] != 2 || tally[company.KindLeft] != 1 || tally[company.KindPrimary] != 1 {
		t.Error(tally, err)
	}
}

func TestOnlyOneCompanyWhereThatIsChosen(t *testing.T) {
	o := newOffice(t)
	o.do(func(tx *db.Tx) error { return setting.Set(t.Context(), tx, setting.SeveralCompanies, false) })
	anna := o.person("Anna", "Acme")
	o.settle()
	o.says(anna, "Beta")
	o.settle()
	o.want("Anna", o.of(anna), "Beta* | Beta")
	o.do(func(tx *db.Tx) error { return company.Join(t.Context(), tx, anna, o.named("Acme").ID, company.By{}) })
	o.settle()
	o.want("Anna", o.of(anna), "Acme* | Acme")
	o.want("all", o.all(), "Acme 1, Beta 0")
}

func TestJoinAndLeave(t *testing.T) {
	o := newOffice(t)
	anna := o.person("Anna", "Acme")
	o.person("Ben", "Beta")
	o.person("Carl", "Gamma")
	o.settle()
	ctx, acme, beta, gamma := t.Context(), o.named("acme").ID, o.named("beta").ID, o.named("gamma").ID
	for _, step := range []struct {
		what string
		do   func(tx *db.Tx) error
		want string
	}{
		{"join", func(tx *db.Tx) error { return company.Join(ctx, tx, anna, beta, company.By{}) }, "Beta* Acme | Beta"},
		{"join again", func(tx *db.Tx) error { return company.Join(ctx, tx, anna, beta, company.By{}) }, "Beta* Acme | Beta"},
		{"join a third", func(tx *db.Tx) error { return company.Join(ctx, tx, anna, gamma, company.By{}) }, "Gamma* Beta Acme | Gamma"},
		{"make primary", func(tx *db.Tx) error { return company.MakePrimary(ctx, tx, anna, acme, company.By{}) }, "Acme* Gamma Beta | Acme"},
		{"leave another", func(tx *db.Tx) error { return company.Leave(ctx, tx, anna, beta, company.By{}) }, "Acme* Gamma | Acme"},
		{"leave the primary one", func(tx *db.Tx) error { return company.Leave(ctx, tx, anna, acme, company.By{}) }, "Gamma* | Gamma"},
		{"leave it again", func(tx *db.Tx) error { return company.Leave(ctx, tx, anna, acme, company.By{}) }, "Gamma* | Gamma"},
		{"leave the last", func(tx *db.Tx) error { return company.Leave(ctx, tx, anna, gamma, company.By{}) }, " | "},
	} {
		o.do(step.do)
		o.want(step.what, o.of(anna), step.want)
		o.settle()
		o.want(step.what+", settled", o.of(anna), step.want)
	}
	o.want("all", o.all(), "Acme 0, Beta 1, Gamma 1")
	for _, err := range []error{
		o.Do(ctx, func(tx *db.Tx) error { return company.MakePrimary(ctx, tx, anna, beta, company.By{}) }),
		o.Do(ctx, func(tx *db.Tx) error { return company.Join(ctx, tx, anna, 99, company.By{}) }),
		o.Do(ctx, func(tx *db.Tx) error { return company.Join(ctx, tx, 99, beta, company.By{}) }),
	} {
		if !fault.Is(err, fault.KindNotFound) {
			t.Error(err)
		}
	}
}

func TestMembersFollowContacts(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	anna, ben := o.person("Anna", "Acme"), o.person("Ben", "Beta")
	o.settle()
	o.do(func(tx *db.Tx) error {
		return contact.Merge(ctx, tx, contact.Union{Survivor: anna, Absorbed: ben, Source: activity.SourceUser})
	})
	o.settle()
	o.want("merged", o.of(anna), "Acme* Beta | Acme")
	o.want("all", o.all(), "Acme 1, Beta 1")
	o.do(func(tx *db.Tx) error { return contact.Delete(ctx, tx, anna, contact.Edit{}) })
	o.settle()
	o.want("in the bin", o.all(), "Acme 0, Beta 0")
	o.do(func(tx *db.Tx) error { return contact.Restore(ctx, tx, anna, contact.Edit{}) })
	o.settle()
	o.want("out of the bin", o.all(), "Acme 1, Beta 1")
	o.do(func(tx *db.Tx) error {
		return contact.Unmerge(ctx, tx, contact.Separation{Absorbed: ben, Source: activity.SourceUser})
	})
	o.settle()
	o.want("Anna alone", o.of(anna), "Acme* | Acme")
	o.want("Ben alone", o.of(ben), "Beta* | Beta")
	o.want("all", o.all(), "Acme 1, Beta 1")
	if err := o.Replay(ctx, "company.member"); err != nil {
		t.Fatal(err)
	}
	o.settle()
	o.want("Ben replayed", o.of(ben), "Beta* | Beta")
	o.do(func(tx *db.Tx) error { return contact.Delete(ctx, tx, ben, contact.Edit{}) })
	if err := contact.EraseOld(ctx, o.DB, o.Now().Add(contact.KeptFor)); err != nil {
		t.Fatal(err)
	}
	o.settle()
	o.want("erased", o.all(), "Acme 1, Beta 0")
	var left int
	if err := o.QueryRow(ctx, `SELECT count(*) FROM company_member WHERE contact_id = ?`, int64(ben)).Scan(&left); err != nil || left != 0 {
		t.Error(left, err)
	}
}

func TestRenaming(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	var crew []id.Contact
	for i := range 250 {
		crew = append(crew, o.person(fmt.Sprint("P", i), "Acme"))
	}
	o.person("Z", "Zeta")
	o.settle()
	acme := o.named("acme").ID
	change := func(name string) error {
		return o.Do(ctx, func(tx *db.Tx) error {
			return company.Change(ctx, tx, acme, company.Edit{Values: map[string]string{field.CompanyName: name}, By: company.By{User: 1, Name: "Anna"}})
		})
	}
	for _, wrong := range []string{"", " \x00 ", "ZÉTA", strings.Repeat("x", 300)} {
		f, ok := fault.Of(change(wrong))
		if !ok || f.Fields[field.CompanyName].Key == "" {
			t.Errorf("%q is taken: %v", wrong, f)
		}
	}
	if err := change("Acme <Group>"); err != nil {
		t.Fatal(err)
	}
	o.settle()
	for _, c := range []id.Contact{crew[0], crew[249]} {
		o.want("renamed", o.of(c), "Acme <Group>* | Acme <Group>")
	}
	late := o.person("Late", "acme")
	o.settle()
	o.want("the name of before leads to it", o.of(late), "Acme <Group>* | acme")
	o.do(func(tx *db.Tx) error {
		_, err := company.Add(ctx, tx, company.Edit{Values: map[string]string{field.CompanyName: "Acme"}})
		return err
	})
	later := o.person("Later", "acme")
	o.settle()
	o.want("until another has it", o.of(later), "Acme* | acme")
	o.want("all", o.all(), "Acme 1, Acme <Group> 251, Zeta 1")
}

func TestMergeAndSeparate(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	o.person("Anna", "Acme")
	var crew []id.Contact
	for i := range 250 {
		crew = append(crew, o.person(fmt.Sprint("P", i), "Beta"))
	}
	both := o.person("Both", "Acme")
	o.settle()
	o.says(both, "Beta")
	o.settle()
	acme, beta := o.named("acme").ID, o.named("beta").ID
	score := 7
	o.do(func(tx *db.Tx) error {
		owner := id.User(5)
		return company.Change(ctx, tx, beta, company.Edit{Values: map[string]string{"companycity": "Lyon"}, Owner: &owner, Score: &score})
	})
	o.do(func(tx *db.Tx) error { return company.Merge(ctx, tx, acme, beta, company.By{Name: "Anna"}) })
	o.settle()
	o.want("merged", o.all(), "Acme 252")
	o.want("moved", o.of(crew[249]), "Acme* | Acme")
	o.want("in both", o.of(both), "Acme* | Acme")
	if c := o.named("beta"); c.ID != acme || c.Fields["companycity"] != "Lyon" || c.Owner != 5 || c.Score != 7 {
		t.Errorf("%+v", c)
	}
	if c, err := company.Find(ctx, o.DB, beta); c.ID != acme || err != nil {
		t.Error(c.ID, err)
	}
	late := o.person("Late", "beta")
	o.settle()
	o.want("its name leads to the survivor", o.of(late), "Acme* | beta")
	o.do(func(tx *db.Tx) error { return company.Leave(ctx, tx, crew[0], acme, company.By{}) })
	o.do(func(tx *db.Tx) error { return company.Separate(ctx, tx, beta, company.By{Name: "Anna"}) })
	o.settle()
	o.want("separated", o.all(), "Acme 3, Beta 250")
	o.want("who left stays out", o.of(crew[0]), " | ")
	o.want("home again", o.of(crew[249]), "Beta* | Beta")
	o.want("in both", o.of(both), "Beta* Acme | Beta")
	if c := o.named("acme"); c.Fields["companycity"] != "" || c.Owner != 0 || c.Score != 0 {
		t.Errorf("%+v", c)
	}
}

func TestDelete(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	var crew []id.Contact
	for i := range 250 {
		crew = append(crew, o.person(fmt.Sprint("P", i), "Acme"))
	}
	both := o.person("Both", "Beta")
	o.settle()
	acme := o.named("acme").ID
	o.do(func(tx *db.Tx) error { return company.Join(ctx, tx, both, acme, company.By{}) })
	o.do(func(tx *db.Tx) error { return company.Delete(ctx, tx, acme, company.By{Name: "Anna"}) })
	if _, err := company.Find(ctx, o.DB, acme); !fault.Is(err, fault.KindNotFound) {
		t.Error("a company on its way out is found", err)
	}
	o.settle()
	o.want("all", o.all(), "Beta 1")
	o.want("their own field is empty", o.of(crew[249]), " | ")
	o.want("another becomes the primary one", o.of(both), "Beta* | Beta")
	again := o.person("Again", "Acme")
	o.settle()
	o.want("the name is free", o.of(again), "Acme* | Acme")
	for _, table := range []string{"company_member", "company_day", "company_moved", "company_work"} {
		var n int
		if err := o.QueryRow(ctx, `SELECT count(*) FROM `+table+` WHERE company_id = ?`, int64(acme)).Scan(&n); err != nil || n != 0 {
			t.Error(table, n, err)
		}
	}
}

func figures(o *office, c id.Company) int {
	o.Helper()
	list, err := company.Figures(o.Context(), o.DB, c, o.Now().AddDate(0, 0, -2))
	if err != nil {
		o.Fatal(err)
	}
	n := 0
	for _, f := range list {
		for _, k := range slices.Sorted(maps.Keys(f.Events)) {
			n += f.Events[k]
		}
	}
	return n
}

func TestFigures(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	anna := o.person("Anna", "")
	o.visits(anna, 3)
	o.settle()
	o.says(anna, "Acme")
	o.visits(anna, 2)
	o.settle()
	acme := o.named("Acme").ID
	count := func(what string, want int) {
		t.Helper()
		o.settle()
		if got := figures(o, acme); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	count("what was done before comes along", 5)
	o.visits(anna, 1)
	count("once more", 6)
	ben := o.person("Ben", "")
	o.visits(ben, 4)
	count("somebody else", 6)
	o.do(func(tx *db.Tx) error {
		return contact.Merge(ctx, tx, contact.Union{Survivor: anna, Absorbed: ben, Source: activity.SourceUser})
	})
	count("merged", 10)
	if err := o.Replay(ctx, "company.figures"); err != nil {
		t.Fatal(err)
	}
	count("replayed", 10)
	o.person("Carl", "Beta")
	o.settle()
	o.do(func(tx *db.Tx) error { return company.Merge(ctx, tx, o.named("Beta").ID, acme, company.By{}) })
	acme = o.named("Beta").ID
	count("of the family", 10)
}
