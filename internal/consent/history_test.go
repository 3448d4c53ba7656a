package consent_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/id"

	"pgregory.net/rapid"
)

// spoken is what one contact alone was said to be, and what it said.
type spoken struct {
	blocks map[consent.Channel]consent.Reason
	// wishes are those it had before anybody was merged into it, together is what was
	// chosen of it when it was part of another, or had others in it: of whom, and when.
	wish     int
	together id.Contact
	when     int
	words    []int
}

// past is the model: what was said of each stays with each.
type past struct {
	*rapid.T
	d      *db.DB
	now    time.Time
	step   int
	people []id.Contact
	of     map[id.Contact]*spoken
	into   map[id.Contact]id.Contact
	binned map[id.Contact]bool
}

func (p *past) do(f func(tx *db.Tx) error) {
	p.now = p.now.Add(time.Second)
	err := p.d.Do(p.Context(), func(tx *db.Tx) error {
		tx.SetNow(p.now)
		return f(tx)
	})
	if err != nil {
		p.Fatalf("%+v", err)
	}
}

func (p *past) top(c id.Contact) id.Contact {
	for p.into[c] != 0 {
		c = p.into[c]
	}
	return c
}

func (p *past) kin(c id.Contact) []id.Contact {
	top := p.top(c)
	return slices.DeleteFunc(slices.Clone(p.people), func(one id.Contact) bool { return p.top(one) != top })
}

func (p *past) anybody() id.Contact { return rapid.SampledFrom(p.people).Draw(p.T, "who") }

func weight(r consent.Reason) int {
	return slices.Index([]consent.Reason{consent.None, consent.Bounced, consent.Manual, consent.Unsubscribed}, r)
}

func (p *past) blocked(c id.Contact, channel consent.Channel) consent.Reason {
	most := consent.None
	for _, one := range p.kin(c) {
		if r := p.of[one].blocks[channel]; weight(r) > weight(most) {
			most = r
		}
	}
	return most
}

func (p *past) channel() consent.Channel {
	return rapid.SampledFrom([]consent.Channel{consent.Email, consent.SMS}).Draw(p.T, "channel")
}

func (p *past) block() {
	who, channel := p.anybody(), p.channel()
	reason := rapid.SampledFrom([]consent.Reason{consent.Unsubscribed, consent.Bounced, consent.Manual}).Draw(p.T, "reason")
	forced := rapid.Bool().Draw(p.T, "forced")
	p.do(func(tx *db.Tx) error {
		_, err := consent.Add(p.Context(), tx, who, consent.Block{Channel: channel, Reason: reason}, forced, consent.By{})
		return err
	})
	if was := p.blocked(who, channel); was == reason || was == consent.Unsubscribed && !forced {
		return
	}
	for _, one := range p.kin(who) {
		if weight(p.of[one].blocks[channel]) > weight(reason) {
			p.of[one].blocks[channel] = reason
		}
	}
	p.of[who].blocks[channel] = reason
}

func (p *past) allow() {
	who, channel := p.anybody(), p.channel()
	p.do(func(tx *db.Tx) error {
		_, err := consent.Remove(p.Context(), tx, who, channel, consent.By{})
		return err
	})
	for _, one := range p.kin(who) {
		delete(p.of[one].blocks, channel)
	}
}

// wish is told from others by its number.
func (p *past) wish() {
	who := p.anybody()
	p.do(func(tx *db.Tx) error {
		return consent.Wishing(p.Context(), tx, who, map[consent.Channel]consent.Wish{consent.Email: {Frequency: consent.Frequency{Most: p.step, Per: consent.Day}}}, consent.By{})
	})
	s := p.of[who]
	s.wish, s.when, s.together = p.step, p.step, 0
	if len(p.kin(who)) > 1 {
		s.together = p.top(who)
	}
}

func (p *past) wished(c id.Contact) int {
	top := p.top(c)
	rank := func(one id.Contact) int {
		switch top {
		case p.of[one].together:
			return 2
		case one:
			return 1
		}
		return 0
	}
	var last id.Contact
	for _, one := range p.kin(c) {
		if p.of[one].when == 0 {
			continue
		}
		if last == 0 || cmp.Or(cmp.Compare(rank(one), rank(last)), cmp.Compare(p.of[one].when, p.of[last].when)) > 0 {
			last = one
		}
	}
	if last == 0 {
		return 0
	}
	return p.of[last].wish
}

func (p *past) declare() {
	who := p.anybody()
	p.do(func(tx *db.Tx) error {
		return consent.Declare(p.Context(), tx, who, consent.Entry{Purpose: consent.News, Given: p.step%2 == 0, Place: fmt.Sprint(p.step)}, consent.By{})
	})
	p.of[who].words = append(p.of[who].words, p.step)
}

func (p *past) merge() {
	into, from := p.top(p.anybody()), p.top(p.anybody())
	if into == from || p.binned[into] || p.binned[from] {
		return
	}
	p.do(func(tx *db.Tx) error {
		return contact.Merge(p.Context(), tx, contact.Union{Survivor: into, Absorbed: from})
	})
	p.into[from] = into
}

