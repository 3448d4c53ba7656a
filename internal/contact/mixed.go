package contact

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/db"
)

// mixedStatement is the SQL of a page that is put together of several lists, each
// of which comes from its own index: visitors and known contacts, and those that
// share the value of the place where the page begins. The few rows that can be on
// the page are put in one order. Where visitors have no value of the order they
// form a group by themselves, the lower one.
func mixedStatement(f Filter, d db.Dialect) (text string, args []any, back bool, err error) {
	f.Sort = cmp.Or(f.Sort, SortLastActive)
	column, isText, desc := sortColumns[f.Sort], slices.Contains(textSorts, f.Sort), !f.Asc
	var from cursor
	if f.After != "" {
		if from, err = decodeCursor(f.After, isText); err != nil {
			return "", nil, false, err
		}
		if back = from.Back; back {
			desc = !desc
		}
	}
	state, rest := standing(f)
	states := []string{"= 0", "= 1"}
	if state != mixed {
		states = []string{state}
	}
	var lists []string
	for _, one := range states {
		p, err := planState(f, one, rest, d)
		if err != nil {
			return "", nil, false, err
		}
		key, group := column, 0
		if state == mixed && f.Sort != SortLastActive && one == "= 1" {
			group = 1
		}
		if state == mixed && f.Sort != SortLastActive && one == "= 0" {
			key = "0"
			if isText {
				key = "''"
			}
		}
		parts := []query{p}
		if f.After != "" && group == from.Group {
			parts = p.beyond(from, desc)
		} else if f.After != "" && desc == (group > from.Group) {
			continue
		}
		for _, part := range parts {
			lists = append(lists, `SELECT * FROM (SELECT contact.id AS id, `+key+` AS place, `+strconv.Itoa(group)+` AS part FROM `+part.from+
				` WHERE `+strings.Join(part.where, " AND ")+` ORDER BY `+part.order(desc)+` LIMIT ?) AS list`+strconv.Itoa(len(lists)))
			args = append(append(args, part.args...), f.Limit+1+f.Offset)
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
