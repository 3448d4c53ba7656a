package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/base/setting"
	"ariane/internal/field"
	"ariane/internal/web"
	"ariane/internal/web/api/param"
)

// fields answers GET /fields/contact, and /fields/company. There are few enough to look at all.
func (d definitions) fields(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := param.Query(r.URL.RawQuery)
	if err != nil {
		return err
	}
	set, err := field.LoadOf(ctx, d.DB, d.object)
	if err != nil {
		return err
	}
	followed, err := setting.Get(ctx, d.DB, setting.Followed)
	if err != nil {
		return err
	}
	terms, err := readTerms(query)
	if err != nil {
		return err
	}
	asked := strings.Fields(query.Get("search").Text())
	only := query.Get("published").Truth(query.Get("publishedOnly").Truth(false))
	var found []object
	for _, f := range inOrder(set.All()) {
		o := definition(f, followed.Public[f.Alias] != "")
		if (!only || f.Published) && !slices.ContainsFunc(asked, func(word string) bool { return !meant(f, web.User(ctx).Name(), word) }) && terms.match(o) {
			found = append(found, o)
		}
	}
	if err := sorted(found, query); err != nil {
		return err
	}
	total := len(found)
	found = found[min(number(query.Get("start").Text(), 0), total):]
	if limit := number(query.Get("limit").Text(), pageSize); limit > 0 {
		found = found[:min(limit, len(found))]
	}
	list := object{}
	for _, o := range found {
		list = append(list, member{strconv.FormatInt(o.get("id").(int64), 10), o})
	}
	var all any = list
	if len(list) == 0 {
		all = []string{}
	}
	return web.JSON(w, http.StatusOK, object{{"total", total}, {"fields", all}})
}

// meant tells whether a field is what a word of a search means.
func meant(f field.Field, user, word string) bool {
	if rest, negated := strings.CutPrefix(word, "!"); negated {
		return !meant(f, user, rest)
	}
	command, value, _ := strings.Cut(strings.ToLower(word), ":")
	value = strings.Trim(value, `"`)
	switch {
	case command == "is" && value == "published":
		return f.Published
	case command == "is" && value == "unpublished":
		return !f.Published
	case command == "is" && value == "mine":
		return f.CreatedUser == user
	case command == "is" && value == "indexed":
		return f.Indexed()
	case command == "is" && value == "unique":
		return f.Unique
	case command == "type":
		return string(f.Type) == value
	case command == "group":
		return string(f.Group) == value
	case command == "ids":
		return slices.Contains(strings.Split(value, ","), strconv.FormatInt(f.ID, 10))
	}
	word = field.Fold(strings.Trim(word, `+%*"`))
	return strings.Contains(field.Fold(f.English()), word) || strings.Contains(f.Alias, word)
}

func (o object) get(name string) any {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// column is the member that a column means: date_added and f.dateAdded are dateAdded.
func (o object) column(name string) (member, bool) {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	name = strings.ToLower(strings.ReplaceAll(name, "_", ""))
	for _, m := range o {
		if strings.ToLower(m.name) == name {
			return m, true
		}
	}
	return member{}, false
}

// text is a value as it is compared: a number, or a text.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "1"
		}
		return "0"
	case string:
		return v
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return strings.Trim(string(raw), `"`)
}

func compare(a, b string) int {
	x, first := strconv.ParseFloat(a, 64)
	y, second := strconv.ParseFloat(b, 64)
	if first == nil && second == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(field.Fold(a), field.Fold(b))
}

// sorted puts items in the order that was asked for.
func sorted(list []object, query param.Value) error {
	columns, desc := query.Get("orderBy").Texts(","), strings.EqualFold(query.Get("orderByDir").Text(), "desc")
	type by struct {
		column string
		desc   bool
	}
	var orders []by
	for _, c := range columns {
		orders = append(orders, by{c, desc})
	}
	if query.Get("order").List() {
		orders = nil
		for _, one := range query.Get("order").All() {
			orders = append(orders, by{one.Get("col").Text(), strings.EqualFold(one.Get("dir").Text(), "desc")})
		}
	} else if len(columns) == 0 && desc {
		slices.Reverse(list)
	}
	for _, o := range slices.Backward(orders) {
		if len(list) == 0 {
			break
		}
		if _, known := list[0].column(o.column); !known {
			return refused("orderBy", fault.Say("api.order.unknown|There is no column %s.", o.column))
		}
		slices.SortStableFunc(list, func(a, b object) int {
			x, _ := a.column(o.column)
			y, _ := b.column(o.column)
			if o.desc {
				x, y = y, x
			}
			return compare(text(x.value), text(y.value))
		})
	}
	return nil
}
