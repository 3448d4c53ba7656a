package bulk_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/setting"
	"ariane/internal/bulk"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/stage"

	"pgregory.net/rapid"
)

// facts are what a change can change of one contact.
type facts struct {
	There  bool
	Points int
	Owner  id.User
	Stage  int64
	Blocks map[consent.Channel]string
	Tags   []string // folded, in order
	Values map[string]string
}

func (b bench) facts(contacts []id.Contact) map[id.Contact]facts {
	b.Helper()
	found, err := contact.Some(b.Context(), b.d, contacts)
	if err != nil {
		b.Fatal(err)
	}
	tags, err := label.Of(b.Context(), b.d, contacts)
	if err != nil {
		b.Fatal(err)
	}
	stages, err := stage.Of(b.Context(), b.d, contacts)
	if err != nil {
		b.Fatal(err)
	}
	blocks, err := consent.Blocks(b.Context(), b.d, contacts)
	if err != nil {
		b.Fatal(err)
	}
	all := map[id.Contact]facts{}
	for _, n := range contacts {
		c, there := found[n]
		if !there {
			all[n] = facts{}
			continue
		}
		f := facts{There: true, Points: c.Points, Owner: c.Owner, Stage: stages[n].Stage, Values: maps.Clone(c.Fields), Blocks: map[consent.Channel]string{}}
		for _, one := range blocks[n] {
			f.Blocks[one.Channel] = fmt.Sprint(one.Reason, one.Comment)
		}
		for _, t := range tags[n] {
			f.Tags = append(f.Tags, field.Fold(t.Name))
		}
		slices.Sort(f.Tags)
		all[n] = f
	}
	return all
}

// split cuts what a change is about out of facts, as text, and what it is not about.
func split(c bulk.Change, f facts) (about, rest string) {
	values, blocks := maps.Clone(f.Values), maps.Clone(f.Blocks)
	tags := slices.Clone(f.Tags)
	switch c.Kind {
	case bulk.Tag, bulk.Untag:
		var own []string
		for _, name := range c.Tags {
			if key := field.Fold(name); slices.Contains(tags, key) {
				own, tags = append(own, key), slices.DeleteFunc(tags, func(t string) bool { return t == key })
			}
		}
		slices.Sort(own)
		about = fmt.Sprint(own)
	case bulk.Stage:
		about, f.Stage = strconv.FormatInt(f.Stage, 10), 0
	case bulk.Block, bulk.Allow:
		about = blocks[c.Channel]
		delete(blocks, c.Channel)
	case bulk.Owner:
		about, f.Owner = strconv.FormatInt(int64(f.Owner), 10), 0
	case bulk.Points:
		about, f.Points = strconv.Itoa(f.Points), 0
	case bulk.Value:
		about = values[c.Field]
		delete(values, c.Field)
	case bulk.Delete:
		return strconv.FormatBool(f.There), ""
	}
	var text []string
	for _, alias := range slices.Sorted(maps.Keys(values)) {
		if values[alias] != "" {
			text = append(text, alias+"="+values[alias])
		}
	}
	return about, fmt.Sprint(f.There, f.Points, f.Owner, f.Stage, tags, blocks, text)
}

// draw is any change.
func draw(r *rapid.T, name string, stages []int64) bulk.Change {
	switch k := rapid.SampledFrom(bulk.Kinds()).Draw(r, name); k {
	case bulk.Tag, bulk.Untag:
		return bulk.Change{Kind: k, Tags: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "B", "ç"}), 1, 3, rapid.ID).Draw(r, "tags")}
	case bulk.Stage:
		return bulk.Change{Kind: k, Stage: rapid.SampledFrom(stages).Draw(r, "stage")}
	case bulk.Block, bulk.Allow:
		return bulk.Change{Kind: k, Channel: rapid.SampledFrom([]consent.Channel{consent.Email, consent.SMS}).Draw(r, "channel"), Comment: rapid.SampledFrom([]string{"", "no"}).Draw(r, "comment")}
	case bulk.Owner:
		return bulk.Change{Kind: k, Owner: id.User(rapid.IntRange(0, 2).Draw(r, "owner"))}
	case bulk.Points:
		return bulk.Change{Kind: k, Points: rapid.SampledFrom([]int{-3, 4}).Draw(r, "points")}
	case bulk.Value:
		return bulk.Change{Kind: k, Field: rapid.SampledFrom([]string{"city", "lastname"}).Draw(r, "field"), Value: rapid.SampledFrom([]string{"", "Paris", "Nantes"}).Draw(r, "value")}
	default:
		return bulk.Change{Kind: k}
	}
}

// undoing is one change and what came of it.
type undoing struct {
	change                           bulk.Change
	before, between, undoneAt, after map[id.Contact]facts
	skipped, listed                  []id.Contact
}

