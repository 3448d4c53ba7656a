package contact_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/job"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/rule"
)

// change writes the definition of a field, with what follows.
func (b bench) change(alias string, change func(*field.Field)) field.Field {
	b.Helper()
	f := b.named(alias)
	change(&f)
	b.do(func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = contact.Sweep{Field: f.ID}.Start(ctx, tx, func() (field.Field, error) { return field.Change(ctx, tx, f, field.By{}, nil) })
		return err
	})
	return f
}

func (b bench) named(alias string) field.Field {
	b.Helper()
	set, err := field.Of(b.Context(), b.d)
	if err != nil {
		b.Fatal(err)
	}
	f, found := set.Ever(alias)
	if !found {
		b.Fatalf("no field %s", alias)
	}
	return f
}

// works runs jobs until something holds.
func (b bench) works(until func() bool) {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	r := job.NewRunner(b.d, slog.New(slog.NewTextHandler(b.Output(), nil)), job.Options{Handlers: []job.Handler{contact.Sweeps(b.d)}})
	go func() { ended <- r.Run(ctx) }()
	for limit := time.After(time.Minute); !until(); {
		select {
		case <-limit:
			b.Fatal("it does not come to an end")
		case <-time.After(2 * time.Millisecond):
		}
	}
	stop()
	if err := <-ended; err != nil {
		b.Error(err)
	}
}

func (b bench) filled(alias string) {
	b.Helper()
	b.works(func() bool { return b.named(alias).Indexing >= field.Filled })
}

// asks lists who matches a condition on a field that people defined.
func (b bench) asks(node rule.Node) (found []id.Contact) {
	b.Helper()
	page, err := contact.List(b.Context(), b.d, contact.Filter{Where: node, Sort: contact.SortID, Asc: true, Limit: 2000})
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range page.Contacts {
		found = append(found, c.ID)
	}
	return found
}

func (b bench) count(query string, args ...any) (n int) {
	b.Helper()
	if err := b.d.QueryRow(b.Context(), query, args...).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

// TestFieldsAreAsked: with an index and without one the same contacts are found.
func TestFieldsAreAsked(t *testing.T) {
	b := open(t)
	for _, kind := range []field.Type{field.Text, field.Number, field.Date, field.Boolean, field.Select, field.Multiselect, field.Textarea} {
		b.define(kind, "own_"+string(kind), list)
	}
	ada := b.create("firstname", "Ada", "own_text", "Épicière", "own_number", "12.5", "own_date", "2026-02-03", "own_boolean", "1", "own_select", "red", "own_multiselect", "red|blue", "own_textarea", "one\nTwo")
	bob := b.create("firstname", "Bob", "own_text", "boucher", "own_number", "-3", "own_date", "2026-03-03", "own_boolean", "0", "own_multiselect", "blue")
	eve := b.create("firstname", "Eve")
	b.create("own_text", "boucher") // a visitor
	cond := func(alias string, op rule.Op, value any) rule.Node {
		return rule.Cond{Field: "own_" + alias, Op: op, Value: value}
	}
	check := func(how string) {
		t.Helper()
		for _, c := range []struct {
			name string
			node rule.Node
			want []id.Contact
		}{
			{"text, folded", cond("text", rule.Equal, "epiciere"), []id.Contact{ada}},
			{"part of a text", cond("text", rule.Contains, "ouch"), []id.Contact{bob}},
			{"beginning", cond("text", rule.StartsWith, "ÉPI"), []id.Contact{ada}},
			{"no text", rule.Not{Node: cond("text", rule.Present, nil)}, []id.Contact{eve}},
			{"another text", rule.Not{Node: cond("text", rule.Equal, "boucher")}, []id.Contact{ada, eve}},
			{"number", cond("number", rule.Greater, int64(12)), []id.Contact{ada}},
			{"negative number", cond("number", rule.Less, int64(0)), []id.Contact{bob}},
			{"date", cond("date", rule.GreaterOrEqual, rule.Span{From: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)}), []id.Contact{bob}},
			{"boolean", cond("boolean", rule.Equal, int64(0)), []id.Contact{bob}},
			{"select", cond("select", rule.In, []string{"red", "blue"}), []id.Contact{ada}},
			{"one of several", cond("multiselect", rule.Equal, "blue"), []id.Contact{ada, bob}},
			{"not one of several", rule.Not{Node: cond("multiselect", rule.Equal, "red")}, []id.Contact{bob, eve}},
			{"lines", cond("textarea", rule.Contains, "ONE two"), []id.Contact{ada}},
		} {
			if got := b.asks(c.node); !slices.Equal(got, c.want) {
				t.Errorf("%s, %s: %v, want %v", how, c.name, got, c.want)
			}
		}
	}
	check("without an index")
	for _, kind := range []string{"text", "number", "date", "boolean", "select", "multiselect"} {
		b.change("own_"+kind, func(f *field.Field) { f.Filterable = true })
	}
	for _, kind := range []string{"text", "number", "date", "boolean", "select", "multiselect"} {
		b.filled("own_" + kind)
	}
	check("with an index")
	b.edited(bob, "own_text", "")
	b.edited(eve, "own_text", "Boucher")
	if got := b.asks(cond("text", rule.Equal, "boucher")); !slices.Equal(got, []id.Contact{eve}) {
		t.Errorf("after changes: %v", got)
	}
	b.remove(eve)
	if n := b.count(`SELECT count(*) FROM field_index WHERE contact_id = ?`, int64(eve)); n != 0 {
		t.Errorf("%d values of a deleted contact", n)
	}
	b.restore(eve)
	if got := b.asks(cond("text", rule.Equal, "boucher")); !slices.Equal(got, []id.Contact{eve}) {
		t.Errorf("after deletion and restoration: %v", got)
	}
	b.change("own_text", func(f *field.Field) { f.Filterable = false })
	b.works(func() bool {
		return b.count(`SELECT count(*) FROM field_index WHERE field_id = ?`, b.named("own_text").ID) == 0
	})
	if got := b.asks(cond("text", rule.Equal, "boucher")); !slices.Equal(got, []id.Contact{eve}) {
		t.Errorf("without the index again: %v", got)
	}
}

