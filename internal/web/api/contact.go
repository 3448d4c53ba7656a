package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/web"
)

const (
	pageSize = 30
	slice    = 200 // contacts read and written at a time
)

// orders maps the names of columns, in any spelling, to the orders there are.
var orders = map[string]contact.Sort{
	"id": contact.SortID, "dateadded": contact.SortAdded, "lastactive": contact.SortLastActive, "dateidentified": contact.SortIdentified,
	"name": contact.SortName, "firstname": contact.SortName, "lastname": contact.SortName,
	"email": contact.SortEmail, "company": contact.SortCompany, "city": contact.SortPlace, "points": contact.SortPoints,
}

// listing is what a client asks of the list of contacts.
type listing struct {
	filter  contact.Filter
	text    string
	start   int
	limit   int // zero for no limit
	minimal bool
}

func (a *door) readListing(ctx context.Context, q url.Values) (listing, error) {
	l := listing{text: q.Get("search"), start: number(q.Get("start"), 0), limit: number(q.Get("limit"), pageSize)}
	l.minimal = truth(q.Get("minimal"))
	for name := range q {
		if strings.HasPrefix(name, "where[") || strings.HasPrefix(name, "order[") {
			return l, refused(name[:5], fault.Say("api.unsupported|This parameter is not supported; use search, orderBy and orderByDir."))
		}
	}
	sort, err := readOrder(q.Get("orderBy"))
	if err != nil {
		return l, err
	}
	parsed, err := a.Language.Parse(ctx, l.text, web.Who(ctx, a.Clock()))
	if err != nil {
		return l, err
	}
	direction := q.Get("orderByDir")
	asc := !strings.EqualFold(direction, "desc") && (sort != "" || direction != "")
	l.filter = contact.Filter{Where: parsed.Where, Anonymous: true, Also: a.Language.Catalogue, Sort: sort, Asc: asc}
	return l, nil
}

// readOrder reads "l.last_active", "dateAdded", or several columns of one order.
func readOrder(text string) (contact.Sort, error) {
	var sort contact.Sort
	for column := range strings.SplitSeq(text, ",") {
		name := strings.TrimSpace(column)
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			name = name[i+1:]
		}
		if name == "" {
			continue
		}
		s, ok := orders[strings.ToLower(strings.ReplaceAll(name, "_", ""))]
		if !ok || sort != "" && sort != s {
			return "", refused("orderBy", fault.Say("api.order|Contacts cannot be ordered by %s.", text))
		}
		sort = s
	}
	return sort, nil
}

func refused(field string, text fault.Text) error { return fault.Invalid(fault.Fields{field: text}) }

func number(text string, otherwise int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}

func truth(text string) bool {
	switch strings.ToLower(text) {
	case "1", "true", "on", "yes":
		return true
	}
	return false
}

// contacts answers GET /contacts. The list is written slice by slice, so that
// one without limit does not have to fit in memory.
func (a *door) contacts(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, err := a.readListing(ctx, r.URL.Query())
	if err != nil {
		return err
	}
	// Some searches mean something else for somebody else.
	total, err := a.totals.count(fmt.Sprintf("%d %s", web.User(ctx).ID, l.text), func() (int, error) {
		return contact.Count(ctx, a.DB, l.filter)
	})
	if err != nil {
		return err
	}
	e, err := newEncoder(ctx, a.DB, shape{minimal: l.minimal, listed: true})
	if err != nil {
		return err
	}
	f := l.filter
	f.Offset = l.start
	for left := l.limit; ; left -= slice {
		f.Limit = slice
		if l.limit > 0 {
			f.Limit = min(left, slice)
		}
		page, err := contact.List(ctx, a.DB, f)
		if err != nil {
			return err
		}
		if f.After == "" {
			fmt.Fprintf(w, `{"total":"%d","contacts":{`, total)
		}
		if err := e.list(ctx, w, page.Contacts, f.After != ""); err != nil {
			return err
		}
		if page.Next == "" || l.limit > 0 && left <= slice {
			_, err := w.Write([]byte("}}"))
			return err
		}
		f.After, f.Offset = page.Next, 0
	}
}

// contact answers GET /contacts/{id}.
func (a *door) contact(w http.ResponseWriter, r *http.Request) error {
	c, err := a.find(r)
	switch {
	case err != nil:
		return err
	case c.ID == 0:
		return notFound(w, r)
	}
	b := append([]byte(nil), `{"contact":`...)
	e, err := newEncoder(r.Context(), a.DB, shape{})
	if err != nil {
		return err
	}
	if err := e.readBeside(r.Context(), []contact.Contact{c}); err != nil {
		return err
	}
	b, err = e.contact(r.Context(), b, c)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '}'))
	return err
}

// find reads the contact that the address names; one without identifier when
// the address is none at all.
func (a *door) find(r *http.Request) (contact.Contact, error) {
	if !digits(r.PathValue("id")) {
		return contact.Contact{}, nil
	}
	number, err := web.PathID[id.Contact](r, "id")
	if err != nil {
		return contact.Contact{}, err
	}
	return a.read(r.Context(), number)
}

func (a *door) read(ctx context.Context, number id.Contact) (contact.Contact, error) {
	c, err := contact.Find(ctx, a.DB, number)
	if err != nil {
		return c, fmt.Errorf("answer contact %d: %w", number, err)
	}
	return c, nil
}
