package contact

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/db"
)

// part is a list that one index gives in order, and the group that it is: of the
// values above or up to blank only, where it says so.
type part struct {
	query
	key       string
	group     int
	above, to bool
}

// all is the whole part.
func (p part) all() query {
	switch {
	case p.above:
		return p.with(p.key+" > ?", blank)
	case p.to:
		return p.with(p.key+" <= ?", blank)
	}
	return p.query
}

// beyond is what comes after a place in the part. Of two bounds at the same end
// SQLite might take the wider one, and read all that lies between them.
func (p part) beyond(c cursor, desc bool) []query {
	pieces := p.query.beyond(c, desc)
	if p.above && desc || p.to && !desc {
		p.query = pieces[len(pieces)-1]
		pieces[len(pieces)-1] = p.all()
	}
	return pieces
}

// parts are the lists of which a list in an order is put together.
func (f Filter) parts(d db.Dialect) ([]part, error) {
	state, rest := standing(f)
	states := []string{state}
	if state == mixed {
		states = []string{"= 0", "= 1"}
	}
	sort, groups := f.order(state)
	var list []part
	for _, one := range states {
		p, err := planState(f, one, rest, d)
		if err != nil {
			return nil, err
		}
		anonymous := one == "= 0"
		switch {
		case !groups:
			list = append(list, part{query: p, key: sortColumns[sort]})
		case anonymous && slices.Contains(textSorts, sort):
			list = append(list, part{query: p, key: "''", group: f.group(Anonymous, false)})
		case anonymous:
			list = append(list, part{query: p, key: "0", group: f.group(Anonymous, false)})
		case f.lastBlank(sort):
			column := sortColumns[sort]
			list = append(list, part{query: p, key: column, group: f.group(Known, false), above: true}, part{query: p, key: column, group: f.group(Known, true), to: true})
		default:
			list = append(list, part{query: p, key: sortColumns[sort], group: f.group(Known, false)})
		}
	}
	return list, nil
}

// blank is the greatest value of those that are none.
const blank = " "

func (f Filter) lastBlank(sort Sort) bool { return f.BlankLast && slices.Contains(blankSorts, sort) }

// group is the place among all groups, in ascending order, of the contacts that are
// known or not and have a value of the order or not. Visitors are the lowest one,
// or the last as those without a value are.
func (f Filter) group(state State, none bool) int {
	last := 1
	if !f.Asc {
		last = -1
	}
	switch {
	case !f.lastBlank(f.Sort):
		return int(state)
	case state == Anonymous:
		return 2 * last
	case none:
		return last
	}
	return 0
}

// mixedStatement is the SQL of a page that is put together of several lists, each
// of which comes from its own index: visitors and known contacts, those without a
// value, and those that share the value of the place where the page begins. The few
// rows that can be on the page are put in one order. Where visitors have no value of
// the order they form a group by themselves.
func mixedStatement(f Filter, d db.Dialect) (text string, args []any, back bool, err error) {
	f.Sort = cmp.Or(f.Sort, SortLastActive)
	desc := !f.Asc
	var from cursor
	if f.After != "" {
		if from, err = decodeCursor(f.After, slices.Contains(textSorts, f.Sort)); err != nil {
			return "", nil, false, err
		}
		if back = from.Back; back {
			desc = !desc
		}
	}
	parts, err := f.parts(d)
	if err != nil {
		return "", nil, false, err
	}
	var lists []string
	for _, p := range parts {
		pieces := []query{p.all()}
		if f.After != "" && p.group == from.Group {
			pieces = p.beyond(from, desc)
		} else if f.After != "" && desc == (p.group > from.Group) {
			continue
		}
		for _, piece := range pieces {
			lists = append(lists, `SELECT * FROM (SELECT contact.id AS id, `+p.key+` AS place, `+strconv.Itoa(p.group)+` AS part FROM `+piece.from+
				` WHERE `+strings.Join(piece.where, " AND ")+` ORDER BY `+piece.order(desc)+` LIMIT ?) AS list`+strconv.Itoa(len(lists)))
			args = append(append(args, piece.args...), f.Limit+1+f.Offset)
		}
	}
	direction := " ASC"
	if desc {
		direction = " DESC"
	}
	text = `SELECT ` + contactColumns + `, mixed.place, mixed.part FROM (` + strings.Join(lists, " UNION ALL ") + `) AS mixed
		JOIN contact ON contact.id = mixed.id LEFT JOIN contact_active active ON active.contact_id = contact.id
		ORDER BY mixed.part` + direction + `, mixed.place` + direction + `, mixed.id` + direction + ` LIMIT ? OFFSET ?`
	return text, append(args, f.Limit+1, f.Offset), back, nil
}