// TestIndexWhileValuesChange: contacts are created and changed while the index is
// filled, and none is missed.
func TestIndexWhileValuesChange(t *testing.T) {
	b := open(t)
	b.define(field.Text, "badge")
	var all []id.Contact
	b.do(func(ctx context.Context, tx *db.Tx) (err error) {
		people := make([]contact.New, 1700)
		for i := range people {
			people[i].Values = map[string]string{"firstname": fmt.Sprint("P", i), "badge": fmt.Sprint("old ", i)}
		}
		all, err = contact.CreateAll(ctx, tx, people)
		return err
	})
	stop, ended, begun := make(chan struct{}), make(chan int), make(chan struct{})
	go func() {
		n := 0
		for ; ; n++ {
			if n == 1 {
				close(begun)
			}
			select {
			case <-stop:
				ended <- n
				return
			default:
			}
			err := b.d.Do(context.Background(), func(tx *db.Tx) error {
				if err := contact.GiveAll(context.Background(), tx, []contact.Given{{Contact: all[(n*37)%len(all)], Values: map[string]string{"badge": "changed"}, At: time.Now()}}); err != nil {
					return err
				}
				_, err := contact.Create(context.Background(), tx, contact.New{Values: map[string]string{"firstname": "New", "badge": "fresh"}})
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	}()
	<-begun
	b.change("badge", func(f *field.Field) { f.Filterable = true })
	b.filled("badge")
	close(stop)
	n := <-ended
	badge := b.named("badge")
	missing := b.count(`SELECT count(*) FROM contact WHERE fields IS NOT NULL AND NOT EXISTS (SELECT 1 FROM field_index x WHERE x.contact_id = contact.id AND x.field_id = ?
		AND x.text = `+b.d.Dialect().JSONValue("contact.fields", "badge")+`)`, badge.ID)
	if rows := b.count(`SELECT count(*) FROM field_index WHERE field_id = ?`, badge.ID); missing != 0 || rows != len(all)+n {
		t.Errorf("%d contacts are missing, %d rows for %d contacts", missing, rows, len(all)+n)
	}
	if done, of, err := (contact.Sweep{Field: badge.ID}).Progress(b.Context(), b.d); done != 0 || of != 0 || err != nil {
		t.Error(done, of, err)
	}
}

func TestUniqueFieldOfExistingContacts(t *testing.T) {
	b := open(t)
	b.define(field.Text, "badge")
	ada, bob := b.create("firstname", "Ada", "badge", "A-1"), b.create("firstname", "Bob", "badge", "a-1 ")
	f := b.change("badge", func(f *field.Field) { f.Unique = true })
	b.filled("badge")
	clashes, err := contact.Sweep{Field: f.ID}.Clashes(b.Context(), b.d, 10)
	if err != nil || len(clashes) != 1 || clashes[0].Contact != bob || clashes[0].Owner != ada || clashes[0].Value != "a-1" || b.named("badge").Indexing != field.Clashing {
		t.Fatalf("%+v %v %+v", clashes, err, b.named("badge"))
	}
	if got := b.submit(b.visitor(1), "badge", "A-1"); got == ada || got == bob {
		t.Error("a value that two have finds nobody")
	}
	b.edited(bob, "badge", "B-1")
	again := func() {
		t.Helper()
		b.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := contact.Sweep{Field: f.ID}.Start(ctx, tx, func() (field.Field, error) { return field.Recheck(ctx, tx, f.ID) })
			return err
		})
		b.filled("badge")
	}
	// The visitor who gave it meanwhile holds it too.
	if again(); b.named("badge").Indexing != field.Clashing {
		t.Errorf("%+v", b.named("badge"))
	}
	visitors, err := contact.Sweep{Field: f.ID}.Clashes(b.Context(), b.d, 10)
	if err != nil || len(visitors) != 1 {
		t.Fatal(visitors, err)
	}
	b.edited(visitors[0].Contact, "badge", "")
	if again(); b.named("badge").Indexing != field.Filled {
		t.Fatalf("%+v", b.named("badge"))
	}
	if got := b.submit(b.visitor(2), "badge", "b-1", "city", "Brest"); got != bob || b.find(bob).Fields["city"] != "Brest" {
		t.Errorf("the value leads to %d, not to %d", got, bob)
	}
	b.change("badge", func(f *field.Field) { f.Unique = false })
	b.works(func() bool { return b.count(`SELECT count(*) FROM identity WHERE kind = ?`, f.ID) == 0 })
}

func TestRemovedFieldLosesItsValuesAfterAMonth(t *testing.T) {
	b := open(t)
	f := b.define(field.Text, "badge", func(f *field.Field) { f.Filterable = true })
	ada := b.create("firstname", "Ada", "badge", "Unforgettable")
	removed := func(ago time.Duration) {
		b.do(func(ctx context.Context, tx *db.Tx) error {
			tx.SetNow(time.Now().Add(-ago))
			_, err := contact.Sweep{Field: f.ID}.Start(ctx, tx, func() (field.Field, error) { return field.Remove(ctx, tx, f.ID, field.By{}) })
			return err
		})
	}
	removed(time.Hour)
	b.works(func() bool { return b.count(`SELECT count(*) FROM field_index`) == 0 })
	if b.find(ada).Fields["badge"] != "Unforgettable" {
		t.Error("the value is kept")
	}
	b.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := contact.Sweep{Field: f.ID}.Start(ctx, tx, func() (field.Field, error) { return field.Restore(ctx, tx, f.ID, field.By{}) })
		return err
	})
	b.filled("badge")
	if b.count(`SELECT count(*) FROM field_index`) != 1 {
		t.Error("it came back without its index")
	}
	removed(field.KeptFor + time.Minute)
	b.works(func() bool {
		set, err := field.Of(b.Context(), b.d)
		return err == nil && len(set.Removed()) == 0
	})
	if got := b.find(ada).Fields; len(got) != 1 {
		t.Errorf("%v", got)
	}
	if n := b.count(`SELECT count(*) FROM contact WHERE CAST(fields AS TEXT) LIKE '%forgettable%'`); n != 0 {
		t.Error("the folded value is still there")
	}
	page, err := contact.List(b.Context(), b.d, contact.Filter{Where: rule.Cond{Field: "text", Op: rule.Contains, Value: "unforgettable"}, Limit: 5})
	if err != nil || len(page.Contacts) != 0 {
		t.Errorf("found by a text that is gone: %v %v", page, err)
	}
	if again := b.define(field.Number, "badge"); strings.TrimSpace(again.Alias) != "badge" {
		t.Errorf("%+v", again)
	}
}

