package contact_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// cast are three contacts in a database that others use too.
type cast struct {
	bench
	run     int
	ada     id.Contact
	bob     id.Contact
	eve     id.Contact
	bobHere contact.Visitor // bob's browser
	seen    map[id.Contact]time.Time
}

func newCast(b bench, run int, merged bool) *cast {
	c := &cast{bench: b, run: run, seen: map[id.Contact]time.Time{}}
	c.bobHere = b.visitor(run)
	c.ada = b.submit(contact.Visitor{}, "email", c.address("ada"), "firstname", "Ada", "city", "Paris")
	c.later()
	c.bob = b.submit(c.bobHere, "email", c.address("bob"), "firstname", "Bob", "phone", fmt.Sprintf("+3360000%04d", run))
	c.eve = b.submit(contact.Visitor{}, "email", c.address("eve"), "lastname", "Eve")
	if merged {
		b.do(c.merge(c.ada, c.bob))
	}
	for _, n := range []id.Contact{c.ada, c.bob, c.eve} {
		c.seen[n] = b.find(n).Modified
	}
	c.later()
	return c
}

// later waits until what is changed is changed at another time than what was before: by
// that somebody who edits is known to have seen it or not.
func (c *cast) later() {
	for now := c.d.Now(); c.d.Now().Equal(now); {
	}
}

func (c *cast) address(who string) string { return fmt.Sprintf("%s.%d@example.test", who, c.run) }

// step is what one person, or one request, does.
type step = func(ctx context.Context, tx *db.Tx) error

func (c *cast) merge(into, from id.Contact) step {
	return func(ctx context.Context, tx *db.Tx) error {
		return contact.Merge(ctx, tx, contact.Union{Survivor: into, Absorbed: from, Source: activity.SourceUser})
	}
}

func (c *cast) unmerge() step {
	return func(ctx context.Context, tx *db.Tx) error {
		return contact.Unmerge(ctx, tx, contact.Separation{Absorbed: c.bob, Source: activity.SourceUser})
	}
}

func (c *cast) remove(who id.Contact) step {
	seen := c.seen[who]
	return func(ctx context.Context, tx *db.Tx) error {
		return contact.Delete(ctx, tx, who, contact.Edit{Seen: &seen, Source: activity.SourceUser})
	}
}

func (c *cast) edit(who id.Contact) step {
	seen := c.seen[who]
	return func(ctx context.Context, tx *db.Tx) error {
		return contact.Update(ctx, tx, who, contact.Edit{Values: map[string]string{"lastname": "Edited"}, Seen: &seen, Source: activity.SourceUser})
	}
}

func (c *cast) form() step {
	return func(ctx context.Context, tx *db.Tx) error {
		_, _, err := contact.Identify(ctx, tx, contact.Submitted{Visitor: c.bobHere, Source: activity.SourceForm,
			Values: map[string]string{"email": c.address("bob"), "company": "Acme"}})
		return err
	}
}

// outcome says what became of the three, and what the two who did something were told.
func (c *cast) outcome(told ...error) string {
	c.Helper()
	names := map[id.Contact]string{c.ada: "ada", c.bob: "bob", c.eve: "eve"}
	kinds := map[activity.Kind]string{}
	for _, k := range contact.Kinds() {
		kinds[k.Kind] = k.Name
	}
	var text strings.Builder
	for _, err := range told {
		said := "done"
		if err != nil {
			f, ok := fault.Of(err)
			if !ok {
				c.Errorf("somebody was told of a failure inside: %v", err)
				continue
			}
			said = f.Kind.String()
		}
		fmt.Fprintln(&text, said)
	}
	for _, n := range slices.Sorted(maps.Keys(names)) {
		var state int
		var into id.Contact
		var name, fields string
		err := c.d.QueryRow(c.Context(), `SELECT state, coalesce(merged_into, 0), coalesce(name, ''), fields FROM contact WHERE id = ?`, int64(n)).Scan(&state, &into, &name, &fields)
		if err != nil {
			c.Fatal(err)
		}
		keys, err := contact.Keys(c.Context(), c.d, n)
		if err != nil {
			c.Fatal(err)
		}
		var owns []string
		for _, k := range keys {
			owns = append(owns, k.Value)
		}
		slices.Sort(owns)
		events, err := activity.Thread(c.Context(), c.d, n, activity.Page{Limit: 1000})
		if err != nil {
			c.Fatal(err)
		}
		var happened []string
		for _, e := range events {
			happened = append(happened, kinds[e.Kind])
		}
		slices.Sort(happened)
		fmt.Fprintln(&text, names[n], state, names[into], name, fields, owns, happened)
	}
	fmt.Fprintln(&text, "browser", names[c.owner(c.bobHere.Token)])
	return strings.NewReplacer(fmt.Sprintf(".%d@", c.run), "@", fmt.Sprintf("%04d", c.run), "").Replace(text.String())
}

// Two people, or one and a form, who do something to the same contacts at the same
// time get what they would have got one after the other, and each is told.
func TestMergeBesideAnythingElse(t *testing.T) {
	b := open(t)
	type pair struct {
		name   string
		merged bool // bob is part of ada at the beginning
		one    func(c *cast) step
		other  func(c *cast) step
	}
	merge := func(c *cast) step { return c.merge(c.ada, c.bob) }
	unmerge := func(c *cast) step { return c.unmerge() }
	var pairs []pair
	for name, other := range map[string]func(c *cast) step{
		"the same merge":             merge,
		"the merge turned round":     func(c *cast) step { return c.merge(c.bob, c.ada) },
		"a merge into another":       func(c *cast) step { return c.merge(c.eve, c.bob) },
		"a merge of a third":         func(c *cast) step { return c.merge(c.ada, c.eve) },
		"a merge away":               func(c *cast) step { return c.merge(c.eve, c.ada) },
		"a form":                     func(c *cast) step { return c.form() },
		"a deletion":                 func(c *cast) step { return c.remove(c.bob) },
		"a deletion of the survivor": func(c *cast) step { return c.remove(c.ada) },
		"an edit":                    func(c *cast) step { return c.edit(c.bob) },
		"an edit of the survivor":    func(c *cast) step { return c.edit(c.ada) },
		"a separation":               unmerge,
	} {
		pairs = append(pairs, pair{"merge and " + name, false, merge, other}, pair{"un-merge and " + name, true, unmerge, other})
	}
	slices.SortFunc(pairs, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	run := 0
	for _, p := range pairs {
		t.Run(p.name, func(t *testing.T) {
			b := bench{t, b.d}
			do := func(s step) error { return b.d.Do(b.Context(), func(tx *db.Tx) error { return s(b.Context(), tx) }) }
			play := func(how func(one, other step) (error, error)) string {
				run++
				c := newCast(b, run, p.merged)
				return c.outcome(how(p.one(c), p.other(c)))
			}
			possible := []string{
				play(func(one, other step) (error, error) { first := do(one); return first, do(other) }),
				play(func(one, other step) (error, error) { first := do(other); return do(one), first }),
			}
			for range 8 {
				got := play(func(one, other step) (first, second error) {
					var both sync.WaitGroup
					both.Go(func() { first = do(one) })
					both.Go(func() { second = do(other) })
					both.Wait()
					return first, second
				})
				if !slices.Contains(possible, got) {
					t.Errorf("neither of the two orders:\n%s\nbut one of\n%s\nor\n%s", got, possible[0], possible[1])
				}
			}
		})
	}
}
