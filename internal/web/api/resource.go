package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/web"
	"ariane/internal/web/api/param"
)

// resource is what clients create, edit and delete. All its writes are alike; what
// differs is here.
type resource struct {
	one, many string
	path      string // under /api
	// encode writes those that exist of these as JSON.
	encode func(ctx context.Context, numbers []int64, s shape) (map[int64]json.RawMessage, error)
	// create and edit return faults before they have written anything, so that the
	// others of a batch are not lost.
	create func(ctx context.Context, tx *db.Tx, s sent) (number int64, fresh bool, err error)
	edit   func(ctx context.Context, tx *db.Tx, number int64, s sent) error
	remove func(ctx context.Context, tx *db.Tx, number int64) error
}

// sent is what a client wants to have written.
type sent struct {
	param.Value
	// whole tells that what is left out is to be as in something new.
	whole bool
	// unmatched tells that something new is wanted, whatever exists.
	unmatched bool
	batch     bool
}

// call is an endpoint of a resource, under its path.
type call struct {
	method, path string
	handler      web.Handler
}

// writes are the endpoints that write.
func (a *door) writes(r resource) []call {
	return []call{
		{"POST", "/new", a.create(r)},
		{"POST", "/batch/new", a.createMany(r)},
		{"PATCH", "/{id}/edit", a.edit(r, false)},
		{"PUT", "/{id}/edit", a.edit(r, true)},
		{"PATCH", "/batch/edit", a.editMany(r, false)},
		{"PUT", "/batch/edit", a.editMany(r, true)},
		{"DELETE", "/{id}/delete", a.remove(r)},
		{"DELETE", "/batch/delete", a.removeMany(r)},
	}
}

func (a *door) create(one resource) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		body, err := param.Body(r)
		if err != nil {
			return err
		}
		return a.createOne(w, r, one, sent{Value: body})
	}
}

func (a *door) createOne(w http.ResponseWriter, r *http.Request, one resource, s sent) error {
	ctx := r.Context()
	var number int64
	var fresh bool
	err := a.DB.Do(ctx, func(tx *db.Tx) (err error) {
		number, fresh, err = one.create(ctx, tx, s)
		return err
	})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if fresh {
		status = http.StatusCreated
		w.Header().Set("Location", fmt.Sprintf("/api%s/%d", one.path, number))
	}
	return one.show(ctx, w, status, number, shape{alone: true, fresh: fresh})
}

// show answers with one item.
func (one resource) show(ctx context.Context, w http.ResponseWriter, status int, number int64, s shape) error {
	items, err := one.encode(ctx, []int64{number}, s)
	if err != nil {
		return err
	}
	item, found := items[number]
	if !found {
		return missing(one.one, number)
	}
	return web.JSON(w, status, object{{one.one, item}})
}

func missing(what string, number int64) error {
	return fault.NotFound(fmt.Errorf("there is no %s %d", what, number))
}

func (a *door) edit(one resource, whole bool) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		if !digits(r.PathValue("id")) {
			return notFound(w, r)
		}
		body, err := param.Body(r)
		if err != nil {
			return err
		}
		number, err := web.PathID[int64](r, "id")
		if err == nil {
			err = a.DB.Do(ctx, func(tx *db.Tx) error { return one.edit(ctx, tx, number, sent{Value: body, whole: whole}) })
		}
		if whole && fault.Is(err, fault.KindNotFound) {
			return a.createOne(w, r, one, sent{Value: body, whole: true, unmatched: true})
		}
		if err != nil {
			return err
		}
		return one.show(ctx, w, http.StatusOK, number, shape{alone: true})
	}
}

func (a *door) remove(one resource) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		if !digits(r.PathValue("id")) {
			return notFound(w, r)
		}
		number, err := web.PathID[int64](r, "id")
		if err != nil {
			return err
		}
		items, err := one.encode(ctx, []int64{number}, shape{alone: true, gone: true})
		if err != nil {
			return err
		}
		if err := a.DB.Do(ctx, func(tx *db.Tx) error { return one.remove(ctx, tx, number) }); err != nil {
			return err
		}
		return web.JSON(w, http.StatusOK, object{{one.one, items[number]}})
	}
}

// mostAtOnce is how many items a batch may have.
const mostAtOnce = 200

// batch is what became of several items, by the names under which they were sent.
type batch struct {
	names    []string
	numbers  map[string]int64
	statuses named
	errors   named
}

// createMany answers a batch of new items. All are written in one transaction; those
// that are refused are left out.
func (a *door) createMany(one resource) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return a.many(w, r, one, http.StatusCreated, func(ctx context.Context, tx *db.Tx, s sent) (int64, int, error) {
			return createdStatus(one.create(ctx, tx, s))
		})
	}
}

func createdStatus(number int64, fresh bool, err error) (int64, int, error) {
	if fresh {
		return number, http.StatusCreated, err
	}
	return number, http.StatusOK, err
}