func numbers(left []bulk.Left) (list []id.Contact) {
	for _, l := range left {
		list = append(list, l.Contact)
	}
	return list
}

// problem says what is wrong with what undoing did to a contact, empty for nothing.
func (u undoing) problem(n id.Contact, chosen bool) string {
	was, _ := split(u.change, u.before[n])
	between, _ := split(u.change, u.between[n])
	about, rest := split(u.change, u.undoneAt[n])
	now, restNow := split(u.change, u.after[n])
	listed := slices.Contains(u.listed, n)
	switch {
	case !u.undoneAt[n].There && u.change.Kind != bulk.Delete:
		if u.after[n].There {
			return "it is back"
		}
	case rest != restNow && u.change.Kind != bulk.Delete:
		return "what the change was not about is not as it was: " + restNow + " after " + rest
	case !chosen || slices.Contains(u.skipped, n):
		if listed || now != about {
			return "undone although nothing had been done: " + now + " after " + about
		}
	case u.change.Kind == bulk.Points && !listed:
		if u.after[n].Points != u.undoneAt[n].Points-u.change.Points {
			return "the points are not taken back: " + now + " after " + about
		}
	case u.change.Kind == bulk.Tag || u.change.Kind == bulk.Untag:
		if !listed && now != was {
			return "the tags are not as before: " + now + ", were " + was
		}
		if listed && about == between {
			return "listed as changed since, and was not"
		}
	case listed:
		if about == between {
			return "listed as changed since, and was not"
		}
		if now != about {
			return "listed, and changed all the same: " + now + " after " + about
		}
	case now != was:
		return "neither as before nor listed: " + now + ", was " + was
	}
	return ""
}

// Changes of many contacts, with others in between, and undone: the state is as before,
// but for what changed since, which is listed.
func TestUndoneIsAsBefore(t *testing.T) {
	b := open(t)
	var stages []int64
	b.do(func(ctx context.Context, tx *db.Tx) error {
		for i := range 3 {
			n, err := stage.Create(ctx, tx, stage.Stage{Name: strconv.Itoa(i), Weight: int64(i), Published: true})
			if err != nil {
				return err
			}
			stages = append(stages, n)
		}
		return nil
	})
	stages = append(stages, 0)
	rapid.Check(t, func(r *rapid.T) {
		people := b.people(rapid.IntRange(1, 5).Draw(r, "people"))
		forward := rapid.Bool().Draw(r, "forward")
		b.do(func(ctx context.Context, tx *db.Tx) error { return setting.Set(ctx, tx, setting.ForwardOnly, forward) })
		some := func(name string) []id.Contact {
			return rapid.SliceOfNDistinct(rapid.SampledFrom(people), 1, len(people), rapid.ID).Draw(r, name)
		}
		b.do(func(ctx context.Context, tx *db.Tx) error {
			reason := rapid.SampledFrom([]consent.Reason{consent.Unsubscribed, consent.Bounced}).Draw(r, "reason")
			_, err := consent.Add(ctx, tx, people[0], consent.Block{Channel: consent.Email, Reason: reason, Comment: "before"}, false, consent.By{})
			return err
		})
		for i := range rapid.IntRange(0, 3).Draw(r, "earlier") {
			b.work(b.start(draw(r, "earlier change", stages), bulk.Selection{Contacts: some("earlier contacts " + strconv.Itoa(i))}))
		}
		u := undoing{change: draw(r, "change", stages), before: b.facts(people)}
		chosen := some("contacts")
		number := b.start(u.change, bulk.Selection{Contacts: chosen})
		done := b.work(number)
		u.between = b.facts(people)
		for range rapid.IntRange(0, 2).Draw(r, "later") {
			b.work(b.start(draw(r, "later change", stages), bulk.Selection{Contacts: some("later contacts")}))
		}
		if done.Changed == 0 {
			return
		}
		u.undoneAt = b.facts(people)
		b.do(func(ctx context.Context, tx *db.Tx) error { return bulk.Undo(ctx, tx, number) })
		undone := b.work(number)
		u.after = b.facts(people)
		for list, after := range map[*[]id.Contact]bool{&u.skipped: false, &u.listed: true} {
			left, err := bulk.LeftOut(b.Context(), b.d, number, after, 100)
			if err != nil {
				r.Fatal(err)
			}
			*list = numbers(left)
		}
		if undone.Kept != len(u.listed) || undone.Undone+undone.Kept != done.Changed {
			r.Fatalf("%+v lists %v", undone, u.listed)
		}
		for _, n := range people {
			if problem := u.problem(n, slices.Contains(chosen, n)); problem != "" {
				r.Errorf("%+v, contact %d: %s", u.change, n, problem)
			}
		}
	})
}
