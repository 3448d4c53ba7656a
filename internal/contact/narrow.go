package contact

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/id"
	"ariane/internal/rule"
)

// narrowTo is how many contacts are found by an index, looked at and put in order
// rather than read in the order of the list until enough of them match. At that
// number both take about as long, where there are some hundred thousand.
const narrowTo = 5000

// listedTo is that number where an index lists them and the list is walked, see walk.
const listedTo = 2 * narrowTo

// few are the contacts among which those that match a filter are.
type few struct {
	ids   []id.Contact
	found bool // they are all in ids; otherwise those are some of too many, or no index finds them
	// by finds them; without text where no index does.
	by rule.Selection
}

// exact tells that all of these contacts match, but for their state.
func (f few) exact() bool { return f.by.Exact }

func candidates(ctx context.Context, q db.Q, f Filter) (few, error) {
	state, rest := standing(f)
	if unconditional(rest) {
		return few{}, nil
	}
	var many few
	for i, s := range rule.Candidates(rest, f.catalogue(state, q.Dialect()), searched, q.Dialect()) {
		frequent, err := frequentText(ctx, q, f, i)
		if err != nil {
			return few{}, err
		}
		many = few{ids: frequent, by: s}
		if len(frequent) > 0 {
			continue
		}
		most, err := mostOf(ctx, q, f, s)
		if err != nil {
			return few{}, err
		}
		many.ids, many.found, err = selected(ctx, q, s, most)
		if err != nil || many.found {
			return many, err
		}
	}
	return many, nil // by text, if there is one: that is the most selective as a rule
}

// frequentText lists more than narrowTo contacts that the i-th selection finds, if
// it asks for a text that half of the first ones hold, or none.
func frequentText(ctx context.Context, q db.Q, f Filter, i int) (ids []id.Contact, err error) {
	if !q.Dialect().GathersTexts() {
		return nil, nil
	}
	state, rest := standing(f)
	for _, among := range []int{countedAmong, 2 * narrowTo} {
		s := rule.Candidates(rest, f.catalogue(state, q.Dialect()), searchedAmong(among), q.Dialect())[i]
		if !s.Texts {
			return nil, nil
		}
		var all bool
		if ids, all, err = selected(ctx, q, s, narrowTo); err != nil || all && len(ids) < among/2 {
			return nil, err
		}
		if !all {
			return ids, nil
		}
	}
	return nil, nil
}

// mostOf is how many of a selection are worth to be listed: fewer where there are
// too many values already.
func mostOf(ctx context.Context, q db.Q, f Filter, s rule.Selection) (int, error) {
	switch {
	case s.Listed && f.walkable():
		return listedTo, nil
	case s.Values == "":
		return narrowTo, nil
	}
	var values int
	err := q.QueryRow(ctx, `SELECT count(*) FROM (`+s.Values+` LIMIT ?) AS found`, append(slices.Clone(s.Args), narrowTo+1)...).Scan(&values)
	if err != nil {
		return 0, fmt.Errorf("count values of contacts: %w", err)
	}
	if values > narrowTo {
		return countedAmong, nil
	}
	return narrowTo, nil
}