func (a *door) editMany(one resource, whole bool) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return a.many(w, r, one, http.StatusOK, func(ctx context.Context, tx *db.Tx, s sent) (int64, int, error) {
			s.whole = whole
			number, ok := s.Get("id").Int()
			err := missing(one.one, number)
			if ok && number > 0 {
				err = one.edit(ctx, tx, number, s)
			}
			if whole && fault.Is(err, fault.KindNotFound) {
				s.unmatched = true
				return createdStatus(one.create(ctx, tx, s))
			}
			return number, http.StatusOK, err
		})
	}
}

var errBatch = errors.New("too many items in a batch")

func (a *door) many(w http.ResponseWriter, r *http.Request, one resource, status int, write func(context.Context, *db.Tx, sent) (int64, int, error)) error {
	ctx := r.Context()
	body, err := param.Body(r)
	if err != nil {
		return err
	}
	if body.Len() > mostAtOnce {
		return errBatch
	}
	var done batch
	err = a.DB.Do(ctx, func(tx *db.Tx) error {
		done = batch{numbers: map[string]int64{}}
		for name, item := range body.All() {
			number, status, err := int64(0), 0, fault.Refused(errors.New("an item that is no object"), fault.Say("api.bad|This is a bad request."))
			if item.List() {
				number, status, err = write(ctx, tx, sent{Value: item, batch: true})
			}
			if err := done.add(ctx, name, number, status, err); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	items, err := done.encode(ctx, one)
	if err != nil {
		return err
	}
	answer := object{{one.many, items}, {"statusCodes", done.statuses}}
	if len(done.errors) > 0 {
		answer = append(answer, member{"errors", done.errors})
	}
	return web.JSON(w, status, answer)
}

// add notes what became of an item. What is no fault is returned: it ends the batch.
func (b *batch) add(ctx context.Context, name string, number int64, status int, err error) error {
	if err != nil {
		p, known := inProtocol(ctx, err)
		if !known {
			return err
		}
		status = p.status
		entry := object{{"code", p.status}, {"message", p.message}, {"details", p.details}}
		if p.status == http.StatusNotFound {
			entry = object{{"message", p.message}, {"code", p.status}, {"type", "api"}}
		}
		b.errors = append(b.errors, member{name, entry})
	} else {
		b.names, b.numbers[name] = append(b.names, name), number
	}
	b.statuses = append(b.statuses, member{name, status})
	return nil
}

func (b *batch) encode(ctx context.Context, one resource) (named, error) {
	var numbers []int64
	for _, name := range b.names {
		if n := b.numbers[name]; !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	items, err := one.encode(ctx, numbers, shape{})
	if err != nil {
		return nil, err
	}
	list := named{}
	for _, name := range b.names {
		if item, found := items[b.numbers[name]]; found {
			list = append(list, member{name, item})
		}
	}
	return list, nil
}

func (a *door) removeMany(one resource) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		query, err := param.Query(r.URL.RawQuery)
		if err != nil {
			return err
		}
		done := batch{numbers: map[string]int64{}}
		names, numbers := asked(query)
		if len(numbers) > mostAtOnce {
			return errBatch
		}
		items, err := one.encode(ctx, numbers, shape{})
		if err != nil {
			return err
		}
		list := named{}
		err = a.DB.Do(ctx, func(tx *db.Tx) error {
			list, done.errors, done.statuses = named{}, nil, nil
			for i, number := range numbers {
				err := one.remove(ctx, tx, number)
				if fault.Is(err, fault.KindNotFound) {
					continue
				}
				if err := done.add(ctx, names[i], number, http.StatusOK, err); err != nil {
					return err
				}
				if err == nil {
					list = append(list, member{names[i], items[number]})
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		answer := object{{one.many, list}}
		if len(numbers) == 0 {
			done.errors = named{{"0", object{{"code", http.StatusBadRequest}, {"message", "ID is missing from the payload."}, {"details", []string{}}}}}
		}
		if len(done.errors) > 0 {
			answer = append(answer, member{"errors", done.errors})
		}
		return web.JSON(w, http.StatusOK, answer)
	}
}

// asked are the numbers of ids=1,2 or ids[]=1&ids[]=2 or 0=1&1=2, with their names.
func asked(query param.Value) (names []string, numbers []int64) {
	ids := query.Get("ids")
	if !ids.Given() {
		ids = query
	}
	add := func(name, text string) {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
			names, numbers = append(names, name), append(numbers, n)
		}
	}
	for i, text := range ids.Texts(",") {
		if !ids.List() {
			add(strconv.Itoa(i), text)
		}
	}
	for name, one := range ids.All() {
		if digits(name) {
			add(name, one.Text())
		}
	}
	return names, numbers
}

// named are values that were sent under names: a list where these are 0, 1, 2…,
// otherwise an object.
type named []member

// MarshalJSON implements json.Marshaler.
func (n named) MarshalJSON() ([]byte, error) {
	list := make([]any, 0, len(n))
	for i, m := range n {
		if m.name != strconv.Itoa(i) {
			return object(n).MarshalJSON()
		}
		list = append(list, m.value)
	}
	return json.Marshal(list)
}
