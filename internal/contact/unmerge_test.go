package contact_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/id"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// world is a database that people come to.
type world struct {
	d *db.DB
	t *rapid.T
	// names are what contacts are called in both worlds.
	names map[id.Contact]int
}

// history is the same done to two worlds. In one of them nobody is ever merged.
type history struct {
	*rapid.T
	joined, apart *world
	now           time.Time
	run           string
	browsers      int
	contacts      [][2]id.Contact // joined, apart
	merged        map[id.Contact]bool
	binned        [][2]id.Contact
	fresh         int
}

func (h *history) do(w *world, f func(ctx context.Context, tx *db.Tx) error) {
	err := w.d.Do(context.Background(), func(tx *db.Tx) error {
		tx.SetNow(h.now)
		return f(context.Background(), tx)
	})
	if err != nil {
		h.Fatalf("%+v", err)
	}
}

func (h *history) token(browser int) string { return fmt.Sprintf("%s%016x", h.run, browser) }

func (w *world) owner(token string) id.Contact {
	owners, err := contact.Owners(context.Background(), w.d, []string{token})
	if err != nil {
		w.t.Fatal(err)
	}
	return owners[token].Contact
}

func (w *world) find(c id.Contact) contact.Contact {
	found, err := contact.Find(context.Background(), w.d, c)
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// met notes that a contact of the one world is that of the other.
func (h *history) met(joined, apart id.Contact) {
	if _, known := h.apart.names[apart]; !known {
		h.apart.names[apart] = len(h.contacts)
		h.joined.names[joined] = len(h.contacts)
		h.contacts = append(h.contacts, [2]id.Contact{joined, apart})
	}
}

func (h *history) visit() {
	browser := rapid.IntRange(1, h.browsers).Draw(h.T, "browser")
	address := fmt.Sprintf("192.0.2.%d", rapid.IntRange(1, 200).Draw(h.T, "address"))
	var met [2]id.Contact
	for i, w := range []*world{h.joined, h.apart} {
		owner := w.owner(h.token(browser))
		if met[i] = owner; owner != 0 {
			owners, err := contact.Owners(context.Background(), w.d, []string{h.token(browser)})
			if err != nil {
				h.Fatal(err)
			}
			origin := owners[h.token(browser)].Origin
			h.do(w, func(ctx context.Context, tx *db.Tx) error {
				// An address that both had is nobody's alone: see divideIPs.
				return contact.AddIPs(ctx, tx, []contact.Seen{{Contact: owner, Origin: origin, Address: fmt.Sprintf("%s.%d", address, h.fresh)}}, activity.SourceTracking)
			})
			continue
		}
		v := &contact.Visitor{Token: h.token(browser), IP: address}
		h.do(w, func(ctx context.Context, tx *db.Tx) error {
			v.Contact = 0
			return contact.CreateVisitors(ctx, tx, []*contact.Visitor{v}, contact.By{Object: "hit"})
		})
		met[i] = v.Contact
	}
	h.met(met[0], met[1])
}

func (h *history) values() map[string]string {
	values := map[string]string{}
	for _, alias := range rapid.SliceOfN(rapid.SampledFrom([]string{"city", "zipcode", "firstname", "address1", "position"}), 1, 3).Draw(h.T, "fields") {
		h.fresh++
		values[alias] = fmt.Sprint(h.fresh)
	}
	return values
}

// submit is a form that somebody sends, who may give the address of a contact.
func (h *history) submit() {
	browser := rapid.IntRange(0, h.browsers).Draw(h.T, "browser")
	values := h.values()
	var visitors [2]contact.Visitor
	if browser != 0 && h.apart.owner(h.token(browser)) != 0 {
		owner := h.apart.owner(h.token(browser))
		visitors[0] = contact.Visitor{Token: h.token(browser), Contact: h.joined.owner(h.token(browser))}
		visitors[1] = contact.Visitor{Token: h.token(browser), Contact: owner}
	}
	if email := rapid.SampledFrom([]string{"", "a", "b", "c", "d"}).Draw(h.T, "email"); email != "" {
		values["email"] = strings.ToLower(h.run) + email + "@site.test"
		holder, err := contact.Holder(context.Background(), h.apart.d, values["email"])
		if err != nil {
			h.Fatal(err)
		}
		// Who is who must not hang on a merge: whose address it is, or whether the
		// visitor has another one.
		if in := visitors[1].Contact; in != 0 {
			if holder != 0 && holder != in {
				visitors[1].Contact = 0 // nobody is merged here: the device is handed over all the same
			}
			if top := h.joined.find(visitors[0].Contact); holder == 0 && h.differs(top, h.apart.find(in), values["email"]) {
				return
			}
		}
		in, err := contact.Holder(context.Background(), h.joined.d, values["email"])
		if err != nil {
			h.Fatal(err)
		}
		if (in == 0) != (holder == 0) {
			return
		}
		if h.merged[in] || in != 0 && h.isSurvivor(in) && holder == 0 {
			return
		}
	}
	var who [2]contact.Visitor
	h.do(h.joined, func(ctx context.Context, tx *db.Tx) (err error) {
		who[0], _, err = contact.Identify(ctx, tx, contact.Submitted{Visitor: visitors[0], Values: values, Source: activity.SourceForm})
		return err
	})
	if before := visitors[0].Contact; before != 0 && who[0].Contact != before {
		if c := h.joined.find(before); c.ID == who[0].Contact {
			h.merged[before] = true
		}
	}
	h.do(h.apart, func(ctx context.Context, tx *db.Tx) (err error) {
		who[1], _, err = contact.Identify(ctx, tx, contact.Submitted{Visitor: visitors[1], Values: values, Source: activity.SourceForm})
		return err
	})
	h.met(who[0].Contact, who[1].Contact)
}

func (h *history) isSurvivor(c id.Contact) bool {
	absorbed, err := contact.Absorbed(context.Background(), h.joined.d, []id.Contact{c})
	if err != nil {
		h.Fatal(err)
	}
	return len(absorbed[c]) > 0
}

// differs tells whether an address would be another's than that of the visitor in
// one of the worlds.
func (h *history) differs(joined, apart contact.Contact, email string) bool {
	other := func(c contact.Contact) bool { return c.Fields["email"] != "" && c.Fields["email"] != email }
	return other(joined) || other(apart)
}

// alive are the contacts that are neither merged nor deleted.
func (h *history) alive() [][2]id.Contact {
	return slices.DeleteFunc(slices.Clone(h.contacts), func(c [2]id.Contact) bool { return h.merged[c[0]] || slices.Contains(h.binned, c) })
}

// remove puts a contact into the bin into which nobody is merged.
func (h *history) remove() {
	alive := slices.DeleteFunc(h.alive(), func(c [2]id.Contact) bool { return h.isSurvivor(c[0]) || c[0] == h.joined.owner(h.token(h.browsers)) })
	if len(alive) == 0 {
		return
	}
	both := rapid.SampledFrom(alive).Draw(h.T, "deleted")
	for i, w := range []*world{h.joined, h.apart} {
		h.do(w, func(ctx context.Context, tx *db.Tx) error {
			return contact.Delete(ctx, tx, both[i], contact.Edit{Source: activity.SourceUser})
		})
	}
	h.binned = append(h.binned, both)
}

// restore takes a contact out of the bin.
func (h *history) restore() {
	if len(h.binned) == 0 {
		return
	}
	both := rapid.SampledFrom(h.binned).Draw(h.T, "restored")
	for i, w := range []*world{h.joined, h.apart} {
		h.do(w, func(ctx context.Context, tx *db.Tx) error {
			return contact.Restore(ctx, tx, both[i], contact.Edit{Source: activity.SourceUser})
		})
	}
	h.binned = slices.DeleteFunc(h.binned, func(c [2]id.Contact) bool { return c == both })
}

// edit is a change by hand.
func (h *history) edit() {
	alive := h.alive()
	if len(alive) == 0 {
		return
	}
	both := rapid.SampledFrom(alive).Draw(h.T, "contact")
	values := h.values()
	if rapid.Bool().Draw(h.T, "clear") {
		values["city"] = ""
	}
	points := rapid.IntRange(-3, 3).Draw(h.T, "points")
	var owner *id.User
	if rapid.Bool().Draw(h.T, "owned") {
		h.fresh++
		u := id.User(h.fresh)
		owner = &u
	}
	for i, w := range []*world{h.joined, h.apart} {
		values["points"] = fmt.Sprint(w.find(both[i]).Points + points)
		h.do(w, func(ctx context.Context, tx *db.Tx) error {
			return contact.Update(ctx, tx, both[i], contact.Edit{Values: values, Owner: owner, Source: activity.SourceUser})
		})
	}
}

func (h *history) merge() {
	alive := h.alive()
	if len(alive) < 2 {
		return
	}
	pair := rapid.Permutation(alive).Draw(h.T, "two")[:2]
	survivor, absorbed := h.joined.find(pair[0][0]), h.joined.find(pair[1][0])
	if survivor.State < absorbed.State {
		survivor, absorbed = absorbed, survivor
	}
	for _, c := range []id.Contact{survivor.ID, absorbed.ID} {
		if c == h.joined.owner(h.token(h.browsers)) {
			return // the contact of the shared device, which is not merged
		}
	}
	take := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"city", "zipcode", "firstname", "address1", "email"}), rapid.ID[string]).Draw(h.T, "take")
	h.do(h.joined, func(ctx context.Context, tx *db.Tx) error {
		return contact.Merge(ctx, tx, contact.Union{Survivor: survivor.ID, Absorbed: absorbed.ID, Take: take, Source: activity.SourceUser})
	})
	h.merged[absorbed.ID] = true
}

