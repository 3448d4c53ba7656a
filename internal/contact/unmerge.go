package contact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Separation is a merge that somebody wants to be taken back.
type Separation struct {
	// Absorbed is the contact that stands alone again.
	Absorbed id.Contact
	Source   activity.Source
	By       By
}

// parting is a merge that is left out of a past.
type parting struct {
	absorbed id.Contact
	merge    turn
	// chain is what the absorbed one was merged into, what that was, and so on.
	chain  []id.Contact
	within []id.Contact // the absorbed one and those merged into it
	keys   []Key        // that go with it
	// shapes are what the contacts are without the merge, as far as that is known.
	shapes map[id.Contact]shape
}

// survivor is the contact that lives on.
func (p *parting) survivor() id.Contact { return p.chain[len(p.chain)-1] }

// task is what is left to do of a separation, as stored.
type task struct {
	Home   activity.Homeward `json:"home"`
	Source activity.Source   `json:"source"`
	State  State             `json:"state"`
	// Events is how many the merge had joined.
	Events int64 `json:"events,omitempty"`
	// Away is for the absorbed contact, Rest for those it had been merged into, in
	// the order of Home.From.
	Away Parted   `json:"away"`
	Rest []Parted `json:"rest"`
}

// Unmerge takes a merge back, by hand or automatic, as if it had not been: values,
// keys and dates at once, the events of a long thread in slices by a job. What came
// later goes to the one by whose key it came; a device that was handed to the
// survivor since stays there. Who is not merged is a Conflict fault; Refused is
// while another separation of the survivor is under way.
func Unmerge(ctx context.Context, tx *db.Tx, s Separation) error {
	p, err := openPast(ctx, tx, s)
	if err != nil {
		return err
	}
	top := p.parts.survivor()
	if busy, err := beingParted(ctx, tx, top); err != nil || busy {
		return errors.Join(err, fault.Refused(nil, fault.Say("contact.being_parted|This contact is being taken apart. Try again in a minute.")))
	}
	t := task{Source: s.Source, Events: p.parts.merge.merge.Events, Home: activity.Homeward{From: p.parts.chain, To: s.Absorbed, Within: p.parts.within}}
	t.Away = Parted{By: s.By, Contact: top, Name: p.rows[top].name, Merge: p.parts.merge.id, Began: p.beginning(s.Absorbed)}
	for _, c := range p.parts.chain {
		t.Rest = append(t.Rest, Parted{By: s.By, Contact: s.Absorbed, Name: p.parts.merge.merge.Name, Merge: p.parts.merge.id, Began: p.beginning(c)})
	}
	err = tx.Publish(mergedTopic, int64(top), int64(s.Absorbed))
	if err == nil {
		err = p.returnKeys(ctx, tx)
	}
	if err == nil {
		t.Rest[len(t.Rest)-1].Changes, err = p.leave(ctx, tx)
	}
	if err == nil {
		t.State, t.Away.Changes, err = p.revive(ctx, tx)
	}
	for _, c := range []id.Contact{s.Absorbed, top} {
		if err == nil {
			err = p.claimValues(ctx, tx, c)
		}
	}
	if err != nil {
		return fmt.Errorf("take contact %d out of %d: %w", s.Absorbed, top, err)
	}
	return t.goOn(ctx, tx, func(t task) error {
		raw, err := json.Marshal(t)
		if err == nil {
			err = tx.Insert(ctx, "contact_unmerge", []string{"contact_id", "into_id", "task"}, [][]any{{int64(s.Absorbed), int64(top), string(raw)}})
		}
		if err == nil {
			_, err = job.Enqueue(ctx, tx, separating{s.Absorbed}, job.Unique(strconv.FormatInt(int64(s.Absorbed), 10)))
		}
		return err
	})
}

