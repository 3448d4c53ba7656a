package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/category"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/stage"
	"ariane/internal/web"
	"ariane/internal/web/api/param"
)

func (a *door) stageResource() resource {
	return resource{one: "stage", many: "stages", path: "/stages", encode: a.encodeStages, create: a.createStage, edit: a.editStage,
		remove: func(ctx context.Context, tx *db.Tx, number int64) error {
			return stage.Delete(ctx, tx, number, putter(ctx))
		}}
}

// stageCalls are the endpoints of stages.
func (a *door) stageCalls() []call {
	return append([]call{{"GET", "", a.stages}, {"GET", "/{$}", a.stages}, {"GET", "/{id}", a.single(a.stageResource())},
		{"POST", "/{id}/contact/{one}/{other}", a.putAt}}, a.writes(a.stageResource())...)
}

// single answers with one item.
func (a *door) single(one resource) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !digits(r.PathValue("id")) {
			return notFound(w, r)
		}
		number, err := web.PathID[int64](r, "id")
		if err != nil {
			return err
		}
		return one.show(r.Context(), w, http.StatusOK, number, shape{})
	}
}

// stages answers GET /stages. There are few enough to look at all.
func (a *door) stages(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := param.Query(r.URL.RawQuery)
	if err != nil {
		return err
	}
	f, err := stage.Load(ctx, a.DB)
	if err != nil {
		return err
	}
	categories, err := a.categoriesOf(ctx, f)
	if err != nil {
		return err
	}
	slices.SortFunc(f.Stages, func(x, y stage.Stage) int { return cmp.Compare(x.ID, y.ID) })
	minimal := query.Get("minimal").Truth(false)
	var found []object
	for _, s := range f.Stages {
		if meansIt(ctx, query, s.Name+" "+s.Description, s.Published, s.CreatedByUser, categories[s.Category].Alias) {
			o := stageObject(s, categories, minimal)
			found = append(found, o)
		}
	}
	return few(w, query, "stages", found)
}

// meansIt tells whether all words of a search mean something of these.
func meansIt(ctx context.Context, query param.Value, text string, published bool, creator, alias string) bool {
	for _, word := range strings.Fields(query.Get("search").Text()) {
		bare, negated := strings.CutPrefix(word, "!")
		command, value, _ := strings.Cut(strings.ToLower(bare), ":")
		value = strings.Trim(value, `"`)
		var is bool
		switch {
		case command == "is" && value == "published":
			is = published
		case command == "is" && value == "unpublished":
			is = !published
		case command == "is" && value == "mine":
			is = creator == web.User(ctx).Name()
		case command == "is" && value == "uncategorized":
			is = alias == ""
		case command == "category":
			is = alias == value
		default:
			is = strings.Contains(field.Fold(text), field.Fold(strings.Trim(bare, `"%+`)))
		}
		if is == negated {
			return false
		}
	}
	return true
}

// few answers with some of a list that is short.
func few(w http.ResponseWriter, query param.Value, name string, found []object) error {
	terms, err := readTerms(query)
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(o object) bool { return !terms.match(o) })
	if err := sorted(found, query); err != nil {
		return err
	}
	total := len(found)
	found = found[min(number(query.Get("start").Text(), 0), total):]
	if limit := number(query.Get("limit").Text(), pageSize); limit > 0 {
		found = found[:min(limit, len(found))]
	}
	if found == nil {
		found = []object{}
	}
	return web.JSON(w, http.StatusOK, object{{"total", total}, {name, found}})
}

func (a *door) categoriesOf(ctx context.Context, f stage.Funnel) (map[int64]category.Category, error) {
	var numbers []int64
	for _, s := range f.Stages {
		if s.Category != 0 {
			numbers = append(numbers, s.Category)
		}
	}
	return category.Some(ctx, a.DB, numbers)
}

func stageObject(s stage.Stage, categories map[int64]category.Category, minimal bool) object {
	o := object{
		{"isPublished", s.Published}, {"dateAdded", date(s.Added)}, {"dateModified", date(s.Modified)}, {"createdBy", idOrNull(s.CreatedBy)}, {"createdByUser", orNull(s.CreatedByUser)},
		{"modifiedBy", idOrNull(s.ModifiedBy)}, {"modifiedByUser", orNull(s.ModifiedByUser)}, {"id", s.ID}, {"name", s.Name}, {"category", nestedCategory(categories[s.Category])},
		{"weight", s.Weight}, {"description", orNull(s.Description)},
	}
	if minimal {
		return o
	}
	return append(o, object{{"publishUp", date(s.PublishUp)}, {"publishDown", date(s.PublishDown)}}...)
}