// selected lists what a selection finds, so many at most; all tells that there is
// nothing else.
func selected(ctx context.Context, q db.Q, s rule.Selection, most int) (ids []id.Contact, all bool, err error) {
	err = db.Each(ctx, q, `SELECT * FROM (`+s.Text+`) AS found LIMIT ?`, append(slices.Clone(s.Args), most+1), func(row db.Row) error {
		var c id.Contact
		err := row.Scan(&c)
		ids = append(ids, c)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("find contacts: %w", err)
	}
	all = len(ids) <= most
	ids = ids[:min(len(ids), most)]
	slices.Sort(ids)
	return slices.Compact(ids), all, nil
}

// placed is a contact with its place in the list.
type placed struct {
	id    id.Contact
	place cursor
}

// arrange puts the contacts of the filter's state in ascending order, without those
// that do not match where all of them are to be looked at.
func arrange(ctx context.Context, q db.Q, f Filter, ids []id.Contact, looked bool) ([]placed, error) {
	state, rest := standing(f)
	sort, _ := f.order(state)
	from, key, of, none := "contact", "contact.id", "contact.state", "0"
	switch {
	case sort == SortLastActive && looked:
		from += " JOIN contact_active active ON active.contact_id = contact.id"
	case sort == SortLastActive:
		from, key, of = "contact_active active", "active.contact_id", "active.state"
	}
	among, args := db.InIDs(q.Dialect(), key, ids)
	// Not by the index of all in this state.
	where := "+" + of + " " + state
	if looked {
		text, more, err := rule.SQL(rest, f.catalogue(state, q.Dialect()), q.Dialect())
		if err != nil {
			return nil, err
		}
		where, args = where+` AND `+text, append(args, more...)
	}
	if slices.Contains(textSorts, sort) {
		none = "''"
	}
	return readPlaces(ctx, q, f, `SELECT `+key+`, `+of+`, COALESCE(`+sortColumns[sort]+`, `+none+`) FROM `+from+` WHERE `+among+` AND `+where, args)
}

// readPlaces puts contacts in ascending order, of which a query gives number, state
// and value.
func readPlaces(ctx context.Context, q db.Q, f Filter, text string, args []any) ([]placed, error) {
	state, _ := standing(f)
	sort, groups := f.order(state)
	texts := slices.Contains(textSorts, sort)
	var list []placed
	err := db.Each(ctx, q, text, args, func(row db.Row) error {
		var one placed
		var state State
		var text string
		var number int64
		err := error(nil)
		if texts {
			err = row.Scan(&one.id, &state, &text)
			one.place.Value = text
		} else {
			err = row.Scan(&one.id, &state, &number)
			one.place.Value = number
		}
		if texts && state == Anonymous {
			one.place.Value = ""
		}
		if one.place.ID = int64(one.id); groups {
			one.place.Group = f.group(state, texts && text <= blank)
		}
		list = append(list, one)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	slices.SortFunc(list, func(a, b placed) int { return a.place.compare(b.place) })
	return list, nil
}

// order is the order that a list about a state has: visitors have none but by
// activity. It tells whether the list is made of groups, see mixedStatement.
func (f Filter) order(state string) (sort Sort, groups bool) {
	sort = cmp.Or(f.Sort, SortLastActive)
	switch {
	case state == "= 0" && sort != SortLastActive, state == mixed && sort == SortAdded:
		sort = SortID
	}
	return sort, state == mixed && sort != SortLastActive && sort != SortID || f.lastBlank(sort)
}

// compare is the ascending order of a list.
func (c cursor) compare(other cursor) int {
	values := 0
	switch v := c.Value.(type) {
	case string:
		values = cmp.Compare(v, other.Value.(string))
	case int64:
		values = cmp.Compare(v, other.Value.(int64))
	}
	return cmp.Or(cmp.Compare(c.Group, other.Group), values, cmp.Compare(c.ID, other.ID))
}

// listCandidates is List where few contacts can match: they are put in order here.
// Where they are very many, only those are looked at that can be on the page.
func listCandidates(ctx context.Context, q db.Q, f Filter, few few) (Page, error) {
	return listFew(ctx, q, f, few, len(few.ids) > narrowTo || !few.exact() && len(few.ids) > countedAmong)
}

func listFew(ctx context.Context, q db.Q, f Filter, few few, lazy bool) (Page, error) {
	most := f.Offset + f.Limit + 1
	var list []placed
	var found int
	var back bool
	var err error
	for rows := walkedFirst; lazy && f.walkable(); rows *= 4 {
		if list, back, err = walk(ctx, q, f, few, rows); err != nil || len(list) >= most || 4*rows > walkedTo*len(few.ids) {
			break
		}
	}
	if err == nil && len(list) < most {
		list, found, back, err = onward(ctx, q, f, few, lazy)
	}
	if err != nil {
		return Page{}, err
	}
	list = list[min(f.Offset, len(list)):]
	list = list[:min(f.Limit+1, len(list))]
	contacts, places, err := readPlaced(ctx, q, list)
	if err != nil {
		return Page{}, err
	}
	page := cut(contacts, places, f, back)
	page.Found, page.Exact = found, true
	if lazy {
		page.Found, page.Exact = 0, false
		if f.CountTo > 0 {
			page.Found, _, err = countUpTo(ctx, q, f, few)
			page.Found = max(page.Found, len(page.Contacts))
		}
	}
	return page, errors.Join(err, addIPs(ctx, q, page.Contacts))
}

const (
	// walkedFirst is how many rows of the index of an order are read first to find
	// the contacts of a list in it, walkedTo how many at most for each that there
	// is: looking up that one takes as long.
	walkedFirst = 8000
	walkedTo    = 16
)

// walkable tells that one index gives the order of the list from where the page
// begins.
func (f Filter) walkable() bool {
	state, _ := standing(f)
	sort, groups := f.order(state)
	return state != mixed && !groups && (f.After == "" || !query{sort: sort}.shared())
}

// walk finds the contacts of a walkable list that are among so many rows of the index
// of its order, from where the page begins, in the order of the list.
func walk(ctx context.Context, q db.Q, f Filter, few few, rows int) (list []placed, back bool, err error) {
	state, _ := standing(f)
	p := query{from: "contact", where: []string{"contact.state " + state}}
	if p.sort, _ = f.order(state); p.sort == SortLastActive {
		p = query{from: "contact_active active", where: []string{"active.state " + state}, sort: p.sort}
	}
	desc := !f.Asc
	if f.After != "" {
		from, err := decodeCursor(f.After, slices.Contains(textSorts, p.sort))
		if err != nil {
			return nil, false, err
		}
		if back = from.Back; back {
			desc = !desc
		}
		p = p.beyond(from, desc)[0]
	}
	in, ids := db.InSet(q.Dialect(), "ordered.id", few.ids)
	of, _, _ := strings.Cut(p.where[0], " ")
	list, err = readPlaces(ctx, q, f, `SELECT ordered.id, ordered.state, ordered.place FROM (SELECT `+p.id()+` AS id, `+of+` AS state, `+sortColumns[p.sort]+` AS place FROM `+p.from+
		` WHERE `+strings.Join(p.where, " AND ")+` ORDER BY `+p.order(desc)+` LIMIT ?) AS ordered WHERE `+in, append(append(p.args, rows), ids...))
	if desc {
		slices.Reverse(list)
	}
	if err == nil && !few.exact() {
		list, err = matching(ctx, q, f, list, f.Offset+f.Limit+1)
	}
	return list, back, err
}

// onward are the contacts in the order of the list from f.After on, and how many
// there are before it, too. Where it is lazy, only as many as a page needs, which
// match. back tells that it goes backwards.
func onward(ctx context.Context, q db.Q, f Filter, few few, lazy bool) (list []placed, found int, back bool, err error) {
	if list, err = arrange(ctx, q, f, few.ids, !few.exact() && !lazy); err != nil {
		return nil, 0, false, err
	}
	found = len(list)
	desc := !f.Asc
	if f.After != "" {
		state, _ := standing(f)
		sort, _ := f.order(state)
		from, err := decodeCursor(f.After, slices.Contains(textSorts, sort))
		if err != nil {
			return nil, 0, false, err
		}
		if back = from.Back; back {
			desc = !desc
		}
		list = slices.DeleteFunc(list, func(one placed) bool {
			if desc {
				return one.place.compare(from) >= 0
			}
			return one.place.compare(from) <= 0
		})
	}
	if desc {
		slices.Reverse(list)
	}
	if lazy && !few.exact() {
		list, err = matching(ctx, q, f, list, f.Offset+f.Limit+1)
	}
	return list, found, back, err
}

// matching are the first that match of contacts in order, so many at most.
func matching(ctx context.Context, q db.Q, f Filter, list []placed, most int) (kept []placed, err error) {
	state, rest := standing(f)
	where, args, err := rule.SQL(rest, f.catalogue(state, q.Dialect()), q.Dialect())
	if err != nil {
		return nil, err
	}
	for size := 2 * most; len(list) > 0 && len(kept) < most; size *= 2 {
		part := list[:min(size, len(list))]
		list = list[len(part):]
		ids := make([]id.Contact, len(part))
		for i, one := range part {
			ids[i] = one.id
		}
		match := make(map[id.Contact]bool, len(part))
		among, bound := db.InIDs(q.Dialect(), "contact.id", ids)
		err := db.Each(ctx, q, `SELECT contact.id FROM contact WHERE `+among+` AND +contact.state `+state+` AND `+where, append(bound, args...), func(row db.Row) error {
			var c id.Contact
			err := row.Scan(&c)
			match[c] = true
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("list contacts: %w", err)
		}
		for _, one := range part {
			if match[one.id] {
				kept = append(kept, one)
			}
		}
	}
	return kept, nil
}

// readPlaced reads contacts in the order given.
func readPlaced(ctx context.Context, q db.Q, list []placed) ([]Contact, []cursor, error) {
	if len(list) == 0 {
		return nil, nil, nil
	}
	ids := make([]id.Contact, len(list))
	for i, one := range list {
		ids[i] = one.id
	}
	read := make(map[id.Contact]Contact, len(list))
	among, args := db.InIDs(q.Dialect(), "contact.id", ids)
	err := db.Each(ctx, q, `SELECT `+contactColumns+` FROM contact LEFT JOIN contact_active active ON active.contact_id = contact.id WHERE `+among, args, func(row db.Row) error {
		c, err := scanContact(row)
		read[c.ID] = c
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list contacts: %w", err)
	}
	var contacts []Contact
	var places []cursor
	for _, one := range list {
		if c, there := read[one.id]; there {
			contacts, places = append(contacts, c), append(places, one.place)
		}
	}
	return contacts, places, nil
}