// openPast reads and holds what a separation needs to know.
func openPast(ctx context.Context, tx *db.Tx, s Separation) (*past, error) {
	gone := func(err error) error {
		return fault.Conflict(err, fault.Say("contact.not_merged|This contact is not merged into another any more."))
	}
	// Held before its past is read, so that nothing is added to that.
	top, err := hold(ctx, tx, s.Absorbed)
	if err != nil {
		return nil, err
	}
	if top == s.Absorbed {
		return nil, gone(fmt.Errorf("contact %d is not merged", s.Absorbed))
	}
	set, err := field.Now(ctx, tx)
	if err != nil {
		return nil, err
	}
	p, err := readPast(ctx, tx, set, top)
	if err == nil {
		err = p.hold(ctx, tx, top)
	}
	if err != nil {
		return nil, err
	}
	merge, found := p.merging(s.Absorbed)
	if _, merged := p.into[s.Absorbed]; !merged || !found || p.rows[top].state > Known {
		return nil, gone(fmt.Errorf("contact %d is not merged into %d, which is in state %d", s.Absorbed, top, p.rows[top].state))
	}
	p.parts = &parting{absorbed: s.Absorbed, merge: merge, shapes: map[id.Contact]shape{}}
	for next, more := p.into[s.Absorbed]; more; next, more = p.into[next] {
		p.parts.chain = append(p.parts.chain, next)
	}
	if p.parts.within, err = subtree(ctx, tx, s.Absorbed); err != nil {
		return nil, err
	}
	keys, err := allKeys(ctx, tx, top)
	if err != nil {
		return nil, err
	}
	p.parts.keys = slices.DeleteFunc(keys, func(k Key) bool { return !slices.Contains(p.parts.within, k.Origin) })
	return p, nil
}

// leave makes of the contacts of the chain what they are without the one who
// parts, and tells what changed of the survivor.
func (p *past) leave(ctx context.Context, tx *db.Tx) ([]Change, error) {
	top := p.parts.survivor()
	for _, contact := range p.parts.chain[:len(p.parts.chain)-1] {
		if err := p.shape(contact).rewrite(ctx, tx, p.set, contact, merged); err != nil {
			return nil, err
		}
	}
	was, is := p.rows[top], p.shape(top)
	given := maps.Clone(is.values)
	for alias := range was.values {
		given[alias] = is.values[alias]
	}
	changes := merge(p.set, maps.Clone(was.values), given)
	if _, err := apply(ctx, tx, top, edit{values: given, source: activity.SourceSystem, first: true, keeps: true}); err != nil {
		return nil, err
	}
	if err := is.write(ctx, tx, top); err != nil || was.state == Anonymous || is.identified != 0 {
		return changes, err
	}
	_, err := tx.Exec(ctx, `UPDATE contact SET state = ? WHERE id = ?`, int(Anonymous), int64(top))
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE contact_active SET state = ? WHERE contact_id = ?`, int(Anonymous), int64(top))
	}
	if err == nil {
		err = tx.UnindexText(ctx, "contact_search", int64(top))
	}
	return changes, err
}

// rewrite stores all of a shape; what is found of a contact is not brought up to date.
func (s shape) rewrite(ctx context.Context, tx *db.Tx, set *field.Set, contact id.Contact, state State) error {
	row, err := edit{contact: contact, first: true}.row(set, s.values, state, false)
	if err == nil {
		err = tx.InsertOr(ctx, "contact", editColumns, [][]any{row}, overwrite)
	}
	if err != nil {
		return err
	}
	return s.write(ctx, tx, contact)
}

// revive makes the one who parts a contact again, with what it did since.
func (p *past) revive(ctx context.Context, tx *db.Tx) (State, []Change, error) {
	contact, was := p.parts.absorbed, p.rows[p.parts.absorbed]
	is := p.shape(contact)
	values := maps.Clone(was.values)
	changes := merge(p.set, values, is.values)
	is.values = values
	state := Anonymous
	if is.identified != 0 {
		state = Known
	}
	err := is.rewrite(ctx, tx, p.set, contact, state)
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE contact SET merged_into = NULL WHERE id = ?`, int64(contact))
	}
	if err == nil {
		err = tx.Insert(ctx, "field_index", indexColumns, allRows(p.set, contact, is.values))
	}
	if err == nil && state == Known {
		err = tx.IndexText(ctx, "contact_search", int64(contact), searchText(p.set, is.values))
	}
	if err == nil {
		err = touch(ctx, tx, contact, state, db.Time(is.added))
	}
	return state, changes, err
}