func (a *door) encodeStages(ctx context.Context, numbers []int64, s shape) (map[int64]json.RawMessage, error) {
	f, err := stage.Load(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	categories, err := a.categoriesOf(ctx, f)
	if err != nil {
		return nil, err
	}
	items := map[int64]json.RawMessage{}
	for _, n := range numbers {
		one, found := f.Find(n)
		if !found {
			continue
		}
		o := stageObject(one, categories, false)
		if s.gone {
			o.set("id", nil)
		}
		if items[n], err = o.MarshalJSON(); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func putter(ctx context.Context) stage.By {
	by := through(ctx, false)
	return stage.By{Source: by.Source, Object: by.By.Object, ID: by.By.ID, Name: by.By.Name}
}

func (a *door) createStage(ctx context.Context, tx *db.Tx, s sent) (int64, bool, error) {
	u := web.User(ctx)
	one, err := readStage(stage.Stage{Published: true, CreatedBy: u.ID, CreatedByUser: u.Name()}, s)
	if err != nil {
		return 0, false, err
	}
	number, err := stage.Create(ctx, tx, one)
	return number, true, err
}

func (a *door) editStage(ctx context.Context, tx *db.Tx, number int64, s sent) error {
	is, err := stage.Find(ctx, tx, number)
	if err != nil {
		return err
	}
	if s.whole {
		is = stage.Stage{ID: is.ID, Published: true}
	}
	one, err := readStage(is, s)
	if err != nil {
		return err
	}
	u := web.User(ctx)
	one.ModifiedBy, one.ModifiedByUser = u.ID, u.Name()
	return stage.Change(ctx, tx, one)
}

// readStage takes what was sent into a stage.
func readStage(one stage.Stage, s sent) (stage.Stage, error) {
	wrong := fault.Fields{}
	if v := s.Get("name"); v.Given() {
		one.Name = v.Text()
	}
	if v := s.Get("description"); v.Given() {
		one.Description = v.Text()
	}
	one.Published = s.Get("isPublished").Truth(one.Published)
	whole := func(name string, into *int64) {
		if v := s.Get(name); !v.Blank() {
			n, ok := v.Int()
			if *into = n; !ok {
				wrong.Add(name, invalid)
			}
		}
	}
	whole("weight", &one.Weight)
	whole("category", &one.Category)
	moment := func(name string, into *time.Time) {
		v := s.Get(name)
		if v.Null() || v.Given() && v.Blank() {
			*into = time.Time{}
		} else if v.Given() {
			var ok bool
			if *into, ok = readMoment(v.Text()); !ok {
				wrong.Add(name, invalid)
			}
		}
	}
	moment("publishUp", &one.PublishUp)
	moment("publishDown", &one.PublishDown)
	return one, wrong.Err()
}

// readMoment reads a moment as the protocol writes it; without an offset it is in UTC.
func readMoment(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// putAt answers /{contact}/add and /{contact}/remove, which earlier clients write the
// other way round: it puts a contact at a stage, or takes it off the one at which it is,
// whichever that is.
func (a *door) putAt(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	who, what := r.PathValue("one"), r.PathValue("other")
	if digits(what) {
		who, what = what, who
	}
	if !digits(r.PathValue("id")) || !digits(who) || what != "add" && what != "remove" {
		return notFound(w, r)
	}
	number, err := web.PathID[int64](r, "id")
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(who, 10, 64)
	if err != nil {
		return fault.NotFound(err)
	}
	err = a.DB.Do(ctx, func(tx *db.Tx) error {
		to, err := stage.Find(ctx, tx, number)
		if err != nil {
			return err
		}
		c, err := contact.Find(ctx, tx, id.Contact(n))
		if err != nil {
			return err
		}
		if err := contact.HoldAll(ctx, tx, []id.Contact{c.ID}); err != nil {
			return err
		}
		if what == "remove" {
			to.ID = 0
		}
		return stage.Set(ctx, tx, c.ID, to.ID, putter(ctx))
	})
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, object{{"success", 1}})
}