func (p *past) part() {
	var merged []id.Contact
	for _, c := range p.people {
		if p.into[c] != 0 && !p.binned[p.top(c)] {
			merged = append(merged, c)
		}
	}
	if len(merged) == 0 {
		return
	}
	from := rapid.SampledFrom(merged).Draw(p.T, "apart")
	p.do(func(tx *db.Tx) error { return contact.Unmerge(p.Context(), tx, contact.Separation{Absorbed: from}) })
	p.read() // what was chosen of both counts before theirs until they have parted
	delete(p.into, from)
	for _, one := range p.kin(from) {
		chain := []id.Contact{one}
		for p.into[chain[len(chain)-1]] != 0 {
			chain = append(chain, p.into[chain[len(chain)-1]])
		}
		if !slices.Contains(chain, p.of[one].together) {
			p.of[one].together = 0
		}
	}
}

func (p *past) bin() {
	c := p.top(p.anybody())
	if p.binned[c] {
		p.do(func(tx *db.Tx) error { return contact.Restore(p.Context(), tx, c, contact.Edit{}) })
		delete(p.binned, c)
		return
	}
	p.do(func(tx *db.Tx) error { return contact.Delete(p.Context(), tx, c, contact.Edit{}) })
	p.binned[c] = true
}

func (p *past) runner() *activity.Runner {
	return activity.NewRunner(p.d, nil, consent.Reader(), consent.AddressReader())
}

func (p *past) read() {
	if err := p.runner().CatchUp(p.Context()); err != nil {
		p.Fatal(err)
	}
}

func (p *past) again() {
	r := p.runner()
	for _, name := range []string{"consent.follow", "consent.address"} {
		if err := r.Replay(p.Context(), name); err != nil {
			p.Fatal(err)
		}
	}
	p.read()
}

// check compares what is said of everybody with the model.
func (p *past) check() {
	for _, c := range p.people {
		if p.into[c] != 0 {
			continue
		}
		list, err := consent.Blocks(p.Context(), p.d, []id.Contact{c})
		if err != nil {
			p.Fatal(err)
		}
		got := map[consent.Channel]consent.Reason{}
		for _, b := range list[c] {
			got[b.Channel] = b.Reason
		}
		want := map[consent.Channel]consent.Reason{}
		for _, channel := range consent.Channels() {
			if r := p.blocked(c, channel); r != consent.None {
				want[channel] = r
			}
		}
		if !maps.Equal(got, want) {
			p.Fatalf("contact %d is blocked %v, want %v", c, got, want)
		}
		wishes, err := consent.Wishes(p.Context(), p.d, c)
		if err != nil || wishes[consent.Email].Most != p.wished(c) {
			p.Fatalf("contact %d wishes %v, want %d, %v", c, wishes, p.wished(c), err)
		}
		ledger, err := consent.Ledger(p.Context(), p.d, c)
		if err != nil {
			p.Fatal(err)
		}
		var words []int
		for _, one := range p.kin(c) {
			words = append(words, p.of[one].words...)
		}
		slices.Sort(words)
		slices.Reverse(words)
		var places []string
		for _, e := range ledger {
			places = append(places, e.Place)
		}
		if want := strings.Trim(fmt.Sprint(words), "[]"); strings.Join(places, " ") != want {
			p.Fatalf("contact %d said %v, want %s", c, places, want)
		}
	}
}

// lie checks that rows lie with the contact that lives on.
func (p *past) lie() {
	for _, table := range []string{"contact_block", "contact_wish", "contact_consent"} {
		err := db.Each(p.Context(), p.d, `SELECT contact_id, origin_id FROM `+table, nil, func(row db.Row) error {
			var at, origin id.Contact
			err := row.Scan(&at, &origin)
			if slices.Contains(p.people, origin) && at != p.top(origin) {
				p.Errorf("%s: what was said of %d lies with %d, not %d", table, origin, at, p.top(origin))
			}
			return err
		})
		if err != nil {
			p.Fatal(err)
		}
	}
}

func TestWhatWasSaidSurvives(t *testing.T) {
	d := dbtest.Open(t)
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		p := &past{T: t, d: d, now: d.Now().Add(time.Duration(round) * time.Hour), of: map[id.Contact]*spoken{}, into: map[id.Contact]id.Contact{}, binned: map[id.Contact]bool{}}
		for i := range 3 {
			p.do(func(tx *db.Tx) error {
				c, err := contact.Create(p.Context(), tx, contact.New{Values: map[string]string{"email": fmt.Sprintf("r%d-%d@site.test", round, i)}})
				p.people, p.of[c] = append(p.people, c), &spoken{blocks: map[consent.Channel]consent.Reason{}}
				return err
			})
		}
		steps := []func(){p.block, p.block, p.allow, p.wish, p.wish, p.wish, p.declare, p.merge, p.merge, p.merge, p.part, p.part, p.bin, p.read}
		for range rapid.IntRange(5, 30).Draw(t, "steps") {
			p.step++
			steps[rapid.IntRange(0, len(steps)-1).Draw(t, "step")]()
			p.check()
		}
		p.read()
		p.check()
		p.lie()
		p.again()
		p.check()
		p.lie()
	})
}