func (h *history) unmerge() {
	if len(h.merged) == 0 {
		return
	}
	one := rapid.SampledFrom(slices.Sorted(maps.Keys(h.merged))).Draw(h.T, "merged")
	h.do(h.joined, func(ctx context.Context, tx *db.Tx) error {
		return contact.Unmerge(ctx, tx, contact.Separation{Absorbed: one, Source: activity.SourceUser})
	})
	delete(h.merged, one)
}

// state prints what a world knows of the contacts of this run.
func (w *world) state(h *history, which int) string {
	ctx := context.Background()
	var text strings.Builder
	dump := func(title, query string, columns int) {
		for i, c := range h.contacts {
			err := db.Each(ctx, w.d, query, []any{int64(c[which])}, func(row db.Row) error {
				values := make([]any, columns)
				into := make([]any, columns)
				for i := range values {
					into[i] = &values[i]
				}
				if err := row.Scan(into...); err != nil {
					return err
				}
				fmt.Fprintf(&text, "%d %s", i, title)
				for _, v := range values {
					if raw, ok := v.([]byte); ok {
						v = string(raw)
					}
					fmt.Fprintf(&text, " %v", v)
				}
				text.WriteString("\n")
				return nil
			})
			if err != nil {
				h.Fatal(err)
			}
		}
	}
	dump("row", `SELECT state, added, coalesce(identified, 0), points, coalesce(owner_id, 0), coalesce(merged_into, 0), coalesce(name, ''), coalesce(sort_name, ''), coalesce(email, ''), trim(place) FROM contact WHERE id = ?`, 10)
	dump("first address", `SELECT address FROM contact JOIN ip_address ON ip_address.id = contact.ip_id WHERE contact.id = ?`, 1)
	dump("key", `SELECT kind, value, added FROM identity WHERE contact_id = ? ORDER BY kind, value`, 3)
	dump("turn", `SELECT token, since FROM device_turn WHERE contact_id = ? ORDER BY token, since`, 2)
	dump("address", `SELECT address, added FROM contact_ip JOIN ip_address ON ip_address.id = ip_id WHERE contact_id = ? ORDER BY address`, 2)
	dump("conflict", `SELECT kind, value FROM identity_conflict WHERE contact_id = ? ORDER BY kind, value`, 2)
	dump("indexed", `SELECT field_id, text FROM field_index WHERE contact_id = ? ORDER BY field_id, text`, 2)
	for i, c := range h.contacts {
		fields, err := json.Marshal(w.find(c[which]).Fields)
		if err != nil {
			h.Fatal(err)
		}
		fmt.Fprintf(&text, "%d values %s\n", i, fields)
		events, err := activity.All(ctx, w.d, c[which])
		if err != nil {
			h.Fatal(err)
		}
		var list []string
		for _, e := range events {
			switch e.Kind {
			case contact.KindMerged, contact.KindJoined, contact.KindUnmerged, contact.KindVisitorUnmerged, contact.KindParted:
				continue
			case contact.KindHandedOver: // between two who are one nothing is handed over; the turns of devices tell it all the same
				continue
			}
			if e.Origin != c[which] {
				list = append(list, "foreign")
			}
			kind := e.Kind
			if kind == contact.KindIdentified { // which is an update of somebody known
				kind = contact.KindUpdated
			}
			list = append(list, fmt.Sprintf("%d at %d", kind, e.At.Sub(h.now.Truncate(24*time.Hour))/time.Second))
		}
		slices.Sort(list)
		fmt.Fprintf(&text, "%d thread %s\n", i, strings.Join(list, ", "))
	}
	return text.String()
}