// returnKeys gives back the keys that came with the merge, or since by one of them.
func (p *past) returnKeys(ctx context.Context, tx *db.Tx) error {
	rows := make([][]any, 0, len(p.parts.keys))
	for _, k := range p.parts.keys {
		if err := release(ctx, tx, k.Kind, k.Value, p.parts.survivor(), k.Origin); err != nil {
			return err
		}
		origin := k.Origin
		if origin == p.parts.absorbed {
			origin = 0
		}
		rows = append(rows, []any{int(k.Kind), k.Value, int64(p.parts.absorbed), db.Millis(k.Added), int(k.Source), db.NullID(origin)})
	}
	return tx.Insert(ctx, "identity", keyColumns, inOrder(rows))
}

// claimValues takes the keys of the values of a contact with the dates that they were
// moved with once.
func (p *past) claimValues(ctx context.Context, tx *db.Tx, contact id.Contact) error {
	found, err := sides(ctx, tx, contact)
	if err != nil {
		return err
	}
	var had []Key
	for _, k := range p.parts.merge.merge.Keys {
		if k.Added != 0 {
			had = append(had, Key{Kind: k.Kind, Value: k.Value, Added: db.Time(k.Added), Source: k.Source})
		}
	}
	if err := claimValues(ctx, tx, p.set, contact, found[contact].values, had); err != nil {
		return err
	}
	return p.dropKeys(ctx, tx, contact, found[contact].values)
}

