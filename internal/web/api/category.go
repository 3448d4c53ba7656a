package api

import (
	"context"
	"encoding/json"
	"net/http"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/category"
	"ariane/internal/stage"
	"ariane/internal/web/api/param"
)

func (a *door) categoryResource() resource {
	return resource{one: "category", many: "categories", path: "/categories", encode: a.encodeCategories, create: a.createCategory, edit: a.editCategory,
		remove: func(ctx context.Context, tx *db.Tx, number int64) error {
			if err := category.Remove(ctx, tx, number); err != nil {
				return err
			}
			return stage.Recategorise(ctx, tx, number, 0)
		}}
}

// categoryCalls are the endpoints of categories.
func (a *door) categoryCalls() []call {
	return append([]call{{"GET", "", a.categories}, {"GET", "/{$}", a.categories}, {"GET", "/{id}", a.single(a.categoryResource())}}, a.writes(a.categoryResource())...)
}

// categories answers GET /categories. There are few enough to look at all.
func (a *door) categories(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := param.Query(r.URL.RawQuery)
	if err != nil {
		return err
	}
	list, err := category.All(ctx, a.DB)
	if err != nil {
		return err
	}
	var found []object
	for _, c := range list {
		if meansIt(ctx, query, c.Title+" "+c.Description, c.Published, "", c.Alias) {
			found = append(found, categoryObject(c))
		}
	}
	return few(w, query, "categories", found)
}

func categoryObject(c category.Category) object {
	return object{{"id", c.ID}, {"title", c.Title}, {"alias", c.Alias}, {"description", orNull(c.Description)}, {"color", orNull(c.Color)}, {"bundle", c.Kind}}
}

// nestedCategory is a category in something that is in it, null for none.
func nestedCategory(c category.Category) any {
	if c.ID == 0 {
		return nil
	}
	return append(object{{"createdByUser", nil}, {"modifiedByUser", nil}}, categoryObject(c)...)
}

func (a *door) encodeCategories(ctx context.Context, numbers []int64, s shape) (map[int64]json.RawMessage, error) {
	found, err := category.Some(ctx, a.DB, numbers)
	if err != nil {
		return nil, err
	}
	items := map[int64]json.RawMessage{}
	for n, c := range found {
		o := categoryObject(c)
		if s.gone {
			o.set("id", nil)
		}
		if items[n], err = o.MarshalJSON(); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func (a *door) createCategory(ctx context.Context, tx *db.Tx, s sent) (int64, bool, error) {
	c := readCategory(category.Category{Published: true}, s)
	if s.Get("bundle").Blank() {
		err := fault.Fields{"bundle": fault.Say("api.value.missing|A value is required.")}
		if c.Title == "" {
			err["title"] = fault.Say("api.title.missing|A title is required.")
		}
		return 0, false, fault.Invalid(err)
	}
	number, err := category.Create(ctx, tx, c)
	return number, true, reworded(err, s.Value, inBundle)
}

func (a *door) editCategory(ctx context.Context, tx *db.Tx, number int64, s sent) error {
	is, err := category.Find(ctx, tx, number)
	if err != nil {
		return err
	}
	if s.whole {
		is = category.Category{ID: is.ID, Kind: is.Kind, Alias: is.Alias, Published: true}
	}
	return reworded(category.Change(ctx, tx, readCategory(is, s)), s.Value, inBundle)
}

// inBundle are the names of the protocol where ours differ.
var inBundle = map[string]string{"kind": "bundle"}

// readCategory takes what was sent into a category.
func readCategory(c category.Category, s sent) category.Category {
	for name, into := range map[string]*string{"title": &c.Title, "alias": &c.Alias, "description": &c.Description, "color": &c.Color} {
		if v := s.Get(name); v.Given() {
			*into = v.Text()
		}
	}
	if v := s.Get("bundle"); !v.Blank() {
		c.Kind = category.Kind(v.Text())
	}
	c.Published = s.Get("isPublished").Truth(c.Published)
	return c
}