// Whatever is merged and taken apart again, deleted and restored, in whatever order: it is as if nobody
// had ever been merged.
func TestUnmergingAllIsAsIfNobodyHadBeenMerged(t *testing.T) {
	joined, apart := dbtest.Open(t), dbtest.Open(t)
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		h := &history{T: t, joined: &world{joined, t, map[id.Contact]int{}}, apart: &world{apart, t, map[id.Contact]int{}},
			now: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC), run: fmt.Sprintf("%016x", run), browsers: 5, merged: map[id.Contact]bool{}}
		// Whether many people use a device hangs on who is who, which must not be told
		// from the merges: it is said of each.
		for browser := 1; browser <= h.browsers; browser++ {
			for _, w := range []*world{h.joined, h.apart} {
				h.do(w, func(ctx context.Context, tx *db.Tx) error {
					v := contact.Visitor{Token: h.token(browser)}
					return v.SetShared(ctx, tx, browser == h.browsers, contact.By{})
				})
			}
		}
		commands := map[string]func(){"visit": h.visit, "submit": h.submit, "edit": h.edit, "merge": h.merge, "unmerge": h.unmerge, "remove": h.remove, "restore": h.restore}
		for range rapid.IntRange(3, 25).Draw(t, "length") {
			h.now = h.now.Add(time.Second)
			h.fresh++
			name := rapid.SampledFrom([]string{"visit", "visit", "submit", "submit", "edit", "merge", "merge", "unmerge", "remove", "restore"}).Draw(t, "command")
			commands[name]()
		}
		for len(h.merged)+len(h.binned) > 0 {
			h.now = h.now.Add(time.Second)
			h.unmerge()
			h.restore()
		}
		if diff := cmp.Diff(h.apart.state(h, 1), h.joined.state(h, 0)); diff != "" {
			t.Fatalf("never merged (-), merged and taken apart (+):\n%s", diff)
		}
	})
}