// dropKeys gives up the keys that a contact kept for one merged into it, once nobody
// is any more: it has other values since.
func (p *past) dropKeys(ctx context.Context, tx *db.Tx, contact id.Contact, values map[string]string) error {
	if all, err := subtree(ctx, tx, contact); err != nil || len(all) > 1 {
		return err
	}
	keys, err := Keys(ctx, tx, contact)
	if err != nil {
		return err
	}
	for _, k := range keys {
		i := slices.IndexFunc(p.set.Keyed(), func(f field.Field) bool { return keyOf(f) == k.Kind })
		if i < 0 || normalise(values[p.set.Keyed()[i].Alias]) == k.Value {
			continue
		}
		err := release(ctx, tx, k.Kind, k.Value, contact, k.Origin)
		if err == nil {
			err = inherit(ctx, tx, k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// subtree are a contact and all that were merged into it.
func subtree(ctx context.Context, q db.Q, contact id.Contact) ([]id.Contact, error) {
	all := []id.Contact{contact}
	for i := 0; i < len(all); i++ {
		rows, err := q.Query(ctx, `SELECT id FROM contact WHERE merged_into = ? ORDER BY id`, int64(all[i]))
		if err != nil {
			return nil, fmt.Errorf("find what was merged into contact %d: %w", contact, err)
		}
		absorbed, err := scanIDs(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, absorbed...)
	}
	return all, nil
}

// beingParted tells whether a contact takes part in a separation under way.
func beingParted(ctx context.Context, q db.Q, contact id.Contact) (bool, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT (SELECT count(*) FROM contact_unmerge WHERE contact_id = ?) + (SELECT count(*) FROM contact_unmerge WHERE into_id = ?)`,
		int64(contact), int64(contact)).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("find separations of contact %d: %w", contact, err)
	}
	return n > 0, nil
}

// goOn lets the next events go home, and what is left to do be stored; once all
// are, it tells both threads.
func (t task) goOn(ctx context.Context, tx *db.Tx, store func(task) error) error {
	left, more, err := t.Home.Next(ctx, tx)
	if err != nil {
		return err
	}
	if t.Home = left; more {
		return store(t)
	}
	contact, top := t.Home.To, t.Away.Contact
	if err := divideIPs(ctx, tx, top, contact); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM contact_unmerge WHERE contact_id = ?`, int64(contact)); err != nil {
		return err
	}
	kind := KindUnmerged
	if t.State == Anonymous {
		kind = KindVisitorUnmerged
	}
	for i, origin := range t.Home.From {
		activity.Append(tx, activity.Entry{Contact: top, Origin: origin, Kind: KindParted, Source: t.Source, Data: t.Rest[i]})
	}
	activity.Append(tx, activity.Entry{Contact: contact, Kind: kind, Source: t.Source, Data: t.Away})
	return nil
}

// divideIPs gives a contact the addresses that its thread knows of, and takes from
// the other those that only this one has.
func divideIPs(ctx context.Context, tx *db.Tx, top, contact id.Contact) error {
	own, err := addressesOf(ctx, tx, contact)
	if err != nil || len(own) == 0 {
		return err
	}
	others, err := addressesOf(ctx, tx, top)
	if err != nil {
		return err
	}
	texts := make([]string, 0, len(own))
	for address := range own {
		texts = append(texts, address)
	}
	numbers, err := ipIDs(ctx, tx, texts)
	if err != nil {
		return err
	}
	var rows [][]any
	var lost []int64
	for address, added := range own {
		rows = append(rows, []any{int64(contact), numbers[address], added})
		if since, has := others[address]; has {
			rows = append(rows, []any{int64(top), numbers[address], since})
		} else {
			lost = append(lost, numbers[address])
		}
	}
	err = tx.InsertOr(ctx, "contact_ip", ipColumns, rows, "ON CONFLICT (contact_id, ip_id) DO UPDATE SET added = excluded.added")
	if err != nil || len(lost) == 0 {
		return err
	}
	among, args := db.InIDs(tx.Dialect(), "ip_id", lost)
	_, err = tx.Exec(ctx, `DELETE FROM contact_ip WHERE contact_id = ? AND `+among, append([]any{int64(top)}, args...)...)
	return err
}

// addressesOf are the addresses in a thread, with the time that each was met first.
func addressesOf(ctx context.Context, q db.Q, contact id.Contact) (map[string]int64, error) {
	events, err := activity.All(ctx, q, contact, KindCreated, KindIPAdded)
	if err != nil {
		return nil, err
	}
	met := map[string]int64{}
	for _, e := range events {
		var d IPAdded // the data of contact.created names it alike
		if err := e.Decode(&d); err != nil {
			return nil, err
		}
		if first, known := met[d.IP]; d.IP != "" && (!known || db.Millis(e.At) < first) {
			met[d.IP] = db.Millis(e.At)
		}
	}
	return met, nil
}

// separating is the job that lets the events of a contact go home.
type separating struct {
	Contact id.Contact `json:"contact"`
}

// Kind implements job.Args.
func (separating) Kind() string { return "contact.unmerge" }

// Separations runs the jobs that go on with separations.
func Separations(d *db.DB) job.Handler {
	return job.Handle(func(ctx context.Context, s separating) error {
		for more := true; more; {
			err := d.Do(ctx, func(tx *db.Tx) (err error) {
				if err := job.HeldIn(ctx, tx); err != nil {
					return err
				}
				more, err = separateOn(ctx, tx, s.Contact)
				return err
			})
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("take contact %d out: %w", s.Contact, err)
			}
		}
		return nil
	}, job.Attempts(job.Untiring))
}

// separateOn does the next part of a separation, and tells whether there is more.
func separateOn(ctx context.Context, tx *db.Tx, contact id.Contact) (more bool, err error) {
	rows, err := tx.Query(ctx, `SELECT task FROM contact_unmerge WHERE contact_id = ?`+tx.Dialect().ForUpdate(), int64(contact))
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	var raw []byte
	var t task
	if err := rows.Scan(&raw); err != nil {
		return false, err
	}
	rows.Close()
	if err := json.Unmarshal(raw, &t); err != nil {
		return false, err
	}
	err = t.goOn(ctx, tx, func(t task) error {
		more = true
		raw, err := json.Marshal(t)
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE contact_unmerge SET task = ? WHERE contact_id = ?`, string(raw), int64(contact))
		}
		return err
	})
	return more, err
}
