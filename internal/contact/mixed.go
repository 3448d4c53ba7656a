package contact

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/db"
)

// mixedStatement is the SQL of a page on which visitors and known contacts
// appear together. Each of the two lists comes from its own index, and the few
// rows that can be on the page are put in one order. Where visitors have no
// value of the order they form a group by themselves, the lower one.
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
	var lists []string
	for state := range 2 {
		p, err := planState(f, "= "+strconv.Itoa(state), f.Where, d)
		if err != nil {
			return "", nil, false, err
		}
		key, group := column, 0
		if f.Sort != SortLastActive {
			group = state
		}
		if f.Sort != SortLastActive && state == 0 {
			none := "0"
			if isText {
				none = "''"
			}
			key = "COALESCE(" + column + ", " + none + ")"
		}
		if f.After != "" && group == from.Group {
			p.beyond(from, desc)
		} else if f.After != "" && desc == (group > from.Group) {
			continue
		}
		lists = append(lists, `SELECT * FROM (SELECT contact.id AS id, `+key+` AS place, `+strconv.Itoa(group)+` AS part FROM `+p.from+
			` WHERE `+strings.Join(p.where, " AND ")+` ORDER BY `+p.order(desc)+` LIMIT ?) AS list`+strconv.Itoa(state))
		args = append(append(args, p.args...), f.Limit+1+f.Offset)
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