// TestSweepOnlyForAReason: what changes no index looks at nobody.
func TestSweepOnlyForAReason(t *testing.T) {
	b := open(t)
	jobs := func() int { return b.count(`SELECT count(*) FROM job WHERE kind = 'contact.sweep'`) }
	var badge field.Field
	b.do(func(ctx context.Context, tx *db.Tx) (err error) {
		badge, err = contact.Sweep{}.Start(ctx, tx, func() (field.Field, error) {
			f := field.New(field.Text)
			f.Renamed, f.Alias, f.Unique = "Badge", "badge", true
			return field.Add(ctx, tx, f, field.By{})
		})
		return err
	})
	b.change("badge", func(f *field.Field) { f.Renamed, f.Required = "Badge of the member", true })
	b.change("city", func(f *field.Field) { f.Renamed = "Town" })
	if n := jobs(); n != 0 {
		t.Errorf("%d sweeps", n)
	}
	// Nobody had a value of the new field, so that it names contacts at once.
	ada := b.create("firstname", "Ada", "badge", "A-1")
	if got := b.submit(b.visitor(1), "badge", "a-1"); got != ada {
		t.Errorf("the badge leads to %d, not to %d", got, ada)
	}
	for i, change := range []func(*field.Field){
		func(f *field.Field) { f.Unique, f.Filterable = false, true }, // its keys are given up
		func(f *field.Field) { f.Filterable = false },
		func(f *field.Field) { f.Filterable = true },
	} {
		b.change("badge", change)
		if n := jobs(); n != i+1 {
			t.Errorf("%d sweeps after change %d", n, i+1)
		}
	}
	b.change("badge", func(f *field.Field) { f.Required = false })
	if n := jobs(); n != 3 || badge.ID == 0 {
		t.Errorf("%d sweeps", n)
	}
	b.filled("badge")
}
