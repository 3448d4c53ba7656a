package formpage

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// sheet is what an editor sends, with its fields and actions by their numbers.
type sheet struct {
	own   url.Values
	items map[string]url.Values // "fields 12", or "fields new 0" for one without number
	order []string
}

// lists are the parts of an editor that repeat, with the name of their count.
var lists = map[string]string{"fields": "count", "actions": "actions"}

func newSheet(q url.Values) sheet {
	s := sheet{own: url.Values{}, items: map[string]url.Values{}}
	keys := map[string]string{} // "fields.0" -> "fields 12"
	for _, list := range []string{"fields", "actions"} {
		for i := range count(q, lists[list], mostFields) {
			place := list + "." + strconv.Itoa(i)
			key := list + " " + q.Get(place+".id")
			if n := q.Get(place + ".id"); n == "" || n == "0" {
				key = list + " new " + strconv.Itoa(i)
			}
			keys[place], s.items[key] = key, url.Values{}
			s.order = append(s.order, key)
		}
	}
	for name, values := range q {
		parts := strings.SplitN(name, ".", 3)
		if len(parts) == 3 {
			if item := s.items[keys[parts[0]+"."+parts[1]]]; item != nil {
				item[parts[2]] = values
			}
			continue
		}
		s.own[name] = values
	}
	return s
}

// values is what an editor would send, and the places of its items.
func (s sheet) values() (url.Values, map[string]string) {
	q, places, n := url.Values{}, map[string]string{}, map[string]int{}
	for name, values := range s.own {
		q[name] = values
	}
	for _, key := range s.order {
		list, _, _ := strings.Cut(key, " ")
		place := list + "." + strconv.Itoa(n[list])
		n[list]++
		places[key] = place
		for part, values := range s.items[key] {
			q[place+"."+part] = values
		}
	}
	for list, name := range lists {
		q.Set(name, strconv.Itoa(n[list]))
	}
	return q, places
}

// unsent are the names that say something about the editor, not about the form.
var unsent = []string{"was", "seen", "do", "count", "actions", "open", "id", "alias", "type"}

// merge puts what was typed here on what somebody else stored meanwhile. What was not touched here is as it is there
// now; what both changed stays as it was typed here, and is named with what is stored.
func merge(was, typed, now url.Values) (url.Values, map[string]string) {
	before, mine, theirs := newSheet(was), newSheet(typed), newSheet(now)
	meanwhile := map[string]map[string]string{"": join(before.own, mine.own, theirs.own)}
	mine.order = slices.DeleteFunc(mine.order, func(key string) bool {
		old, item := before.items[key], mine.items[key]
		if old == nil || theirs.items[key] != nil {
			return false
		}
		if same(old, item) {
			return true // removed there, and untouched here
		}
		item.Del("id") // to be added again
		return false
	})
	for _, key := range theirs.order {
		item := mine.items[key]
		switch {
		case item != nil:
			meanwhile[key] = join(before.items[key], item, theirs.items[key])
		case before.items[key] == nil:
			mine.items[key] = theirs.items[key]
			mine.order = append(mine.order, key)
		}
	}
	merged, places := mine.values()
	named := map[string]string{}
	for key, parts := range meanwhile {
		for part, value := range parts {
			if key != "" {
				part = places[key] + "." + part
			}
			named[part] = value
		}
	}
	return merged, named
}

// join completes mine, and returns what both changed, as it is in theirs.
func join(before, mine, theirs url.Values) map[string]string {
	clash := map[string]string{}
	names := map[string]bool{}
	for _, q := range []url.Values{mine, theirs} {
		for name := range q {
			names[name] = !slices.Contains(unsent, name)
		}
	}
	for name, compared := range names {
		was, typed, is := text(before[name]), text(mine[name]), text(theirs[name])
		switch {
		case !compared || typed == is || is == was:
		case typed == was:
			mine[name] = theirs[name]
		default:
			clash[name] = is
		}
	}
	return clash
}

func same(before, now url.Values) bool {
	for _, q := range []url.Values{before, now} {
		for name := range q {
			if !slices.Contains(unsent, name) && text(before[name]) != text(now[name]) {
				return false
			}
		}
	}
	return true
}

func text(values []string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.Join(values, ", "), "\r\n", "\n"))
}
